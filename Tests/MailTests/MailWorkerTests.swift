// SPDX-License-Identifier: Apache-2.0

import Database
import Mail
import Model
import Storage
import TestSupport
import Testing

@Suite("The mail worker")
struct MailWorkerTests {
    @Test("sends what waits, in order, and forgets it", arguments: TestEngine.available)
    func sends(engine: TestEngine) async throws {
        try await withWorker(engine) { scene in
            try await scene.enqueue(1...20)
            #expect(await scene.worker.sendWaiting() == 20)
            #expect(scene.sender.sent.map(\.id.rawValue) == Array(1...20))
            #expect(scene.sender.sent.first?.to.description == "r1@mail.example")
            #expect(scene.sender.sent.first?.from.name == "Café")
            #expect(try await scene.left() == 0)
        }
    }

    @Test("what is no longer true is not sent", arguments: TestEngine.available)
    func untrue(engine: TestEngine) async throws {
        try await withWorker(engine, isStillTrue: { mail, _ in mail.id.rawValue != 2 }) { scene in
            try await scene.enqueue(1...3)
            #expect(await scene.worker.sendWaiting() == 2)
            #expect(scene.sender.sent.map(\.id.rawValue) == [1, 3])
            #expect(try await scene.all(.failed).map(\.failure) == ["it is no longer true"])
            #expect(scene.results[.skipped] == 1)
        }
    }

    @Test(
        "tries one e-mail of many when the server is away, and sends all when it is back",
        arguments: TestEngine.available)
    func away(engine: TestEngine) async throws {
        try await withWorker(engine) { scene in
            try await scene.enqueue(1...20)
            scene.sender.fail(with: .unavailable("no answer"))
            #expect(await scene.worker.sendWaiting() == 0)
            #expect(scene.sender.tries == 1)
            #expect(try await scene.status().detail == "no answer")

            scene.clock.advance(.seconds(59))
            #expect(await scene.worker.sendWaiting() == 0)
            #expect(scene.sender.tries == 1)

            scene.clock.advance(.seconds(1))
            scene.sender.fail(with: nil)
            _ = await scene.worker.sendWaiting()
            await scene.pass(.minutes(3), by: .minutes(1))
            #expect(scene.sender.sent.map(\.id.rawValue).sorted() == Array(1...20))
            #expect(try await scene.status().problem == nil)
        }
    }

    @Test("loses nothing and doubles nothing while the server is away for a day", arguments: TestEngine.available)
    func deadForADay(engine: TestEngine) async throws {
        try await withWorker(engine) { scene in
            try await scene.enqueue(1...5)
            try await scene.enqueue(6...6) { $0.goodUntil = friday + .minutes(30) }
            scene.sender.fail(with: .unavailable("no answer"))
            await scene.pass(.days(1), by: .minutes(5))
            // About four an hour, whatever the number of e-mails.
            #expect((80...110).contains(scene.sender.tries))
            // One of them was of no use any more when its turn came.
            #expect(try await scene.left() == 5)

            scene.sender.fail(with: nil)
            await scene.pass(.hours(1), by: .minutes(5))
            #expect(scene.sender.sent.map(\.id.rawValue).sorted() == [1, 2, 3, 4, 5])
            // A link that is no longer valid is of no use.
            #expect(try await scene.all(.failed).map(\.failure) == ["it would have come too late"])
            #expect(scene.results[.sent] == 5 && scene.results[.skipped] == 1)
        }
    }

    @Test("keeps everything while the settings are refused, however long", arguments: TestEngine.available)
    func settings(engine: TestEngine) async throws {
        try await withWorker(engine) { scene in
            try await scene.enqueue(1...3)
            scene.sender.fail(with: .misconfigured("535 5.7.8 wrong password"))
            await scene.pass(.days(10), by: .hours(1))
            let status = try await scene.status()
            #expect(status.problem == .settings && status.since == friday + .hours(1))
            #expect(try await scene.left() == 3)
            scene.sender.fail(with: nil)
            await scene.pass(.hours(2), by: .minutes(10))
            #expect(scene.sender.sent.count == 3)
        }
    }

    @Test("is not held up by the one e-mail that the server does not like", arguments: TestEngine.available)
    func poison(engine: TestEngine) async throws {
        try await withWorker(engine) { scene in
            try await scene.enqueue(1...4)
            scene.sender.fail("r1@mail.example", with: .unavailable("it hangs up"))
            await scene.pass(.minutes(10), by: .minutes(1))
            #expect(scene.sender.sent.map(\.id.rawValue).sorted() == [2, 3, 4])
            #expect(try await scene.left() == 1)
        }
    }

    @Test(
        "tries again later what was not taken, says the same, and goes on with the rest",
        arguments: TestEngine.available)
    func greylisted(engine: TestEngine) async throws {
        try await withWorker(engine) { scene in
            try await scene.enqueue(1...2)
            scene.sender.fail("r1@mail.example", with: .postponed("450 4.2.0 greylisted"))
            #expect(await scene.worker.sendWaiting() == 1)
            #expect(scene.sender.sent.map(\.id.rawValue) == [2])
            #expect(try await scene.all(.waiting).map(\.failure) == ["450 4.2.0 greylisted"])

            scene.clock.advance(.seconds(53))
            #expect(await scene.worker.sendWaiting() == 0)
            #expect(scene.sender.tries == 2)

            scene.clock.advance(.seconds(14))
            scene.sender.fail("r1@mail.example", with: nil)
            #expect(await scene.worker.sendWaiting() == 1)
            #expect(scene.sender.sent.map(\.messageID).last == "<1.troquet@cafe.example>")
            #expect(try await scene.left() == 0)
        }
    }

    @Test("rests for a moment when the server closes while it looks at one e-mail", arguments: TestEngine.available)
    func closing(engine: TestEngine) async throws {
        try await withWorker(engine) { scene in
            try await scene.enqueue(1...3)
            scene.sender.fail("r1@mail.example", with: .postponed("421 4.7.0 closing", rest: .server))
            #expect(await scene.worker.sendWaiting() == 0)
            #expect(scene.sender.tries == 1)
            await scene.pass(.minutes(4), by: .minutes(1))
            #expect(scene.sender.sent.map(\.id.rawValue).sorted() == [2, 3])
        }
    }

    @Test("gives up after three days what is never taken", arguments: TestEngine.available)
    func givesUp(engine: TestEngine) async throws {
        try await withWorker(engine) { scene in
            try await scene.enqueue(1...1)
            scene.sender.fail(with: .postponed("450 4.2.0 greylisted"))
            await scene.pass(.hours(60), by: .hours(1))
            #expect(try await scene.left() == 1)
            await scene.pass(.hours(15), by: .hours(1))
            #expect(try await scene.left() == 0)
            #expect((10...16).contains(scene.sender.tries))
            let failed = try await scene.all(.failed)
            #expect(failed.map(\.failure) == ["given up after three days; at last: 450 4.2.0 greylisted"])
        }
    }

    @Test("gives up at once what is refused, and goes on with the rest", arguments: TestEngine.available)
    func refused(engine: TestEngine) async throws {
        try await withWorker(engine) { scene in
            try await scene.enqueue(1...1)
            scene.sender.fail(with: .refused("550 5.7.1 spam"))
            #expect(await scene.worker.sendWaiting() == 0)
            #expect(try await scene.left() == 0)
            #expect(try await scene.database.read { try MailSuppressions.count(in: $0) } == 0)

            scene.sender.fail(with: nil)
            try await scene.enqueue(2...2, recipient: "r@mail.example\r\nBcc: eve@evil.example")
            try await scene.enqueue(3...3)
            #expect(await scene.worker.sendWaiting() == 1)
            #expect(scene.sender.sent.map(\.id.rawValue) == [3])
            #expect(try await scene.all(.failed).map(\.failure) == ["550 5.7.1 spam", "not an e-mail address"])
        }
    }

    @Test(
        "sends nothing more to an address that does not exist, until a steward says so", arguments: TestEngine.available
    )
    func suppressed(engine: TestEngine) async throws {
        try await withWorker(engine) { scene in
            try await scene.enqueue(1...1, recipient: "Gone@mail.example")
            scene.sender.fail(with: .refused("550 5.1.1 no such person", isAddress: true))
            await scene.worker.sendWaiting()
            scene.sender.fail(with: nil)
            try await scene.enqueue(2...2, recipient: "gone@mail.example")
            #expect(await scene.worker.sendWaiting() == 0)
            #expect(scene.sender.tries == 1)
            #expect(
                try await scene.all(.failed).map(\.failure) == [
                    "550 5.1.1 no such person", "the address takes no e-mail: 550 5.1.1 no such person",
                ])
            let now = scene.clock.now
            let isBack = try await scene.database.write { tx in
                try MailSuppressions.remove("gone@mail.example", in: tx) && MailQueue.retry(ID(2), at: now, in: tx)
            }
            #expect(isBack)
            #expect(await scene.worker.sendWaiting() == 1)
            #expect(scene.results[.failed] == 1 && scene.results[.skipped] == 1 && scene.results[.sent] == 1)
        }
    }

    @Test("sends an e-mail once also when the database does not take that it was sent")
    func notRecorded() async throws {
        try await withWorker(.sqlite) { scene in
            try await scene.database.write { tx in
                try tx.run(
                    """
                    CREATE TRIGGER no_room BEFORE UPDATE ON mail WHEN NEW.state = 'sent'
                    BEGIN SELECT RAISE(ABORT, 'the disk is full'); END
                    """)
            }
            try await scene.enqueue(1...3)
            let sending = Task { await scene.worker.sendWaiting() }
            var arrivals = scene.sender.arrivals.makeAsyncIterator()
            #expect(await arrivals.next() == ID(1))
            #expect(try await scene.left() == 3)
            try await scene.database.write { tx in try tx.run("DROP TRIGGER no_room") }
            #expect(await sending.value == 3)
            #expect(scene.sender.sent.map(\.id.rawValue) == [1, 2, 3])
            #expect(try await scene.left() == 0)
        }
    }

    @Test("is woken by a mail, and ends when it is cancelled", arguments: TestEngine.available, [0, 1])
    func runs(engine: TestEngine, before: Int64) async throws {
        try await withWorker(engine) { scene in
            if before > 0 { try await scene.enqueue(1...before) }
            let running = Task { await scene.worker.run() }
            var arrivals = scene.sender.arrivals.makeAsyncIterator()
            if before > 0 { #expect(await arrivals.next() == ID(1)) }
            try await scene.enqueue(2...2)
            #expect(await arrivals.next() == ID(2))
            running.cancel()
            await running.value
        }
    }

    @Test("hands back what it leased when it is cancelled", arguments: TestEngine.available)
    func cancelled(engine: TestEngine) async throws {
        try await withWorker(engine) { scene in
            let running = Task { await scene.worker.run() }
            scene.sender.onFirst { running.cancel() }
            try await scene.enqueue(1...3)
            await running.value
            #expect(scene.sender.sent.count == 1)
            #expect(try await scene.left() == 2)
            #expect(await scene.worker.sendWaiting() == 2)
        }
    }
}
