// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// A notification that waits to be pushed to one client app (table `push_queue`).
public struct QueuedPush: Sendable, Hashable {
    /// The subscription that receives it.
    public var subscription: PushSubscription
    /// The id of the notification's row.
    public var notification: Int64
    /// Its type, as client apps see it.
    public var type: String
    /// The account that caused it.
    public var sender: ID<Account>
    /// The timeline item of its subject, when it has one.
    public var item: ID<TimelineItem>?
    /// The number of attempts, including the current one.
    public var attempts: Int
    /// When the notification was created.
    public var createdAt: Timestamp
}

/// The queue of pushes (table `push_queue`). A push is queued in the same transaction as its notification.
public enum PushQueue {
    /// A push that is older than this is given up.
    public static let patience = Duration.days(2)

    /// The queue. At most four pushes to one app run at the same time, so that a slow push service cannot occupy all
    /// workers.
    public static let queue = LeasedQueue(
        "push", table: "push_queue", keys: ["subscription_id", "notification_id"],
        order: .inRuns(.init(column: "subscription_id", length: 4, lock: 7_401_002)),
        retry: RetryPolicy(
            steps: [.seconds(15), .minutes(1), .minutes(5), .minutes(30), .hours(2), .hours(6), .hours(12)],
            spread: 0.2, patience: patience))

    /// Queues a notification for the recipient's apps that want its type, and wakes the worker.
    ///
    /// - Parameters:
    ///   - type: the type as client apps see it: `mention`, `follow_request`.
    ///   - account: the recipient.
    ///   - sender: the account that caused it; a subscription may accept only some senders.
    ///   - item: the timeline item of its subject.
    public static func enqueue<Notification>(
        notification: ID<Notification>, type: String, for account: ID<Account>, from sender: ID<Account>,
        about item: ID<TimelineItem>? = nil, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        let insertions = insertions(
            [(notification, account)], type: type, from: sender, about: item, at: now, onlyIfStored: false)
        if try tx.rows(ofEach: insertions).contains(where: { !$0.isEmpty }) { tx.announce(Change.pushWaits) }
    }

    /// The statements that queue pushes for notifications of one type by one account about one thing, each for its own
    /// receiver. One statement for each hundred; it returns a row for each push.
    ///
    /// - Parameter onlyIfStored: whether nothing is queued for a notification that has no row.
    static func insertions<Notification>(
        _ notifications: [(id: ID<Notification>, account: ID<Account>)], type: String, from sender: ID<Account>,
        about item: ID<TimelineItem>?, at now: Timestamp, onlyIfStored: Bool
    ) -> [SQL] {
        let isStored: SQL =
            onlyIfStored ? "AND EXISTS (SELECT 1 FROM notification k WHERE k.id = n.column1 \(.rowByRow))" : ""
        return stride(from: 0, to: notifications.count, by: 100).map { start in
            let values = notifications[start..<min(start + 100, notifications.count)].map { one -> SQL in
                "(\(one.id), \(one.account))"
            }
            return """
                INSERT INTO push_queue (subscription_id, notification_id, type, sender_id, entry_id, run_at, attempts,
                    created_at)
                SELECT s.id, n.column1, \(type), \(sender), \(item), \(now), 0, \(now)
                FROM (VALUES \(SQL.joined(values.paddedToPowerOfTwo, separator: ", "))) n
                JOIN push_subscription s ON s.account_id = n.column2
                WHERE s.alerts LIKE \("% \(type) %") \(isStored)
                  AND (s.policy = 'all'
                    OR (s.policy = 'followed' AND \(Conditions.follows(by: "n.column2", "\(sender)")))
                    OR (s.policy = 'follower' AND \(Conditions.follows(by: "\(sender)", "n.column2"))))
                ON CONFLICT (subscription_id, notification_id) DO NOTHING RETURNING subscription_id
                """
        }
    }

    /// Leases the pushes that wait longest: at most four to one app, and none to an app that has leased pushes in any
    /// process.
    ///
    /// - Parameter limit: the maximum number of apps.
    /// - Returns: the pushes in the order of their notifications.
    public static func lease(
        apps limit: Int, _ lease: Lease, in tx: Transaction
    ) throws(DatabaseError) -> [QueuedPush] {
        let columns: SQL = "subscription_id, notification_id, type, sender_id, entry_id, attempts, created_at"
        let rows = try queue.lease(limit, lease, returning: columns, in: tx)
        var wanted: Set<Int64> = []
        for row in rows { wanted.insert(try row.int("subscription_id")) }
        guard !wanted.isEmpty else { return [] }
        var subscriptions: [Int64: PushSubscription] = [:]
        let found = try tx.rows(
            """
            SELECT \(PushSubscriptions.columns) FROM push_subscription WHERE id IN (\(list: wanted.sorted()))
            """)
        for row in found { subscriptions[try row.int("id")] = try PushSubscriptions.read(row) }
        var leased: [QueuedPush] = []
        for row in rows {
            guard let subscription = subscriptions[try row.int("subscription_id")] else { continue }
            leased.append(
                QueuedPush(
                    subscription: subscription, notification: try row.int("notification_id"),
                    type: try row.text("type"), sender: try row.id("sender_id"),
                    item: try row.idOrNil("entry_id"), attempts: try row.count("attempts"),
                    createdAt: try row.time("created_at")))
        }
        return leased.sorted { ($0.notification, $0.subscription.id) < ($1.notification, $1.subscription.id) }
    }

    /// Deletes a push that the push service accepted or that was given up.
    public static func finish(_ push: QueuedPush, in tx: Transaction) throws(DatabaseError) {
        try queue.complete([push.key], in: tx)
    }

    /// Schedules the next attempt. Any worker may take it.
    public static func postpone(
        _ push: QueuedPush, until instant: Timestamp, by holder: LeaseHolder = .thisProcess, in tx: Transaction
    ) throws(DatabaseError) {
        try queue.postpone(push.key, until: instant, by: holder, in: tx)
    }
}

extension QueuedPush {
    /// The key of its row in the queue.
    public var key: QueueKey { QueueKey([subscription.id.rawValue, notification]) }
}
