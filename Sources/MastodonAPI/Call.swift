// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// One request of a client app, after it was let in.
struct Call: Sendable {
    let api: MastodonAPI
    let request: Request
    let context: NodeContext
    /// What was sent, wherever it was put.
    let parameters: SentParameters
    /// Who speaks; nil for a stranger.
    let identity: AppIdentity?
    /// Files that were sent, on disk until the call is answered.
    var files: [UploadedFile] = []

    var services: Services { api.services }
    var database: Database { api.services.database }
    var mode: FederationMode { api.services.community.mode }
    /// How entities are written for this asker, now.
    var rendering: Rendering {
        var rendering = api.rendering
        rendering.app = identity?.app?.rawValue
        return rendering
    }

    /// In whose name the app speaks; nil for a stranger, and for an app that speaks for itself.
    var viewer: ID<Account>? { identity?.account }

    /// In whose name the app speaks.
    ///
    /// - Throws: `.userNeeded` for a stranger; the declared access keeps them out before.
    func actor() throws(APIError) -> ID<Account> {
        guard let account = identity?.account else { throw .userNeeded }
        return account
    }

    /// Who carries out a command: the person behind the token, in their own name or a group's.
    ///
    /// - Throws: as ``actor()``.
    func principal() throws(APIError) -> Principal {
        guard let principal = identity?.principal else { throw .userNeeded }
        return principal
    }

    /// The file under a name.
    func file(_ name: String) -> UploadedFile? { files.first { $0.fieldName == name } }

    /// A number in the path; what is no number names nothing.
    func id<Entity>(_ name: String = "id") throws(APIError) -> ID<Entity> {
        guard let text = context.parameter(name), let id = ID<Entity>(text) else { throw .notFound }
        return id
    }

    /// A word in the path.
    func word(_ name: String) throws(APIError) -> String {
        guard let text = context.parameter(name), !text.isEmpty else { throw .notFound }
        return text
    }

    /// A number that was sent; nil when there is none, `.notFound` when it is no number.
    func sentID<Entity>(_ name: String) throws(APIError) -> ID<Entity>? {
        guard let text = parameters.text(name), !text.isEmpty else { return nil }
        guard let id = ID<Entity>(text) else { throw .notFound }
        return id
    }

    /// The page that was asked for: `max_id`, `since_id`, `min_id` and `limit`.
    ///
    /// - Parameter limit: when none is asked for; twice as many at the most.
    func page(limit: Int = 20) -> PageRequest {
        let before = parameters.text("max_id").flatMap { Int64($0) }
        let since = parameters.text("since_id").flatMap { Int64($0) }
        let oldest = parameters.text("min_id").flatMap { Int64($0) }
        let wanted = parameters.int("limit") ?? limit
        return PageRequest(
            before: before, after: oldest ?? since ?? 0, fromOldest: oldest != nil,
            limit: min(wanted > 0 ? wanted : limit, limit * 2))
    }

    /// Where a list begins that is paged by counting: 0 ... 10,000.
    var offset: Int { min(max(parameters.int("offset") ?? 0, 0), 10_000) }
}
