// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The table `block`: which account blocks which.
public enum Blocks {
    /// Records that an account blocks another.
    ///
    /// - Returns: whether this is the first time. A second time keeps the id of the first activity.
    @discardableResult
    public static func add(
        by account: ID<Account>, target: ID<Account>, activity: IRI, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed(
            """
            INSERT INTO block (account_id, target_id, activity_iri, created_at)
            VALUES (\(account), \(target), \(activity), \(now))
            ON CONFLICT (account_id, target_id) DO NOTHING
            """) == 1
    }

    /// Removes a block.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func remove(
        by account: ID<Account>, target: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed("DELETE FROM block WHERE account_id = \(account) AND target_id = \(target)") == 1
    }

    /// Whether one of the two accounts blocks the other.
    public static func exists(
        between one: ID<Account>, _ other: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> Bool {
        try db.row(
            """
            SELECT account_id FROM block
            WHERE (account_id = \(one) AND target_id = \(other)) OR (account_id = \(other) AND target_id = \(one))
            LIMIT 1
            """) != nil
    }

    /// The account that `account` blocked with the `Block` activity of this id. An incoming `Undo` names it.
    public static func target(
        ofActivity iri: IRI, by account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> ID<Account>? {
        try db.row(
            """
            SELECT target_id FROM block WHERE account_id = \(account) AND activity_iri = \(iri)
            ORDER BY target_id LIMIT 1
            """)?.id("target_id")
    }

    /// The id of the `Block` activity with which an account blocked another. An outgoing `Undo` names it.
    public static func activity(
        by account: ID<Account>, target: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> IRI? {
        try db.row("SELECT activity_iri FROM block WHERE account_id = \(account) AND target_id = \(target)")?
            .iri("activity_iri")
    }

    /// The accounts that an account blocks, the latest block first.
    public static func targets(
        of account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM block b JOIN account a ON a.id = b.target_id
            WHERE b.account_id = \(account) ORDER BY b.created_at DESC, b.target_id DESC
            """, in: db)
    }

    /// One page of the accounts that an account blocks, newest account first.
    public static func list(
        of account: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.page(
            "FROM block b JOIN account a ON a.id = b.target_id WHERE b.account_id = \(account)", page, in: db)
    }
}
