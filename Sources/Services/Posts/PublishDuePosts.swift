// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Logging
public import Model
internal import Storage

extension Services {
    /// The longest delay of a scheduled post: the interval at which the worker polls the queue.
    private static let lateness = Duration.seconds(10)

    /// Publishes scheduled posts at their time, until the task is cancelled.
    public func publishDuePosts(_ logger: Logger) async {
        await dueWorker(logger).run()
    }

    /// Publishes the scheduled posts that are due. Each is published once, even when several processes call this. A
    /// failed attempt is repeated, up to eight attempts in all. After that the post stays in its author's list.
    ///
    /// - Returns: the published posts.
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

/// Publishes one scheduled post. The transaction that stores the post also deletes its row in `scheduled`, so it is
/// never published twice.
private struct PublicationWork: QueueWork {
    let services: Services

    var queue: LeasedQueue { Scheduled.queue }

    func lease(_ limit: Int, _ lease: Lease, in tx: Transaction) throws -> [ScheduledPost] {
        try Scheduled.lease(limit, lease, in: tx)
    }

    func keys(of post: ScheduledPost) -> [QueueKey] { [QueueKey(post.id)] }

    /// - Returns: the post; nil when it was not published.
    func perform(_ post: ScheduledPost) async throws -> ID<Post>? {
        guard let waiting = Services.waiting(post), post.attempts <= queue.retry.attempts ?? .max else {
            try await services.database.write { tx in try Scheduled.park(post.id, in: tx) }
            return nil
        }
        do {
            return try await services.publish(waiting.draft, as: .onBehalf(of: post.author), scheduled: post.id)
        } catch is ServiceError {
            // For example, the parent post no longer exists, or the author may no longer post.
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
