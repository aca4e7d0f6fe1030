// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

/// Why an app gets no permission or no token, as the error codes of OAuth. Spec: RFC 6749 §4.1.2.1, §5.2.
public enum AuthorizationError: String, Error, Sendable {
    case invalidClient = "invalid_client"
    case invalidGrant = "invalid_grant"
    case invalidRequest = "invalid_request"
    case invalidRedirect = "invalid_redirect_uri"
    case invalidScope = "invalid_scope"
    case unauthorizedClient = "unauthorized_client"
    case unsupportedGrant = "unsupported_grant_type"
    case unsupportedResponse = "unsupported_response_type"
}

/// The authorization request of an app, as the query of the page's address carries it.
public struct AuthorizationRequest: Sendable, Hashable {
    /// The client id of the app.
    public var clientID = ""
    /// The address to which the browser is sent with the code.
    public var redirectURI = ""
    /// The response type. Only `code` is supported.
    public var responseType = "code"
    /// The scopes, separated by spaces; empty for the default scopes.
    public var scope = ""
    /// The PKCE code challenge: SHA-256 of the verifier in base64url; empty for none.
    public var challenge = ""
    /// The challenge method: `S256` when there is a challenge.
    public var challengeMethod = ""

    /// Creates an empty request.
    public init() {}
}

/// What the authorization page shows to a person before they decide.
public struct AuthorizationQuestion: Sendable, Hashable {
    /// The app that asks.
    public var app: ClientApp
    /// The scopes that it asks for.
    public var scopes: Scopes
    /// The accounts for which the app could act: the person first, then the groups that the person runs.
    public var choices: [Account]
}

extension Services {
    /// How long a code is valid.
    public static let codeLength = Duration.minutes(10)

    /// Checks the authorization request of an app.
    ///
    /// - Parameter person: the person who is signed in; nil for a stranger, for whom `choices` is empty.
    /// - Throws: `AuthorizationError`.
    public func authorizationQuestion(
        _ request: AuthorizationRequest, of person: ID<Account>?
    ) async throws -> AuthorizationQuestion {
        try await database.read { db in
            let app = try Self.check(request, in: db)
            let scopes = try Self.scopes(request.scope, of: app)
            let choices = try person.map { person in
                try [member(.member(person), in: db).account] + groupsRun(by: .member(person), in: db)
            }
            return AuthorizationQuestion(app: app, scopes: scopes, choices: choices ?? [])
        }
    }

    /// Records that a person authorizes an app.
    ///
    /// - Parameter principal: the person, or the person in the name of a group that they run. The app then acts for
    ///   that account.
    /// - Returns: the code, which the app can exchange for a token once and within ten minutes.
    public func authorizeApp(_ request: AuthorizationRequest, as principal: Principal) async throws -> String {
        guard let person = principal.person else { throw ServiceError.notAllowed }
        let code = try secrets.makeToken()
        let digest = secrets.digest(Array(code.utf8))
        try await database.write { tx in
            let app = try Self.check(request, in: tx)
            let account = try actor(principal, in: tx)
            var grant = AuthorizationGrant(
                app: app.id, account: account.id, person: person, redirectURI: request.redirectURI,
                scopes: try Self.scopes(request.scope, of: app), expiresAt: now() + Self.codeLength)
            grant.challenge = request.challenge.isEmpty ? nil : request.challenge
            try AuthorizationCodes.insert(grant, digest: digest, in: tx)
        }
        return code
    }

    private static func check(_ request: AuthorizationRequest, in db: some Queryable) throws -> ClientApp {
        guard let app = try ClientApps.find(request.clientID, in: db)?.app else {
            throw AuthorizationError.invalidClient
        }
        guard app.redirectURIs.contains(request.redirectURI) else { throw AuthorizationError.invalidRedirect }
        guard request.responseType == "code" else { throw AuthorizationError.unsupportedResponse }
        if !request.challenge.isEmpty {
            let isDigest =
                request.challenge.utf8.count == 43
                && request.challenge.utf8.allSatisfy {
                    ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x2D || $0 == 0x5F
                }
            guard request.challengeMethod == "S256", isDigest else { throw AuthorizationError.invalidRequest }
        }
        return app
    }

    /// Returns the requested scopes when the app may have them. An empty request gives the default scopes.
    static func scopes(_ asked: String, of app: ClientApp) throws(AuthorizationError) -> Scopes {
        guard !asked.isEmpty else { return app.scopes.cover(Scopes.read) ? .read : app.scopes }
        guard let scopes = Scopes(asked), app.scopes.cover(scopes) else { throw .invalidScope }
        return scopes
    }
}
