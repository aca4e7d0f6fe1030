// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The read position of an account in a timeline (table `marker`).
public struct Marker: Sendable, Hashable {
    /// A timeline whose read position is shared between devices.
    public enum Timeline: String, Sendable, Hashable, CaseIterable, SQLBindable {
        case home, notifications
    }

    /// The timeline.
    public var timeline: Timeline
    /// The id of the last item that was read.
    public var lastRead: Int64
    /// Grows by one with each change.
    public var version: Int
    /// When it was changed last.
    public var updatedAt: Timestamp
}

/// The table `marker`.
public enum Markers {
    /// The markers that an account has set.
    public static func of(_ account: ID<Account>, in db: some Queryable) throws(DatabaseError) -> [Marker] {
        let rows = try db.rows(
            """
            SELECT timeline, last_read_id, version, updated_at FROM marker
            WHERE account_id = \(account) ORDER BY timeline
            """)
        var markers: [Marker] = []
        for row in rows { markers.append(try read(row)) }
        return markers
    }

    /// Sets a marker, also backwards.
    public static func set(
        _ timeline: Marker.Timeline, lastRead: Int64, of account: ID<Account>, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO marker (account_id, timeline, last_read_id, version, updated_at)
            VALUES (\(account), \(timeline), \(lastRead), 1, \(now))
            ON CONFLICT (account_id, timeline) DO UPDATE SET last_read_id = excluded.last_read_id,
                version = marker.version + 1, updated_at = excluded.updated_at
            """)
    }

    /// Moves a marker forwards. A marker that is already further stays.
    public static func advance(
        _ timeline: Marker.Timeline, to lastRead: Int64, of account: ID<Account>, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        let stands = try tx.row(
            """
            SELECT last_read_id FROM marker
            WHERE account_id = \(account) AND timeline = \(timeline) AND last_read_id >= \(lastRead)
            """)
        if stands == nil { try set(timeline, lastRead: lastRead, of: account, at: now, in: tx) }
    }

    /// The SQL expression for the id of the last read notification; 0 when none was read.
    static func lastRead(of account: ID<Account>) -> SQL {
        """
        coalesce((SELECT x.last_read_id FROM marker x
                  WHERE x.account_id = \(account) AND x.timeline = 'notifications'), 0)
        """
    }

    private static func read(_ row: Row) throws(DatabaseError) -> Marker {
        Marker(
            timeline: try row.choice("timeline"), lastRead: try row.int("last_read_id"),
            version: try row.count("version"), updatedAt: try row.time("updated_at"))
    }
}
