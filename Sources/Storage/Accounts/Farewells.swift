// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Vocabulary

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

    /// Queues the `Delete` for the next servers.
    ///
    /// - Returns: how many servers were taken; 0 when all of them are told.
    public static func step(
        of account: ID<Account>, limit: Int, ids: IDMaker, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        guard
            let row = try tx.row("SELECT activity_id, after_host FROM farewell WHERE account_id = \(account)"),
            let activity = try SentActivities.byID(row.id("activity_id"), in: tx)
        else { return 0 }
        let after = try row.text("after_host")
        // One inbox for each server. The index `account_host_kind` is read in the order of the hosts.
        let next = try tx.rows(
            """
            SELECT a.host AS host, min(coalesce(a.shared_inbox, a.inbox)) AS inbox FROM account a
            WHERE a.host > \(after) AND a.inbox IS NOT NULL AND a.deleted_at IS NULL
            GROUP BY a.host ORDER BY a.host LIMIT \(limit)
            """)
        guard let last = next.last else {
            try tx.run("DELETE FROM farewell WHERE account_id = \(account)")
            return 0
        }
        var inboxes: [IRI] = []
        for row in next { inboxes.append(try row.iri("inbox")) }
        try OutboxQueue.deliver(activity, to: inboxes, ids: ids, in: tx)
        try tx.run("UPDATE farewell SET after_host = \(try last.text("host")) WHERE account_id = \(account)")
        tx.announce(.deliveriesWait)
        return next.count
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
