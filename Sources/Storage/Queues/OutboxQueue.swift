// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// An activity that a local account sent (table `activity`). Its exact text is stored once and sent unchanged.
public struct SentActivity: Sendable, Hashable {
    /// The local id.
    public let id: ID<SentActivity>
    /// The id of the activity on the wire.
    public var iri: IRI
    /// The account that sent it.
    public var actor: ID<Account>
    /// The type, such as `Create` or `Accept`.
    public var type: String
    /// The IRI of its object. Two deliveries to one inbox about the same object keep their order.
    public var object: IRI?
    /// The exact text.
    public var body: String
    /// Whether it is listed in the actor's outbox.
    public var isPublic: Bool
    /// When it was created.
    public var createdAt: Timestamp

    /// Creates the value.
    public init(
        id: ID<SentActivity>, iri: IRI, actor: ID<Account>, type: String, object: IRI?, body: String, isPublic: Bool,
        createdAt: Timestamp
    ) {
        self.id = id
        self.iri = iri
        self.actor = actor
        self.type = type
        self.object = object
        self.body = body
        self.isPublic = isPublic
        self.createdAt = createdAt
    }
}

/// The delivery of one activity to one inbox (table `delivery`).
public struct QueuedDelivery: Sendable, Hashable, Identifiable {
    /// The local id.
    public let id: ID<QueuedDelivery>
    /// The activity.
    public var activity: ID<SentActivity>
    /// The account that signs the request. Each attempt is signed anew; the queue contains no key.
    public var actor: ID<Account>
    /// The inbox.
    public var inbox: IRI
    /// The number of attempts, including the current one.
    public var attempts: Int
    /// When the activity was created.
    public var createdAt: Timestamp
    /// The exact text of the activity.
    public var body: String
}

/// Sent activities (table `activity`) and their deliveries (table `delivery`).
public enum OutboxQueue {
    /// The queue: activities about one object are delivered to one inbox in the order in which they were sent.
    ///
    /// A delivery is tried for fourteen days. A host that does not respond rests for an hour at most.
    public static let queue = LeasedQueue(
        "outbox", table: "delivery", order: .oneByOne(columns: ["inbox", "order_key"]),
        paused: "host IN (SELECT p.host FROM peer p WHERE p.failures > 0)",
        retry: RetryPolicy(
            steps: [.seconds(15), .minutes(1), .minutes(5), .minutes(15), .minutes(30), .minutes(50)], spread: 0.2,
            patience: patience, longestRetryAfter: .hours(1)))

    /// How long a delivery is tried.
    public static let patience = Duration.days(14)

    /// Stores an activity.
    public static func insert(_ activity: SentActivity, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO activity (id, iri, actor_id, type, object_iri, body, is_public, created_at)
            VALUES (\(activity.id), \(activity.iri), \(activity.actor), \(activity.type), \(activity.object),
                \(activity.body), \(activity.isPublic), \(activity.createdAt))
            """)
    }

    /// Queues one delivery for each inbox. An inbox that already has this activity is skipped.
    ///
    /// - Parameter inboxes: each one is one POST request, so the caller should already have replaced the inboxes of a
    ///   host by its shared inbox.
    public static func deliver(
        _ activity: SentActivity, to inboxes: [IRI], ids: IDMaker, in tx: Transaction
    ) throws(DatabaseError) {
        try deliver([(activity, inboxes)], ids: ids, in: tx)
    }

    /// Queues the deliveries of several activities, which arrive at an inbox in their order.
    public static func deliver(
        _ activities: [(activity: SentActivity, inboxes: [IRI])], ids: IDMaker, in tx: Transaction
    ) throws(DatabaseError) {
        let deliveries = activities.flatMap { item in item.inboxes.map { (item.activity, $0) } }
        // One statement for a hundred rows: a popular group has thousands of inboxes, and the transaction must be
        // short.
        for start in stride(from: 0, to: deliveries.count, by: 100) {
            var values: [SQL] = []
            for (activity, inbox) in deliveries[start..<min(start + 100, deliveries.count)] {
                let id: ID<QueuedDelivery> = ids.make(at: activity.createdAt)
                let key = (activity.object ?? activity.iri).string
                values.append(
                    """
                    (\(id), \(activity.id), \(activity.actor), \(inbox), \(inbox.authority), \(key),
                     \(activity.createdAt), NULL, 0, \(activity.createdAt))
                    """)
            }
            try tx.run(
                """
                INSERT INTO delivery (id, activity_id, actor_id, inbox, host, order_key, run_at, lease_until, attempts,
                    created_at)
                VALUES \(SQL.joined(values, separator: ", "))
                ON CONFLICT (activity_id, inbox) DO NOTHING
                """)
        }
    }

    /// The inboxes of an account's accepted remote followers; one for each host that offers a shared inbox.
    public static func followerInboxes(
        of account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [IRI] {
        try inboxes(in: try db.rows(inboxQuestion(account)))
    }

    /// The statement of ``followerInboxes(of:in:)``.
    static func inboxQuestion(_ account: ID<Account>) -> SQL {
        """
        SELECT DISTINCT coalesce(a.shared_inbox, a.inbox) AS inbox
        FROM follow f JOIN account a ON a.id = f.follower_id
        WHERE f.target_id = \(account) AND f.state = 'accepted' AND a.host <> '' AND a.inbox IS NOT NULL
          AND a.suspended_at IS NULL AND a.deleted_at IS NULL
        """
    }

    /// The inboxes in the result of ``inboxQuestion(_:)``.
    static func inboxes(in rows: [Row]) throws(DatabaseError) -> [IRI] {
        try rows.map { row throws(DatabaseError) in try row.iri("inbox") }
    }

    /// The inboxes of an event's remote guests and of those who wait or asked for a seat; one for each host that offers a
    /// shared inbox.
    public static func guestInboxes(
        of event: ID<Event>, in db: some Queryable
    ) throws(DatabaseError) -> [IRI] {
        try db.rows(
            """
            SELECT DISTINCT coalesce(a.shared_inbox, a.inbox) AS inbox
            FROM guest g JOIN account a ON a.id = g.account_id
            WHERE g.event_id = \(event) AND g.state IN ('going', 'waiting', 'asked') AND a.host <> ''
              AND a.inbox IS NOT NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL
            """
        ).map { row throws(DatabaseError) in try row.iri("inbox") }
    }

    /// Leases deliveries that are due.
    ///
    /// Hosts that are paused (`rest_until`) or busy are skipped, and an older delivery to the same inbox about the same
    /// object always comes first.
    public static func lease(_ request: LeaseRequest, in tx: Transaction) throws(DatabaseError) -> [QueuedDelivery] {
        let now = request.lease.now
        let busy: SQL = request.busyHosts.isEmpty ? "" : " AND q.host NOT IN (\(list: request.busyHosts))"
        let rows = try queue.lease(
            request.limit, request.lease,
            where: "NOT EXISTS (SELECT 1 FROM peer p WHERE p.host = q.host AND p.rest_until > \(now))\(busy)",
            returning: "id, activity_id, actor_id, inbox, attempts, created_at", in: tx)
        var leased: [QueuedDelivery] = []
        for row in rows {
            leased.append(
                QueuedDelivery(
                    id: try row.id("id"), activity: try row.id("activity_id"), actor: try row.id("actor_id"),
                    inbox: try row.iri("inbox"), attempts: Int(try row.int("attempts")),
                    createdAt: try row.time("created_at"), body: ""))
        }
        return try addBodies(to: leased.sorted { $0.id < $1.id }, in: tx)
    }

    private static func addBodies(
        to deliveries: [QueuedDelivery], in tx: Transaction
    ) throws(DatabaseError) -> [QueuedDelivery] {
        let wanted = Array(Set(deliveries.map(\.activity)))
        guard !wanted.isEmpty else { return [] }
        var bodies: [ID<SentActivity>: String] = [:]
        for row in try tx.rows("SELECT id, body FROM activity WHERE id IN (\(list: wanted))") {
            bodies[try row.id("id")] = try row.text("body")
        }
        // The text was dropped because its object was deleted in the meantime, so there is nothing to deliver.
        let spoken = deliveries.filter { bodies[$0.activity]?.isEmpty == false }
        if spoken.count < deliveries.count {
            try finish(deliveries.filter { bodies[$0.activity]?.isEmpty != false }.map(\.id), in: tx)
        }
        return spoken.map { delivery in
            var delivery = delivery
            delivery.body = bodies[delivery.activity] ?? ""
            return delivery
        }
    }

    /// Deletes deliveries that the peer accepted.
    public static func accepted(_ deliveries: [QueuedDelivery], in tx: Transaction) throws(DatabaseError) {
        try finish(deliveries.map(\.id), in: tx)
        try Reports.delivered(deliveries.map(\.activity), isAccepted: true, in: tx)
    }

    /// Deletes deliveries.
    public static func finish(_ ids: [ID<QueuedDelivery>], in tx: Transaction) throws(DatabaseError) {
        try queue.complete(ids.map { QueueKey($0) }, in: tx)
    }

    /// Schedules the next attempt.
    public static func postpone(
        _ id: ID<QueuedDelivery>, until time: Timestamp, by holder: LeaseHolder = .thisProcess, in tx: Transaction
    ) throws(DatabaseError) {
        try queue.postpone(QueueKey(id), until: time, by: holder, in: tx)
    }

    /// Releases leases as if they had never been taken: at a stop, or when the host has reached its limit of open
    /// requests.
    public static func release(
        _ ids: [ID<QueuedDelivery>], by holder: LeaseHolder = .thisProcess, in tx: Transaction
    ) throws(DatabaseError) {
        try queue.release(ids.map { QueueKey($0) }, by: holder, in: tx)
    }

    /// Gives up a delivery and records it where an administrator can see it.
    public static func abandon(
        _ delivery: QueuedDelivery, record: ID<AbandonedDelivery>, reason: String, at now: Timestamp,
        in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO abandoned_delivery (id, activity_id, inbox, host, reason, abandoned_at)
            VALUES (\(record), \(delivery.activity), \(delivery.inbox), \(delivery.inbox.authority), \(reason), \(now))
            """)
        try queue.park(QueueKey(delivery.id), by: nil, in: tx)
        try Reports.delivered([delivery.activity], isAccepted: false, in: tx)
    }
}

// MARK: - Deliveries that nobody accepts

extension OutboxQueue {
    /// Gives up deliveries that have been tried for ``patience``: those of hosts that do not respond. Each inbox gets
    /// one record.
    ///
    /// - Parameter limit: the maximum number of deliveries.
    /// - Returns: how many were given up.
    public static func abandonExpired(
        _ limit: Int, ids: IDMaker, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        let limitAge = now - patience
        // The first condition is an index range, because ids grow with time.
        let rows = try tx.rows(
            """
            WITH expired AS MATERIALIZED (
                SELECT q.id FROM delivery q
                WHERE q.id < \(ID<QueuedDelivery>.first(at: limitAge)) AND q.created_at < \(limitAge)
                    AND \(queue.isFree(now))
                ORDER BY q.id LIMIT \(limit) \(.skipLocked(of: "q"))
            )
            DELETE FROM delivery WHERE id IN (SELECT id FROM expired) RETURNING inbox, activity_id
            """)
        var inboxes: [IRI: (newest: Int64, count: Int)] = [:]
        for row in rows {
            let (inbox, activity) = (try row.iri("inbox"), try row.int("activity_id"))
            let known = inboxes[inbox]
            inboxes[inbox] = (max(activity, known?.newest ?? activity), (known?.count ?? 0) + 1)
        }
        try Reports.delivered(
            rows.map { row throws(DatabaseError) in try row.id("activity_id") }, isAccepted: false, in: tx)
        for (inbox, found) in inboxes.sorted(by: { $0.key < $1.key }) {
            let record: ID<AbandonedDelivery> = ids.make(at: now)
            try tx.run(
                """
                INSERT INTO abandoned_delivery (id, activity_id, inbox, host, reason, abandoned_at, deliveries)
                VALUES (\(record), \(found.newest), \(inbox), \(inbox.authority), 'expired', \(now), \(found.count))
                """)
        }
        return rows.count
    }

    /// How many deliveries were given up since an instant because their host did not respond in time, by host.
    public static func expired(
        since time: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [String: Int] {
        let rows = try db.rows(
            """
            SELECT inbox, CAST(sum(deliveries) AS BIGINT) AS n FROM abandoned_delivery
            WHERE reason = 'expired' AND abandoned_at >= \(time) GROUP BY inbox
            """)
        var hosts: [String: Int] = [:]
        for row in rows { hosts[try row.iri("inbox").authority, default: 0] += try row.count("n") }
        return hosts
    }
}

/// The parameters with which a delivery worker leases.
public struct LeaseRequest: Sendable {
    /// The maximum number of deliveries, 1 ... 500.
    public var limit: Int
    /// The process that holds the lease, and its end.
    public var lease: Lease
    /// Hosts that are at their limit of open requests; at most 500.
    public var busyHosts: [String]

    /// Creates the value.
    public init(limit: Int, _ lease: Lease, busyHosts: [String] = []) {
        self.limit = limit
        self.lease = lease
        self.busyHosts = busyHosts
    }
}

/// The entity type of the id of a delivery that was given up.
public enum AbandonedDelivery {}
