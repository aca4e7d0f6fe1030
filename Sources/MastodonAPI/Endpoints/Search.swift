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
            var query = query(call)
            query.kinds = [.accounts]
            query.offset = call.offset
            query.limit = call.parameters.int("limit") ?? 40
            let found = try await call.services.search(query, as: try call.principal())
            return APIResponse { writer in writer.array(found.accounts) { $0.account($1, call.rendering) } }
        },
    ]

    private static func everything(_ call: APIRequest) async throws -> APIResponse {
        guard call.parameters.text("q")?.contains(where: { !$0.isWhitespace }) == true else {
            throw APIError.badRequest("param is missing or the value is empty: q")
        }
        let found = try await call.services.search(query(call), as: call.identity?.principal)
        let node = call.rendering
        return APIResponse { writer in
            writer.object {
                $0.array("accounts", found.accounts) { $0.account($1, node) }
                $0.array("statuses", found.statuses) { $0.status($1, node) }
                $0.array("hashtags", found.tags) { $0.tag($1, node) }
                $0.empty("collections")
            }
        }
    }

    private static func query(_ call: APIRequest) -> SearchQuery {
        let sent = call.parameters
        var query = SearchQuery(sent.text("q") ?? "")
        if let kind = sent.text("type").flatMap(SearchQuery.Kind.init(rawValue:)) { query.kinds = [kind] }
        query.asksOthers = sent.bool("resolve") == true
        query.limit = sent.int("limit") ?? 20
        // With several kinds of results, an offset would skip results that were never shown.
        query.offset = query.kinds.count == 1 ? call.offset : 0
        query.author = sent.text("account_id").flatMap { ID($0) }
        query.onlyFollowed = sent.bool("following") == true
        let page = call.page()
        query.before = page.before
        query.after = page.after
        return query
    }
}
