// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The moves of accounts, with their `Move` activities.
public enum Moves {
    /// The most follows that move in one transaction.
    public static let batch = 20

    /// Records the account to which an account moved, and shows it on its profile.
    ///
    /// - Returns: whether it is new: the first move, or a move to another target.
    @discardableResult
    public static func record(
        _ account: ID<Account>, target: IRI, activity: IRI, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.run("UPDATE account SET moved_to = \(target) WHERE id = \(account)")
        return try tx.changed(
            """
            INSERT INTO move (account_id, target_iri, activity_iri, created_at)
            VALUES (\(account), \(target), \(activity), \(now))
            ON CONFLICT (account_id) DO UPDATE SET target_iri = excluded.target_iri,
                activity_iri = excluded.activity_iri, created_at = excluded.created_at
            WHERE move.target_iri <> excluded.target_iri
            """) == 1
    }

    /// The accounts that moved while local accounts followed them, and whose follows have not moved yet, in the order of
    /// their ids.
    public static func unfinished(
        after last: ID<Account>, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Account>] {
        let rows = try db.rows(
            """
            SELECT m.account_id FROM move m
            WHERE m.account_id > \(last) AND EXISTS (
                SELECT 1 FROM follow f
                WHERE f.target_id = m.account_id AND f.state = 'accepted' AND f.created_at <= m.created_at)
            ORDER BY m.account_id LIMIT \(limit)
            """)
        var accounts: [ID<Account>] = []
        for row in rows { accounts.append(try row.id("account_id")) }
        return accounts
    }

    /// The account to which an account moved, and local accounts that still follow the old one since before the move.
    /// Whoever follows the old account after the move does so on purpose.
    ///
    /// - Returns: nil when the account did not move, or when the new account is not known here or may not act.
    public static func followers(
        of account: ID<Account>, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> (successor: Account, followers: [Account])? {
        let successor = try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM move m JOIN account a ON a.iri = m.target_iri
            WHERE m.account_id = \(account) AND a.id <> m.account_id AND \(AccountRow.isActive)
            """, in: db
        ).first
        guard let successor else { return nil }
        let followers = try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM move m
            JOIN follow f ON f.target_id = m.account_id AND f.state = 'accepted' AND f.created_at <= m.created_at
            JOIN account a ON a.id = f.follower_id
            WHERE m.account_id = \(account) AND a.host = '' AND \(AccountRow.isActive)
            ORDER BY f.follower_id LIMIT \(limit)
            """, in: db)
        return (successor, followers)
    }

    /// Gives the follow of the new account the options of the old follow, and puts the new account into the lists that have
    /// the old one.
    public static func keepChoices(
        of follower: ID<Account>, from old: ID<Account>, for new: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        let choices = try tx.row(
            "SELECT shows_boosts, notifies FROM follow WHERE follower_id = \(follower) AND target_id = \(old)")
        if let choices {
            try Follows.tune(
                by: follower, of: new, showsBoosts: try choices.bool("shows_boosts"),
                notifies: try choices.bool("notifies"), in: tx)
        }
        try tx.run(
            """
            INSERT INTO account_list_member (list_id, account_id)
            SELECT m.list_id, \(new) FROM account_list l JOIN account_list_member m ON m.list_id = l.id
            WHERE l.account_id = \(follower) AND m.account_id = \(old)
            ON CONFLICT (list_id, account_id) DO NOTHING
            """)
    }
}
