// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Vocabulary

/// A host that does not accept what is sent to it, or did not accept some of it.
public struct SilentPeer: Sendable, Hashable {
    /// The host, with its port when it has one.
    public var host: String
    /// Since when it has accepted nothing; nil when the last delivery succeeded.
    public var failingSince: Timestamp?
    /// When it last accepted a delivery; nil when it never did.
    public var lastSuccess: Timestamp?
    /// How many deliveries to it wait.
    public var waiting: Int
    /// How many deliveries to it were given up in the last 90 days.
    public var abandoned: Int
}

/// The hosts that accept nothing, and the deliveries to them that were given up, for stewards.
public enum SilentPeers {
    /// How many deliveries that were given up are tried again at once.
    public static let retryLimit = 200

    /// One page of the hosts, by their name.
    ///
    /// - Parameter last: the last host of the page before; nil for the first page.
    public static func list(
        after last: String? = nil, limit: Int = 50, in db: some Queryable
    ) throws(DatabaseError) -> [SilentPeer] {
        let rows = try db.rows(
            """
            SELECT h.host, p.first_failure_at, p.last_success_at,
                (SELECT count(*) FROM delivery d WHERE d.host = h.host) AS waiting,
                (SELECT CAST(coalesce(sum(x.deliveries), 0) AS BIGINT) FROM abandoned_delivery x
                 WHERE x.host = h.host) AS abandoned
            FROM (SELECT y.host FROM peer y WHERE y.failures > 0 AND y.host > \(last ?? "")
                  UNION SELECT z.host FROM abandoned_delivery z WHERE z.host > \(last ?? "")) h
            LEFT JOIN peer p ON p.host = h.host
            ORDER BY h.host LIMIT \(limit)
            """)
        return try rows.map { row throws(DatabaseError) in
            SilentPeer(
                host: try row.text("host"), failingSince: try row.timeOrNil("first_failure_at"),
                lastSuccess: try row.timeOrNil("last_success_at"), waiting: try row.count("waiting"),
                abandoned: try row.count("abandoned"))
        }
    }

    /// Tries everything for a host again: its pause ends, and its newest deliveries of the last 14 days that were given
    /// up are queued again. One whose activity was deleted meanwhile stays given up.
    ///
    /// - Returns: how many deliveries were queued again.
    @discardableResult
    public static func retry(
        _ host: String, ids: IDMaker, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        try tx.run("UPDATE peer SET rest_until = 0, woken_at = \(now) WHERE host = \(host)")
        let records = try tx.rows(
            """
            SELECT x.id, x.activity_id, x.inbox FROM abandoned_delivery x JOIN activity s ON s.id = x.activity_id
            WHERE x.host = \(host) AND x.abandoned_at > \(now - OutboxQueue.patience) AND s.body <> ''
            ORDER BY x.id DESC LIMIT \(retryLimit)
            """)
        var wanted: [(activity: ID<SentActivity>, inbox: IRI)] = []
        var ended: [ID<AbandonedDelivery>] = []
        for row in records {
            wanted.append((try row.id("activity_id"), try row.iri("inbox")))
            ended.append(try row.id("id"))
        }
        for some in ended.inLists() {
            try tx.run("DELETE FROM abandoned_delivery WHERE id IN (\(list: some))")
        }
        // What waits is queued again behind it, because activities about one object arrive in their order.
        for some in Set(wanted.map(\.activity)).sorted().inLists() {
            let behind = try tx.rows(
                """
                DELETE FROM delivery WHERE host = \(host) AND lease_holder IS NULL AND order_key IN (
                    SELECT coalesce(s.object_iri, s.iri) FROM activity s WHERE s.id IN (\(list: some)))
                RETURNING activity_id, inbox
                """)
            for row in behind { wanted.append((try row.id("activity_id"), try row.iri("inbox"))) }
        }
        try OutboxQueue.deliver(try activities(wanted, at: now, in: tx), ids: ids, in: tx)
        try tx.run("UPDATE delivery SET run_at = \(now) WHERE host = \(host) AND run_at > \(now)")
        tx.announce(.deliveriesWait)
        return ended.count
    }

    /// The deliveries in the order of their activities. Their time is now, so that they are tried as long as new ones.
    private static func activities(
        _ wanted: [(activity: ID<SentActivity>, inbox: IRI)], at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> [(activity: SentActivity, inboxes: [IRI])] {
        var inboxes: [ID<SentActivity>: [IRI]] = [:]
        for (activity, inbox) in wanted { inboxes[activity, default: []].append(inbox) }
        var deliveries: [(activity: SentActivity, inboxes: [IRI])] = []
        for some in inboxes.keys.sorted().inLists() {
            let rows = try tx.rows(
                """
                SELECT id, iri, actor_id, type, object_iri, is_public FROM activity WHERE id IN (\(list: some)) ORDER BY id
                """)
            for row in rows {
                let activity = SentActivity(
                    id: try row.id("id"), iri: try row.iri("iri"), actor: try row.id("actor_id"),
                    type: try row.text("type"), object: try row.iriOrNil("object_iri"), body: "",
                    isPublic: try row.bool("is_public"), createdAt: now)
                deliveries.append((activity, inboxes[activity.id] ?? []))
            }
        }
        return deliveries
    }
}
