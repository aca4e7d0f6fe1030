// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// One status at a time: reading, deleting, and interactions.
enum StatusEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v1/statuses", .everyone("read:statuses"), several),
        .get("/api/v1/statuses/:id", .everyone("read:statuses"), show),
        .delete("/api/v1/statuses/:id", .person("write:statuses"), delete),
        .get("/api/v1/statuses/:id/context", .everyone("read:statuses"), context),
        .post("/api/v1/statuses/:id/translate", .person("read:statuses"), translate),
        .get("/api/v1/statuses/:id/favourited_by", .everyone("read:statuses"), favouritedBy),
        .get("/api/v1/statuses/:id/reblogged_by", .everyone("read:statuses"), rebloggedBy),
        .post("/api/v1/statuses/:id/favourite", .person("write:favourites")) { call in
            try await mark(call) { try await call.services.favourite($0, as: $1) }
        },
        .post("/api/v1/statuses/:id/unfavourite", .person("write:favourites")) { call in
            try await mark(call) { try await call.services.unfavourite($0, as: $1) }
        },
        .post("/api/v1/statuses/:id/bookmark", .person("write:bookmarks")) { call in
            try await mark(call) { try await call.services.bookmark($0, as: $1) }
        },
        .post("/api/v1/statuses/:id/unbookmark", .person("write:bookmarks")) { call in
            try await mark(call) { try await call.services.unbookmark($0, as: $1) }
        },
        .post("/api/v1/statuses/:id/mute", .person("write:mutes")) { call in
            try await mark(call) { try await call.services.muteThread($0, true, as: $1) }
        },
        .post("/api/v1/statuses/:id/unmute", .person("write:mutes")) { call in
            try await mark(call) { try await call.services.muteThread($0, false, as: $1) }
        },
        .post("/api/v1/statuses/:id/pin", .person("write:accounts")) { call in
            try await mark(call) { try await call.services.pin($0, true, as: $1) }
        },
        .post("/api/v1/statuses/:id/unpin", .person("write:accounts")) { call in
            try await mark(call) { try await call.services.pin($0, false, as: $1) }
        },
        .post("/api/v1/statuses/:id/reblog", .person("write:statuses"), reblog),
        .post("/api/v1/statuses/:id/unreblog", .person("write:statuses"), unreblog),
        .get("/api/v1/bookmarks", .person("read:bookmarks")) { call in
            let viewer = try call.actor()
            return try await TimelineEndpoints.respond(call) { page, db throws(DatabaseError) in
                try Timelines.bookmarks(of: viewer, page, in: db)
            }
        },
        .get("/api/v1/favourites", .person("read:favourites")) { call in
            let viewer = try call.actor()
            return try await TimelineEndpoints.respond(call) { page, db throws(DatabaseError) in
                try Timelines.favourites(of: viewer, page, in: db)
            }
        },
    ]

    // MARK: - Reading

    private static func show(_ call: APIRequest) async throws -> APIResponse {
        try await respond(try call.id(), call)
    }

    private static func several(_ call: APIRequest) async throws -> APIResponse {
        let ids = call.parameters.texts("id").prefix(40).compactMap { ID<TimelineItem>($0) }
        let statuses = try await call.database.read { db in
            try StatusList(try TimelineItems.byIDs(ids, in: db), call, in: db)
        }
        return APIResponse { writer in writer.array(statuses.kept(call)) { $0.status($1, call.rendering) } }
    }

    private static func context(_ call: APIRequest) async throws -> APIResponse {
        let id: ID<TimelineItem> = try call.id()
        let viewer = call.viewer
        let context = try await call.database.read { db -> (above: StatusList, below: StatusList)? in
            guard let view = try StatusViews.one(id, viewer: viewer, in: db) else { return nil }
            let around = try Conversations.around(view.item.subject, viewer: viewer, in: db)
            return (try StatusList(around.above, call, in: db), try StatusList(around.below, call, in: db))
        }
        guard let context else { throw APIError.notFound }
        return APIResponse { writer in
            writer.object {
                $0.array("ancestors", context.above.kept(call)) { $0.status($1, call.rendering) }
                $0.array("descendants", context.below.kept(call)) { $0.status($1, call.rendering) }
            }
        }
    }

    private static func translate(_ call: APIRequest) async throws -> APIResponse {
        _ = try await view(try call.id(), call)
        throw APIError.unprocessable("Translation is not available on this server")
    }

    private static func favouritedBy(_ call: APIRequest) async throws -> APIResponse {
        let viewer = call.viewer
        let subject = try await view(try call.id(), call).item.subject
        return try await AccountEndpoints.page(call) { page, db throws(DatabaseError) in
            try Favourites.accounts(of: subject, page, viewer: viewer, in: db)
        }
    }

    private static func rebloggedBy(_ call: APIRequest) async throws -> APIResponse {
        let subject = try await view(try call.id(), call).item.subject
        return try await AccountEndpoints.page(call) { page, db throws(DatabaseError) in
            try TimelineItems.boosters(of: subject, viewer: call.viewer, page, in: db)
        }
    }

    // MARK: - Writing

    private static func delete(_ call: APIRequest) async throws -> APIResponse {
        let actor = try call.actor()
        let view = try await view(try call.id(), call)
        if view.item.isBoost, view.item.account == actor, case .event(let event) = view.item.subject {
            try await call.services.unboostEvent(event, as: try call.principal())
            return APIResponse { $0.status(view, call.rendering) }
        }
        guard let post = view.post?.post else { throw APIError.notFound }
        if view.item.isBoost {
            guard view.item.account == actor else { throw APIError.notFound }
            try await call.services.unboostPost(post.id, as: try call.principal())
            return APIResponse { $0.status(view, call.rendering) }
        }
        guard post.author == actor else {
            try await remove(post, call)
            return APIResponse { $0.status(view, call.rendering) }
        }
        let source = try await call.services.source(of: post.id, by: actor)
        let withMedia = call.parameters.bool("delete_media") == true
        try await call.services.deletePost(post.id, withMedia: withMedia, as: try call.principal())
        return APIResponse { $0.status(view, call.rendering, source: source.text) }
    }

    /// Lets a moderator delete somebody else's post. A post in a group of this node is taken out of the group, because
    /// that is what those who run the group may do; any other post is deleted when a moderator of the node may do it.
    private static func remove(_ post: Post, _ call: APIRequest) async throws {
        do {
            try await call.services.removeFromGroup(post.id, as: try call.principal())
        } catch ServiceError.notFound {
            try await call.services.deletePost(post.id, as: try call.principal())
        }
    }

    // MARK: - Interactions

    /// Runs a command on the post or event of a status, and responds with the status after it.
    private static func mark(
        _ call: APIRequest, _ body: (TimelineItem.Subject, Principal) async throws -> Void
    ) async throws -> APIResponse {
        let id: ID<TimelineItem> = try call.id()
        let subject = try await view(id, call).item.subject
        try await body(subject, try call.principal())
        return try await respond(id, call)
    }

    private static func reblog(_ call: APIRequest) async throws -> APIResponse {
        let actor = try call.actor()
        let visibility = try PublishingEndpoints.visibility(call.parameters)
        if visibility == .direct { throw APIError.notInList("visibility") }
        let item = try await view(try call.id(), call).item
        if case .event(let event) = item.subject {
            if visibility == .followers { throw APIError.forbidden("An event can only be boosted for everybody") }
            try await call.services.boostEvent(event, to: visibility, as: try call.principal())
            return try await respond(ID(event.rawValue), call)
        }
        guard let post = item.post else { throw APIError.notAllowed }
        try await call.services.boostPost(post, to: visibility, as: try call.principal())
        let boost = try await call.database.read { db in try TimelineItems.boost(of: post, by: actor, in: db) }
        return try await respond(boost?.id ?? ID(post.rawValue), call)
    }

    private static func unreblog(_ call: APIRequest) async throws -> APIResponse {
        switch try await view(try call.id(), call).item.subject {
        case .post(let post):
            try await call.services.unboostPost(post, as: try call.principal())
            return try await respond(ID(post.rawValue), call)
        case .event(let event):
            try await call.services.unboostEvent(event, as: try call.principal())
            return try await respond(ID(event.rawValue), call)
        }
    }

    // MARK: - One status

    static func view(_ id: ID<TimelineItem>, _ call: APIRequest) async throws -> StatusView {
        let viewer = call.viewer
        let view = try await call.database.read { db in try StatusViews.one(id, viewer: viewer, in: db) }
        guard let view else { throw APIError.notFound }
        return view
    }

    static func respond(_ id: ID<TimelineItem>, _ call: APIRequest) async throws -> APIResponse {
        let view = try await view(id, call)
        return APIResponse { $0.status(view, call.rendering) }
    }

    /// Responds with a post that the account has just written or edited.
    static func respond(writtenNow id: ID<Post>, _ call: APIRequest) async throws -> APIResponse {
        let author = try call.actor()
        let view = try await call.database.read { db in try StatusViews.own(id, of: author, in: db) }
        guard let view else { throw APIError.notFound }
        return APIResponse { $0.status(view, call.rendering) }
    }
}
