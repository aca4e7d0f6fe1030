// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

// Only the SHA-256 of a token is stored, so nobody who reads the database can sign in with it.

/// A session: one signed-in browser of one person (table `session`).
public struct StoredSession: Sendable, Hashable {
    /// The signed-in account.
    public var account: ID<Account>
    /// When the person signed in.
    public var createdAt: Timestamp
    /// When it was last extended.
    public var seenAt: Timestamp
    /// When it expires.
    public var expiresAt: Timestamp
}

/// The table `session`.
public enum Sessions {
    /// Stores a new session.
    public static func insert(
        _ digest: [UInt8], account: ID<Account>, at now: Timestamp, expires: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO session (token_digest, account_id, created_at, seen_at, expires_at)
            VALUES (\(digest), \(account), \(now), \(now), \(expires))
            """)
    }

    /// The session of a token, unless it has expired or its account is suspended or deleted.
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

    /// The account that is signed in with a token; nil in the same cases as ``find(_:at:in:)``.
    public static func account(
        _ digest: [UInt8], at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> ID<Account>? {
        try find(digest, at: now, in: db)?.account
    }

    /// Extends a session. An expired session is not renewed.
    ///
    /// - Returns: whether it had not expired.
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

    /// Ends one session.
    public static func delete(_ digest: [UInt8], in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM session WHERE token_digest = \(digest)")
    }

    /// Ends all sessions of a person.
    public static func deleteAll(of account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM session WHERE account_id = \(account)")
    }
}

/// The table `sign_in_link`: links in e-mails that sign a person in once.
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

    /// Uses a link. When several requests use it at the same time, only one succeeds.
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

    /// Deletes all links that were sent to a person.
    public static func deleteAll(of account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM sign_in_link WHERE account_id = \(account)")
    }
}

/// The table `invitation`: tokens that let one person sign up.
public enum Invitations {
    /// Stores an invitation's token.
    ///
    /// - Parameter creator: nil for an invitation of the operator.
    public static func insert(
        _ digest: [UInt8], createdBy creator: ID<Account>?, expires: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO invitation (token_digest, created_by, expires_at, used_at)
            VALUES (\(digest), \(creator), \(expires), NULL)
            """)
    }

    /// An invitation that can be used now, with its creator; nil when there is none.
    public static func find(
        _ digest: [UInt8], at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> (creator: ID<Account>?, expires: Timestamp)? {
        let row = try db.row(
            """
            SELECT created_by, expires_at FROM invitation
            WHERE token_digest = \(digest) AND used_at IS NULL AND expires_at > \(now)
            """)
        guard let row else { return nil }
        return (try row.idOrNil("created_by"), try row.time("expires_at"))
    }

    /// Uses an invitation once.
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
}
