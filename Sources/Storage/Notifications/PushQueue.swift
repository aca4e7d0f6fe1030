// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// A notification on its way to one app.
public struct QueuedPush: Sendable, Hashable {
    /// Where to, and for whose eyes.
    public var subscription: PushSubscription
    /// The number of the notification's row.
    public var notification: Int64
    /// Its type, as apps are told it.
    public var type: String
    /// Who caused it.
    public var sender: ID<Account>
    /// What it is about, when it is about a status.
    public var item: ID<TimelineItem>?
    /// How often it was tried, this time included.
    public var attempts: Int
    /// When the notification was made.
    public var createdAt: Timestamp
}

/// Pushes: queued with the notification that they tell of, leased, finished.
public enum PushQueue {
    /// After this time a notification is old news.
    public static let patience = Duration.days(2)

    /// The queue: an app whose push service answers slowly has four places at the most.
    public static let queue = LeasedQueue(
        "push", table: "push_queue", keys: ["subscription_id", "notification_id"],
        order: .inRuns(.init(column: "subscription_id", length: 4, lock: 7_401_002)),
        retry: RetryPolicy(
            steps: [.seconds(15), .minutes(1), .minutes(5), .minutes(30), .hours(2), .hours(6), .hours(12)],
            spread: 0.2, patience: patience))

    /// Queues a notification for those apps of its receiver that want its type, and wakes whoever pushes.
    ///
    /// - Parameters:
    ///   - type: as apps are told it: `mention`, `follow_request`.
    ///   - account: who is notified.
    ///   - sender: who caused it; a subscription may be for some senders only.
    ///   - item: the status that it is about.
    public static func enqueue<Notification>(
        notification: ID<Notification>, type: String, for account: ID<Account>, from sender: ID<Account>,
        about item: ID<TimelineItem>? = nil, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try enqueue([(notification, account)], type: type, from: sender, about: item, at: now, in: tx)
    }

    /// The same for notifications of one type by one account about one thing, each for its own receiver. One statement
    /// for each hundred.
    static func enqueue<Notification>(
        _ notifications: [(id: ID<Notification>, account: ID<Account>)], type: String, from sender: ID<Account>,
        about item: ID<TimelineItem>?, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        var rest = notifications[...]
        var queued = 0
        while !rest.isEmpty {
            let values = rest.prefix(100).map { one -> SQL in "(\(one.id), \(one.account))" }
            rest = rest.dropFirst(100)
            queued += try tx.changed(
                """
                INSERT INTO push_queue (subscription_id, notification_id, type, sender_id, entry_id, run_at, attempts,
                    created_at)
                SELECT s.id, n.column1, \(type), \(sender), \(item), \(now), 0, \(now)
                FROM (VALUES \(SQL.joined(values.paddedToPowerOfTwo, separator: ", "))) n
                JOIN push_subscription s ON s.account_id = n.column2
                WHERE s.alerts LIKE \("% \(type) %")
                  AND (s.policy = 'all'
                    OR (s.policy = 'followed' AND \(Conditions.follows(by: "n.column2", "\(sender)")))
                    OR (s.policy = 'follower' AND \(Conditions.follows(by: "\(sender)", "n.column2"))))
                ON CONFLICT (subscription_id, notification_id) DO NOTHING
                """)
        }
        if queued > 0 { tx.announce(Change.pushWaits) }
    }

    /// Takes the pushes that wait longest, for as long as the lease lasts: at most four to one app, and none to an app
    /// to which one is under way anywhere.
    ///
    /// - Parameter limit: to how many apps.
    /// - Returns: them in the order of their notifications.
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

    /// The push service has it, or it is given up.
    public static func finish(_ push: QueuedPush, in tx: Transaction) throws(DatabaseError) {
        try queue.complete([push.key], in: tx)
    }

    /// The push is tried again from an instant on, by whoever is first.
    public static func postpone(
        _ push: QueuedPush, until instant: Timestamp, by holder: LeaseHolder = .thisProcess, in tx: Transaction
    ) throws(DatabaseError) {
        try queue.postpone(push.key, until: instant, by: holder, in: tx)
    }
}

extension QueuedPush {
    /// Its key in the queue.
    public var key: QueueKey { QueueKey([subscription.id.rawValue, notification]) }
}
