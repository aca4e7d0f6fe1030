// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// A client app, as it registered itself.
public struct ClientApp: Sendable, Hashable, Identifiable {
    /// The local number.
    public let id: ID<ClientApp>
    /// How it names itself in requests.
    public var clientID: String
    /// What people read.
    public var name: String
    /// Its page; nil when it names none.
    public var website: String?
    /// Where people may be sent back to, word for word.
    public var redirectURIs: [String]
    /// The most that it may ask for.
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

/// Who speaks through an app, and what the app may do.
public struct AccessToken: Sendable, Hashable, Identifiable {
    /// The local number.
    public let id: ID<AccessToken>
    /// The app; nil for a token from the command line.
    public var app: ID<ClientApp>?
    /// In whose name it acts: the person, or a group that the person runs; nil for an app that speaks for itself.
    public var account: ID<Account>?
    /// Who gave it.
    public var person: ID<Account>?
    /// What it may do.
    public var scopes: Scopes
    /// When it was given.
    public var createdAt: Timestamp
    /// When it was last used, to the day.
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
    /// The words with spaces between them.
    public var sqlValue: SQLValue { .text(description) }
}

/// What apps may do in whose name. Of a token only the digest is stored.
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

    /// The token with this digest and the person who gave it; no person for an app that speaks for itself, and for one
    /// that is no more.
    public static func holder(
        _ digest: [UInt8], in db: some Queryable
    ) throws(DatabaseError) -> (token: AccessToken, person: LocalAccount?)? {
        let row = try db.row(
            """
            SELECT \(columns), \(LocalAccounts.columns) FROM access_token t
            LEFT JOIN local_account l ON l.account_id = t.person_id LEFT JOIN account a ON a.id = l.account_id
            WHERE t.token_digest = \(digest)
            """)
        guard let row else { return nil }
        let isThere = try row.intOrNil("a_id") != nil
        return (try read(row), isThere ? try LocalAccounts.read(row) : nil)
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

    /// The token was used.
    public static func touch(_ id: ID<AccessToken>, at now: Timestamp, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE access_token SET used_at = \(now) WHERE id = \(id)")
    }

    /// Takes a token back.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public static func delete(_ id: ID<AccessToken>, in tx: Transaction) throws(DatabaseError) -> Bool {
        let deleted = try tx.changed("DELETE FROM access_token WHERE id = \(id)") == 1
        tx.announce(.settingsChanged)
        return deleted
    }

    /// Takes back every token by or for an account, and every code for one.
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

/// Apps that registered themselves. They are never forgotten: one registration may serve many people, later on too.
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

    /// The app of this number.
    public static func byID(_ id: ID<ClientApp>, in db: some Queryable) throws(DatabaseError) -> ClientApp? {
        guard let row = try db.row("SELECT \(columns) FROM app WHERE id = \(id)") else { return nil }
        return try read(row)
    }

    /// The apps of these numbers; unknown ones are left out.
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

    /// The app that names itself so, with the digest of its secret.
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
    /// The scopes of a row: words that this version no longer knows give nothing.
    init(stored text: String) {
        self.init(text.split(separator: " ").compactMap { Scope($0) })
    }
}
