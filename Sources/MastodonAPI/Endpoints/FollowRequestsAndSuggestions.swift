// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Follow requests, private notes, endorsements, familiar followers, suggestions and the directory.
enum FollowRequestEndpoints {
    static let all: [Endpoint] =
        [
            .get("/api/v1/follow_requests", .person("read:follows")) { call in
                let viewer = try call.actor()
                return try await AccountEndpoints.page(call) { page, db throws(DatabaseError) in
                    try Follows.pending(of: viewer, page, in: db)
                }
            },
            .post("/api/v1/follow_requests/:id/authorize", .person("write:follows")) { call in
                try await respond(call, accept: true)
            },
            .post("/api/v1/follow_requests/:id/reject", .person("write:follows")) { call in
                try await respond(call, accept: false)
            },
            .post("/api/v1/accounts/:id/note", .person("write:accounts")) { call in
                let note = call.parameters.text("comment") ?? ""
                return try await AccountEndpoints.act(call) { try await call.services.note(note, about: $0, as: $1) }
            },
            .get("/api/v1/endorsements", .person("read:accounts")) { call in
                try await endorsed(by: try call.actor(), call)
            },
            .get("/api/v1/accounts/:id/endorsements", .everyone("read:accounts")) { call in
                try await endorsed(by: try await AccountEndpoints.account(try call.id(), call).id, call)
            },
            .get("/api/v1/accounts/familiar_followers", .person("read:follows"), familiarFollowers),
            .get("/api/v1/suggestions", .person("read:accounts")) { call in
                let accounts = try await suggestions(call)
                return APIResponse { writer in writer.array(accounts) { $0.account($1, call.rendering) } }
            },
            .get("/api/v2/suggestions", .person("read:accounts")) { call in
                let accounts = try await suggestions(call)
                return APIResponse { writer in writer.array(accounts) { $0.suggestion($1, call.rendering) } }
            },
            .delete("/api/v1/suggestions/:id", .person("write:accounts")) { call in
                try await call.services.dismissSuggestion(try call.id(), as: try call.principal())
                return .done
            },
            .get("/api/v1/directory", .everyone("read:accounts"), directory),
        ] + endorsing

    /// Each operation has two names, an old one and a new one.
    private static let endorsing: [Endpoint] = [
        ("endorse", true), ("pin", true), ("unendorse", false), ("unpin", false),
    ]
    .map { verb, isEndorsed in
        .post("/api/v1/accounts/:id/\(verb)", .person("write:accounts")) { call in
            try await AccountEndpoints.act(call) { try await call.services.endorse($0, isEndorsed, as: $1) }
        }
    }

    /// Accepts or rejects a follow request. The person with a group's token decides for the group.
    private static func respond(_ call: APIRequest, accept: Bool) async throws -> APIResponse {
        let target = try call.actor()
        return try await AccountEndpoints.act(call) { follower, principal in
            try await call.services.answerFollowRequest(from: follower, to: target, accept: accept, as: principal)
        }
    }

    private static func endorsed(by account: ID<Account>, _ call: APIRequest) async throws -> APIResponse {
        try await AccountEndpoints.page(call) { page, db throws(DatabaseError) in
            try Endorsements.list(of: account, page, in: db)
        }
    }

    private static func familiarFollowers(_ call: APIRequest) async throws -> APIResponse {
        let viewer = try call.actor()
        let ids = call.parameters.texts("id").prefix(40).compactMap { ID<Account>($0) }
        let found = try await call.database.read { db in
            try Suggestions.familiarFollowers(of: ids, viewer: viewer, in: db)
        }
        return APIResponse { writer in
            writer.array(ids) { writer, id in
                writer.object {
                    $0.field("id", id)
                    $0.array("accounts", found[id] ?? []) { $0.account($1, call.rendering) }
                }
            }
        }
    }

    private static func suggestions(_ call: APIRequest) async throws -> [Account] {
        let viewer = try call.actor()
        let limit = call.page(limit: 40).limit
        return try await call.database.read { db in
            try Suggestions.list(for: viewer, limit: limit, at: call.now, in: db)
        }
    }

    private static func directory(_ call: APIRequest) async throws -> APIResponse {
        let sent = call.parameters
        let (offset, limit) = (call.offset, call.page(limit: 40).limit)
        let accounts = try await call.database.read { db in
            try Directory.list(
                localOnly: sent.bool("local") == true, byActivity: sent.text("order") != "new", offset: offset,
                limit: limit, in: db)
        }
        return APIResponse { writer in writer.array(accounts) { $0.account($1, call.rendering) } }
    }
}
