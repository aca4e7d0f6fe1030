// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What a person does for a group.
public enum GroupRole: String, Sendable, CaseIterable {
    /// May take posts out of the group, and let people into it.
    case moderator
    /// May plan events in its name.
    case animator
}

extension GroupRole: SQLBindable {}

/// Who looks after which group.
public enum GroupRoles {
    /// Gives a person a role in a group, in place of the one held before.
    public static func set(
        _ role: GroupRole, group: ID<Account>, account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO group_role (group_id, account_id, role) VALUES (\(group), \(account), \(role))
            ON CONFLICT (group_id, account_id) DO UPDATE SET role = excluded.role
            """)
    }

    /// Takes a person's role in a group away.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public static func remove(
        group: ID<Account>, account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed("DELETE FROM group_role WHERE group_id = \(group) AND account_id = \(account)") == 1
    }

    /// The moderators of a group who may act, oldest account first.
    public static func moderators(
        of group: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM group_role r JOIN account a ON a.id = r.account_id
            WHERE r.group_id = \(group) AND r.role = 'moderator' AND \(AccountRow.isActive) ORDER BY a.id
            """, in: db)
    }

    /// The groups of this node that a person looks after and that act, oldest first.
    public static func groups(
        runBy account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM group_role r JOIN account a ON a.id = r.group_id
            WHERE r.account_id = \(account) AND a.host = '' AND \(AccountRow.isActive) ORDER BY a.id
            """, in: db)
    }

    /// What a person does for a group.
    public static func role(
        of account: ID<Account>, group: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> GroupRole? {
        try db.row("SELECT role FROM group_role WHERE group_id = \(group) AND account_id = \(account)")?
            .choice("role")
    }
}
