// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// One authenticated request of a client app.
struct APIRequest: Sendable {
    let api: MastodonAPI
    let request: Request
    let context: NodeContext
    /// The parameters of the query and the body together.
    let parameters: SentParameters
    /// The identity behind the token; nil for a stranger.
    let identity: AppIdentity?
    /// The uploaded files, which are on disk until the response is made.
    var files: [UploadedFile] = []

    var services: Services { api.services }
    var database: Database { api.services.database }
    var mode: FederationMode { api.services.community.mode }
    var now: Timestamp { api.services.clock.now }
    /// The settings for writing entities, with the app of this request.
    var rendering: Rendering {
        var rendering = api.rendering
        rendering.app = identity?.app?.rawValue
        return rendering
    }

    /// The account for which the app acts; nil for a stranger, and for an app that acts for itself.
    var viewer: ID<Account>? { identity?.account }

    /// Returns the account for which the app acts.
    ///
    /// - Throws: `.userNeeded` for a stranger. ``APIPipeline`` rejects strangers before, by the declared access.
    func actor() throws(APIError) -> ID<Account> {
        guard let account = identity?.account else { throw .userNeeded }
        return account
    }

    /// Returns who carries out a command: the person behind the token, for themselves or for a group.
    ///
    /// - Throws: the error of ``actor()``.
    func principal() throws(APIError) -> Principal {
        guard let principal = identity?.principal else { throw .userNeeded }
        return principal
    }

    /// Returns the uploaded file with a field name.
    func file(_ name: String) -> UploadedFile? { files.first { $0.fieldName == name } }

    /// Returns an id in the path.
    ///
    /// - Throws: `.notFound` for text that is not a number.
    func id<Entity>(_ name: String = "id") throws(APIError) -> ID<Entity> {
        guard let text = context.parameter(name), let id = ID<Entity>(text) else { throw .notFound }
        return id
    }

    /// Returns a text parameter of the path.
    func text(_ name: String) throws(APIError) -> String {
        guard let text = context.parameter(name), !text.isEmpty else { throw .notFound }
        return text
    }

    /// Returns an id among the parameters; nil when there is none.
    ///
    /// - Throws: `.notFound` for text that is not a number.
    func sentID<Entity>(_ name: String) throws(APIError) -> ID<Entity>? {
        guard let text = parameters.text(name), !text.isEmpty else { return nil }
        guard let id = ID<Entity>(text) else { throw .notFound }
        return id
    }

    /// Returns the requested page: `max_id`, `since_id`, `min_id` and `limit`.
    ///
    /// - Parameter limit: the default page size. The largest page size is twice this.
    func page(limit: Int = 20) -> PageRequest {
        let before = parameters.text("max_id").flatMap { Int64($0) }
        let since = parameters.text("since_id").flatMap { Int64($0) }
        let oldest = parameters.text("min_id").flatMap { Int64($0) }
        let wanted = parameters.int("limit") ?? limit
        return PageRequest(
            before: before, after: oldest ?? since ?? 0, fromOldest: oldest != nil,
            limit: min(wanted > 0 ? wanted : limit, limit * 2))
    }

    /// Returns the requested page without the ids before which others may still appear; see `Services.settledID`. Ask
    /// for it before the snapshot from which the page is read.
    func settledPage(limit: Int = 20) async -> PageRequest {
        var page = page(limit: limit)
        // Whoever reads downward has already seen the newer items.
        guard page.before == .max || page.after > 0 else { return page }
        let settled = await services.settledID(isUpward: page.after > 0)
        if settled < .max { page.before = min(page.before, settled + 1) }
        return page
    }

    /// The start of a list that is paged by offset: 0 ... 10,000.
    var offset: Int { min(max(parameters.int("offset") ?? 0, 0), 10_000) }
}
