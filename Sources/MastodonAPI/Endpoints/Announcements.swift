// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Announcements of the stewards.
enum AnnouncementEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v1/announcements", .person(nil), list),
        .post("/api/v1/announcements/:id/dismiss", .person("write:accounts")) { call in
            try await call.services.dismissAnnouncement(try call.id(), as: try call.principal())
            return .done
        },
        .put("/api/v1/announcements/:id/reactions/:name", .person("write:favourites")) { call in
            try await call.services.react(try call.text("name"), to: try call.id(), as: try call.principal())
            return .done
        },
        .delete("/api/v1/announcements/:id/reactions/:name", .person("write:favourites")) { call in
            try await call.services.unreact(try call.text("name"), to: try call.id(), as: try call.principal())
            return .done
        },
    ]

    private static func list(_ call: APIRequest) async throws -> APIResponse {
        let (viewer, now) = (try call.actor(), call.services.clock.now)
        let withRead = call.parameters.bool("with_dismissed") == true
        let views = try await call.database.read { db in
            try Announcements.list(viewer: viewer, withRead: withRead, at: now, in: db)
        }
        return APIResponse { writer in writer.array(views) { $0.announcement($1, call.rendering) } }
    }
}
