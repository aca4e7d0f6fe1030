// SPDX-License-Identifier: Apache-2.0

public import Database
public import Logging
public import Model
public import Storage

/// Takes pushes from the queue in the database and sends them, until its task is cancelled.
///
/// A push leaves the queue after the push service has responded, so after a crash it may be sent twice. The app shows
/// it once, because it carries the notification's id. Several workers may share a queue.
public struct PushWorker: Sendable {
    /// Gives the text of a notification; nil when the notification no longer exists or its receiver should not see it.
    public typealias Source = @Sendable (_ push: QueuedPush) async throws -> PushPayload?

    private let worker: QueueWorker<PushWork>

    /// - Parameters:
    ///   - database: the database with the queue, the table `push_queue`.
    ///   - source: gives the text of a notification.
    public init(
        database: Database, webPush: WebPush, clock: any Clock, logger: Logger, source: @escaping Source
    ) {
        let work = PushWork(database: database, webPush: webPush, source: source, clock: clock, logger: logger)
        // One job is all pushes to one app, so an app with a slow push service occupies one of the 64 places.
        let settings = QueueSettings(wakes: .pushWaits, every: .seconds(30), places: 64)
        worker = QueueWorker(
            work, settings, in: QueueContext(database: database, clock: clock, logger: logger))
    }

    /// Sends the pushes that are due, then waits for the next ones.
    public func run() async { await worker.run() }

    /// Sends every push that is due now.
    ///
    /// - Returns: how many were accepted by their push services.
    @discardableResult
    public func sendWaiting() async -> Int {
        await worker.drain().reduce(0, +)
    }
}

/// Sends the pushes of one app.
struct PushWork: QueueWork {
    let database: Database
    let webPush: WebPush
    let source: PushWorker.Source
    let clock: any Clock
    let logger: Logger

    var queue: LeasedQueue { PushQueue.queue }

    func lease(_ limit: Int, _ lease: Lease, in tx: Transaction) throws -> [[QueuedPush]] {
        let pushes = try PushQueue.lease(apps: limit, lease, in: tx)
        return Dictionary(grouping: pushes, by: \.subscription.id).map(\.value)
    }

    func keys(of pushes: [QueuedPush]) -> [QueueKey] { pushes.map(\.key) }

    /// Sends the pushes at the same time. The result of each is written when its response has arrived.
    ///
    /// - Returns: how many were accepted.
    func perform(_ pushes: [QueuedPush]) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for push in pushes { group.addTask { try await deliver(push) } }
            return try await group.reduce(0) { $1 ? $0 + 1 : $0 }
        }
    }

    private func deliver(_ push: QueuedPush) async throws -> Bool {
        let outcome = await send(push)
        let step = Self.step(after: outcome, of: push, now: clock.now, chance: .random(in: 0..<1))
        if let step { try await database.write { tx in try Self.take(step, push, in: tx) } }
        return outcome == .taken
    }

    private func send(_ push: QueuedPush) async -> PushOutcome {
        let payload: PushPayload?
        do {
            payload = try await source(push)
        } catch {
            logger.warning("no words for a push", metadata: ["error.kind": "\(error)"])
            return .later(retryAfter: nil)
        }
        guard let payload else { return .refused }
        let outcome = await webPush.send(payload, push, now: clock.now)
        logger.debug(
            "push sent",
            metadata: [
                "push.subscription": "\(push.subscription.id)", "push.attempt": "\(push.attempts)",
                "push.outcome": "\(outcome)",
            ])
        return outcome
    }

    /// What is done with a push and its subscription after an attempt.
    enum Step: Sendable, Hashable {
        case finish
        case drop
        case giveUp
        case endSubscription
        case postpone(until: Timestamp)
    }

    /// - Returns: nil when nothing is written, and the push goes back to the queue when its lease is released.
    static func step(after outcome: PushOutcome, of push: QueuedPush, now: Timestamp, chance: Double) -> Step? {
        switch outcome {
        case .taken: return .finish
        case .refused: return .drop
        case .gone: return .endSubscription
        case .stopped: return nil
        case .later(let retryAfter):
            let next = PushQueue.queue.retry.nextTry(
                afterAttempts: push.attempts, since: push.createdAt, now: now, retryAfter: retryAfter, chance: chance)
            return next.map { .postpone(until: $0) } ?? .giveUp
        }
    }

    private static func take(_ step: Step, _ push: QueuedPush, in tx: Transaction) throws(DatabaseError) {
        let subscription = push.subscription
        switch step {
        case .finish:
            try PushQueue.finish(push, in: tx)
            try PushSubscriptions.reached(subscription.id, in: tx)
        case .drop:
            try PushQueue.finish(push, in: tx)
        case .giveUp:
            try PushQueue.finish(push, in: tx)
            try PushSubscriptions.missed(subscription.id, in: tx)
        case .endSubscription:
            try PushQueue.finish(push, in: tx)
            try PushSubscriptions.expire(subscription.id, endpoint: subscription.endpoint, in: tx)
        case .postpone(let instant):
            try PushQueue.postpone(push, until: instant, in: tx)
        }
    }
}
