// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The table `unfinished_suspension`: accounts that were suspended or let in again, and whose posts still have to leave
/// their groups or come back. That takes many small transactions. When a process dies in between, maintenance continues.
public enum UnfinishedSuspensions {
    /// Remembers that the posts of an account have to follow its state.
    public static func begin(of account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            "INSERT INTO unfinished_suspension (account_id) VALUES (\(account)) ON CONFLICT (account_id) DO NOTHING")
    }

    /// Remembers that all posts of an account have followed.
    public static func end(of account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM unfinished_suspension WHERE account_id = \(account)")
    }

    /// Accounts whose posts have not followed yet.
    public static func list(limit: Int, in db: some Queryable) throws(DatabaseError) -> [ID<Account>] {
        try PostRow.ids(
            "SELECT u.account_id AS id FROM unfinished_suspension u ORDER BY u.account_id LIMIT \(limit)", in: db)
    }
}
