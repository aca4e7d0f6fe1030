// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// The registration of apps.
enum AppEndpoints {
    static let all: [Endpoint] = [
        .post("/api/v1/apps", .client, register),
        .get("/api/v1/apps/verify_credentials", .app(nil), own),
    ]

    private static func register(_ call: APIRequest) async throws -> APIResponse {
        let sent = call.parameters
        let addresses = sent.texts("redirect_uris").flatMap { text in
            text.split(whereSeparator: \.isWhitespace).map(String.init)
        }
        var draft = AppDraft(name: sent.text("client_name") ?? "", redirectURIs: addresses)
        draft.website = sent.text("website")
        let scopes = (sent.texts("scopes") + sent.texts("scope")).joined(separator: " ")
        if !scopes.isEmpty { draft.scopes = Scopes(scopes) ?? Scopes([]) }
        let made = try await call.services.registerApp(draft, from: call.context.network)
        let key = try await call.services.pushKey()
        return APIResponse { writer in
            writer.object {
                $0.members(of: made.app, vapidKey: key)
                $0.field("client_id", made.app.clientID)
                $0.field("client_secret", made.secret)
                $0.field("client_secret_expires_at", 0)
            }
        }
    }

    private static func own(_ call: APIRequest) async throws -> APIResponse {
        guard let identity = call.identity else { throw APIError.badToken }
        let key = try await call.services.pushKey()
        guard let id = identity.app else {
            // A token of the command line, which belongs to no app.
            let scopes = identity.scopes
            let app = ClientApp(
                id: ID(0), clientID: "", name: "Troquet", website: nil, redirectURIs: [RedirectURI.outOfBand],
                scopes: scopes, createdAt: Timestamp(0))
            return APIResponse { writer in writer.object { $0.members(of: app, vapidKey: key) } }
        }
        guard let app = try await call.services.app(id) else { throw APIError.badToken }
        return APIResponse { writer in writer.object { $0.members(of: app, vapidKey: key) } }
    }
}

extension JSONWriter {
    /// Application, with the members that only the app itself gets.
    fileprivate mutating func members(of app: ClientApp, vapidKey: String) {
        field("id", app.id)
        field("name", app.name)
        field("website", app.website)
        array("scopes", app.scopes.list.map(\.description))
        field("redirect_uri", app.redirectURIs.joined(separator: "\n"))
        array("redirect_uris", app.redirectURIs)
        field("vapid_key", vapidKey)
    }
}
