// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Peers")
struct PeersTests {
    @Test("a host is known from the first time it is met", arguments: TestEngine.available)
    func touched(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.write { tx in
                try Peers.touch("far.example", at: Timestamp(1), in: tx)
                try Peers.touch("far.example", at: Timestamp(2), in: tx)
            }
            let state = try #require(try await db.read { try Peers.state(of: "far.example", in: $0) })
            #expect(state.firstSeen == Timestamp(1))
            #expect(state.policy == .unset && state.failures == 0 && state.restUntil == Timestamp(0))
            #expect(state.lastSuccess == nil && state.firstFailure == nil && state.scheme == nil)
            #expect(try await db.read { try Peers.state(of: "near.example", in: $0) } == nil)
        }
    }

    @Test("failures add up from the first, and a success forgets them", arguments: TestEngine.available)
    func health(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.write { tx in
                try Peers.failed("far.example", at: Timestamp(10), restUntil: Timestamp(20), in: tx)
                try Peers.failed("far.example", at: Timestamp(30), restUntil: Timestamp(90), in: tx)
            }
            let ill = try #require(try await db.read { try Peers.state(of: "far.example", in: $0) })
            #expect(ill.failures == 2 && ill.firstFailure == Timestamp(10) && ill.restUntil == Timestamp(90))
            try await db.write { try Peers.succeeded("far.example", at: Timestamp(100), in: $0) }
            let well = try #require(try await db.read { try Peers.state(of: "far.example", in: $0) })
            #expect(well.failures == 0 && well.firstFailure == nil && well.restUntil == Timestamp(0))
            #expect(well.lastSuccess == Timestamp(100) && well.firstSeen == Timestamp(10))
        }
    }

    @Test("failures that are told at once are all counted", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...10 {
                    group.addTask {
                        try await db.write { try Peers.failed("far.example", at: .start, restUntil: .start, in: $0) }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await db.read { try Peers.state(of: "far.example", in: $0) }?.failures == 10)
        }
    }

    @Test("decisions are kept with their reason, also about hosts never met", arguments: TestEngine.available)
    func policies(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.write { tx in
                try Peers.touch("b.example", at: .start, in: tx)
                try Peers.setPolicy("c.example", .blocked, note: "spam", at: .start, in: tx)
                try Peers.setPolicy("a.example", .limited, note: "", at: .start, in: tx)
                try Peers.setPolicy("d.example", .allowed, note: "", at: .start, in: tx)
                try Peers.setPolicy("d.example", .unset, note: "", at: .start, in: tx)
            }
            let policies = try await db.read { try Peers.policies(in: $0) }
            #expect(policies == ["c.example": .blocked, "a.example": .limited])
            let list = try await db.read { try Peers.list(in: $0) }
            #expect(list.map(\.host) == ["a.example", "b.example", "c.example", "d.example"])
            #expect(list[2].note == "spam")
        }
    }

    @Test("the kind of signature is remembered for a while", arguments: TestEngine.available)
    func scheme(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.write { tx in
                try Peers.succeeded("far.example", at: .start, in: tx)
                try Peers.rememberScheme("far.example", "rfc9421", until: Timestamp(7), in: tx)
                try Peers.rememberScheme("unknown.example", "cavage", until: Timestamp(7), in: tx)
            }
            let state = try #require(try await db.read { try Peers.state(of: "far.example", in: $0) })
            #expect(state.scheme == "rfc9421" && state.schemeUntil == Timestamp(7))
            #expect(try await db.read { try Peers.state(of: "unknown.example", in: $0) } == nil)
        }
    }

    @Test("a decision is told to every listener after the commit", arguments: TestEngine.available)
    func told(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let announcements = db.announcements
            try await db.write { try Peers.setPolicy("a.example", .blocked, note: "", at: .start, in: $0) }
            var words = announcements.makeAsyncIterator()
            #expect(await words.next() == Change.settingsChanged.rawValue)
        }
    }
}

@Suite("Tombstones and settings")
struct TombstonesAndSettingsTests {
    @Test("the first record of a deletion stays", arguments: TestEngine.available)
    func tombstones(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let note = try iri("https://far.example/notes/1")
            let actor = try iri("https://far.example/users/ada")
            let stranger = try iri("https://evil.example/users/mallory")
            try await db.write { tx in
                try Tombstones.record(note, actor: actor, formerType: "Note", at: Timestamp(1), in: tx)
                try Tombstones.record(note, actor: stranger, formerType: "Event", at: Timestamp(2), in: tx)
            }
            let found = try #require(try await db.read { try Tombstones.find(note, in: $0) })
            #expect(found.iri == note && found.actor == actor)
            #expect(found.formerType == "Note" && found.deletedAt == Timestamp(1))
            #expect(try await db.read { try Tombstones.find(actor, in: $0) } == nil)
        }
    }

    @Test("a setting holds the last value", arguments: TestEngine.available)
    func settings(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            #expect(try await db.read { try Settings.value("rules", in: $0) } == nil)
            try await db.write { tx in
                try Settings.set("rules", "be kind", in: tx)
                try Settings.set("rules", "", in: tx)
            }
            #expect(try await db.read { try Settings.value("rules", in: $0) } == "")
        }
    }
}
