// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What a person granted to an app, before the app exchanges the code for a token.
public struct AuthorizationGrant: Sendable, Hashable {
    /// The app.
    public var app: ID<ClientApp>
    /// The account that the app will act as.
    public var account: ID<Account>
    /// The person who granted it.
    public var person: ID<Account>
    /// The redirect URI that the code was sent to; the token request must name exactly the same.
    public var redirectURI: String
    /// The granted scopes.
    public var scopes: Scopes
    /// The PKCE code challenge: SHA-256 of the app's code verifier in base64url; nil when the app sent none. Spec: RFC
    /// 7636.
    public var challenge: String?
    /// When the code expires.
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

/// The table `authorization_code`: codes that apps exchange once for tokens. Only the digest of a code is stored.
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

    /// The grant of a code, unless the code expired before it was used.
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

    /// Marks a code as used. When several requests use it at the same time, only one succeeds.
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

    /// Deletes the tokens that were issued for a used code. An unused code has none.
    ///
    /// A token does not store its code. The code's use and the token's creation happen in one transaction with the same
    /// timestamp, so a token belongs to a code when that timestamp, the app, the account and the person are equal.
    ///
    /// - Returns: how many tokens were deleted.
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
}
