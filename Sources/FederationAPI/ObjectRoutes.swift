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
/// others get a 404. The same rule decides who is told that an object was deleted.
struct ObjectRoutes: Sendable {
    let documents: Documents

    private var federation: Federation { documents.federation }
    private var identifiers: LocalIdentifiers { documents.identifiers }

    var routes: [Route] {
        [
            documents.route("/posts/:id") { try await post($0, $1) { try await note($0) } },
            documents.route("/posts/:id/replies") { request, context in
                let part = CollectionView(query: request.uri.query)
                return try await post(request, context) { try await federation.collections.replies(to: $0.post, part) }
            },
            documents.route("/posts/:id/quotes/:quoting") { try await quote($0, $1) },
            documents.route("/posts/:id/context") { request, context in
                let part = CollectionView(query: request.uri.query)
                return try await post(request, context) { try await federation.collections.context(of: $0.post, part) }
            },
            documents.route("/events/:id") { request, context in
                try await event(request, context) { try await document(of: $0) }
            },
            documents.route("/events/:id/attendees") { request, context in
                try await event(request, context) { federation.collections.attendees(of: $0) }
            },
            documents.route("/events/:id/replies") { request, context in
                let part = CollectionView(query: request.uri.query)
                return try await event(request, context) {
                    try await federation.collections.replies(to: $0.event, part)
                }
            },
            documents.route("/activities/:id") { try await activity($0, $1) },
        ]
    }

    // MARK: - Posts

    private func post(
        _ request: Request, _ context: NodeContext, _ make: @Sendable (PostView) async throws -> JSON
    ) async throws -> Response {
        let id: ID<Post> = try documents.number(context)
        if let view = try await view(id, for: nil) {
            return await documents.open(try await make(view), for: request, context)
        }
        let tombstone = try await tombstone(identifiers.post(id))
        if let tombstone, tombstone.readers == nil { return documents.gone(tombstone) }
        guard let signer = await documents.fetch.signer(of: request, context) else { throw RequestError.notFound }
        if let tombstone { return try await closed(tombstone, to: signer) }
        guard let view = try await view(id, for: signer) else { throw RequestError.notFound }
        return await documents.closed(try await make(view), for: signer)
    }

    private func view(_ id: ID<Post>, for viewer: Account?) async throws -> PostView? {
        let view = try await federation.database.read { db in try PostViews.one(id, viewer: viewer?.id, in: db) }
        return view?.post.isLocal == true ? view : nil
    }

    private func note(_ view: PostView) async throws -> JSON {
        let (parentAuthor, replies) = try await federation.database.read { db -> (Account?, ReplyPage) in
            let replies = try Threads.replyIRIs(to: view.post.iri, in: db)
            guard let parent = view.post.inReplyTo, let post = try Posts.byID(parent, in: db) else {
                return (nil, replies)
            }
            return (try Accounts.byID(post.author, in: db), replies)
        }
        return PostToNote.standalone(
            view, identifiers: identifiers, parentAuthor: parentAuthor, replies: replies)
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
        if let view = try await view(id, for: nil) {
            return await documents.open(try await make(view), for: request, context)
        }
        let tombstone = try await tombstone(identifiers.event(id))
        if let tombstone, tombstone.readers == nil { return documents.gone(tombstone) }
        guard let signer = await documents.fetch.signer(of: request, context) else { throw RequestError.notFound }
        if let tombstone { return try await closed(tombstone, to: signer) }
        guard let view = try await view(id, for: signer) else { throw RequestError.notFound }
        return await documents.closed(try await make(view), for: signer)
    }

    private func view(_ id: ID<Event>, for viewer: Account?) async throws -> EventView? {
        let view = try await federation.database.read { db in try EventViews.one(id, viewer: viewer?.id, in: db) }
        return view?.event.isLocal == true ? view : nil
    }

    private func document(of view: EventView) async throws -> JSON {
        let replies = try await federation.database.read { db in try Threads.replyIRIs(to: view.event.iri, in: db) }
        return EventToDocument.standalone(
            view, identifiers: identifiers, community: federation.community, replies: replies)
    }

    // MARK: - Activities

    private func activity(_ request: Request, _ context: NodeContext) async throws -> Response {
        let id: ID<SentActivity> = try documents.number(context)
        let sent = try await federation.database.read { db in try SentActivities.byID(id, in: db) }
        // The text of an activity is dropped when its object is deleted.
        guard let sent, !sent.body.isEmpty else { throw RequestError.notFound }
        if sent.isPublic {
            guard documents.fetch.claimedHost(of: request) != nil, let json = try? JSON.parse(Array(sent.body.utf8))
            else { return documents.open(Array(sent.body.utf8)) }
            return await documents.open(json, for: request, context)
        }
        guard let signer = await documents.fetch.signer(of: request, context),
            let json = try? JSON.parse(Array(sent.body.utf8)),
            let document = Document(json), Self.isAddressed(document, to: signer)
        else { throw RequestError.notFound }
        return await documents.closed(json, for: signer)
    }

    /// Whether an activity is for the reader, or for an account of the reader's server when the server itself asks.
    private static func isAddressed(_ document: Document, to reader: Account) -> Bool {
        let addressed = Audience(of: document).all + document.iris("object")
        if addressed.contains(reader.iri) { return true }
        let isServer = reader.kind == .application || reader.kind == .service
        return isServer && addressed.contains { $0 != .asPublic && $0.isSameOrigin(as: reader.iri) }
    }

    // MARK: - Tombstones

    private func tombstone(_ iri: IRI) async throws -> StoredTombstone? {
        try await federation.database.read { db in try Tombstones.find(iri, in: db) }
    }

    /// The tombstone of an object that not everybody could read, for those who could. For all others it never existed.
    private func closed(_ tombstone: StoredTombstone, to signer: Account) async throws -> Response {
        let readers = tombstone.readers ?? []
        let isReader = try await federation.database.read { db in
            guard let author = try Accounts.byIRI(tombstone.actor, in: db) else { return readers.contains(signer.iri) }
            if try Blocks.exists(between: author.id, signer.id, in: db) { return false }
            if readers.contains(signer.iri) { return true }
            guard readers.contains(identifiers.followers(of: author.iri)) else { return false }
            return try Follows.find(by: signer.id, of: author.id, in: db)?.state == .accepted
        }
        guard isReader else { throw RequestError.notFound }
        return documents.gone(tombstone, isClosed: true)
    }
}
