// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// How far somebody read a list.
public struct Marker: Sendable, Hashable {
    /// A list that one reads on several devices.
    public enum Timeline: String, Sendable, Hashable, CaseIterable, SQLBindable {
        case home, notifications
    }

    /// Which list.
    public var timeline: Timeline
    /// The number of what was read last.
    public var lastRead: Int64
    /// Grows with each change.
    public var version: Int
    /// When it was changed.
    public var updatedAt: Timestamp
}

/// How far people read.
public enum Markers {
    /// The markers that a person set.
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

    /// Sets a marker, wherever it stood.
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

    /// Moves a marker on; one that stands further already stays.
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

    /// The number of the notification that was read last; 0 when none was.
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
