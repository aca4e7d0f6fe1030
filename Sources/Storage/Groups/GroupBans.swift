// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// That an account may not post in a group.
public struct GroupBan: Sendable, Hashable {
    /// The group, local or remote.
    public var group: ID<Account>
    /// The account that may not post there.
    public var account: ID<Account>
    /// The id of the `Block` activity, which an `Undo` names.
    public var activity: IRI
    /// The reason, plain text; may be empty.
    public var reason: String
    /// When it ends; nil for a ban without an end.
    public var expiresAt: Timestamp?

    /// Creates the value.
    public init(group: ID<Account>, account: ID<Account>, activity: IRI, reason: String, expiresAt: Timestamp?) {
        self.group = group
        self.account = account
        self.activity = activity
        self.reason = reason
        self.expiresAt = expiresAt
    }
}

/// The table `group_ban`.
public enum GroupBans {
    /// Bans an account from a group. A second ban replaces the reason and the end of the first one.
    ///
    /// - Returns: whether anything changed.
    @discardableResult
    public static func add(_ ban: GroupBan, at now: Timestamp, in tx: Transaction) throws(DatabaseError) -> Bool {
        try tx.changed(
            """
            INSERT INTO group_ban (group_id, account_id, activity_iri, reason, created_at, expires_at)
            VALUES (\(ban.group), \(ban.account), \(ban.activity), \(ban.reason), \(now), \(ban.expiresAt))
            ON CONFLICT (group_id, account_id) DO UPDATE SET activity_iri = excluded.activity_iri,
                reason = excluded.reason, expires_at = excluded.expires_at
            WHERE group_ban.expires_at IS DISTINCT FROM excluded.expires_at
                OR group_ban.reason <> excluded.reason
            """) == 1
    }

    /// Ends a ban.
    ///
    /// - Returns: the ban that ended; nil when there was none.
    @discardableResult
    public static func remove(
        _ account: ID<Account>, from group: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> GroupBan? {
        let rows = try tx.rows(
            """
            DELETE FROM group_ban WHERE group_id = \(group) AND account_id = \(account)
            RETURNING group_id, account_id, activity_iri, reason, expires_at
            """)
        return try rows.first.map { row throws(DatabaseError) in try read(row) }
    }

    /// Whether an account may not post in a group at this time.
    public static func holds(
        _ account: ID<Account>, in group: ID<Account>, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> Bool {
        try db.row("SELECT 1 AS yes WHERE \(holds("\(account)", in: "\(group)", at: now))") != nil
    }

    /// The same as a condition, for accounts in columns.
    static func holds(_ account: SQL, in group: SQL, at now: Timestamp) -> SQL {
        """
        EXISTS (SELECT 1 FROM group_ban x WHERE x.group_id = \(group) AND x.account_id = \(account)
                AND (x.expires_at IS NULL OR x.expires_at > \(now)) \(.rowByRow))
        """
    }

    /// The bans of a group that have not ended, the latest first, with the banned accounts.
    public static func list(
        of group: ID<Account>, at now: Timestamp, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [(ban: GroupBan, account: Account)] {
        let bans = try db.rows(
            """
            SELECT group_id, account_id, activity_iri, reason, expires_at FROM group_ban
            WHERE group_id = \(group) AND (expires_at IS NULL OR expires_at > \(now))
            ORDER BY created_at DESC, account_id DESC LIMIT \(limit)
            """
        ).map { row throws(DatabaseError) in try read(row) }
        let accounts = try Accounts.byIDs(bans.map(\.account), in: db)
        return bans.compactMap { ban in accounts[ban.account].map { (ban, $0) } }
    }

    private static func read(_ row: Row) throws(DatabaseError) -> GroupBan {
        GroupBan(
            group: try row.id("group_id"), account: try row.id("account_id"), activity: try row.iri("activity_iri"),
            reason: try row.text("reason"), expiresAt: try row.timeOrNil("expires_at"))
    }
}
