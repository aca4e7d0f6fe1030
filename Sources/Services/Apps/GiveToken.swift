// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

/// What an app says who wants a token.
public struct TokenRequest: Sendable, Hashable {
    /// `authorization_code` or `client_credentials`.
    public var grantType = ""
    /// Which app.
    public var clientID = ""
    /// The app's secret; nil for one that cannot keep any, which then needs a verifier.
    public var clientSecret: String?
    /// The code from the page.
    public var code = ""
    /// Where the code was sent.
    public var redirectURI = ""
    /// The word whose digest was the challenge.
    public var verifier = ""
    /// For a token of the app's own.
    public var scope = ""

    /// Creates an empty request.
    public init() {}
}

/// A token that was just given.
public struct GivenToken: Sendable, Hashable {
    /// Shown once: only its digest is stored.
    public var token: String
    /// What it may do.
    public var scopes: Scopes
    /// When it was given.
    public var createdAt: Timestamp
}

/// An app that acts for a person, as the person's settings show it.
public struct ConnectedApp: Sendable, Hashable {
    /// What it acts with.
    public var token: AccessToken
    /// The app; nil for a token from the command line.
    public var app: ClientApp?
    /// In whose name.
    public var account: Account
}

extension Services {
    /// Gives an app its token.
    ///
    /// - Throws: `AuthorizationError`.
    public func giveToken(_ request: TokenRequest) async throws -> GivenToken {
        let found = try await database.read { db in try ClientApps.find(request.clientID, in: db) }
        guard let (app, secret) = found else { throw AuthorizationError.invalidClient }
        if let sent = request.clientSecret, !isSecret(sent, secret) { throw AuthorizationError.invalidClient }
        switch request.grantType {
        case "authorization_code": return try await trade(request, app)
        case "client_credentials":
            guard request.clientSecret != nil else { throw AuthorizationError.invalidClient }
            let scopes = try Self.scopes(request.scope, of: app)
            let token = try await makeToken(scopes, app: app.id, account: nil, person: nil)
            return GivenToken(token: token, scopes: scopes, createdAt: now())
        default: throw AuthorizationError.unsupportedGrant
        }
    }

    /// Trades a code for a token, once. What does not fit leaves the code as it is.
    ///
    /// Who sends a used code with all that belongs to it shows that two have it, and which of them is the app cannot be
    /// known: the token that it gave is taken back. Spec: RFC 6749 §4.1.2, RFC 9700 §4.5.
    private func trade(_ request: TokenRequest, _ app: ClientApp) async throws -> GivenToken {
        let digest = secrets.digest(Array(request.code.utf8))
        let token = try secrets.makeToken()
        let tokenDigest = secrets.digest(Array(token.utf8))
        let given = try await database.write { tx -> GivenToken? in
            let moment = now()
            guard let grant = try AuthorizationCodes.find(digest, at: moment, in: tx) else { return nil }
            try check(request, against: grant, of: app)
            guard try AuthorizationCodes.use(digest, at: moment, in: tx) else {
                try AuthorizationCodes.takeBack(digest, in: tx)
                return nil
            }
            let row = AccessToken(
                id: ids.make(at: moment), app: app.id, account: grant.account, person: grant.person,
                scopes: grant.scopes, createdAt: moment)
            try AccessTokens.insert(row, digest: tokenDigest, in: tx)
            return GivenToken(token: token, scopes: grant.scopes, createdAt: row.createdAt)
        }
        guard let given else { throw AuthorizationError.invalidGrant }
        return given
    }

    /// Whether the code was given to this app, and the app proves that it asked for it.
    private func check(
        _ request: TokenRequest, against grant: AuthorizationGrant, of app: ClientApp
    ) throws(AuthorizationError) {
        guard grant.app == app.id, grant.redirectURI == request.redirectURI else { throw .invalidGrant }
        guard let challenge = grant.challenge else {
            guard request.clientSecret != nil else { throw .invalidClient }
            return
        }
        guard Self.base64URL(secrets.digest(Array(request.verifier.utf8))) == challenge else { throw .invalidGrant }
    }

    /// An app gives a token back. A token that is not there is as good as given back.
    ///
    /// - Throws: `AuthorizationError.unauthorizedClient` for another app's token, and for a wrong secret.
    public func revokeToken(_ token: String, clientID: String, clientSecret: String?) async throws {
        let digest = secrets.digest(Array(token.utf8))
        try await database.write { tx in
            guard let (app, secret) = try ClientApps.find(clientID, in: tx) else {
                throw AuthorizationError.unauthorizedClient
            }
            if let sent = clientSecret, !isSecret(sent, secret) { throw AuthorizationError.unauthorizedClient }
            guard let known = try AccessTokens.find(digest, in: tx) else { return }
            guard known.app == app.id else { throw AuthorizationError.unauthorizedClient }
            _ = try AccessTokens.delete(known.id, in: tx)
        }
    }

    /// A person takes back what an app may do.
    public func revokeToken(_ id: ID<AccessToken>, as person: ID<Account>) async throws {
        try await database.write { tx in
            guard try AccessTokens.list(of: person, in: tx).contains(where: { $0.id == id }) else {
                throw ServiceError.notFound
            }
            _ = try AccessTokens.delete(id, in: tx)
        }
    }

    /// The apps that act for a person, or for a group by the person's leave; the newest first.
    public func connectedApps(of person: ID<Account>) async throws -> [ConnectedApp] {
        try await database.read { db in
            let tokens = try AccessTokens.list(of: person, in: db)
            let apps = try ClientApps.byIDs(tokens.compactMap(\.app), in: db)
            let accounts = try Accounts.byIDs(Array(Set(tokens.compactMap(\.account))), in: db)
            return tokens.compactMap { token in
                guard let account = token.account.flatMap({ accounts[$0] }) else { return nil }
                return ConnectedApp(token: token, app: token.app.flatMap { apps[$0] }, account: account)
            }
        }
    }

    /// Compares digests: how long it takes tells nothing of the secret.
    private func isSecret(_ secret: String, _ digest: [UInt8]) -> Bool {
        secrets.digest(Array(secret.utf8)) == digest
    }

    /// Without padding. Spec: RFC 4648 §5.
    private static func base64URL(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = (bits << 8 | UInt32(byte)) & 0xFFFF
            count += 8
            while count >= 6 {
                count -= 6
                // Safe: six bits are 0 ... 63.
                text.append(letters[Int(bits >> UInt32(count) & 63)])
            }
        }
        // Safe: as above.
        if count > 0 { text.append(letters[Int(bits << UInt32(6 - count) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }
}
