// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing

@Suite("What waits in the queues")
struct QueueBacklogsTests {
    @Test("every queue is there, and empty when nothing waits", arguments: TestEngine.available)
    func empty(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let backlogs = try await db.read { db in try QueueBacklogs.all(now: .start, in: db) }
            #expect(backlogs.map(\.queue) == ["inbox", "outbox", "mail", "push", "media", "scheduled"])
            #expect(backlogs.allSatisfy { $0.count == 0 && $0.oldest == nil })
        }
    }

    @Test("all that waits is counted, and the age is that of the oldest that is due", arguments: TestEngine.available)
    func waiting(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.write { tx in
                for minute in 1...3 {
                    let mail = QueuedMail(id: ID(Int64(minute)), recipient: "a@b.example", subject: "s", body: "b")
                    try MailQueue.enqueue(mail, at: .start + .minutes(minute), in: tx)
                }
            }
            for (minutes, oldest) in [(0, nil), (1, 1), (9, 1)] {
                let now = Timestamp.start + .minutes(minutes)
                let backlogs = try await db.read { db in try QueueBacklogs.all(now: now, in: db) }
                let mail = try #require(backlogs.first { $0.queue == "mail" })
                #expect(mail.count == 3)
                #expect(mail.oldest == oldest.map { .start + .minutes($0) })
            }
        }
    }
}
