// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The role of a person in a group.
public enum GroupRole: String, Sendable, CaseIterable {
    /// May remove posts from the group and approve its members.
    case moderator
    /// May plan events in the name of the group.
    case animator
}

extension GroupRole: SQLBindable {}

/// The table `group_role`: the roles of members in local groups.
public enum GroupRoles {
    /// Sets the role of a person in a group; it replaces an earlier role.
    public static func set(
        _ role: GroupRole, group: ID<Account>, account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO group_role (group_id, account_id, role) VALUES (\(group), \(account), \(role))
            ON CONFLICT (group_id, account_id) DO UPDATE SET role = excluded.role
            """)
    }

    /// Removes the role of a person in a group.
    ///
    /// - Returns: whether the person had one.
    @discardableResult
    public static func remove(
        group: ID<Account>, account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed("DELETE FROM group_role WHERE group_id = \(group) AND account_id = \(account)") == 1
    }

    /// The active moderators of a group, oldest account first.
    public static func moderators(
        of group: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM group_role r JOIN account a ON a.id = r.account_id
            WHERE r.group_id = \(group) AND r.role = 'moderator' AND \(AccountRow.isActive) ORDER BY a.id
            """, in: db)
    }

    /// The active local groups in which a person has a role, oldest first.
    public static func groups(
        runBy account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM group_role r JOIN account a ON a.id = r.group_id
            WHERE r.account_id = \(account) AND a.host = '' AND \(AccountRow.isActive) ORDER BY a.id
            """, in: db)
    }

    /// The role of a person in a group; nil when there is none.
    public static func role(
        of account: ID<Account>, group: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> GroupRole? {
        try db.row("SELECT role FROM group_role WHERE group_id = \(group) AND account_id = \(account)")?
            .choice("role")
    }
}
