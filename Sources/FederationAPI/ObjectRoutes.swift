// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Storage
internal import Vocabulary

/// The documents of local posts, events and activities, and of their collections.
///
/// Public objects are shown to everybody. Other objects are shown to their audience when the request is signed; all
/// others get a 404.
struct ObjectRoutes: Sendable {
    let documents: Documents

    private var federation: Federation { documents.federation }
    private var identifiers: LocalIdentifiers { documents.identifiers }

    var routes: [Route] {
        [
            documents.route("/posts/:id") { try await post($0, $1) { try await note($0) } },
            documents.route("/posts/:id/replies") { request, context in
                try await post(request, context) { try await federation.collections.replies(to: $0.post) }
            },
            documents.route("/posts/:id/quotes/:quoting") { try await quote($0, $1) },
            documents.route("/posts/:id/context") { request, context in
                try await post(request, context) { try await federation.collections.context(of: $0.post) }
            },
            documents.route("/events/:id") { request, context in
                try await event(request, context) { view in
                    EventToDocument.standalone(view, identifiers: identifiers, community: federation.community)
                }
            },
            documents.route("/events/:id/attendees") { request, context in
                try await event(request, context) { federation.collections.attendees(of: $0) }
            },
            documents.route("/events/:id/replies") { request, context in
                try await event(request, context) { try await federation.collections.replies(to: $0.event) }
            },
            documents.route("/activities/:id") { try await activity($0, $1) },
        ]
    }

    // MARK: - Posts

    private func post(
        _ request: Request, _ context: NodeContext, _ make: @Sendable (PostView) async throws -> JSON
    ) async throws -> Response {
        let id: ID<Post> = try documents.number(context)
        if let view = try await view(id, for: nil) { return documents.open(try await make(view)) }
        if let tombstone = try await tombstone(identifiers.post(id)) { return documents.gone(tombstone) }
        guard let signer = await documents.fetch.signer(of: request, context),
            let view = try await view(id, for: signer)
        else {
            throw RequestError.notFound
        }
        return documents.closed(try await make(view))
    }

    private func view(_ id: ID<Post>, for viewer: Account?) async throws -> PostView? {
        let view = try await federation.database.read { db in try PostViews.one(id, viewer: viewer?.id, in: db) }
        return view?.post.isLocal == true ? view : nil
    }

    private func note(_ view: PostView) async throws -> JSON {
        let parentAuthor = try await federation.database.read { db -> Account? in
            guard let parent = view.post.inReplyTo, let post = try Posts.byID(parent, in: db) else { return nil }
            return try Accounts.byID(post.author, in: db)
        }
        return PostToNote.standalone(view, identifiers: identifiers, parentAuthor: parentAuthor)
    }

    /// The authorization by which the author of a local post allows another post to quote it.
    private func quote(_ request: Request, _ context: NodeContext) async throws -> Response {
        let id: ID<Post> = try documents.number(context)
        guard let quoting = context.parameter("quoting").flatMap({ ID<Post>($0) }) else { throw RequestError.notFound }
        return try await post(request, context) { view in
            let authorization = identifiers.quoteAuthorization(of: id, in: quoting)
            let post = try await federation.database.read { db in try Posts.byID(quoting, in: db) }
            guard let post, post.quote?.post == id, post.quote?.authorization == authorization else {
                throw RequestError.notFound
            }
            return QuoteAuthorization.document(
                authorization, author: view.author.iri, quoted: view.post.iri, quoting: post.iri)
        }
    }

    // MARK: - Events

    private func event(
        _ request: Request, _ context: NodeContext, _ make: @Sendable (EventView) async throws -> JSON
    ) async throws -> Response {
        let id: ID<Event> = try documents.number(context)
        if let view = try await view(id, for: nil) { return documents.open(try await make(view)) }
        if let tombstone = try await tombstone(identifiers.event(id)) { return documents.gone(tombstone) }
        guard let signer = await documents.fetch.signer(of: request, context),
            let view = try await view(id, for: signer)
        else {
            throw RequestError.notFound
        }
        return documents.closed(try await make(view))
    }

    private func view(_ id: ID<Event>, for viewer: Account?) async throws -> EventView? {
        let view = try await federation.database.read { db in try EventViews.one(id, viewer: viewer?.id, in: db) }
        return view?.event.isLocal == true ? view : nil
    }

    // MARK: - Activities

    private func activity(_ request: Request, _ context: NodeContext) async throws -> Response {
        let id: ID<SentActivity> = try documents.number(context)
        let sent = try await federation.database.read { db -> SentActivity? in
            guard let sent = try SentActivities.byID(id, in: db) else { return nil }
            // The content of an activity is no longer shown when its object was deleted.
            let isGone = try sent.object.map { try Tombstones.find($0, in: db) != nil } ?? false
            return isGone && sent.type != "Delete" ? nil : sent
        }
        guard let sent else { throw RequestError.notFound }
        if sent.isPublic { return documents.open(Array(sent.body.utf8)) }
        guard let signer = await documents.fetch.signer(of: request, context),
            let json = try? JSON.parse(Array(sent.body.utf8)),
            let document = Document(json), Self.isAddressed(document, to: signer)
        else { throw RequestError.notFound }
        return documents.closed(json)
    }

    /// Whether an activity is for the reader, or for an account of the reader's server when the server itself asks.
    private static func isAddressed(_ document: Document, to reader: Account) -> Bool {
        let addressed = Audience(of: document).all + document.iris("object")
        if addressed.contains(reader.iri) { return true }
        let isServer = reader.kind == .application || reader.kind == .service
        return isServer && addressed.contains { $0 != .asPublic && $0.isSameOrigin(as: reader.iri) }
    }

    private func tombstone(_ iri: IRI) async throws -> StoredTombstone? {
        try await federation.database.read { db in try Tombstones.find(iri, in: db) }
    }
}
