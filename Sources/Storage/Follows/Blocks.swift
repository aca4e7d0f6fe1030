// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// Who wants nothing to do with whom.
public enum Blocks {
    /// Records that an account blocked another.
    ///
    /// - Returns: whether this is the first time; the first activity's id stays.
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

    /// Takes a block back.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public static func remove(
        by account: ID<Account>, target: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed("DELETE FROM block WHERE account_id = \(account) AND target_id = \(target)") == 1
    }

    /// Whether one of the two blocked the other.
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

    /// Whom an account's `Block` of this id blocked: what its `Undo` takes back.
    public static func target(
        ofActivity iri: IRI, by account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> ID<Account>? {
        try db.row(
            """
            SELECT target_id FROM block WHERE account_id = \(account) AND activity_iri = \(iri)
            ORDER BY target_id LIMIT 1
            """)?.id("target_id")
    }

    /// The id of the `Block` by which an account blocked another: what our own `Undo` names.
    public static func activity(
        by account: ID<Account>, target: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> IRI? {
        try db.row("SELECT activity_iri FROM block WHERE account_id = \(account) AND target_id = \(target)")?
            .iri("activity_iri")
    }

    /// Those whom an account blocked, the latest first.
    public static func targets(
        of account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM block b JOIN account a ON a.id = b.target_id
            WHERE b.account_id = \(account) ORDER BY b.created_at DESC, b.target_id DESC
            """, in: db)
    }

    /// One page of those whom an account blocked, newest account first.
    public static func list(
        of account: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.page(
            "FROM block b JOIN account a ON a.id = b.target_id WHERE b.account_id = \(account)", page, in: db)
    }
}
