// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The table `mute`: the accounts that members muted. Mutes are private.
public enum Mutes {
    /// Mutes an account, or changes the options of the mute.
    ///
    /// - Parameter end: when the mute expires; nil for never.
    public static func set(
        by account: ID<Account>, target: ID<Account>, hidesNotifications: Bool, until end: Timestamp?,
        at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO mute (account_id, target_id, hides_notifications, expires_at, created_at)
            VALUES (\(account), \(target), \(hidesNotifications), \(end), \(now))
            ON CONFLICT (account_id, target_id) DO UPDATE SET hides_notifications = excluded.hides_notifications,
                expires_at = excluded.expires_at
            """)
    }

    /// Removes a mute.
    public static func remove(
        by account: ID<Account>, target: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("DELETE FROM mute WHERE account_id = \(account) AND target_id = \(target)")
    }

    /// One page of the accounts that an account muted, newest account first. Mutes that have ended are left out.
    public static func list(
        of account: ID<Account>, _ page: PageRequest, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.page(
            """
            FROM mute m JOIN account a ON a.id = m.target_id
            WHERE m.account_id = \(account) AND \(Conditions.isMuted("m", at: now))
            """, page, in: db)
    }

    /// When the mutes of these accounts expire. Mutes without an end are left out.
    public static func ends(
        of targets: [ID<Account>], by account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Account>: Timestamp] {
        var ends: [ID<Account>: Timestamp] = [:]
        let rows = try db.rows(
            """
            SELECT target_id, expires_at FROM mute
            WHERE account_id = \(account) AND target_id IN (\(list: targets.prefix(listLimit)))
                AND expires_at IS NOT NULL
            """)
        for row in rows { ends[try row.id("target_id")] = try row.time("expires_at") }
        return ends
    }
}

/// A host that an account blocked for itself.
public struct HostBlock: Sendable, Hashable {
    /// The position in the list; grows with time.
    public var mark: Int64
    /// The host, lower case.
    public var host: String
}

/// The table `host_block`: the hosts that members blocked for themselves. These blocks are private.
public enum HostBlocks {
    /// Blocks a host. A second time changes nothing.
    public static func add(
        _ host: String, by account: ID<Account>, mark: Int64, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO host_block (id, account_id, host, created_at) VALUES (\(mark), \(account), \(host), \(now))
            ON CONFLICT (account_id, host) DO NOTHING
            """)
    }

    /// Removes the block of a host.
    public static func remove(_ host: String, by account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM host_block WHERE account_id = \(account) AND host = \(host)")
    }

    /// One page of the hosts that an account blocked, the latest first.
    public static func list(
        of account: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [HostBlock] {
        var blocks: [HostBlock] = []
        let rows = try db.rows(
            """
            SELECT id, host FROM host_block
            WHERE account_id = \(account) AND id < \(page.before) AND id > \(page.after)
            ORDER BY id \(page.direction) LIMIT \(page.limit)
            """)
        for row in rows { blocks.append(HostBlock(mark: try row.int("id"), host: try row.text("host"))) }
        return blocks.sorted { $0.mark > $1.mark }
    }

    /// The follows between an account and a host, as pairs of follower and target.
    public static func follows(
        between account: ID<Account>, _ host: String, in db: some Queryable
    ) throws(DatabaseError) -> [Follow] {
        var follows: [Follow] = []
        let rows = try db.rows(
            """
            SELECT f.follower_id, f.target_id, f.activity_iri, f.state FROM follow f
            JOIN account a ON a.id = f.target_id WHERE f.follower_id = \(account) AND a.host = \(host)
            UNION ALL
            SELECT f.follower_id, f.target_id, f.activity_iri, f.state FROM follow f
            JOIN account a ON a.id = f.follower_id WHERE f.target_id = \(account) AND a.host = \(host)
            """)
        for row in rows {
            follows.append(
                Follow(
                    follower: try row.id("follower_id"), target: try row.id("target_id"),
                    activity: try row.iri("activity_iri"), state: try row.choice("state")))
        }
        return follows
    }
}
