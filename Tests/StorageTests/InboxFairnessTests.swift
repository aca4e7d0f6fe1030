// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("The inbox queue is fair")
struct InboxFairnessTests {
    private let lease = Timestamp.start + .minutes(2)

    @Test("a signer whose activity is in hand gets no second one, in whatever process", arguments: TestEngine.available)
    func order(engine: TestEngine) async throws {
        try await withReceived(engine, [(1, by: 1)]) { db in
            #expect(try await take(9, in: db) == [ID(1)])
            try await store([(2, by: 1), (3, by: 2)], in: db)
            #expect(try await take(9, in: db) == [ID(3)])
            _ = try await db.write { tx in try InboxQueue.finish(ID(1), outcome: "applied", in: tx) }
            #expect(try await take(9, in: db) == [ID(2)])
        }
    }

    @Test(
        "one signer has sixteen activities in hand at the most, and others get theirs although they came later",
        arguments: TestEngine.available)
    func cap(engine: TestEngine) async throws {
        let flood = (1...140).map { (Int64($0), by: Int64(1)) }
        try await withReceived(engine, flood + [(141, by: 2)]) { db in
            let first = try await take(128, in: db)
            #expect(first == (1...16).map { ID($0) } + [ID(141)])
            #expect(try await take(128, in: db) == [])
        }
    }

    @Test("when a lease ends without a word, the activities come back in their order", arguments: TestEngine.available)
    func expiry(engine: TestEngine) async throws {
        try await withReceived(engine, [(1, by: 1)]) { db in
            let first = try await take(9, in: db)
            #expect(first == [ID(1)])
            try await store([(2, by: 1)], in: db)
            #expect(try await take(9, at: lease + .milliseconds(1), in: db) == [ID(1), ID(2)])
        }
    }

    @Test(
        "the signers of one host get a part of the places, and others get theirs although they came later",
        arguments: TestEngine.available)
    func hosts(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            for number in 1...100 { try await db.store(try Someone.remote(number: number, host: "far.example")) }
            for number in 101...110 {
                try await db.store(try Someone.remote(number: number, host: "h\(number).example"))
            }
            try await store((1...110).map { (Int64($0), by: Int64($0)) }, in: db)
            let first = try await take(128, in: db)
            #expect(first == (1...25).map { ID($0) } + (101...110).map { ID($0) })
            #expect(try await take(93, in: db) == [])
            try await db.write { tx in
                for number in 1...5 { _ = try InboxQueue.finish(ID(Int64(number)), outcome: "applied", in: tx) }
            }
            #expect(try await take(98, in: db) == [ID(26), ID(27), ID(28)])
        }
    }

    @Test(
        "ten hosts with more signers than places leave places for a stranger", arguments: TestEngine.available)
    func greedyHosts(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            for number in 1...200 {
                try await db.store(try Someone.remote(number: number, host: "h\(number % 10).example"))
            }
            try await db.store(try Someone.remote(number: 201, host: "stranger.example"))
            try await store((1...200).map { (Int64($0), by: Int64($0)) }, in: db)
            var free = 128
            for _ in 1...20 { free -= try await take(free, in: db).count }
            #expect(free >= 16)
            try await store([(201, by: 201)], in: db)
            #expect(try await take(free, in: db).contains(ID(201)))
        }
    }

    private func take(
        _ limit: Int, at now: Timestamp = .start, in db: Database
    ) async throws -> [ID<ReceivedActivity>] {
        let lease = Lease(now: now, until: max(lease, now + .minutes(2)))
        return try await db.write { tx in try InboxQueue.lease(signers: limit, lease, in: tx).map(\.id) }
    }

    /// Runs a body with activities of two signers, received one millisecond after the other before the start of the
    /// test.
    private func withReceived(
        _ engine: TestEngine, _ list: [(number: Int64, by: Int64)], _ body: (Database) async throws -> Void
    ) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.remote(1, "ada"))
            try await db.store(try Someone.remote(2, "bob"))
            try await store(list, in: db)
            try await body(db)
        }
    }

    private func store(_ list: [(number: Int64, by: Int64)], in db: Database) async throws {
        let activities = try list.map { number, signer in
            ReceivedActivity(
                id: ID(number), activity: try iri("https://far.example/likes/\(number)"), type: "Like",
                signer: ID(signer), keyID: "https://far.example/key", body: "{}",
                receivedAt: .start - .seconds(1) + .milliseconds(Int(number)))
        }
        try await db.write { tx in
            for activity in activities { _ = try InboxQueue.accept(activity, in: tx) }
        }
    }
}

extension Someone {
    /// A person on a host, whose name is made from the number.
    fileprivate static func remote(number: Int, host: String) throws -> Account {
        try remote(Int64(number), "p\(number)", at: host)
    }
}
