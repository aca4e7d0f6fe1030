// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

extension AccountList.RepliesPolicy: SQLBindable {}

/// Members' own lists of accounts.
public enum AccountLists {
    /// A list of an owner's.
    public static func find(
        _ id: ID<AccountList>, owner: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> AccountList? {
        let row = try db.row(
            """
            SELECT id, account_id, title, replies_policy, is_exclusive FROM account_list
            WHERE id = \(id) AND account_id = \(owner)
            """)
        guard let row else { return nil }
        return try read(row)
    }

    static func read(_ row: Row) throws(DatabaseError) -> AccountList {
        AccountList(
            id: try row.id("id"), owner: try row.id("account_id"), title: try row.text("title"),
            replies: try row.choice("replies_policy"), isExclusive: try row.bool("is_exclusive"))
    }
}
