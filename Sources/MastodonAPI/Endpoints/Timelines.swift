// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Timelines of statuses, newest first.
enum TimelineEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v1/timelines/home", .person("read:statuses"), home),
        .get("/api/v1/timelines/public", .everyone("read:statuses"), everyone),
        .get("/api/v1/timelines/tag/:tag", .everyone("read:statuses"), tag),
        .get("/api/v1/timelines/list/:id", .person("read:lists"), list),
        // No links are collected here, so no link has a timeline.
        .get("/api/v1/timelines/link", .everyone("read:statuses")) { _ in throw APIError.notFound },
        .get("/api/v1/timelines/direct", .person("read:statuses")) { _ in .nothing },
    ]

    private static func home(_ call: APIRequest) async throws -> APIResponse {
        let viewer = try call.actor()
        return try await respond(call) { page, db throws(DatabaseError) in
            try Timelines.home(viewer, page, at: call.now, in: db)
        }
    }

    private static func everyone(_ call: APIRequest) async throws -> APIResponse {
        let filter = source(call.parameters)
        return try await respond(call) { page, db throws(DatabaseError) in
            try Timelines.everyone(filter, page, viewer: call.viewer, mode: call.mode, at: call.now, in: db)
        }
    }

    private static func tag(_ call: APIRequest) async throws -> APIResponse {
        var filter = TagFilter(call.services.foldedTag(try call.text("tag")))
        filter.any += call.parameters.texts("any").prefix(4).map(call.services.foldedTag)
        filter.all = call.parameters.texts("all").prefix(4).map(call.services.foldedTag)
        filter.none = call.parameters.texts("none").prefix(4).map(call.services.foldedTag)
        filter.source = source(call.parameters)
        return try await respond(call) { [filter] page, db throws(DatabaseError) in
            try Timelines.tagged(filter, page, viewer: call.viewer, mode: call.mode, at: call.now, in: db)
        }
    }

    /// The timeline of a list or of a group. The id of a group's list is the id of the group.
    private static func list(_ call: APIRequest) async throws -> APIResponse {
        let viewer = try call.actor()
        let number: ID<AccountList> = try call.id()
        let list = try await call.services.list(number, of: viewer)
        return try await respond(call) { page, db throws(DatabaseError) in
            switch list {
            case .own(let list):
                try Timelines.list(list.id, replies: list.replies, viewer: viewer, page, at: call.now, in: db)
            case .group(let group):
                try Timelines.group(group.id, page, viewer: viewer, mode: call.mode, at: call.now, in: db)
            }
        }
    }

    private static func source(_ parameters: SentParameters) -> PublicFilter {
        var filter = PublicFilter()
        if parameters.bool("local") == true { filter.isLocal = true }
        if parameters.bool("remote") == true { filter.isLocal = false }
        filter.onlyMedia = parameters.bool("only_media") == true
        return filter
    }

    /// Reads a page of a timeline and shows it to whoever asks.
    static func respond(
        _ call: APIRequest,
        _ read: @escaping @Sendable (PageRequest, Snapshot) throws(DatabaseError) -> TimelinePage
    ) async throws -> APIResponse {
        let request = await call.settledPage()
        let (page, statuses) = try await call.database.read { db in
            let page = try read(request, db)
            return (page, try StatusList(page.items, call, in: db))
        }
        let items = statuses.kept(call)
        var response = APIResponse { writer in writer.array(items) { $0.status($1, call.rendering) } }
        response.link(older: page.older, newer: page.newer, of: call)
        return response
    }
}
