// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Model
internal import Services

/// Filters of version 1: each keyword is a filter of its own, with the keyword's id.
enum OldFilterEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v1/filters", .person("read:filters")) { call in
            let filters = try await call.services.filters(of: try call.actor())
            let keywords = filters.flatMap { filter in filter.keywords.map { (filter, $0) } }
            return APIResponse { writer in writer.array(keywords) { $0.oldFilter($1.1, of: $1.0) } }
        },
        .post("/api/v1/filters", .person("write:filters"), make),
        .get("/api/v1/filters/:id", .person("read:filters")) { call in
            let id: ID<ContentFilter.Keyword> = try call.id()
            return try respond(id, in: try await call.services.filter(withKeyword: id, of: try call.actor()))
        },
        .put("/api/v1/filters/:id", .person("write:filters"), change),
        .delete("/api/v1/filters/:id", .person("write:filters"), delete),
    ]

    private static func make(_ call: APIRequest) async throws -> APIResponse {
        let phrase = call.parameters.text("phrase") ?? ""
        var draft = draft(call)
        draft.title = phrase
        draft.places = call.parameters.texts("context")
        draft.keywords = [KeywordDraft(text: phrase, wholeWord: call.parameters.bool("whole_word") ?? false)]
        let filter = try await call.services.makeFilter(draft, as: try call.principal())
        guard let keyword = filter.keywords.first else { throw APIError.notFound }
        return APIResponse { $0.oldFilter(keyword, of: filter) }
    }

    private static func change(_ call: APIRequest) async throws -> APIResponse {
        let (id, owner): (ID<ContentFilter.Keyword>, ID<Account>) = (try call.id(), try call.actor())
        let filter = try await call.services.filter(withKeyword: id, of: owner)
        var draft = draft(call)
        if call.parameters.has("context") { draft.places = call.parameters.texts("context") }
        if filter.keywords.count == 1 { draft.title = call.parameters.text("phrase") }
        draft.keywords = [
            KeywordDraft(
                id: id, text: call.parameters.text("phrase"), wholeWord: call.parameters.bool("whole_word"))
        ]
        return try respond(id, in: try await call.services.changeFilter(filter.id, draft, as: try call.principal()))
    }

    /// Deletes a keyword. If it was the last one and the filter names no status, the filter is deleted too.
    private static func delete(_ call: APIRequest) async throws -> APIResponse {
        let (id, owner): (ID<ContentFilter.Keyword>, ID<Account>) = (try call.id(), try call.actor())
        let filter = try await call.services.filter(withKeyword: id, of: owner)
        if filter.keywords.count == 1, filter.named.isEmpty {
            try await call.services.deleteFilter(filter.id, as: try call.principal())
        } else {
            try await call.services.changeKeyword(
                KeywordDraft(id: id, text: nil, isRemoved: true), as: try call.principal())
        }
        return .done
    }

    private static func draft(_ call: APIRequest) -> FilterDraft {
        var draft = FilterDraft()
        draft.action = call.parameters.bool("irreversible").map { $0 ? .hide : .warn }
        draft.end = FilterEndpoints.end(call.parameters)
        draft.maker = call.identity?.app?.rawValue
        return draft
    }

    private static func respond(
        _ id: ID<ContentFilter.Keyword>, in filter: ContentFilter
    ) throws(APIError) -> APIResponse {
        guard let keyword = filter.keywords.first(where: { $0.id == id }) else { throw .notFound }
        return APIResponse { $0.oldFilter(keyword, of: filter) }
    }
}
