// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The table `farewell`: the deletions of accounts of which other servers are still to be told.
///
/// All servers that are known here are told: each of them may have something of the account. That may be thousands, so
/// they are told in small steps, in the order of their names. When a process dies in between, maintenance continues.
public enum Farewells {
    /// The most servers of one step.
    public static let batch = 200

    /// Remembers that all known servers are to be told.
    ///
    /// - Parameter activity: the `Delete` of the account.
    public static func begin(
        of account: ID<Account>, activity: ID<SentActivity>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO farewell (account_id, activity_id, after_host) VALUES (\(account), \(activity), '')
            ON CONFLICT (account_id) DO NOTHING
            """)
    }

    /// Takes the next servers.
    ///
    /// - Returns: the `Delete` of the account and one inbox for each server; nil when all of them are told.
    public static func next(
        of account: ID<Account>, limit: Int, in tx: Transaction
    ) throws(DatabaseError) -> (activity: SentActivity, inboxes: [IRI])? {
        guard let row = try tx.row("SELECT activity_id, after_host FROM farewell WHERE account_id = \(account)") else {
            return nil
        }
        let after = try row.text("after_host")
        // One inbox for each server. The index `account_host_kind` is read in the order of the hosts.
        let servers = try tx.rows(
            """
            SELECT a.host AS host, min(coalesce(a.shared_inbox, a.inbox)) AS inbox FROM account a
            WHERE a.host > \(after) AND a.inbox IS NOT NULL AND a.deleted_at IS NULL
            GROUP BY a.host ORDER BY a.host LIMIT \(limit)
            """)
        guard let last = servers.last, let activity = try SentActivities.byID(row.id("activity_id"), in: tx) else {
            try tx.run("DELETE FROM farewell WHERE account_id = \(account)")
            return nil
        }
        var inboxes: [IRI] = []
        for server in servers { inboxes.append(try server.iri("inbox")) }
        try tx.run("UPDATE farewell SET after_host = \(try last.text("host")) WHERE account_id = \(account)")
        return (activity, inboxes)
    }

    /// How many servers are still to be told.
    public static func left(of account: ID<Account>, in db: some Queryable) throws(DatabaseError) -> Int {
        try db.row(
            """
            SELECT count(DISTINCT a.host) AS n FROM farewell f JOIN account a ON a.host > f.after_host
            WHERE f.account_id = \(account) AND a.inbox IS NOT NULL AND a.deleted_at IS NULL
            """)?.count("n") ?? 0
    }
}
