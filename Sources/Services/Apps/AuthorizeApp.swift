// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

/// Why an app gets no permission and no token, in the words of the protocol. Spec: RFC 6749 §4.1.2.1, §5.2.
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

/// What an app asks a person for, as it stands in the address of the page.
public struct AuthorizationRequest: Sendable, Hashable {
    /// Which app.
    public var clientID = ""
    /// Where the answer goes.
    public var redirectURI = ""
    /// `code`, and nothing else.
    public var responseType = "code"
    /// Words with spaces between them; empty for what the app gets without asking.
    public var scope = ""
    /// SHA-256 of the app's secret word, in base64url; empty for none.
    public var challenge = ""
    /// `S256`, when there is a challenge.
    public var challengeMethod = ""

    /// Creates an empty request.
    public init() {}
}

/// What a person decides about.
public struct AuthorizationQuestion: Sendable, Hashable {
    /// Who asks.
    public var app: ClientApp
    /// For what.
    public var scopes: Scopes
    /// In whose name the app could act: the person first, then the groups that the person runs.
    public var choices: [Account]
}

extension Services {
    /// How long a code can be traded for a token.
    public static let codeLength = Duration.minutes(10)

    /// Checks what an app asks for.
    ///
    /// - Parameter person: nil for a stranger, who has no choices yet.
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

    /// A person says yes.
    ///
    /// - Parameter principal: the person, or the person in the name of a group that they run; the app then acts for it.
    /// - Returns: the code that the app trades for a token, once and within ten minutes.
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

    /// What was asked for, when the app may; what an app gets that asks for nothing.
    static func scopes(_ asked: String, of app: ClientApp) throws(AuthorizationError) -> Scopes {
        guard !asked.isEmpty else { return app.scopes.cover(Scopes.read) ? .read : app.scopes }
        guard let scopes = Scopes(asked), app.scopes.cover(scopes) else { throw .invalidScope }
        return scopes
    }
}
