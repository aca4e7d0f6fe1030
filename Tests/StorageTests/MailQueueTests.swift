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

    @Test("a mail whose sender died is leased again", arguments: TestEngine.available)
    func expired(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await enqueue(1...1, in: db)
            _ = try await take(1, at: .start, in: db)
            #expect(try await take(1, at: lease, in: db).isEmpty)
            #expect(try await take(1, at: lease + .seconds(1), in: db).map(\.attempts) == [2])
        }
    }

    @Test("a mail that was put off waits, one that was sent is gone", arguments: TestEngine.available)
    func ended(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await enqueue(1...2, in: db)
            _ = try await take(2, at: .start, in: db)
            let retry = Timestamp.start + .minutes(1)
            try await db.write { tx in
                try MailQueue.finish(ID(1), in: tx)
                try MailQueue.postpone(ID(2), until: retry, in: tx)
            }
            #expect(try await take(9, at: retry - .seconds(1), in: db).isEmpty)
            #expect(try await take(9, at: retry, in: db).map(\.id) == [ID(2)])
        }
    }

    @Test("a mail is never leased by two workers", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await enqueue(1...40, in: db)
            let taken = try await withThrowingTaskGroup(of: [QueuedMail].self) { group in
                for _ in 1...10 { group.addTask { try await take(4, at: .start, in: db) } }
                return try await group.reduce(into: []) { $0 += $1.map(\.id) }
            }
            #expect(Set(taken).count == taken.count)
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
        let lease = lease
        return try await db.write { try MailQueue.lease(limit: limit, now: now, until: lease, in: $0) }
    }
}
