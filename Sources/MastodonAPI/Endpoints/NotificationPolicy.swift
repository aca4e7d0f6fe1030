// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// The policy for notifications, and the notification requests of filtered senders.
enum NotificationPolicyEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v2/notifications/policy", .person("read:notifications")) { call in
            try await respond(call) { $0.notificationPolicy($1, $2) }
        },
        .patch("/api/v2/notifications/policy", .person("write:notifications"), change),
        .put("/api/v2/notifications/policy", .person("write:notifications"), change),
        .get("/api/v1/notifications/policy", .person("read:notifications")) { call in
            try await respond(call) { $0.oldNotificationPolicy($1, $2) }
        },
        .put("/api/v1/notifications/policy", .person("write:notifications"), changeOld),
        .patch("/api/v1/notifications/policy", .person("write:notifications"), changeOld),
        .get("/api/v1/notifications/requests", .person("read:notifications"), list),
        .get("/api/v1/notifications/requests/merged", .person("read:notifications")) { _ in
            // Accepted notifications are visible at once, so there is never a merge in progress.
            APIResponse { writer in writer.object { $0.field("merged", true) } }
        },
        .post("/api/v1/notifications/requests/accept", .person("write:notifications")) { call in
            try await settleSeveral(accept: true, call)
        },
        .post("/api/v1/notifications/requests/dismiss", .person("write:notifications")) { call in
            try await settleSeveral(accept: false, call)
        },
        .get("/api/v1/notifications/requests/:id", .person("read:notifications"), show),
        .post("/api/v1/notifications/requests/:id/accept", .person("write:notifications")) { call in
            try await settle(accept: true, call)
        },
        .post("/api/v1/notifications/requests/:id/dismiss", .person("write:notifications")) { call in
            try await settle(accept: false, call)
        },
    ]

    // MARK: - Policy

    private static func respond(
        _ call: APIRequest, _ write: (inout JSONWriter, NotificationPolicy, NotificationBacklog) -> Void
    ) async throws -> APIResponse {
        let viewer = try call.actor()
        let (policy, backlog) = try await call.database.read { db in
            (
                try NotificationPolicies.of(viewer, in: db), try NotificationRequests.backlog(of: viewer, in: db)
            )
        }
        return APIResponse { write(&$0, policy, backlog) }
    }

    private static func change(_ call: APIRequest) async throws -> APIResponse {
        let sent = call.parameters
        func filter(_ name: String) throws(APIError) -> NotificationFilter? {
            guard let value = sent.text(name) else { return nil }
            guard let filter = NotificationFilter(rawValue: value) else {
                throw .notInList(name)
            }
            return filter
        }
        let names = [
            "for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions",
            "for_limited_accounts", "for_bots",
        ]
        var wanted: [String: NotificationFilter] = [:]
        for name in names { wanted[name] = try filter(name) }
        try await call.services.changeNotificationPolicy(as: try call.principal()) { [wanted] policy in
            policy.notFollowing = wanted["for_not_following"] ?? policy.notFollowing
            policy.notFollowers = wanted["for_not_followers"] ?? policy.notFollowers
            policy.newAccounts = wanted["for_new_accounts"] ?? policy.newAccounts
            policy.privateMentions = wanted["for_private_mentions"] ?? policy.privateMentions
            policy.limitedAccounts = wanted["for_limited_accounts"] ?? policy.limitedAccounts
            policy.bots = wanted["for_bots"] ?? policy.bots
        }
        return try await respond(call) { $0.notificationPolicy($1, $2) }
    }

    /// Sets a filter of version 1. `true` does not change a stored "drop" to "filter".
    private static func changeOld(_ call: APIRequest) async throws -> APIResponse {
        let sent = call.parameters
        @Sendable func set(_ filter: inout NotificationFilter, _ isFiltered: Bool?) {
            guard let isFiltered, isFiltered != (filter != .accept) else { return }
            filter = isFiltered ? .filter : .accept
        }
        let wanted = [
            sent.bool("filter_not_following"), sent.bool("filter_not_followers"), sent.bool("filter_new_accounts"),
            sent.bool("filter_private_mentions"),
        ]
        try await call.services.changeNotificationPolicy(as: try call.principal()) { policy in
            set(&policy.notFollowing, wanted[0])
            set(&policy.notFollowers, wanted[1])
            set(&policy.newAccounts, wanted[2])
            set(&policy.privateMentions, wanted[3])
        }
        return try await respond(call) { $0.oldNotificationPolicy($1, $2) }
    }

    // MARK: - Requests

    private static func list(_ call: APIRequest) async throws -> APIResponse {
        let (viewer, page) = (try call.actor(), call.page(limit: 40))
        let (requests, last) = try await call.database.read { db in
            let requests = try NotificationRequests.list(of: viewer, page, in: db)
            return (requests, try lastStatuses(of: requests, viewer, in: db))
        }
        let cursors = requests.first.flatMap { first in
            requests.last.map { (newest: first.id.rawValue, oldest: $0.id.rawValue) }
        }
        return APIResponse(page: requests, cursors: cursors, of: call) {
            $0.notificationRequest($1, last: $1.lastPost.flatMap { last[$0] }, call.rendering)
        }
    }

    private static func show(_ call: APIRequest) async throws -> APIResponse {
        let (id, viewer): (ID<NotificationRequest>, ID<Account>) = (try call.id(), try call.actor())
        let (request, last) = try await call.database.read { db in
            let request = try NotificationRequests.find(id, of: viewer, in: db)
            return (request, try lastStatuses(of: [request].compactMap { $0 }, viewer, in: db))
        }
        guard let request else { throw APIError.notFound }
        return APIResponse {
            $0.notificationRequest(request, last: request.lastPost.flatMap { last[$0] }, call.rendering)
        }
    }

    private static func lastStatuses(
        of requests: [NotificationRequest], _ viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Post>: StatusView] {
        try ConversationEndpoints.statuses(requests.compactMap(\.lastPost), viewer, in: db)
    }

    private static func settle(accept: Bool, _ call: APIRequest) async throws -> APIResponse {
        let count = try await call.services.answerNotificationRequests(
            [try call.id()], accept: accept, as: try call.principal())
        guard count > 0 else { throw APIError.notFound }
        return .done
    }

    private static func settleSeveral(accept: Bool, _ call: APIRequest) async throws -> APIResponse {
        let ids = call.parameters.texts("id").prefix(40).compactMap { ID<NotificationRequest>($0) }
        try await call.services.answerNotificationRequests(ids, accept: accept, as: try call.principal())
        return .done
    }
}
