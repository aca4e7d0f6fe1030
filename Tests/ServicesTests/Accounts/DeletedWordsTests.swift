// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing

@Suite("What was deleted")
struct DeletedWordsTests {
    private static let word = "zyxquark"

    private static func draft(in cafe: Cafe) async throws -> PostDraft {
        var draft = PostDraft(text: "Un \(word) et #tag\(word)")
        draft.title = "Titre \(word)"
        draft.warning = "Attention \(word)"
        draft.group = try await cafe.local("cafe").id
        draft.poll = PollDraft(options: ["Oui \(word)", "Non"], seconds: 3_600)
        return draft
    }

    private static func tables(in cafe: Cafe) async throws -> [String] {
        try await cafe.database.write { tx in try SearchIndex.compact(pages: 1_000, in: tx) }
        return try await cafe.database.tables(containing: word)
    }

    @Test("leaves no word of a post in any table, nor of its versions and deliveries", arguments: TestEngine.available)
    func post(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            try await cafe.follow(ada, by: try await cafe.stranger("vic").id)
            try await cafe.follow(try await cafe.local("cafe").id, by: try await cafe.stranger("wim").id)
            let id = try await cafe.services.publishPost(try await Self.draft(in: cafe), as: .member(ada))
            try await cafe.services.editPost(
                id, title: "", text: "Sans \(Self.word) #tag\(Self.word)", as: .member(ada))
            let before = try await Self.tables(in: cafe)
            for table in ["post", "post_edit", "activity", "entry_words", "tag", "hashtag"] {
                #expect(before.contains(table))
            }
            try await cafe.services.deletePost(id, as: .member(ada))
            let after = try await Self.tables(in: cafe)
            #expect(after == [])
            // What tells of the deletion is delivered, what tells of the post is not.
            let types = try await cafe.deliveries().map { $0.split(separator: " ").first.map(String.init) ?? "" }
            #expect(Set(types) == ["Delete", "Announce", "Undo"])
        }
    }

    @Test("leaves no word of a direct message", arguments: TestEngine.available)
    func directMessage(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, vic) = (try await cafe.member("ada"), try await cafe.stranger("vic"))
            var draft = PostDraft(text: "@vic@far.example \(Self.word)")
            draft.visibility = .direct
            let id = try await cafe.services.publishPost(draft, as: .member(ada))
            #expect(vic.host == "far.example")
            try await cafe.services.deletePost(id, as: .member(ada))
            let after = try await Self.tables(in: cafe)
            #expect(after == [])
        }
    }

    @Test("leaves no word of a member, in posts, profile and settings", arguments: TestEngine.available)
    func account(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            try await cafe.follow(ada, by: try await cafe.stranger("vic").id)
            let profile = ProfileDraft(
                displayName: "Ada \(Self.word)", summary: "Je \(Self.word)", discoverable: true,
                approvesFollowers: false, language: nil)
            try await cafe.services.editProfile(profile, as: .member(ada))
            for _ in 1...3 {
                _ = try await cafe.services.publishPost(try await Self.draft(in: cafe), as: .member(ada))
            }
            let before = try await Self.tables(in: cafe)
            #expect(before.contains("account") && before.contains("post"))
            try await cafe.services.deleteAccount(ada, as: .operator)
            let after = try await Self.tables(in: cafe)
            #expect(after == [])
            let unfinished = try await cafe.database.read { db in try AccountRemoval.unfinished(limit: 10, in: db) }
            #expect(unfinished == [])
        }
    }

    @Test("is deleted to its end when the process had ended in between", arguments: TestEngine.available)
    func unfinished(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            let kept = try await cafe.services.publishPost(PostDraft(text: "Bob"), as: .member(bob))
            for number in 1...5 {
                _ = try await cafe.services.publishPost(PostDraft(text: "Mot \(number)"), as: .member(ada))
            }
            try await cafe.services.likePost(kept, as: .member(ada))
            let now = cafe.clock.now
            try await cafe.database.write { tx in
                try Accounts.markDeleted(ada, at: now, in: tx)
                #expect(try AccountRemoval.step(of: ada, limit: 2, in: tx) == 2)
            }
            let before = try await cafe.database.read { db in try AccountRemoval.unfinished(limit: 10, in: db) }
            #expect(before == [ada])
            try await cafe.services.finishDeletions()
            let (after, likes) = try await cafe.database.read { db in
                (try AccountRemoval.unfinished(limit: 10, in: db), try Likes.count(of: kept, in: db))
            }
            #expect(after == [])
            #expect(likes == 0)
        }
    }
}
