// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The table `account_note`: private notes of members about other accounts.
public enum AccountNotes {
    /// Stores a note; an empty text deletes it.
    public static func set(
        _ note: String, about target: ID<Account>, by account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        guard !note.isEmpty else {
            try tx.run("DELETE FROM account_note WHERE account_id = \(account) AND target_id = \(target)")
            return
        }
        try tx.run(
            """
            INSERT INTO account_note (account_id, target_id, note) VALUES (\(account), \(target), \(note))
            ON CONFLICT (account_id, target_id) DO UPDATE SET note = excluded.note
            """)
    }
}

/// The table `endorsement`: the accounts that members recommend on their profiles.
public enum Endorsements {
    /// Adds a recommendation. A second time changes nothing.
    public static func add(
        _ target: ID<Account>, by account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO endorsement (account_id, target_id) VALUES (\(account), \(target))
            ON CONFLICT (account_id, target_id) DO NOTHING
            """)
    }

    /// Removes a recommendation.
    public static func remove(
        _ target: ID<Account>, by account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("DELETE FROM endorsement WHERE account_id = \(account) AND target_id = \(target)")
    }

    /// One page of the accounts that an account recommends, newest account first.
    public static func list(
        of account: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.page(
            "FROM endorsement m JOIN account a ON a.id = m.target_id WHERE m.account_id = \(account)", page, in: db)
    }
}

/// Suggestions of accounts to follow.
public enum Suggestions {
    /// The local groups and people that the viewer does not follow: groups first, then by the number of followers.
    public static func list(
        for viewer: ID<Account>, limit: Int, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM account a
            WHERE a.host = '' AND a.kind IN ('person', 'group') AND a.discoverable AND \(AccountRow.isActive)
                AND a.id <> \(viewer) AND \(Conditions.noBlock(between: viewer, and: "a.id"))
                AND (a.kind = 'group' OR EXISTS (
                    SELECT 1 FROM local_account m WHERE m.account_id = a.id AND m.approved_at IS NOT NULL
                    \(.rowByRow)))
                AND NOT EXISTS (SELECT 1 FROM follow x WHERE x.follower_id = \(viewer) AND x.target_id = a.id)
                AND NOT EXISTS (SELECT 1 FROM mute x WHERE x.account_id = \(viewer) AND x.target_id = a.id
                                AND \(Conditions.isMuted("x", at: now)))
                AND NOT EXISTS (
                    SELECT 1 FROM dismissed_suggestion x WHERE x.account_id = \(viewer) AND x.target_id = a.id)
            ORDER BY CASE WHEN a.kind = 'group' THEN 0 ELSE 1 END, a.follower_count DESC, a.id DESC LIMIT \(limit)
            """, in: db)
    }

    /// Excludes an account from the viewer's suggestions.
    public static func dismiss(
        _ target: ID<Account>, for viewer: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO dismissed_suggestion (account_id, target_id) VALUES (\(viewer), \(target))
            ON CONFLICT (account_id, target_id) DO NOTHING
            """)
    }

    /// For each of these accounts, its followers whom the viewer follows too, ten at the most.
    public static func familiarFollowers(
        of ids: [ID<Account>], viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Account>: [Account]] {
        var found: [ID<Account>: [Account]] = [:]
        let rows = try db.rows(
            """
            SELECT f.target_id AS of_id, \(AccountRow.plain) FROM follow f JOIN account a ON a.id = f.follower_id
            WHERE f.target_id IN (\(list: ids.prefix(40))) AND f.state = 'accepted' AND a.id <> \(viewer)
                AND \(AccountRow.isActive) AND \(Conditions.follows(viewer, "a.id"))
            ORDER BY f.target_id, a.id LIMIT 400
            """)
        for row in rows {
            let id: ID<Account> = try row.id("of_id")
            guard found[id, default: []].count < 10 else { continue }
            found[id, default: []].append(try AccountRow.read(row))
        }
        return found
    }
}

/// The profile directory: accounts that agreed to be found.
public enum Directory {
    /// The accounts from `offset` on. Those with the latest post come first, or the newest accounts.
    ///
    /// - Parameters:
    ///   - localOnly: whether only local people and groups are listed. Otherwise the list also contains the remote
    ///     accounts that have one of the latest 2,000 timeline items.
    ///   - byActivity: whether to sort by the latest post; otherwise by the age of the account.
    public static func list(
        localOnly: Bool, byActivity: Bool, offset: Int, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        let local: SQL = "a.host = '' AND a.kind IN ('person', 'group')"
        let seen: SQL = "SELECT y.account_id FROM (SELECT e.account_id FROM entry e ORDER BY e.id DESC LIMIT 2000) y"
        let source: SQL = localOnly ? local : "(\(local) OR (a.host <> '' AND a.id IN (\(seen))))"
        let order: SQL = byActivity ? "coalesce(a.last_post_at, 0) DESC, a.id DESC" : "a.id DESC"
        return try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM account a
            WHERE \(source) AND a.discoverable AND \(Conditions.isShown) AND (a.host <> '' OR a.kind = 'group'
                OR EXISTS (SELECT 1 FROM local_account m WHERE m.account_id = a.id AND m.approved_at IS NOT NULL
                           \(.rowByRow)))
            ORDER BY \(order) LIMIT \(limit) OFFSET \(offset)
            """, in: db)
    }
}
