// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing

@Suite("The mail queue")
struct MailQueueTests {
    private let lease = Timestamp.start + .minutes(5)

    @Test("mails are leased in order, and once while the lease lasts", arguments: TestEngine.available)
    func leased(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await enqueue(1...3, in: db)
            let first = try await take(2, at: .start, in: db)
            let second = try await take(2, at: .start, in: db)
            #expect(first.map(\.id) == [ID(1), ID(2)])
            #expect(first.map(\.attempts) == [1, 1])
            #expect(first.first?.recipient == "r1@mail.example")
            #expect(first.first?.subject == "Été" && first.first?.body == "line\nline")
            #expect(second.map(\.id) == [ID(3)])
        }
    }

    @Test("whoever sends is woken after the commit", arguments: TestEngine.available)
    func woken(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let announcements = db.announcements
            try await enqueue(1...2, in: db)
            var words = announcements.makeAsyncIterator()
            #expect(await words.next() == Change.mailWaits.rawValue)
        }
    }

    private func enqueue(_ numbers: ClosedRange<Int64>, in db: Database) async throws {
        try await db.write { tx in
            for number in numbers {
                let mail = QueuedMail(
                    id: ID(number), recipient: "r\(number)@mail.example", subject: "Été", body: "line\nline")
                try MailQueue.enqueue(mail, at: .start, in: tx)
            }
        }
    }

    private func take(_ limit: Int, at now: Timestamp, in db: Database) async throws -> [QueuedMail] {
        let lease = Lease(now: now, until: lease)
        return try await db.write { try MailQueue.lease(limit, lease, in: $0) }
    }
}
