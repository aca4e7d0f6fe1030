// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import TestSupport
import Testing

@testable import Storage

/// One queue of the server, and how a test fills it.
struct QueueCase: Sendable, CustomTestStringConvertible {
    let queue: LeasedQueue
    /// Stores a waiting row.
    let insert: @Sendable (QueueRow, Transaction) throws -> Void

    var testDescription: String { queue.name }

    /// All queues. A new queue needs a line here; a test checks that.
    static let all = [
        QueueCase(queue: InboxQueue.queue, insert: received), QueueCase(queue: OutboxQueue.queue, insert: delivery),
        QueueCase(queue: MailQueue.queue, insert: mail), QueueCase(queue: PushQueue.queue, insert: push),
        QueueCase(queue: Uploads.queue, insert: media), QueueCase(queue: Scheduled.queue, insert: scheduled),
    ]

    static let inRuns = all.filter(\.queue.isInRuns)
}

/// A row that a test adds to a queue.
struct QueueRow: Sendable {
    /// The order of arrival, 1 or more.
    var number: Int64
    /// The run of the row, 1 ... 6. By default consecutive rows belong to different runs.
    var run: Int64
    var due: Timestamp

    init(_ number: Int64, run: Int64? = nil, due: Timestamp = .start) {
        self.number = number
        self.run = run ?? (number - 1) % QueueFixture.runs + 1
        self.due = due
    }
}

/// A queue in its own database.
struct QueueFixture: Sendable {
    /// The number of accounts and apps.
    static let runs: Int64 = 6
    /// When the leases of `take` expire.
    static let end = Timestamp.start + .minutes(5)
    static let elsewhere = LeaseHolder(77)

    let db: Database
    let testCase: QueueCase

    var queue: LeasedQueue { testCase.queue }

    static func with(
        _ engine: TestEngine, _ testCase: QueueCase, rows: [QueueRow] = [],
        _ body: (QueueFixture) async throws -> Void
    ) async throws {
        try await onFreshDatabase(engine) { db in
            let people = try (1...runs).map { try Someone.local($0, "p\($0)") }
            let endpoint = try iri("https://push.example/")
            try await db.write { tx in
                for person in people {
                    try Accounts.insert(person, in: tx)
                    let token = AccessToken(
                        id: ID(person.id.rawValue), app: nil, account: person.id, person: person.id, scopes: .read,
                        createdAt: .start)
                    try AccessTokens.insert(token, digest: [UInt8(person.id.rawValue)], in: tx)
                    let request = PushRequest(endpoint: endpoint, keys: PushKeys(point: [4], secret: [1]))
                    _ = try PushSubscriptions.put(request, token: token.id, account: person.id, at: .start, in: tx)
                }
            }
            let fixture = QueueFixture(db: db, testCase: testCase)
            try await fixture.insert(rows)
            try await body(fixture)
        }
    }

    func insert(_ rows: [QueueRow]) async throws {
        let insert = testCase.insert
        try await db.write { tx in for row in rows { try insert(row, tx) } }
    }

    /// Leases rows, and returns their numbers in order with the number of attempts.
    func take(
        _ limit: Int, at now: Timestamp = .start, until end: Timestamp = end, by holder: LeaseHolder = .thisProcess
    ) async throws -> [Taken] {
        let queue = queue
        let lease = Lease(now: now, until: end, holder: holder)
        return try await db.write { tx in
            let rows = try queue.lease(limit, lease, returning: "\(queue.keyColumns), attempts", in: tx)
            return try rows.map { Taken(key: try queue.key(of: $0), attempts: try $0.count("attempts")) }
        }.sorted { $0.number < $1.number }
    }

    func numbers(_ limit: Int, at now: Timestamp = .start) async throws -> [Int64] {
        try await take(limit, at: now, until: max(now, Self.end)).map(\.number)
    }

    func backlog(at now: Timestamp = .start) async throws -> QueueBacklog {
        let queue = queue
        return try await db.read { db in try queue.backlog(now: now, in: db) }
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (LeasedQueue, Transaction) throws -> T) async throws -> T {
        let queue = queue
        return try await db.write { tx in try body(queue, tx) }
    }
}

/// A leased row.
struct Taken: Sendable {
    let key: QueueKey
    let attempts: Int

    var number: Int64 { key.numbers.last ?? 0 }
}

extension QueueCase {
    @Sendable private static func received(_ row: QueueRow, _ tx: Transaction) throws {
        try tx.run(
            """
            INSERT INTO received (id, activity_iri, activity_type, signer_id, key_id, body, received_at, run_at,
                attempts, state, outcome)
            VALUES (\(row.number), \("https://far.example/\(row.number)"), 'Like', \(row.run), 'k', '{}', \(row.due),
                \(row.due), 0, 'waiting', '')
            """)
    }

    @Sendable private static func delivery(_ row: QueueRow, _ tx: Transaction) throws {
        try tx.run(
            """
            INSERT INTO activity (id, iri, actor_id, type, body, is_public, created_at)
            VALUES (\(row.number), \("https://here.example/\(row.number)"), 1, 'Like', '{}', \(true), \(row.due))
            """)
        try tx.run(
            """
            INSERT INTO delivery (id, activity_id, actor_id, inbox, host, order_key, run_at, attempts, created_at)
            VALUES (\(row.number), \(row.number), 1, 'https://far.example/inbox', 'far.example',
                \("key \(row.number)"), \(row.due), 0, \(row.due))
            """)
    }

    @Sendable private static func mail(_ row: QueueRow, _ tx: Transaction) throws {
        try tx.run(
            """
            INSERT INTO mail (id, recipient, subject, body, run_at, attempts, created_at)
            VALUES (\(row.number), 'a@b.example', 's', 'b', \(row.due), 0, \(row.due))
            """)
    }

    @Sendable private static func push(_ row: QueueRow, _ tx: Transaction) throws {
        try tx.run(
            """
            INSERT INTO push_queue (subscription_id, notification_id, type, sender_id, run_at, attempts, created_at)
            VALUES (\(row.run), \(row.number), 'mention', 1, \(row.due), 0, \(row.due))
            """)
    }

    @Sendable private static func media(_ row: QueueRow, _ tx: Transaction) throws {
        var media = Media(id: ID(row.number), owner: ID(row.run), source: "source", createdAt: row.due)
        media.mediaType = "image/png"
        try Uploads.insert(media, leasedUntil: nil, at: row.due, in: tx)
    }

    @Sendable private static func scheduled(_ row: QueueRow, _ tx: Transaction) throws {
        try Scheduled.insert(
            ScheduledPost(id: ID(row.number), author: ID(row.run), dueAt: row.due, parameters: "{}"), in: tx)
    }
}
