// SPDX-License-Identifier: Apache-2.0

import Database
import Logging
import Mail
import Model
import Storage
import Synchronization
import TestSupport
import Testing

/// A worker with a sender and a clock that the test controls.
struct Scene: Sendable {
    let database: Database
    let sender: ScriptedSender
    let clock: TurnedClock
    let worker: MailWorker
    let results: Results

    func enqueue(
        _ numbers: ClosedRange<Int64>, recipient: String? = nil,
        changing change: @escaping @Sendable (inout QueuedMail) -> Void = { _ in }
    ) async throws {
        let now = clock.now
        try await database.write { tx in
            for number in numbers {
                let address = recipient ?? "r\(number)@mail.example"
                var mail = QueuedMail(id: ID(number), recipient: address, subject: "Clé", body: "line")
                change(&mail)
                try MailQueue.enqueue(mail, at: now, in: tx)
            }
        }
    }

    /// How many e-mails are in the queue, due or not.
    func left() async throws -> Int64 {
        try await database.read { Int64(try MailQueue.counts(in: $0).waiting) }
    }

    /// The e-mails in a state, the oldest first.
    func all(_ state: MailRecord.State) async throws -> [MailRecord] {
        try await database.read { try MailQueue.list(state, limit: 100, in: $0) }.reversed()
    }

    func status() async throws -> MailSenderStatus {
        try await database.read { try MailSenders.status(in: $0) }
    }

    /// Lets time pass, and sends what is due after each step.
    ///
    /// - Returns: how many were sent.
    @discardableResult
    func pass(_ duration: Duration, by step: Duration) async -> Int {
        let end = clock.now + duration
        var count = 0
        while clock.now < end {
            clock.advance(step)
            count += await worker.sendWaiting()
        }
        return count
    }
}

func withWorker(
    _ engine: TestEngine, isStillTrue: @escaping @Sendable (QueuedMail, Snapshot) throws -> Bool = { _, _ in true },
    _ body: (Scene) async throws -> Void
) async throws {
    let database = try await engine.makeDatabase(migrations: Schema.migrations)
    let sender = ScriptedSender()
    let clock = TurnedClock()
    let results = Results()
    let worker = MailWorker(
        database: database, sender: sender, settings: MailSettings(from: try house("Café")), clock: clock,
        logger: .silent, isStillTrue: isStillTrue
    ) { results.add($1) }
    do {
        try await body(Scene(database: database, sender: sender, clock: clock, worker: worker, results: results))
        await database.close()
    } catch {
        await database.close()
        throw error
    }
}

/// A clock that only the test advances.
final class TurnedClock: Clock {
    private let milliseconds = Atomic<Int64>(friday.milliseconds)

    var now: Timestamp { Timestamp(milliseconds.load(ordering: .sequentiallyConsistent)) }

    func advance(_ duration: Duration) {
        milliseconds.add(duration.milliseconds, ordering: .sequentiallyConsistent)
    }
}

/// A sender that accepts or fails as the test says, and records the messages.
final class ScriptedSender: MailSender {
    private struct State {
        var sent: [MailMessage] = []
        var tries = 0
        var failure: MailError?
        var failures: [String: MailError] = [:]
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

    /// Lets all messages to one recipient fail.
    func fail(_ recipient: String, with failure: MailError?) {
        state.withLock { $0.failures[recipient] = failure }
    }

    func onFirst(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.onFirst = action }
    }

    func send(_ message: MailMessage) async throws(MailError) {
        let (failure, action) = state.withLock { state in
            state.tries += 1
            let failure = state.failures[message.to.description] ?? state.failure
            if failure == nil { state.sent.append(message) }
            defer { state.onFirst = nil }
            return (failure, state.onFirst)
        }
        action?()
        if let failure { throw failure }
        arrived.yield(message.id)
    }
}

/// What became of the attempts.
final class Results: Sendable {
    private let counts = Mutex<[MailResult: Int]>([:])

    func add(_ result: MailResult) { counts.withLock { $0[result, default: 0] += 1 } }

    subscript(result: MailResult) -> Int { counts.withLock { $0[result] ?? 0 } }
}
