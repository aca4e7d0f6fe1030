// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Content filters.
enum FilterEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v2/filters", .person("read:filters")) { call in
            let filters = try await call.services.filters(of: try call.actor())
            return APIResponse { writer in writer.array(filters) { $0.filter($1, call.rendering) } }
        },
        .post("/api/v2/filters", .person("write:filters")) { call in
            let filter = try await call.services.makeFilter(try draft(call, isNew: true), as: try call.principal())
            return APIResponse { $0.filter(filter, call.rendering) }
        },
        .get("/api/v2/filters/:id", .person("read:filters")) { call in
            let filter = try await filter(call)
            return APIResponse { $0.filter(filter, call.rendering) }
        },
        .put("/api/v2/filters/:id", .person("write:filters")) { call in
            let filter = try await call.services.changeFilter(
                try call.id(), try draft(call, isNew: false), as: try call.principal())
            return APIResponse { $0.filter(filter, call.rendering) }
        },
        .delete("/api/v2/filters/:id", .person("write:filters")) { call in
            try await call.services.deleteFilter(try call.id(), as: try call.principal())
            return .done
        },
    ]

    /// Returns the caller's filter with the id in the path.
    static func filter(_ call: APIRequest) async throws -> ContentFilter {
        let id: ID<ContentFilter> = try call.id()
        let filters = try await call.services.filters(of: try call.actor())
        guard let filter = filters.first(where: { $0.id == id }) else { throw APIError.notFound }
        return filter
    }

    private static func draft(_ call: APIRequest, isNew: Bool) throws(APIError) -> FilterDraft {
        let sent = call.parameters
        var draft = FilterDraft()
        draft.title = sent.text("title")
        if sent.has("context") || isNew { draft.places = sent.texts("context") }
        draft.action = try action(sent.text("filter_action"))
        draft.end = end(sent)
        draft.maker = call.identity?.app?.rawValue
        draft.keywords = sent.objects("keywords_attributes").map { keyword in
            KeywordDraft(
                id: keyword.text("id").flatMap { ID($0) }, text: keyword.text("keyword"),
                wholeWord: keyword.bool("whole_word"), isRemoved: keyword.bool("_destroy") == true)
        }
        return draft
    }

    private static func action(_ value: String?) throws(APIError) -> ContentFilter.Action? {
        guard let value, !value.isEmpty else { return nil }
        guard let action = ContentFilter.Action(rawValue: value) else {
            throw .notInList("filter_action")
        }
        return action
    }

    /// Reads `expires_in` in seconds; empty or null means never.
    static func end(_ sent: SentParameters) -> FilterDraft.End? {
        guard sent.has("expires_in") else { return nil }
        guard let seconds = sent.double("expires_in"), seconds < 1e10 else { return .never }
        return .after(seconds: Int(max(0, seconds)))
    }
}

/// The keywords and the statuses of a filter, one by one.
enum FilterPartEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v2/filters/:id/keywords", .person("read:filters")) { call in
            let keywords = try await FilterEndpoints.filter(call).keywords
            return APIResponse { writer in writer.array(keywords) { $0.keyword($1) } }
        },
        .post("/api/v2/filters/:id/keywords", .person("write:filters")) { call in
            let keyword = try await call.services.addKeyword(
                call.parameters.text("keyword") ?? "", wholeWord: call.parameters.bool("whole_word") ?? true,
                to: try call.id(), as: try call.principal())
            return APIResponse { $0.keyword(keyword) }
        },
        .get("/api/v2/filters/keywords/:id", .person("read:filters")) { call in
            let id: ID<ContentFilter.Keyword> = try call.id()
            return try keyword(id, in: try await call.services.filter(withKeyword: id, of: try call.actor()))
        },
        .put("/api/v2/filters/keywords/:id", .person("write:filters")) { call in
            let id: ID<ContentFilter.Keyword> = try call.id()
            let draft = KeywordDraft(
                id: id, text: call.parameters.text("keyword"), wholeWord: call.parameters.bool("whole_word"))
            return try keyword(id, in: try await call.services.changeKeyword(draft, as: try call.principal()))
        },
        .delete("/api/v2/filters/keywords/:id", .person("write:filters")) { call in
            let draft = KeywordDraft(id: try call.id(), text: nil, isRemoved: true)
            try await call.services.changeKeyword(draft, as: try call.principal())
            return .done
        },
        .get("/api/v2/filters/:id/statuses", .person("read:filters")) { call in
            let named = try await FilterEndpoints.filter(call).named
            return APIResponse { writer in writer.array(named) { $0.namedStatus($1) } }
        },
        .post("/api/v2/filters/:id/statuses", .person("write:filters")) { call in
            guard let item: ID<TimelineItem> = try call.sentID("status_id") else {
                throw APIError.invalid("status", "ERR_BLANK", "must exist")
            }
            let status = try await StatusEndpoints.view(item, call)
            let named = try await call.services.addNamed(status.id, to: try call.id(), as: try call.principal())
            return APIResponse { $0.namedStatus(named) }
        },
        .get("/api/v2/filters/statuses/:id", .person("read:filters")) { call in
            let id: ID<ContentFilter.Named> = try call.id()
            let filter = try await call.services.filter(withNamed: id, of: try call.actor())
            guard let named = filter.named.first(where: { $0.id == id }) else { throw APIError.notFound }
            return APIResponse { $0.namedStatus(named) }
        },
        .delete("/api/v2/filters/statuses/:id", .person("write:filters")) { call in
            try await call.services.removeNamed(try call.id(), as: try call.principal())
            return .done
        },
    ]

    private static func keyword(
        _ id: ID<ContentFilter.Keyword>, in filter: ContentFilter
    ) throws(APIError) -> APIResponse {
        guard let keyword = filter.keywords.first(where: { $0.id == id }) else { throw .notFound }
        return APIResponse { $0.keyword(keyword) }
    }
}
