// SPDX-License-Identifier: Apache-2.0

import Database
import Logging
import Mail
import Model
import Storage
import Synchronization
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

    @Test("tries again later what was not taken, and says the same", arguments: TestEngine.available)
    func retries(engine: TestEngine) async throws {
        try await withWorker(engine) { scene in
            try await scene.enqueue(1...1)
            scene.sender.fail(with: .unavailable("down"))
            #expect(await scene.worker.sendWaiting() == 0)
            #expect(try await scene.left() == 1)

            scene.clock.advance(.seconds(59))
            #expect(await scene.worker.sendWaiting() == 0)
            #expect(scene.sender.tries == 1)

            scene.clock.advance(.seconds(1))
            scene.sender.fail(with: nil)
            #expect(await scene.worker.sendWaiting() == 1)
            #expect(scene.sender.sent.map(\.messageID) == ["<1.troquet@cafe.example>"])
            #expect(try await scene.left() == 0)
        }
    }

    @Test("gives up what is never taken", arguments: TestEngine.available)
    func givesUp(engine: TestEngine) async throws {
        try await withWorker(engine) { scene in
            try await scene.enqueue(1...1)
            scene.sender.fail(with: .unavailable("down"))
            for _ in 1...12 {
                #expect(try await scene.left() == 1)
                await scene.worker.sendWaiting()
                scene.clock.advance(.hours(6))
            }
            #expect(try await scene.left() == 0)
            #expect(scene.sender.tries == 12)
        }
    }

    @Test("gives up at once what is refused, and goes on with the rest", arguments: TestEngine.available)
    func refused(engine: TestEngine) async throws {
        try await withWorker(engine) { scene in
            try await scene.enqueue(1...1)
            scene.sender.fail(with: .refused("no such person"))
            #expect(await scene.worker.sendWaiting() == 0)
            #expect(try await scene.left() == 0)

            scene.sender.fail(with: nil)
            try await scene.enqueue(2...2, recipient: "r@mail.example\r\nBcc: eve@evil.example")
            try await scene.enqueue(3...3)
            #expect(await scene.worker.sendWaiting() == 1)
            #expect(scene.sender.sent.map(\.id.rawValue) == [3])
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

/// A worker with a sender and a clock that the test controls.
private struct Scene: Sendable {
    let database: Database
    let sender: ScriptedSender
    let clock: TurnedClock
    let worker: MailWorker

    func enqueue(_ numbers: ClosedRange<Int64>, recipient: String? = nil) async throws {
        let now = clock.now
        try await database.write { tx in
            for number in numbers {
                let address = recipient ?? "r\(number)@mail.example"
                let mail = QueuedMail(id: ID(number), recipient: address, subject: "Clé", body: "line")
                try MailQueue.enqueue(mail, at: now, in: tx)
            }
        }
    }

    /// How many e-mails are in the queue, due or not.
    func left() async throws -> Int64 {
        try await database.read { try $0.row("SELECT count(*) AS n FROM mail")?.int("n") ?? 0 }
    }
}

private func withWorker(_ engine: TestEngine, _ body: (Scene) async throws -> Void) async throws {
    let database = try await engine.makeDatabase(migrations: Schema.migrations)
    let sender = ScriptedSender()
    let clock = TurnedClock()
    let worker = MailWorker(
        database: database, sender: sender, from: try house("Café"), clock: clock, logger: .silent)
    do {
        try await body(Scene(database: database, sender: sender, clock: clock, worker: worker))
        await database.close()
    } catch {
        await database.close()
        throw error
    }
}

/// A clock that only the test advances.
private final class TurnedClock: Clock {
    private let milliseconds = Atomic<Int64>(friday.milliseconds)

    var now: Timestamp { Timestamp(milliseconds.load(ordering: .sequentiallyConsistent)) }

    func advance(_ duration: Duration) {
        milliseconds.add(duration.milliseconds, ordering: .sequentiallyConsistent)
    }
}

/// A sender that accepts or fails as the test says, and records the messages.
private final class ScriptedSender: MailSender {
    private struct State {
        var sent: [MailMessage] = []
        var tries = 0
        var failure: MailError?
        var onFirst: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let arrived: AsyncStream<ID<QueuedMail>>.Continuation
    let arrivals: AsyncStream<ID<QueuedMail>>

    init() {
        (arrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
    }

    var sent: [MailMessage] { state.withLock { $0.sent } }
    var tries: Int { state.withLock { $0.tries } }

    func fail(with failure: MailError?) {
        state.withLock { $0.failure = failure }
    }

    func onFirst(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.onFirst = action }
    }

    func send(_ message: MailMessage) async throws(MailError) {
        let (failure, action) = state.withLock { state in
            state.tries += 1
            if state.failure == nil { state.sent.append(message) }
            defer { state.onFirst = nil }
            return (state.failure, state.onFirst)
        }
        action?()
        if let failure { throw failure }
        arrived.yield(message.id)
    }
}
