// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Hashtags: following them, and featuring them on the profile.
enum TagEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v1/tags/:name", .everyone("read:statuses")) { call in try await one(call) },
        .post("/api/v1/tags/:name/follow", .person("write:follows")) { call in
            try await act(call) { try await call.services.followTag($0, true, as: $1) }
        },
        .post("/api/v1/tags/:name/unfollow", .person("write:follows")) { call in
            try await act(call) { try await call.services.followTag($0, false, as: $1) }
        },
        .post("/api/v1/tags/:name/feature", .person("write:accounts")) { call in
            try await act(call) { _ = try await call.services.featureTag($0, as: $1) }
        },
        .post("/api/v1/tags/:name/unfeature", .person("write:accounts")) { call in
            try await act(call) { try await call.services.unfeatureTag(named: $0, as: $1) }
        },
        .get("/api/v1/followed_tags", .person("read:follows"), followed),
        .get("/api/v1/featured_tags", .person("read:accounts")) { call in
            try await featured(by: try await AccountEndpoints.account(try call.actor(), call), call)
        },
        .post("/api/v1/featured_tags", .person("write:accounts"), feature),
        .delete("/api/v1/featured_tags/:id", .person("write:accounts")) { call in
            let id: ID<FeaturedTag> = try call.id()
            try await call.services.unfeatureTag(id, as: try call.principal())
            return .done
        },
        .get("/api/v1/featured_tags/suggestions", .person("read:accounts")) { call in
            let viewer = try call.actor()
            let names = try await call.database.read { db in try FeaturedTags.suggestions(for: viewer, in: db) }
            let tags = try await call.services.tags(names, viewer: viewer)
            return APIResponse { writer in writer.array(tags) { $0.tag($1, call.rendering) } }
        },
        .get("/api/v1/accounts/:id/featured_tags", .everyone("read:accounts")) { call in
            try await featured(by: try await AccountEndpoints.account(try call.id(), call), call)
        },
    ]

    private static func one(_ call: APIRequest) async throws -> APIResponse {
        let tags = try await call.services.tags([try call.text("name")], viewer: call.viewer)
        guard let tag = tags.first else { throw APIError.notFound }
        return APIResponse { $0.tag(tag, call.rendering) }
    }

    private static func act(
        _ call: APIRequest, _ body: (String, Principal) async throws -> Void
    ) async throws -> APIResponse {
        try await body(try call.text("name"), try call.principal())
        return try await one(call)
    }

    private static func followed(_ call: APIRequest) async throws -> APIResponse {
        let viewer = try call.actor()
        let page = call.page(limit: 100)
        let followed = try await call.database.read { db in try FollowedTags.list(of: viewer, page, in: db) }
        let tags = try await call.services.tags(followed.map(\.tag), viewer: viewer)
        let cursors = followed.first.flatMap { first in followed.last.map { (newest: first.mark, oldest: $0.mark) } }
        return APIResponse(page: tags, cursors: cursors, of: call) { $0.tag($1, call.rendering) }
    }

    private static func feature(_ call: APIRequest) async throws -> APIResponse {
        let tag = try await call.services.featureTag(call.parameters.text("name") ?? "", as: try call.principal())
        let owner = try await AccountEndpoints.account(try call.actor(), call)
        return APIResponse { $0.featuredTag(tag, of: owner, call.rendering) }
    }

    private static func featured(by owner: Account, _ call: APIRequest) async throws -> APIResponse {
        let tags = try await call.database.read { db in try FeaturedTags.list(of: owner.id, in: db) }
        return APIResponse { writer in writer.array(tags) { $0.featuredTag($1, of: owner, call.rendering) } }
    }
}
