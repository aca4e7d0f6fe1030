// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Services
internal import Storage
internal import TextEncoding

/// OAuth: issuing and revoking tokens, and the documents about both.
///
/// Spec: RFC 6749, RFC 7009, RFC 7636, RFC 8414.
enum OAuthEndpoints {
    static let all: [Endpoint] = [
        .post("/oauth/token", .client, give),
        .post("/oauth/revoke", .client, revoke),
        .get("/oauth/userinfo", .person("profile"), person),
        .get("/.well-known/oauth-authorization-server", .open, description),
    ]

    // MARK: - Tokens

    private static func give(_ call: APIRequest) async throws -> APIResponse {
        let sent = call.parameters
        let client = try Client(call)
        guard let grantType = sent.text("grant_type"), !grantType.isEmpty else {
            throw AuthorizationError.invalidRequest
        }
        var request = TokenRequest()
        request.grantType = grantType
        request.clientID = client.id
        request.clientSecret = client.secret
        request.code = sent.text("code") ?? ""
        request.redirectURI = sent.text("redirect_uri") ?? ""
        request.verifier = sent.text("code_verifier") ?? ""
        request.scope = sent.texts("scope").joined(separator: " ")
        let given = try await call.services.giveToken(request)
        return APIResponse { $0.token(given) }
    }

    private static func revoke(_ call: APIRequest) async throws -> APIResponse {
        let client = try Client(call)
        guard let token = call.parameters.text("token") else { throw AuthorizationError.invalidRequest }
        try await call.services.revokeToken(token, clientID: client.id, clientSecret: client.secret)
        return .done
    }

    /// The client's id and secret, from the body or the header. Spec: RFC 6749 §2.3.1.
    private struct Client {
        var id: String
        var secret: String?

        init(_ call: APIRequest) throws {
            id = call.parameters.text("client_id") ?? ""
            secret = call.parameters.text("client_secret").flatMap { $0.isEmpty ? nil : $0 }
            guard let header = call.request.headers[.authorization] else { return }
            let parts = header.split(separator: " ")
            guard parts.count == 2, parts[0].lowercased() == "basic" else { return }
            guard let bytes = Base64.decodeLeniently(parts[1]), let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
            else { throw AuthorizationError.invalidClient }
            // Nothing is percent-decoded: ids and secrets contain no character that needs an escape.
            id = String(decoding: bytes[..<colon], as: UTF8.self)
            secret = String(decoding: bytes[bytes.index(after: colon)...], as: UTF8.self)
        }
    }

    // MARK: - Documents

    private static func person(_ call: APIRequest) async throws -> APIResponse {
        let account = try await AccountEndpoints.account(try call.actor(), call)
        let node = call.rendering
        return APIResponse { writer in
            writer.object {
                $0.field("iss", node.origin + "/")
                $0.field("sub", String(describing: account.iri))
                $0.field("name", account.shownName)
                $0.field("preferred_username", account.username)
                $0.field("profile", node.url(of: account))
                $0.field("picture", account.icon.map(String.init(describing:)) ?? node.missingAvatar)
            }
        }
    }

    private static func description(_ call: APIRequest) async throws -> APIResponse {
        let origin = call.rendering.origin
        var response = APIResponse { writer in
            writer.object {
                $0.field("issuer", origin + "/")
                $0.field("service_documentation", origin + "/about")
                $0.field("authorization_endpoint", origin + "/oauth/authorize")
                $0.field("token_endpoint", origin + "/oauth/token")
                $0.field("app_registration_endpoint", origin + "/api/v1/apps")
                $0.field("revocation_endpoint", origin + "/oauth/revoke")
                $0.field("userinfo_endpoint", origin + "/oauth/userinfo")
                $0.array("scopes_supported", Scope.names)
                $0.array("response_types_supported", ["code"])
                $0.array("response_modes_supported", ["query"])
                $0.array("grant_types_supported", ["authorization_code", "client_credentials"])
                $0.array(
                    "token_endpoint_auth_methods_supported", ["client_secret_basic", "client_secret_post", "none"])
                $0.array("code_challenge_methods_supported", ["S256"])
            }
        }
        response.headers[.cacheControl] = "public, max-age=3600"
        return response
    }
}

extension JSONWriter {
    /// Token.
    mutating func token(_ given: GivenToken) {
        object {
            $0.field("access_token", given.token)
            $0.field("token_type", "Bearer")
            $0.field("scope", given.scopes.description)
            $0.key("created_at")
            $0.number(given.createdAt.milliseconds / 1_000)
        }
    }
}

// MARK: - OAuth errors

extension AuthorizationError {
    var status: HTTPResponse.Status {
        switch self {
        case .invalidClient: .unauthorized
        case .unauthorizedClient: .forbidden
        default: .badRequest
        }
    }

    private var text: String {
        switch self {
        case .invalidClient: "The app is not known here, or its secret is wrong."
        case .invalidGrant:
            "The code is wrong, was used, has ended, or was given to another app or for another redirect URI."
        case .invalidRequest: "Something needed is missing, or cannot be read."
        case .invalidRedirect: "The redirect URI is none of those with which the app is registered."
        case .invalidScope: "The scope is unknown, or more than the app is registered for."
        case .unauthorizedClient: "The app may not do this."
        case .unsupportedGrant: "This server does not support this grant type."
        case .unsupportedResponse: "This server does not support this response type."
        }
    }

    /// Makes the error response. Spec: RFC 6749 §5.2.
    func respond() -> APIResponse {
        var response = APIResponse(status: status) { writer in
            writer.object {
                $0.field("error", rawValue)
                $0.field("error_description", text)
            }
        }
        if self == .invalidClient { response.headers[.wwwAuthenticate] = "Basic realm=\"client\"" }
        return response
    }
}
