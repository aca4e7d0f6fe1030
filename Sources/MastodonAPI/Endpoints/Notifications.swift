// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Notifications, one by one.
enum NotificationEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v1/notifications", .person("read:notifications"), list),
        .get("/api/v1/notifications/unread_count", .person("read:notifications"), unreadCount),
        .post("/api/v1/notifications/clear", .person("write:notifications")) { call in
            try await call.services.clearNotifications(as: try call.principal())
            return .done
        },
        .post("/api/v1/notifications/dismiss", .person("write:notifications")) { call in
            guard let id: ID<Notification> = try call.sentID("id") else { throw APIError.notFound }
            return try await dismiss(id, call)
        },
        .get("/api/v1/notifications/:id", .person("read:notifications"), show),
        .post("/api/v1/notifications/:id/dismiss", .person("write:notifications")) { call in
            try await dismiss(try call.id(), call)
        },
    ]

    private static func list(_ call: APIRequest) async throws -> APIResponse {
        let viewer = try call.actor()
        let (page, filter) = (await call.settledPage(limit: 40), try filter(of: call.parameters))
        let now = call.now
        let (rows, views) = try await call.database.read { db in
            let rows = try Notifications.list(of: viewer, filter, page, at: now, in: db)
            return (rows, try NotificationViews.load(rows, viewer: viewer, in: db))
        }
        let cursors = rows.first.flatMap { first in
            rows.last.map { (newest: first.id.rawValue, oldest: $0.id.rawValue) }
        }
        return APIResponse(page: views, cursors: cursors, of: call) { $0.notification($1, call.rendering) }
    }

    private static func show(_ call: APIRequest) async throws -> APIResponse {
        let (id, viewer): (ID<Notification>, ID<Account>) = (try call.id(), try call.actor())
        let view = try await call.database.read { db in
            try NotificationViews.load(
                [try Notifications.find(id, of: viewer, in: db)].compactMap { $0 }, viewer: viewer, in: db
            ).first
        }
        guard let view, view.notification.kind.apiName != nil else { throw APIError.notFound }
        return APIResponse { $0.notification(view, call.rendering) }
    }

    private static func dismiss(_ id: ID<Notification>, _ call: APIRequest) async throws -> APIResponse {
        try await call.services.dismissNotification(id, as: try call.principal())
        return .done
    }

    private static func unreadCount(_ call: APIRequest) async throws -> APIResponse {
        let viewer = try call.actor()
        let (limit, filter, now) = (unreadLimit(call), try filter(of: call.parameters), call.services.clock.now)
        let count = try await call.database.read { db in
            try Notifications.unreadCount(of: viewer, filter, limit: limit, at: now, in: db)
        }
        return APIResponse { writer in writer.object { $0.field("count", count) } }
    }

    /// The largest count: 100, or the requested limit up to 1,000.
    static func unreadLimit(_ call: APIRequest) -> Int {
        min(max(call.parameters.int("limit") ?? 100, 1), 1_000)
    }

    /// Reads `types[]`, `exclude_types[]`, `account_id` and `include_filtered`. An unknown type matches nothing.
    static func filter(of sent: SentParameters) throws(APIError) -> NotificationListFilter {
        var filter = NotificationListFilter(kinds: Notification.Kind.ofApps)
        if !sent.texts("types").isEmpty { filter.kinds = kinds(sent.texts("types")) }
        filter.kinds.subtract(kinds(sent.texts("exclude_types")))
        filter.withFiltered = sent.bool("include_filtered") == true
        if let text = sent.text("account_id"), !text.isEmpty {
            guard let account = ID<Account>(text) else { throw .notFound }
            filter.from = account
        }
        return filter
    }

    static func kinds(_ names: [String]) -> Set<Notification.Kind> {
        Notification.Kind.ofApps.filter { $0.apiName.map(names.contains) ?? false }
    }
}
