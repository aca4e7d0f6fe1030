// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// A client app as it registered itself (table `app`).
public struct ClientApp: Sendable, Hashable, Identifiable {
    /// The local id.
    public let id: ID<ClientApp>
    /// The `client_id` that the app sends in requests.
    public var clientID: String
    /// The name that people read.
    public var name: String
    /// The website of the app; nil when it gave none.
    public var website: String?
    /// The allowed redirect URIs; they must match exactly.
    public var redirectURIs: [String]
    /// The maximum scopes that it may request.
    public var scopes: Scopes
    /// When it registered.
    public var createdAt: Timestamp

    /// Creates the value.
    public init(
        id: ID<ClientApp>, clientID: String, name: String, website: String?, redirectURIs: [String], scopes: Scopes,
        createdAt: Timestamp
    ) {
        self.id = id
        self.clientID = clientID
        self.name = name
        self.website = website
        self.redirectURIs = redirectURIs
        self.scopes = scopes
        self.createdAt = createdAt
    }
}

/// An access token: the account that an app acts for, and its scopes (table `access_token`).
public struct AccessToken: Sendable, Hashable, Identifiable {
    /// The local id.
    public let id: ID<AccessToken>
    /// The app; nil for a token from the command line.
    public var app: ID<ClientApp>?
    /// The account that it acts as: the person, or a group that the person runs. nil for a token of the app itself.
    public var account: ID<Account>?
    /// The person who granted it.
    public var person: ID<Account>?
    /// The granted scopes.
    public var scopes: Scopes
    /// When it was granted.
    public var createdAt: Timestamp
    /// When it was last used, with a precision of one day.
    public var usedAt: Timestamp

    /// Creates the value.
    public init(
        id: ID<AccessToken>, app: ID<ClientApp>?, account: ID<Account>?, person: ID<Account>?, scopes: Scopes,
        createdAt: Timestamp
    ) {
        self.id = id
        self.app = app
        self.account = account
        self.person = person
        self.scopes = scopes
        self.createdAt = createdAt
        self.usedAt = createdAt
    }
}

extension Scopes: SQLBindable {
    /// The scopes, separated by spaces.
    public var sqlValue: SQLValue { .text(description) }
}

/// The table `access_token`. Only the digest of a token is stored.
public enum AccessTokens {
    /// Stores a token.
    public static func insert(_ token: AccessToken, digest: [UInt8], in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO access_token (id, token_digest, app_id, account_id, person_id, scopes, created_at, used_at)
            VALUES (\(token.id), \(digest), \(token.app), \(token.account), \(token.person), \(token.scopes),
                \(token.createdAt), \(token.usedAt))
            """)
    }

    /// The token with this digest.
    public static func find(_ digest: [UInt8], in db: some Queryable) throws(DatabaseError) -> AccessToken? {
        guard let row = try db.row("SELECT \(columns) FROM access_token t WHERE t.token_digest = \(digest)") else {
            return nil
        }
        return try read(row)
    }

    /// The token with this digest, the person who gave it, and the person's defaults for new posts. There is no person
    /// for an app that acts for itself, and for an account that no longer exists.
    public static func holder(
        _ digest: [UInt8], in db: some Queryable
    ) throws(DatabaseError) -> (token: AccessToken, person: LocalAccount?, defaults: PostingDefaults)? {
        let row = try db.row(
            """
            SELECT \(columns), \(LocalAccounts.columns), \(PostingDefaults.columns) FROM access_token t
            LEFT JOIN local_account l ON l.account_id = t.person_id LEFT JOIN account a ON a.id = l.account_id
            WHERE t.token_digest = \(digest)
            """)
        guard let row else { return nil }
        guard try row.intOrNil("a_id") != nil else { return (try read(row), nil, PostingDefaults()) }
        return (try read(row), try LocalAccounts.read(row), try PostingDefaults.read(row))
    }

    /// The tokens that a person gave, newest first.
    public static func list(
        of person: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [AccessToken] {
        var tokens: [AccessToken] = []
        let sql: SQL = "SELECT \(columns) FROM access_token t WHERE t.person_id = \(person) ORDER BY t.id DESC"
        for row in try db.rows(sql) { tokens.append(try read(row)) }
        return tokens
    }

    /// Records that the token was used.
    public static func touch(_ id: ID<AccessToken>, at now: Timestamp, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE access_token SET used_at = \(now) WHERE id = \(id)")
    }

    /// Revokes a token.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func delete(_ id: ID<AccessToken>, in tx: Transaction) throws(DatabaseError) -> Bool {
        let deleted = try tx.changed("DELETE FROM access_token WHERE id = \(id)") == 1
        tx.announce(.settingsChanged)
        return deleted
    }

    /// Deletes all tokens and authorization codes that an account granted or that act as it.
    public static func deleteAll(of account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM access_token WHERE account_id = \(account) OR person_id = \(account)")
        try tx.run("DELETE FROM authorization_code WHERE account_id = \(account) OR person_id = \(account)")
        tx.announce(.settingsChanged)
    }

    private static let columns: SQL =
        "t.id, t.app_id, t.account_id, t.person_id, t.scopes, t.created_at, t.used_at"

    private static func read(_ row: Row) throws(DatabaseError) -> AccessToken {
        var token = AccessToken(
            id: try row.id("id"), app: try row.idOrNil("app_id"), account: try row.idOrNil("account_id"),
            person: try row.idOrNil("person_id"), scopes: Scopes(stored: try row.text("scopes")),
            createdAt: try row.time("created_at"))
        token.usedAt = try row.time("used_at")
        return token
    }
}

/// The table `app`: registered client apps. They are never deleted, because one registration may serve many people,
/// also later.
public enum ClientApps {
    /// Stores an app.
    public static func insert(_ app: ClientApp, secret digest: [UInt8], in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO app (id, client_id, secret_digest, name, website, redirect_uris, scopes, created_at)
            VALUES (\(app.id), \(app.clientID), \(digest), \(app.name), \(app.website),
                \(app.redirectURIs.joined(separator: "\n")), \(app.scopes), \(app.createdAt))
            """)
    }

    /// The app with this id.
    public static func byID(_ id: ID<ClientApp>, in db: some Queryable) throws(DatabaseError) -> ClientApp? {
        guard let row = try db.row("SELECT \(columns) FROM app WHERE id = \(id)") else { return nil }
        return try read(row)
    }

    /// The apps with these ids; unknown ids are left out.
    public static func byIDs(
        _ ids: [ID<ClientApp>], in db: some Queryable
    ) throws(DatabaseError) -> [ID<ClientApp>: ClientApp] {
        var found: [ID<ClientApp>: ClientApp] = [:]
        for list in ids.inLists() {
            for row in try db.rows("SELECT \(columns) FROM app WHERE id IN (\(list: list))") {
                let app = try read(row)
                found[app.id] = app
            }
        }
        return found
    }

    /// The app with this `client_id`, and the digest of its secret.
    public static func find(
        _ clientID: String, in db: some Queryable
    ) throws(DatabaseError) -> (app: ClientApp, secret: [UInt8])? {
        guard let row = try db.row("SELECT \(columns), secret_digest FROM app WHERE client_id = \(clientID)") else {
            return nil
        }
        return (try read(row), try row.bytes("secret_digest"))
    }

    private static let columns: SQL = "id, client_id, name, website, redirect_uris, scopes, created_at"

    private static func read(_ row: Row) throws(DatabaseError) -> ClientApp {
        ClientApp(
            id: try row.id("id"), clientID: try row.text("client_id"), name: try row.text("name"),
            website: try row.textOrNil("website"),
            redirectURIs: try row.text("redirect_uris").split(separator: "\n").map(String.init),
            scopes: Scopes(stored: try row.text("scopes")), createdAt: try row.time("created_at"))
    }
}

extension Scopes {
    /// Reads the scopes of a row. Scopes that this version does not know are ignored.
    init(stored text: String) {
        self.init(text.split(separator: " ").compactMap { Scope($0) })
    }
}
