// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// The quotes of a status, and its quote policy.
enum QuoteEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v1/statuses/:id/quotes", .everyone("read:statuses"), list),
        .post("/api/v1/statuses/:id/quotes/:quoting/revoke", .person("write:statuses"), revoke),
        .put("/api/v1/statuses/:id/interaction_policy", .person("write:statuses"), setPolicy),
    ]

    private static func list(_ call: APIRequest) async throws -> APIResponse {
        guard let post = try await StatusEndpoints.view(try call.id(), call).item.post else { return .nothing }
        return try await TimelineEndpoints.respond(call) { page, db throws(DatabaseError) in
            try Timelines.quotes(of: post, page, viewer: call.viewer, in: db)
        }
    }

    private static func revoke(_ call: APIRequest) async throws -> APIResponse {
        let quoting: ID<Post> = try call.id("quoting")
        guard let post = try await StatusEndpoints.view(try call.id(), call).item.post else {
            throw APIError.notFound
        }
        try await call.services.revokeQuote(of: post, in: quoting, as: try call.principal())
        return try await StatusEndpoints.respond(ID(quoting.rawValue), call)
    }

    private static func setPolicy(_ call: APIRequest) async throws -> APIResponse {
        let actor = try call.actor()
        let view = try await StatusEndpoints.view(try call.id(), call)
        guard let post = view.item.post else { throw APIError.notFound }
        guard view.author.id == actor else { throw APIError.notFound }
        if let policy = try PublishingEndpoints.quotePolicy(call.parameters) {
            try await call.services.setQuotePolicy(policy, of: post, as: try call.principal())
        }
        return try await StatusEndpoints.respond(ID(post.rawValue), call)
    }
}
