// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Custom emoji, stored")
struct CustomEmojisTests {
    private static func cup(_ address: String = "https://far.example/cup.png") throws -> CustomEmoji {
        let url = try #require(IRI(address))
        return try #require(CustomEmoji(shortcode: "cup", url: url))
    }

    @Test("a picture is made once, and again for a new address; the old file is told", arguments: TestEngine.available)
    func files(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            try await scene.db.write { tx in
                let (host, now) = ("far.example", Scene.start)
                try CustomEmojis.remember([try Self.cup()], of: host, at: now, in: tx)
                let first = try #require(try CustomEmojis.find("cup", of: host, in: tx))
                #expect(first.file == nil && first.failedAt == nil)
                try CustomEmojis.fail(first, at: now, in: tx)
                #expect(try CustomEmojis.find("cup", of: host, in: tx)?.failedAt == now)
                #expect(try CustomEmojis.keep("a.png", of: first, in: tx) == nil)
                let made = try #require(try CustomEmojis.find("cup", of: host, in: tx))
                #expect(made.file == "a.png" && !made.isOutdated && made.failedAt == nil)
                try CustomEmojis.remember([try Self.cup("https://far.example/2.png")], of: host, at: now, in: tx)
                let changed = try #require(try CustomEmojis.find("cup", of: host, in: tx))
                #expect(changed.file == "a.png" && changed.isOutdated)
                #expect(try CustomEmojis.keep("late.png", of: first, in: tx) == "late.png")
                #expect(try CustomEmojis.keep("b.png", of: changed, in: tx) == "a.png")
                #expect(try CustomEmojis.find("cup", of: "other.example", in: tx) == nil)
            }
        }
    }

    @Test("an emoji is kept while it is named or seen", arguments: TestEngine.available)
    func retention(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            try await scene.db.write { tx in
                let (host, now) = ("far.example", Scene.start)
                try CustomEmojis.remember([try Self.cup()], of: host, at: now, in: tx)
                let cup = try #require(try CustomEmojis.find("cup", of: host, in: tx))
                #expect(!CustomEmojis.needsTouch(cup, at: now + .hours(1)))
                #expect(CustomEmojis.needsTouch(cup, at: now + .days(2)))
                try CustomEmojis.touch(cup, at: now + .days(300), in: tx)
                #expect(try CustomEmojis.outdated(at: now + .days(500), limit: 9, in: tx).isEmpty)
                let old = try CustomEmojis.outdated(at: now + .days(701), limit: 9, in: tx)
                #expect(old.map(\.shortcode) == ["cup"])
                try CustomEmojis.forget(old, in: tx)
                #expect(try CustomEmojis.find("cup", of: host, in: tx) == nil)
            }
        }
    }

    @Test("a post stores what it shows, under the host of its id", arguments: TestEngine.available)
    func posts(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            var draft = try scene.draft(by: ada)
            draft.emojis = ["cup"]
            var parts = PostParts()
            parts.emojis = [try Self.cup()]
            try await scene.store(draft, parts)
            let host = draft.iri.authority
            let (stored, cup) = try await scene.db.read { [draft] db in
                (try Posts.byID(draft.id, in: db), try CustomEmojis.find("cup", of: host, in: db))
            }
            #expect(stored?.emojis == ["cup"])
            #expect(cup?.url.path == "/cup.png")
        }
    }
}
