// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What people write down about others, for nobody else.
public enum AccountNotes {
    /// Writes it down; an empty text takes it back.
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

/// Whom people recommend on their profiles.
public enum Endorsements {
    /// Recommends somebody. A second time changes nothing.
    public static func add(
        _ target: ID<Account>, by account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO endorsement (account_id, target_id) VALUES (\(account), \(target))
            ON CONFLICT (account_id, target_id) DO NOTHING
            """)
    }

    /// Recommends somebody no more.
    public static func remove(
        _ target: ID<Account>, by account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("DELETE FROM endorsement WHERE account_id = \(account) AND target_id = \(target)")
    }

    /// One page of those whom an account recommends, newest account first.
    public static func list(
        of account: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.page(
            "FROM endorsement m JOIN account a ON a.id = m.target_id WHERE m.account_id = \(account)", page, in: db)
    }
}

/// Accounts that somebody may want to know.
public enum Suggestions {
    /// Groups and people of this node whom the viewer does not follow: groups first, then who has most followers.
    public static func list(
        for viewer: ID<Account>, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM account a
            WHERE a.host = '' AND a.kind IN ('person', 'group') AND a.discoverable AND \(AccountRow.isActive)
                AND a.id <> \(viewer) AND \(Conditions.noBlock(between: viewer, and: "a.id"))
                AND (a.kind = 'group' OR EXISTS (
                    SELECT 1 FROM local_account m WHERE m.account_id = a.id AND m.approved_at IS NOT NULL))
                AND NOT EXISTS (SELECT 1 FROM follow x WHERE x.follower_id = \(viewer) AND x.target_id = a.id)
                AND NOT EXISTS (SELECT 1 FROM mute x WHERE x.account_id = \(viewer) AND x.target_id = a.id)
                AND NOT EXISTS (
                    SELECT 1 FROM dismissed_suggestion x WHERE x.account_id = \(viewer) AND x.target_id = a.id)
            ORDER BY CASE WHEN a.kind = 'group' THEN 0 ELSE 1 END, a.follower_count DESC, a.id DESC LIMIT \(limit)
            """, in: db)
    }

    /// Suggests an account no more.
    public static func dismiss(
        _ target: ID<Account>, for viewer: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO dismissed_suggestion (account_id, target_id) VALUES (\(viewer), \(target))
            ON CONFLICT (account_id, target_id) DO NOTHING
            """)
    }

    /// Of those whom the viewer follows, who follows each of these accounts: ten at the most.
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

/// Accounts that want to be found.
public enum Directory {
    /// The accounts from `offset` on: who wrote last, or who came last, first.
    ///
    /// - Parameters:
    ///   - localOnly: without those of other nodes. Of these only such are listed as wrote lately.
    ///   - byActivity: the order: by what was written, else by arrival.
    public static func list(
        localOnly: Bool, byActivity: Bool, offset: Int, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        let source: SQL =
            localOnly
            ? "a.host = '' AND a.kind IN ('person', 'group')"
            : "a.id IN (SELECT y.account_id FROM (SELECT e.account_id FROM entry e ORDER BY e.id DESC LIMIT 2000) y)"
        let order: SQL = byActivity ? "coalesce(a.last_post_at, 0) DESC, a.id DESC" : "a.id DESC"
        return try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM account a
            WHERE \(source) AND a.discoverable AND \(Conditions.isShown) AND (a.host <> '' OR a.kind = 'group'
                OR EXISTS (SELECT 1 FROM local_account m WHERE m.account_id = a.id AND m.approved_at IS NOT NULL))
            ORDER BY \(order) LIMIT \(limit) OFFSET \(offset)
            """, in: db)
    }
}
