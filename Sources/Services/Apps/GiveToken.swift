// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage
internal import TextEncoding

/// The token request of an app.
public struct TokenRequest: Sendable, Hashable {
    /// The grant type: `authorization_code` or `client_credentials`.
    public var grantType = ""
    /// The client id of the app.
    public var clientID = ""
    /// The app's secret; nil for a public client, which has none and needs a PKCE verifier.
    public var clientSecret: String?
    /// The authorization code.
    public var code = ""
    /// The address to which the code was sent.
    public var redirectURI = ""
    /// The PKCE code verifier, whose digest was the challenge.
    public var verifier = ""
    /// The scopes, for a `client_credentials` token.
    public var scope = ""

    /// Creates an empty request.
    public init() {}
}

/// A token that was just issued.
public struct GivenToken: Sendable, Hashable {
    /// The token in plain text. It is shown once, because only its digest is stored.
    public var token: String
    /// Its scopes.
    public var scopes: Scopes
    /// When it was issued.
    public var createdAt: Timestamp
}

extension Services {
    /// Issues a token to an app.
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
            let token = try secrets.makeToken()
            return try await database.write { tx in
                try insert(token, scopes, app: app.id, account: nil, person: nil, in: tx)
            }
        default: throw AuthorizationError.unsupportedGrant
        }
    }

    /// Exchanges a code for a token, once. A request that does not match the code leaves the code valid.
    ///
    /// When a used code arrives again with matching parameters, two parties have the code, and the server cannot know
    /// which of them is the app. Therefore the token that the code gave is revoked. Spec: RFC 6749 §4.1.2, RFC 9700
    /// §4.5.
    private func trade(_ request: TokenRequest, _ app: ClientApp) async throws -> GivenToken {
        let digest = secrets.digest(Array(request.code.utf8))
        let token = try secrets.makeToken()
        let given = try await database.write { tx -> GivenToken? in
            let moment = now()
            guard let grant = try AuthorizationCodes.find(digest, at: moment, in: tx) else { return nil }
            try check(request, against: grant, of: app)
            guard try AuthorizationCodes.use(digest, at: moment, in: tx) else {
                try AuthorizationCodes.takeBack(digest, in: tx)
                return nil
            }
            guard try mayStillAct(grant, in: tx) else { return nil }
            return try insert(
                token, grant.scopes, app: app.id, account: grant.account, person: grant.person, in: tx)
        }
        guard let given else { throw AuthorizationError.invalidGrant }
        return given
    }

    /// Whether the person who authorized the code may still act for that account. A suspension or a lost role has
    /// effect at once.
    private func mayStillAct(_ grant: AuthorizationGrant, in db: some Queryable) throws -> Bool {
        let isOwn = grant.account == grant.person
        do {
            _ = try actor(isOwn ? .member(grant.person) : .group(grant.account, by: grant.person), in: db)
            return true
        } catch ServiceError.notAllowed {
            return false
        }
    }

    /// Checks that the code was issued to this app, and that the app proves that it asked for it.
    private func check(
        _ request: TokenRequest, against grant: AuthorizationGrant, of app: ClientApp
    ) throws(AuthorizationError) {
        guard grant.app == app.id, grant.redirectURI == request.redirectURI else { throw .invalidGrant }
        guard let challenge = grant.challenge else {
            guard request.clientSecret != nil else { throw .invalidClient }
            return
        }
        guard Base64URL.encode(secrets.digest(Array(request.verifier.utf8))) == challenge else { throw .invalidGrant }
    }

    /// Compares digests, so that the duration reveals nothing about the secret.
    func isSecret(_ secret: String, _ digest: [UInt8]) -> Bool {
        secrets.digest(Array(secret.utf8)) == digest
    }
}
