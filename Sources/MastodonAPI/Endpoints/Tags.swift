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
            return Answer { writer in writer.array(tags) { $0.tag($1, call.rendering) } }
        },
        .get("/api/v1/accounts/:id/featured_tags", .everyone("read:accounts")) { call in
            try await featured(by: try await AccountEndpoints.account(try call.id(), call), call)
        },
    ]

    private static func one(_ call: Call) async throws -> Answer {
        let tags = try await call.services.tags([try call.word("name")], viewer: call.viewer)
        guard let tag = tags.first else { throw APIError.notFound }
        return Answer { $0.tag(tag, call.rendering) }
    }

    private static func act(
        _ call: Call, _ body: (String, Principal) async throws -> Void
    ) async throws -> Answer {
        try await body(try call.word("name"), try call.principal())
        return try await one(call)
    }

    private static func followed(_ call: Call) async throws -> Answer {
        let viewer = try call.actor()
        let page = call.page(limit: 100)
        let marks = try await call.database.read { db in try FollowedTags.list(of: viewer, page, in: db) }
        let tags = try await call.services.tags(marks.map(\.tag), viewer: viewer)
        let cursors = marks.first.flatMap { first in marks.last.map { (newest: first.mark, oldest: $0.mark) } }
        return Answer(page: tags, cursors: cursors, of: call) { $0.tag($1, call.rendering) }
    }

    private static func feature(_ call: Call) async throws -> Answer {
        let tag = try await call.services.featureTag(call.parameters.text("name") ?? "", as: try call.principal())
        let owner = try await AccountEndpoints.account(try call.actor(), call)
        return Answer { $0.featuredTag(tag, of: owner, call.rendering) }
    }

    private static func featured(by owner: Account, _ call: Call) async throws -> Answer {
        let tags = try await call.database.read { db in try FeaturedTags.list(of: owner.id, in: db) }
        return Answer { writer in writer.array(tags) { $0.featuredTag($1, of: owner, call.rendering) } }
    }
}
