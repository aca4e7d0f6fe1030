// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

// Tokens are never stored, only their SHA-256: whoever reads the database signs in as nobody.

/// One browser of one person.
public struct StoredSession: Sendable, Hashable {
    /// Whose.
    public var account: ID<Account>
    /// When the person signed in.
    public var createdAt: Timestamp
    /// When it was last extended.
    public var seenAt: Timestamp
    /// When it ends by itself.
    public var expiresAt: Timestamp
}

/// Who is signed in.
public enum Sessions {
    /// Begins a session.
    public static func insert(
        _ digest: [UInt8], account: ID<Account>, at now: Timestamp, expires: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO session (token_digest, account_id, created_at, seen_at, expires_at)
            VALUES (\(digest), \(account), \(now), \(now), \(expires))
            """)
    }

    /// The session of a token, unless it has ended or its account may not act.
    public static func find(
        _ digest: [UInt8], at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> StoredSession? {
        let row = try db.row(
            """
            SELECT s.account_id, s.created_at, s.seen_at, s.expires_at
            FROM session s JOIN account a ON a.id = s.account_id
            WHERE s.token_digest = \(digest) AND s.expires_at > \(now) AND \(AccountRow.isActive)
            """)
        guard let row else { return nil }
        return StoredSession(
            account: try row.id("account_id"), createdAt: try row.time("created_at"),
            seenAt: try row.time("seen_at"), expiresAt: try row.time("expires_at"))
    }

    /// Who is signed in with a token; nil as for ``find(_:at:in:)``.
    public static func account(
        _ digest: [UInt8], at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> ID<Account>? {
        try find(digest, at: now, in: db)?.account
    }

    /// The person was here: the session lasts longer. One that has ended does not come back.
    ///
    /// - Returns: whether it had not ended.
    @discardableResult
    public static func extend(
        _ digest: [UInt8], at now: Timestamp, expires: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed(
            """
            UPDATE session SET seen_at = \(now), expires_at = \(expires)
            WHERE token_digest = \(digest) AND expires_at > \(now)
            """) == 1
    }

    /// Signs one browser out.
    public static func delete(_ digest: [UInt8], in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM session WHERE token_digest = \(digest)")
    }

    /// Signs all browsers of a person out.
    public static func deleteAll(of account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM session WHERE account_id = \(account)")
    }

    /// Forgets the sessions that ended before an instant.
    ///
    /// - Returns: how many.
    @discardableResult
    public static func prune(before instant: Timestamp, in tx: Transaction) throws(DatabaseError) -> Int {
        try tx.changed("DELETE FROM session WHERE expires_at < \(instant)")
    }
}

/// Links in mails that sign a person in, once.
public enum SignInLinks {
    /// Stores a link's token.
    public static func insert(
        _ digest: [UInt8], account: ID<Account>, expires: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO sign_in_link (token_digest, account_id, expires_at, used_at)
            VALUES (\(digest), \(account), \(expires), NULL)
            """)
    }

    /// Takes a link: of several who try at once, one gets the account.
    public static func use(
        _ digest: [UInt8], at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> ID<Account>? {
        try tx.row(
            """
            UPDATE sign_in_link SET used_at = \(now)
            WHERE token_digest = \(digest) AND used_at IS NULL AND expires_at > \(now)
            RETURNING account_id
            """)?.id("account_id")
    }

    /// Makes all links void that a person was sent.
    public static func deleteAll(of account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM sign_in_link WHERE account_id = \(account)")
    }

    /// Forgets the links that ended before an instant, used or not.
    ///
    /// - Returns: how many.
    @discardableResult
    public static func prune(before instant: Timestamp, in tx: Transaction) throws(DatabaseError) -> Int {
        try tx.changed("DELETE FROM sign_in_link WHERE expires_at < \(instant)")
    }
}

/// Tokens that let one person become a member.
public enum Invitations {
    /// Stores an invitation's token.
    ///
    /// - Parameter creator: nil for one that the operator made.
    public static func insert(
        _ digest: [UInt8], createdBy creator: ID<Account>?, expires: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO invitation (token_digest, created_by, expires_at, used_at)
            VALUES (\(digest), \(creator), \(expires), NULL)
            """)
    }

    /// Whether an invitation could be used now.
    public static func isOpen(
        _ digest: [UInt8], at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> Bool {
        try db.row(
            """
            SELECT expires_at FROM invitation
            WHERE token_digest = \(digest) AND used_at IS NULL AND expires_at > \(now)
            """) != nil
    }

    /// Takes an invitation, once.
    ///
    /// - Returns: whether it could be used.
    public static func use(
        _ digest: [UInt8], at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed(
            """
            UPDATE invitation SET used_at = \(now)
            WHERE token_digest = \(digest) AND used_at IS NULL AND expires_at > \(now)
            """) == 1
    }

    /// Forgets the invitations that ended before an instant, used or not.
    ///
    /// - Returns: how many.
    @discardableResult
    public static func prune(before instant: Timestamp, in tx: Transaction) throws(DatabaseError) -> Int {
        try tx.changed("DELETE FROM invitation WHERE expires_at < \(instant)")
    }
}
