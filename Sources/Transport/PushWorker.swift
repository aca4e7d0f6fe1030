// SPDX-License-Identifier: Apache-2.0

public import Database
public import Logging
public import Model
public import Storage

/// Takes pushes from the queue in the database and sends them, until its task is cancelled.
///
/// A push leaves the queue after the service has answered, so a crash in between sends it twice; the app shows it once,
/// since it carries the notification's number. Several workers may share a queue.
public struct PushWorker: Sendable {
    /// What is shown of a notification; nil when it is no more, or nobody should be told of it.
    public typealias Source = @Sendable (_ push: QueuedPush) async throws -> PushPayload?

    private let database: Database
    private let webPush: WebPush
    private let source: Source
    private let clock: any Clock
    private let logger: Logger

    /// How many pushes one lease takes; all are sent at the same time.
    private static let batch = 16
    /// How long they are ours; longer than one request may take.
    private static let lease = Duration.minutes(2)
    /// How often the queue is looked at when nobody tells.
    private static let poll = Duration.seconds(30)
    /// After two days a notification is old news.
    static let retry = RetryPolicy(patience: WebPush.timeToLive)

    /// - Parameters:
    ///   - database: where the queue is.
    ///   - source: says what is shown.
    public init(
        database: Database, webPush: WebPush, clock: any Clock, logger: Logger, source: @escaping Source
    ) {
        self.database = database
        self.webPush = webPush
        self.source = source
        self.clock = clock
        self.logger = logger
    }

    /// Sends what waits, then whatever comes.
    public func run() async {
        await ChangeFeed(database).work(on: .pushWaits, every: Self.poll) { await sendWaiting() }
    }

    /// Sends every push that is due now.
    ///
    /// - Returns: how many were taken by their services.
    @discardableResult
    public func sendWaiting() async -> Int {
        var taken = 0
        do {
            while !Task.isCancelled {
                let now = clock.now
                let pushes = try await database.write { tx in
                    try PushQueue.lease(limit: Self.batch, now: now, until: now + Self.lease, in: tx)
                }
                guard !pushes.isEmpty else { break }
                taken += try await sendAll(pushes)
            }
        } catch {
            logger.warning("push queue not reachable", metadata: ["error.kind": "\(error)"])
        }
        return taken
    }

    private func sendAll(_ pushes: [QueuedPush]) async throws -> Int {
        let outcomes = await withTaskGroup(of: (QueuedPush, PushOutcome).self) { group in
            for push in pushes { group.addTask { (push, await send(push)) } }
            var outcomes: [(QueuedPush, PushOutcome)] = []
            for await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
        let now = clock.now
        let steps = outcomes.map { ($0, Self.step(after: $1, of: $0, now: now, chance: .random(in: 0..<1))) }
        try await database.write { tx in
            for (push, step) in steps { try Self.take(step, push, in: tx) }
        }
        return outcomes.count { $0.1 == .taken }
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

    /// What becomes of a push and its subscription.
    enum Step: Sendable, Hashable {
        case finish
        case drop
        case giveUp
        case endSubscription
        case postpone(until: Timestamp)
    }

    static func step(after outcome: PushOutcome, of push: QueuedPush, now: Timestamp, chance: Double) -> Step {
        switch outcome {
        case .taken: return .finish
        case .refused: return .drop
        case .gone: return .endSubscription
        case .stopped: return .postpone(until: now)
        case .later(let retryAfter):
            let wait = retry.wait(afterFailures: push.attempts, retryAfter: retryAfter, chance: chance)
            let next = now + wait
            return next - push.createdAt < retry.patience ? .postpone(until: next) : .giveUp
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
