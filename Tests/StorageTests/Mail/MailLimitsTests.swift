// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing

@Suite("What holds e-mails back")
struct MailLimitsTests {
    @Test("those for which somebody waits are leased first", arguments: TestEngine.available)
    func urgent(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await enqueue([(1, .bulk), (2, .normal), (3, .atOnce), (4, .normal)], in: db)
            #expect(try await take(3, at: .start, in: db) == [3, 2, 4])
            #expect(try await take(3, at: .start, in: db) == [1])
        }
    }

    @Test(
        "no more are sent within an hour than the limit says, and a tenth is kept for those for which somebody waits",
        arguments: TestEngine.available)
    func perHour(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await enqueue((1...30).map { ($0, .normal) }, in: db)
            let first = try await take(30, at: .start, perHour: 20, in: db)
            #expect(first == Array(1...18))
            #expect(try await take(30, at: .start, perHour: 20, in: db) == [])
            try await enqueue([(31, .atOnce), (32, .atOnce), (33, .atOnce)], in: db)
            let urgent = try await take(30, at: .start, perHour: 20, in: db)
            #expect(urgent == [31, 32])
            try await finish(first + urgent, at: .start, in: db)

            let before = Timestamp.start + .hours(1) - .milliseconds(1)
            #expect(try await take(30, at: before, perHour: 20, in: db) == [])
            let after = Timestamp.start + .hours(1)
            #expect(try await take(30, at: after, perHour: 20, in: db) == [33] + Array(19...30))
        }
    }

    @Test(
        "while the sender rests none is leased, and afterwards one, until it works again",
        arguments: TestEngine.available)
    func resting(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await enqueue((1...5).map { ($0, .normal) }, in: db)
            let first = try await db.write { tx in try MailSenders.rest(.server, "no answer", at: .start, in: tx) }
            let until = try #require(first.restsUntil)
            #expect(until == .start + .minutes(1) && first.since == .start && first.failures == 1)
            // The e-mail that failed at the same moment is no second failure.
            let same = try await db.write { tx in try MailSenders.rest(.server, "no answer", at: .start, in: tx) }
            #expect(same.failures == 1 && same.restsUntil == until)
            #expect(try await take(5, at: until - .milliseconds(1), in: db) == [])
            #expect(try await take(5, at: until, in: db) == [1])
            let second = try await db.write { tx in try MailSenders.rest(.server, "no answer", at: until, in: tx) }
            #expect(second.restsUntil == until + .minutes(2) && second.since == .start && second.failures == 2)
            let (was, again) = try await db.write { tx in
                (try MailSenders.recover(in: tx), try MailSenders.recover(in: tx))
            }
            #expect(was && !again)
            #expect(try await take(5, at: until, in: db) == [2, 3, 4, 5])
        }
    }

    @Test("a rest grows to a quarter of an hour and no further, and can be ended", arguments: TestEngine.available)
    func rests(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            var now = Timestamp.start
            var waits: [Int64] = []
            for _ in 1...7 {
                let at = now
                let status = try await db.write { tx in try MailSenders.rest(.settings, "535", at: at, in: tx) }
                now = try #require(status.restsUntil)
                waits.append((now - at).milliseconds / 60_000)
            }
            #expect(waits == [1, 2, 5, 10, 15, 15, 15])
            _ = try await db.write { tx in try MailSenders.wake(in: tx) }
            let status = try await db.read { db in try MailSenders.status(in: db) }
            #expect(status.problem == .settings && status.restsUntil == nil && status.detail == "535")
        }
    }

    @Test("an address is on the list once, in whatever case and spelling", arguments: TestEngine.available)
    func suppressed(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.write { tx in
                try MailSuppressions.add("Gone@Mail.example", .refused, "550 5.1.1", at: .start, in: tx)
                try MailSuppressions.add("gone@mail.example", .bounced, "later", at: .start, in: tx)
                try MailSuppressions.add("kim@bücher.example", .steward, "", at: .start, in: tx)
            }
            let (all, found, other) = try await db.read { db in
                (
                    try MailSuppressions.list(limit: 10, in: db),
                    try MailSuppressions.find("GONE@mail.example", in: db),
                    try MailSuppressions.find("kim@xn--bcher-kva.example", in: db)
                )
            }
            #expect(all.map(\.address) == ["gone@mail.example", "kim@xn--bcher-kva.example"])
            #expect(found?.reason == .refused && found?.detail == "550 5.1.1")
            #expect(other?.reason == .steward)
            let removed = try await db.write { tx in
                [
                    try MailSuppressions.remove("GONE@mail.example", in: tx),
                    try MailSuppressions.remove("gone@mail.example", in: tx),
                ]
            }
            #expect(removed == [true, false])
        }
    }

    @Test(
        "what was sent stays without its text, is not sent again, and its return path is known",
        arguments: TestEngine.available)
    func ended(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await enqueue([(1, .normal), (2, .normal), (3, .normal)], in: db)
            _ = try await take(3, at: .start, in: db)
            try await finish([1], at: .start, in: db)
            let token = try await db.write { tx in
                try MailQueue.fail(ID(2), "550 no", at: .start, in: tx)
                return try tx.row("SELECT return_token, body FROM mail WHERE id = 1")
            }
            #expect(try token?.text("body") == "")
            let secret = try #require(try token?.text("return_token"))
            #expect(secret.count == 20)
            let (sent, failed, byToken, unknown) = try await db.read { db in
                (
                    try MailQueue.list(.sent, limit: 9, in: db), try MailQueue.list(.failed, limit: 9, in: db),
                    try MailQueue.byReturnToken(secret, in: db), try MailQueue.byReturnToken("other", in: db)
                )
            }
            #expect(sent.map(\.id.rawValue) == [1] && failed.map(\.failure) == ["550 no"])
            #expect(byToken?.id == ID(1) && unknown == nil)
            let changed = try await db.write { tx in
                [
                    try MailQueue.retry(ID(1), at: .start, in: tx), try MailQueue.drop(ID(1), in: tx),
                    // Number 3 is in hand.
                    try MailQueue.retry(ID(3), at: .start, in: tx), try MailQueue.drop(ID(3), in: tx),
                    try MailQueue.retry(ID(2), at: .start, in: tx),
                ]
            }
            #expect(changed == [false, false, false, false, true])
            #expect(try await take(9, at: .start, in: db) == [2])
            let swept = try await db.write { tx in
                [
                    try Retention.sweep("mail", at: .start + .days(14), in: tx),
                    try Retention.sweep("mail", at: .start + .days(14) + .milliseconds(1), in: tx),
                ]
            }
            #expect(swept == [0, 1])
        }
    }

    private func enqueue(_ mails: [(Int, QueuedMail.Urgency)], in db: Database) async throws {
        try await db.write { tx in
            for (number, urgency) in mails {
                var mail = QueuedMail(
                    id: ID(Int64(number)), recipient: "r\(number)@mail.example", subject: "s", body: "text")
                mail.urgency = urgency
                mail.identify(at: "cafe.example")
                try MailQueue.enqueue(mail, at: .start, in: tx)
            }
        }
    }

    private func take(_ limit: Int, at now: Timestamp, perHour: Int? = nil, in db: Database) async throws -> [Int] {
        let lease = Lease(now: now, until: now + .minutes(5))
        return try await db.write { try MailQueue.lease(limit, lease, perHour: perHour, in: $0) }
            .map { Int($0.id.rawValue) }
    }

    private func finish(_ numbers: [Int], at now: Timestamp, in db: Database) async throws {
        try await db.write { tx in
            for number in numbers { try MailQueue.finish(ID(Int64(number)), at: now, in: tx) }
        }
    }
}
