// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

extension AccountList.RepliesPolicy: SQLBindable {}

/// The tables `account_list` and `account_list_member`: members' own lists of accounts.
public enum AccountLists {
    private static let columns: SQL = "l.id, l.account_id, l.title, l.replies_policy, l.is_exclusive"

    /// The list with this id, when it belongs to the owner.
    public static func find(
        _ id: ID<AccountList>, owner: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> AccountList? {
        try all("SELECT \(columns) FROM account_list l WHERE l.id = \(id) AND l.account_id = \(owner)", in: db).first
    }

    /// The lists of an owner, oldest first.
    public static func of(_ owner: ID<Account>, in db: some Queryable) throws(DatabaseError) -> [AccountList] {
        try all("SELECT \(columns) FROM account_list l WHERE l.account_id = \(owner) ORDER BY l.id", in: db)
    }

    /// The lists of an owner that contain an account, oldest first.
    public static func of(
        _ owner: ID<Account>, with member: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [AccountList] {
        try all(
            """
            SELECT \(columns) FROM account_list l JOIN account_list_member m ON m.list_id = l.id
            WHERE m.account_id = \(member) AND l.account_id = \(owner) ORDER BY l.id
            """, in: db)
    }

    /// Stores a new list.
    public static func insert(_ list: AccountList, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO account_list (id, account_id, title, replies_policy, is_exclusive)
            VALUES (\(list.id), \(list.owner), \(list.title), \(list.replies), \(list.isExclusive))
            """)
    }

    /// Replaces the title and the options of a list.
    public static func update(_ list: AccountList, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE account_list SET title = \(list.title), replies_policy = \(list.replies),
                is_exclusive = \(list.isExclusive)
            WHERE id = \(list.id)
            """)
    }

    /// Deletes a list with its members.
    public static func delete(_ id: ID<AccountList>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM account_list WHERE id = \(id)")
    }

    /// One page of a list's members, newest account first.
    public static func members(
        of id: ID<AccountList>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.page(
            "FROM account_list_member m JOIN account a ON a.id = m.account_id WHERE m.list_id = \(id)", page, in: db)
    }

    /// All members of a list, newest account first.
    public static func members(of id: ID<AccountList>, in db: some Queryable) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM account_list_member m JOIN account a ON a.id = m.account_id
            WHERE m.list_id = \(id) AND \(AccountRow.isActive) ORDER BY a.id DESC
            """, in: db)
    }

    /// Adds an account to a list. A second time changes nothing.
    ///
    /// - Returns: whether it was added now.
    @discardableResult
    public static func addMember(
        _ member: ID<Account>, to list: ID<AccountList>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed(
            """
            INSERT INTO account_list_member (list_id, account_id) VALUES (\(list), \(member))
            ON CONFLICT (list_id, account_id) DO NOTHING
            """) == 1
    }

    /// Removes accounts from a list.
    public static func removeMembers(
        _ members: [ID<Account>], from list: ID<AccountList>, in tx: Transaction
    ) throws(DatabaseError) {
        for part in members.inLists() {
            try tx.run(
                "DELETE FROM account_list_member WHERE list_id = \(list) AND account_id IN (\(list: part))")
        }
    }

    /// Removes an account from all lists of an owner who no longer follows it.
    static func forget(_ member: ID<Account>, owner: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            DELETE FROM account_list_member WHERE account_id = \(member)
                AND list_id IN (SELECT l.id FROM account_list l WHERE l.account_id = \(owner))
            """)
    }

    private static func all(_ sql: SQL, in db: some Queryable) throws(DatabaseError) -> [AccountList] {
        var lists: [AccountList] = []
        for row in try db.rows(sql) {
            lists.append(
                AccountList(
                    id: try row.id("id"), owner: try row.id("account_id"), title: try row.text("title"),
                    replies: try row.choice("replies_policy"), isExclusive: try row.bool("is_exclusive")))
        }
        return lists
    }
}
