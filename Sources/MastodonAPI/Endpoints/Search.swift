// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Searching accounts, hashtags, posts and events.
enum SearchEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v2/search", .everyone("read:search"), everything),
        .get("/api/v1/search", .everyone("read:search"), everything),
        .get("/api/v1/accounts/search", .person("read:accounts")) { call in
            var wish = wish(call)
            wish.kinds = [.accounts]
            wish.limit = call.parameters.int("limit") ?? 40
            let found = try await call.services.search(wish, as: try call.principal())
            return Answer { writer in writer.array(found.accounts) { $0.account($1, call.rendering) } }
        },
    ]

    private static func everything(_ call: Call) async throws -> Answer {
        let found = try await call.services.search(wish(call), as: call.identity?.principal)
        let node = call.rendering
        return Answer { writer in
            writer.object {
                $0.array("accounts", found.accounts) { $0.account($1, node) }
                $0.array("statuses", found.statuses) { $0.status($1, node) }
                $0.array("hashtags", found.tags) { $0.tag($1, node) }
                $0.empty("collections")
            }
        }
    }

    private static func wish(_ call: Call) -> SearchWish {
        let sent = call.parameters
        var wish = SearchWish(sent.text("q") ?? "")
        if let kind = sent.text("type").flatMap(SearchWish.Kind.init(rawValue:)) { wish.kinds = [kind] }
        wish.asksOthers = sent.bool("resolve") == true
        wish.limit = sent.int("limit") ?? 20
        // With several kinds of results, an offset would skip results that were never shown.
        wish.offset = wish.kinds.count == 1 ? call.offset : 0
        wish.author = sent.text("account_id").flatMap { ID($0) }
        wish.onlyFollowed = sent.bool("following") == true
        let page = call.page()
        wish.before = page.before
        wish.after = page.after
        return wish
    }
}
