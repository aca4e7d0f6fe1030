// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What a person allowed an app, before the app has fetched its token.
public struct AuthorizationGrant: Sendable, Hashable {
    /// The app.
    public var app: ID<ClientApp>
    /// In whose name it will act.
    public var account: ID<Account>
    /// Who allowed it.
    public var person: ID<Account>
    /// Where the code was sent, word for word.
    public var redirectURI: String
    /// What was allowed.
    public var scopes: Scopes
    /// SHA-256 of the app's secret word for this code, in base64url; nil when it gave none. Spec: RFC 7636.
    public var challenge: String?
    /// When the code ends.
    public var expiresAt: Timestamp

    /// Creates the value.
    public init(
        app: ID<ClientApp>, account: ID<Account>, person: ID<Account>, redirectURI: String, scopes: Scopes,
        expiresAt: Timestamp
    ) {
        self.app = app
        self.account = account
        self.person = person
        self.redirectURI = redirectURI
        self.scopes = scopes
        self.expiresAt = expiresAt
    }
}

/// Codes that apps trade for tokens, once. Only the digest is stored.
public enum AuthorizationCodes {
    /// Stores a code.
    public static func insert(_ grant: AuthorizationGrant, digest: [UInt8], in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO authorization_code (code_digest, app_id, account_id, person_id, redirect_uri, scopes,
                challenge, expires_at, used_at)
            VALUES (\(digest), \(grant.app), \(grant.account), \(grant.person), \(grant.redirectURI),
                \(grant.scopes), \(grant.challenge), \(grant.expiresAt), NULL)
            """)
    }

    /// What a code stands for, unless it has ended before it was used.
    public static func find(
        _ digest: [UInt8], at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> AuthorizationGrant? {
        let row = try db.row(
            """
            SELECT app_id, account_id, person_id, redirect_uri, scopes, challenge, expires_at
            FROM authorization_code WHERE code_digest = \(digest) AND (used_at IS NOT NULL OR expires_at > \(now))
            """)
        guard let row else { return nil }
        var grant = AuthorizationGrant(
            app: try row.id("app_id"), account: try row.id("account_id"), person: try row.id("person_id"),
            redirectURI: try row.text("redirect_uri"), scopes: Scopes(stored: try row.text("scopes")),
            expiresAt: try row.time("expires_at"))
        grant.challenge = try row.textOrNil("challenge")
        return grant
    }

    /// Takes a code: of several who try at once, one gets the token.
    ///
    /// - Returns: whether it could be used.
    public static func use(
        _ digest: [UInt8], at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed(
            """
            UPDATE authorization_code SET used_at = \(now)
            WHERE code_digest = \(digest) AND used_at IS NULL AND expires_at > \(now)
            """) == 1
    }

    /// Takes back the tokens that a used code gave; of one that was not used there are none.
    ///
    /// A token bears no mark of its code. It is known by the moment: a code is used and its token given in one
    /// transaction, with one time, for the same app, account and person.
    ///
    /// - Returns: how many tokens there were.
    @discardableResult
    public static func takeBack(_ digest: [UInt8], in tx: Transaction) throws(DatabaseError) -> Int {
        let deleted = try tx.changed(
            """
            DELETE FROM access_token WHERE id IN (
                SELECT t.id FROM authorization_code c JOIN access_token t ON t.person_id = c.person_id
                    AND t.account_id = c.account_id AND t.app_id = c.app_id AND t.created_at = c.used_at
                WHERE c.code_digest = \(digest))
            """)
        if deleted > 0 { tx.announce(.settingsChanged) }
        return deleted
    }

    /// Forgets the codes that ended before an instant, used or not.
    ///
    /// - Returns: how many.
    @discardableResult
    public static func prune(before instant: Timestamp, in tx: Transaction) throws(DatabaseError) -> Int {
        try tx.changed("DELETE FROM authorization_code WHERE expires_at < \(instant)")
    }
}
