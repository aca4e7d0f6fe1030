// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Scheduled statuses.
enum ScheduledEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v1/scheduled_statuses", .person("read:statuses"), list),
        .get("/api/v1/scheduled_statuses/:id", .person("read:statuses")) { try await respond(try $0.id(), $0) },
        .put("/api/v1/scheduled_statuses/:id", .person("write:statuses"), move),
        .delete("/api/v1/scheduled_statuses/:id", .person("write:statuses"), delete),
    ]

    private static func list(_ call: APIRequest) async throws -> APIResponse {
        let posts = try await call.services.waitingPosts(of: try call.actor(), call.page())
        let cursors = posts.first.flatMap { first in
            posts.last.map { (newest: first.id.rawValue, oldest: $0.id.rawValue) }
        }
        return APIResponse(page: posts, cursors: cursors, of: call) { $0.waiting($1, call.rendering) }
    }

    private static func move(_ call: APIRequest) async throws -> APIResponse {
        let id: ID<ScheduledPost> = try call.id()
        let time = try hour(call.parameters.text("scheduled_at") ?? "", call)
        try await call.services.reschedulePost(id, to: time, as: try call.principal())
        return try await respond(id, call)
    }

    private static func delete(_ call: APIRequest) async throws -> APIResponse {
        try await call.services.unschedulePost(try call.id(), as: try call.principal())
        return .done
    }

    static func respond(_ id: ID<ScheduledPost>, _ call: APIRequest) async throws -> APIResponse {
        let post = try await call.services.waitingPost(id, of: try call.actor())
        return APIResponse { $0.waiting(post, call.rendering) }
    }

    /// Parses a date and time with an offset. The error has the message that apps know.
    static func hour(_ text: String, _ call: APIRequest) throws(APIError) -> Timestamp {
        guard let time = call.services.moment(text) else { throw .unprocessable("Record invalid") }
        return time
    }
}
