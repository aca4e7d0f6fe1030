// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Logging
public import Model
internal import Storage

extension Services {
    /// How late a post may appear.
    private static let lateness = Duration.seconds(10)

    /// Publishes each post at its hour, until the task is cancelled.
    public func publishDuePosts(_ logger: Logger) async {
        await dueWorker(logger).run()
    }

    /// Publishes what is due, each once, whoever asks. What fails is tried again, eight times in all, and then stays in
    /// its author's list.
    ///
    /// - Returns: what appeared.
    @discardableResult
    public func publishDuePosts() async -> [ID<Post>] {
        await dueWorker(Logger(label: "services")).drain().compactMap(\.self)
    }

    private func dueWorker(_ logger: Logger) -> QueueWorker<PublicationWork> {
        var settings = QueueSettings(wakes: nil, every: Self.lateness, places: 4)
        settings.ahead = 16
        return QueueWorker(
            PublicationWork(services: self), settings,
            in: QueueContext(database: database, clock: clock, logger: logger))
    }
}

/// Publishes one post that waited for its hour. It appears in the transaction that takes its row away, so never twice.
private struct PublicationWork: QueueWork {
    let services: Services

    var queue: LeasedQueue { Scheduled.queue }

    func lease(_ limit: Int, _ lease: Lease, in tx: Transaction) throws -> [ScheduledPost] {
        try Scheduled.lease(limit, lease, in: tx)
    }

    func keys(of post: ScheduledPost) -> [QueueKey] { [QueueKey(post.id)] }

    /// - Returns: nil when it did not appear.
    func perform(_ post: ScheduledPost) async throws -> ID<Post>? {
        guard let waiting = Services.waiting(post), post.attempts <= queue.retry.attempts ?? .max else {
            try await services.database.write { tx in try Scheduled.park(post.id, in: tx) }
            return nil
        }
        do {
            return try await services.publish(waiting.draft, as: .onBehalf(of: post.author), scheduled: post.id)
        } catch is ServiceError {
            // What it answers is gone, or its author may no longer write.
            try await putOff(post)
            return nil
        }
    }

    private func putOff(_ post: ScheduledPost) async throws {
        let now = services.now()
        let next = queue.retry.nextTry(afterAttempts: post.attempts, since: post.dueAt, now: now, chance: 0)
        try await services.database.write { tx in
            if let next {
                try Scheduled.postpone(post.id, until: next, in: tx)
            } else {
                try Scheduled.park(post.id, in: tx)
            }
        }
    }
}
