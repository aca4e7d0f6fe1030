// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Grouped notifications: several people who favourite one post are one item.
enum GroupedNotificationEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v2/notifications", .person("read:notifications"), list),
        .get("/api/v2/notifications/unread_count", .person("read:notifications"), unreadCount),
        .get("/api/v2/notifications/:group_key", .person("read:notifications"), show),
        .get("/api/v2/notifications/:group_key/accounts", .person("read:notifications"), accounts),
        .post("/api/v2/notifications/:group_key/dismiss", .person("write:notifications")) { call in
            try await call.services.dismissNotificationGroup(try call.text("group_key"), as: try call.principal())
            return .done
        },
    ]

    /// Groups with all accounts and statuses that they refer to.
    private struct Results: Sendable {
        var groups: [(group: NotificationGroup, latest: NotificationView)] = []
        var accounts: [ID<Account>: Account] = [:]

        init(_ groups: [NotificationGroup], viewer: ID<Account>, in db: some Queryable) throws(DatabaseError) {
            var views: [ID<Notification>: NotificationView] = [:]
            for view in try NotificationViews.load(groups.map(\.latest), viewer: viewer, in: db) {
                views[view.id] = view
            }
            for group in groups {
                if let latest = views[group.id] { self.groups.append((group, latest)) }
            }
            accounts = try Accounts.byIDs(self.groups.flatMap(\.group.accounts), in: db)
        }

        var statuses: [StatusView] {
            var seen: Set<ID<TimelineItem>> = []
            return groups.compactMap(\.latest.status).filter { seen.insert($0.id).inserted }
        }

        /// Returns each account once, in the order of the groups. Within a group the latest is first.
        func people(_ pick: (NotificationGroup) -> [ID<Account>]) -> [Account] {
            var seen: Set<ID<Account>> = []
            return groups.flatMap { pick($0.group) }.filter { seen.insert($0).inserted }.compactMap { accounts[$0] }
        }
    }

    private static func list(_ call: APIRequest) async throws -> APIResponse {
        let viewer = try call.actor()
        let (page, filter, now) = (await call.settledPage(limit: 40), try filter(call), call.services.clock.now)
        let (groups, results) = try await call.database.read { db in
            let groups = try NotificationGroups.list(of: viewer, filter, page, at: now, in: db)
            return (groups, try Results(groups, viewer: viewer, in: db))
        }
        var response = respond(results, call)
        let cursors = groups.first.flatMap { first in
            groups.last.map { (newest: first.id.rawValue, oldest: $0.id.rawValue) }
        }
        response.link(cursors, of: call)
        return response
    }

    private static func show(_ call: APIRequest) async throws -> APIResponse {
        let (key, viewer, now) = (try call.text("group_key"), try call.actor(), call.services.clock.now)
        let results = try await call.database.read { db -> Results? in
            guard let group = try NotificationGroups.find(key, of: viewer, at: now, in: db) else { return nil }
            return try Results([group], viewer: viewer, in: db)
        }
        guard let results, !results.groups.isEmpty else { throw APIError.notFound }
        return respond(results, call)
    }

    private static func accounts(_ call: APIRequest) async throws -> APIResponse {
        let (key, viewer, now) = (try call.text("group_key"), try call.actor(), call.services.clock.now)
        let page = call.page(limit: 40)
        let people = try await call.database.read { db in
            try NotificationGroups.accounts(key, of: viewer, page, at: now, in: db)
        }
        let cursors = people.first.flatMap { first in
            people.last.map { (newest: first.mark.rawValue, oldest: $0.mark.rawValue) }
        }
        return APIResponse(page: people, cursors: cursors, of: call) { $0.account($1.account, call.rendering) }
    }

    private static func unreadCount(_ call: APIRequest) async throws -> APIResponse {
        let viewer = try call.actor()
        let (filter, now, limit) = (
            try filter(call), call.services.clock.now, NotificationEndpoints.unreadLimit(call)
        )
        let count = try await call.database.read { db in
            try NotificationGroups.unreadCount(of: viewer, filter, limit: limit, at: now, in: db)
        }
        return APIResponse { writer in writer.object { $0.field("count", count) } }
    }

    private static func filter(_ call: APIRequest) throws(APIError) -> NotificationGroups.Filter {
        let list = try NotificationEndpoints.filter(of: call.parameters)
        let grouped = call.parameters.texts("grouped_types")
        guard !grouped.isEmpty else { return NotificationGroups.Filter(list) }
        return NotificationGroups.Filter(list, grouped: NotificationEndpoints.kinds(grouped))
    }

    /// Writes the response. With `expand_accounts=partial_avatars`, only the latest account of each group is written in
    /// full.
    private static func respond(_ results: Results, _ call: APIRequest) -> APIResponse {
        let node = call.rendering
        let isPartial = call.parameters.text("expand_accounts") == "partial_avatars"
        let full = results.people { isPartial ? Array($0.accounts.prefix(1)) : $0.accounts }
        return APIResponse { writer in
            writer.object {
                $0.array("accounts", full) { $0.account($1, node) }
                if isPartial {
                    let known = Set(full.map(\.id))
                    let others = results.people(\.accounts).filter { !known.contains($0.id) }
                    $0.array("partial_accounts", others) { $0.partialAccount($1, node) }
                }
                $0.array("statuses", results.statuses) { $0.status($1, node) }
                $0.array("notification_groups", results.groups) { $0.notificationGroup($1.group, $1.latest, node) }
            }
        }
    }
}
