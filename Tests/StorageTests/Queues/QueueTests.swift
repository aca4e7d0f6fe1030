// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("The queue of what came in")
struct InboxQueueTests {
    private let lease = Timestamp.start + .minutes(5)

    @Test("the same activity that comes at once to many workers is accepted once", arguments: TestEngine.available)
    func once(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.remote(1, "ada"))
            let accepted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 1...12 {
                    let activity = try received(Int64(number), iri: "https://far.example/likes/1")
                    group.addTask { try await db.write { tx in try InboxQueue.accept(activity, in: tx) } }
                }
                return try await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(accepted.filter(\.self).count == 1)
            let known = try iri("https://far.example/likes/1")
            let other = try iri("https://far.example/likes/2")
            let facts = try await db.read { db in
                (
                    try InboxQueue.knows(known, in: db), try InboxQueue.knows(other, in: db),
                    try InboxQueue.queue.backlog(now: .start, in: db).count, try InboxQueue.outcome(of: other, in: db)
                )
            }
            #expect(facts.0 && !facts.1 && facts.2 == 1 && facts.3 == nil)
        }
    }

    @Test("what came is leased oldest first, as it came, and once", arguments: TestEngine.available)
    func leased(engine: TestEngine) async throws {
        try await withReceived(engine, 1...5) { db in
            let first = try await take(9, at: .start, in: db)
            #expect(first.map(\.id) == [ID(1), ID(2), ID(3), ID(4), ID(5)])
            #expect(try await take(9, at: .start, in: db).isEmpty)
            #expect(first.first?.body == "{\"é\":1}" && first.first?.type == "Like" && first.first?.attempts == 1)
            #expect(first.first?.signer == ID(1) && first.first?.keyID == "https://far.example/users/ada#main-key")
        }
    }

    @Test("what was finished is not leased again, and finishing twice is told", arguments: TestEngine.available)
    func finished(engine: TestEngine) async throws {
        try await withReceived(engine, 1...2) { db in
            _ = try await take(2, at: .start, in: db)
            let told = try await db.write { tx in
                (
                    try InboxQueue.finish(ID(1), outcome: "applied", in: tx),
                    try InboxQueue.finish(ID(1), outcome: "again", in: tx)
                )
            }
            #expect(told == (true, false))
            #expect(try await take(9, at: lease + .seconds(1), in: db).map(\.id) == [ID(2)])
            let address = try iri("https://far.example/likes/1")
            #expect(try await db.read { db in try InboxQueue.outcome(of: address, in: db) } == "applied")
            #expect(try await db.read { db in try InboxQueue.queue.backlog(now: .start, in: db) }.count == 1)
        }
    }

    @Test("what was put off waits for its time, what was parked for a person", arguments: TestEngine.available)
    func later(engine: TestEngine) async throws {
        try await withReceived(engine, 1...2) { db in
            _ = try await take(2, at: .start, in: db)
            let retry = Timestamp.start + .minutes(1)
            try await db.write { tx in
                try InboxQueue.postpone(ID(1), until: retry, reason: "unavailable", in: tx)
                try InboxQueue.park(ID(2), reason: "malformed", in: tx)
            }
            #expect(try await take(9, at: retry - .milliseconds(1), in: db).isEmpty)
            #expect(try await take(9, at: retry, in: db).map(\.id) == [ID(1)])
            let (waiting, parked) = (try iri("https://far.example/likes/1"), try iri("https://far.example/likes/2"))
            let outcomes = try await db.read { db in
                (try InboxQueue.outcome(of: waiting, in: db), try InboxQueue.outcome(of: parked, in: db))
            }
            #expect(outcomes == ("waiting", "malformed"))
            let isFinished = try await db.write { tx in try InboxQueue.finish(ID(2), outcome: "applied", in: tx) }
            #expect(!isFinished)
        }
    }

    @Test("only what is finished and old is forgotten", arguments: TestEngine.available)
    func pruned(engine: TestEngine) async throws {
        try await withReceived(engine, 1...3) { db in
            _ = try await take(9, at: .start, in: db)
            let facts = try await db.write { tx in
                _ = try InboxQueue.finish(ID(1), outcome: "applied", in: tx)
                try InboxQueue.park(ID(2), reason: "malformed", in: tx)
                return (
                    try InboxQueue.queue.prune(before: .start, in: tx),
                    try InboxQueue.queue.prune(before: .start + .days(1), in: tx)
                )
            }
            #expect(facts == (0, 1))
            #expect(try await db.read { db in try InboxQueue.queue.backlog(now: .start, in: db) }.count == 1)
        }
    }

    @Test("a signature passes once until it is forgotten", arguments: TestEngine.available)
    func signatures(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let digest = [UInt8](repeating: 7, count: 32)
            let told = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 1...8 {
                    group.addTask {
                        try await db.write { tx in try SignatureMemory.remember(digest, until: lease, in: tx) }
                    }
                }
                return try await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(told.filter(\.self).count == 1)
            let pruned = try await db.write { tx in
                (
                    try Retention.sweep("seen_signature", at: lease, in: tx),
                    try Retention.sweep("seen_signature", at: lease + .milliseconds(1), in: tx),
                    try SignatureMemory.remember(digest, until: lease, in: tx)
                )
            }
            #expect(pruned == (0, 1, true))
        }
    }

    @Test("a batch of signatures and activities is judged one by one", arguments: TestEngine.available)
    func batches(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.remote(1, "ada"))
            let digests = [9, 3, 9, 5].map { [UInt8](repeating: $0, count: 32) }
            let passed = try await db.write { tx in
                (
                    try SignatureMemory.remember(digests.map { ($0, lease) }, in: tx),
                    try SignatureMemory.remember([(digests[3], lease), ([1], lease)], in: tx)
                )
            }
            #expect(passed.0 == [true, true, false, true])
            #expect(passed.1 == [false, true])
            var large = try received(3, iri: "https://far.example/likes/3")
            large.body = String(repeating: "x", count: 300_000)
            let activities = [
                try received(1, iri: "https://far.example/likes/1"),
                try received(2, iri: "https://far.example/likes/1"),
                large, try received(4, iri: "https://far.example/likes/4"),
            ]
            let isNew = try await db.write { tx in try InboxQueue.accept(activities, in: tx) }
            #expect(isNew == [true, false, true, true])
            let finished = try await db.write { tx in
                (
                    try InboxQueue.finish([ID(1), ID(4)], outcome: "applied", in: tx),
                    try InboxQueue.finish([ID(3), ID(4)], outcome: "applied", in: tx)
                )
            }
            #expect(finished == (true, false))
        }
    }

    private func take(_ limit: Int, at now: Timestamp, in db: Database) async throws -> [ReceivedActivity] {
        let lease = Lease(now: now, until: lease)
        return try await db.write { tx in try InboxQueue.lease(signers: limit, lease, in: tx) }
    }

    private func received(_ number: Int64, iri address: String) throws -> ReceivedActivity {
        ReceivedActivity(
            id: ID(number), activity: try iri(address), type: "Like", signer: ID(1),
            keyID: "https://far.example/users/ada#main-key", body: "{\"é\":1}",
            receivedAt: .start + .milliseconds(Int(number)))
    }

    /// Runs a body with activities received one millisecond after the other. Afterwards all of them are due at
    /// `.start`.
    private func withReceived(
        _ engine: TestEngine, _ numbers: ClosedRange<Int64>, _ body: (Database) async throws -> Void
    ) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.remote(1, "ada"))
            let all = try numbers.map { number in
                var activity = try received(number, iri: "https://far.example/likes/\(number)")
                activity.receivedAt = .start + .milliseconds(Int(number))
                return activity
            }
            try await db.write { tx in
                for activity in all { _ = try InboxQueue.accept(activity, in: tx) }
                // All are due at the start of the test.
                try tx.run("UPDATE received SET run_at = \(Timestamp.start)")
            }
            try await body(db)
        }
    }
}

@Suite("The change feed")
struct ChangeFeedTests {
    @Test("every process hears of a change once it is committed", arguments: TestEngine.available)
    func heard(engine: TestEngine) async throws {
        let place = try await engine.makePlace(migrations: Schema.migrations)
        let here = try await Database.open(place.url, readers: 1, logger: .silent)
        // SQLite allows one process, and so one `Database`; PostgreSQL allows any number.
        let there = engine == .sqlite ? here : try await Database.open(place.url, readers: 1, logger: .silent)
        let feeds = [ChangeFeed(here).changes(), ChangeFeed(there).changes()]
        struct GivenUp: Error {}
        await #expect(throws: GivenUp.self) {
            try await here.write { tx in
                tx.announce(.mailWaits)
                throw GivenUp()
            }
        }
        try await here.write { tx in
            tx.announce("a word of a later version")
            tx.announce(.inboxWaits)
            tx.announce(.inboxWaits)
            tx.announce(.deliveriesWait)
        }
        for feed in feeds {
            var changes: [Change] = []
            for await change in feed {
                changes.append(change)
                if changes.count == 2 { break }
            }
            #expect(changes == [.inboxWaits, .deliveriesWait])
        }
        await here.close()
        await there.close()
        await place.remove()
    }

    @Test("a feed ends when its database is closed", arguments: TestEngine.available)
    func ended(engine: TestEngine) async throws {
        let db = try await engine.makeDatabase(migrations: Schema.migrations)
        let feed = ChangeFeed(db).changes()
        await db.close()
        for await _ in feed { Issue.record("nothing was announced") }
    }
}
