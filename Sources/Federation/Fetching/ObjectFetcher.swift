// SPDX-License-Identifier: Apache-2.0

import Database
public import Model
import Storage
import Vocabulary

/// The row that an identifier was resolved to.
public enum Fetched: Sendable, Hashable {
    /// A post.
    case post(ID<Post>)
    /// An event.
    case event(ID<Event>)
    /// An actor.
    case account(ID<Account>)
}

/// A post or an event of another node with its author or owner. It is read and trusted, and not stored.
enum GatheredObject: Sendable, Hashable {
    /// A post and its author.
    case post(RemotePost, Account)
    /// An event and its owner.
    case event(RemoteEvent, Account)

    /// The object's id (IRI).
    var iri: IRI {
        switch self {
        case .post(let remote, _): remote.post.iri
        case .event(let remote, _): remote.event.iri
        }
    }

    /// The same object with a new local id.
    ///
    /// An object is read before its transaction begins, and others may be fetched in between. Whoever reads a timeline
    /// on from the newest id would miss an object that is stored under its old id. So it gets its id when it is stored.
    func numbered(by ids: IDMaker, at now: Timestamp) -> Self {
        switch self {
        case .post(var remote, let author):
            remote.post.number(ids.make(at: now))
            return .post(remote, author)
        case .event(var remote, let owner):
            remote.event.number(ids.make(at: now))
            return .event(remote, owner)
        }
    }

    /// When it was published, as its owner says.
    var publishedAt: Timestamp {
        switch self {
        case .post(let remote, _): remote.post.publishedAt
        case .event(let remote, _): remote.event.publishedAt
        }
    }

    /// The same object with an id of the time when it was published, see `TimelineItems.pastID`.
    func numbered(at time: Timestamp, in tx: Transaction) throws(DatabaseError) -> Self {
        let id = try TimelineItems.pastID(at: time, in: tx).rawValue
        switch self {
        case .post(var remote, let author):
            remote.post.number(ID(id))
            return .post(remote, author)
        case .event(var remote, let owner):
            remote.event.number(ID(id))
            return .event(remote, owner)
        }
    }

    /// The id of the post or event that it replies to.
    var inReplyTo: IRI? {
        guard case .post(let remote, _) = self else { return nil }
        return remote.inReplyTo
    }
}

/// A gathered object with the objects that must be stored before it.
struct GatheredThread: Sendable {
    let object: GatheredObject
    /// The unknown ancestors of the object, the oldest first, then the posts that it quotes.
    var before: [GatheredObject] = []
}

/// A document of a post or an event, with the actors in its `attributedTo`.
private struct Readable {
    enum Kind {
        case post(NoteDocument)
        case event(EventDocument)
    }

    let kind: Kind
    /// The first actor in `attributedTo`. All of them have the origin of the document.
    let owner: IRI

    init(_ document: Document, _ identifiers: LocalIdentifiers) throws(FederationError) {
        guard let id = document.id else { throw .notAPost }
        guard !identifiers.isLocal(id) else { throw .localIdentifier }
        let owners: [IRI]
        switch document.family {
        case .post:
            guard let note = try? NoteDocument(document) else { throw .notAPost }
            (kind, owners) = (.post(note), note.attributedTo)
        case .event:
            guard let event = try? EventDocument(document) else { throw .notAPost }
            (kind, owners) = (.event(event), event.attributedTo)
        case .tombstone: throw .tombstoned
        default: throw document.types.isEmpty || document.hasKnownType ? .notAPost : .ignored(.unknownType)
        }
        guard let first = owners.first, owners.count <= 4, owners.allSatisfy({ $0.isSameOrigin(as: id) }) else {
            throw .ownerMismatch
        }
        owner = first
    }
}

/// The reads and fetches that a handler may use in `gather`.
///
/// It cannot store a post or an event. The ``ActorResolver`` that it uses does write: it stores actors and their keys.
struct ObjectFetcher: Sendable {
    /// The largest number of ancestors that are fetched on the way up to the root of a thread.
    static let ancestorLimit = 12

    let database: ReadOnlyDatabase
    let actors: ActorResolver
    let identifiers: LocalIdentifiers
    let ids: IDMaker
    let clock: any Clock

    /// Uses the loader of `actors`.
    init(actors: ActorResolver) {
        self.actors = actors
        database = actors.database
        identifiers = actors.identifiers
        ids = actors.ids
        clock = actors.clock
    }

    /// The row that is known under an id, or under the address of a local page.
    func known(_ iri: IRI) async throws(FederationError) -> Fetched? {
        let handle: Handle? =
            switch identifiers.parse(iri) {
            case .profile(let name), .person(let name), .group(let name): Handle(name: name, host: "")
            default: nil
            }
        return try await database.read { db throws(DatabaseError) in
            if let post = try Posts.byIRI(iri, in: db) { return .post(post.id) }
            if let event = try Events.byIRI(iri, in: db) { return .event(event.id) }
            if let account = try Accounts.byIRI(iri, in: db) { return .account(account.id) }
            return try handle.flatMap { handle throws(DatabaseError) in
                try Accounts.byHandle(handle, in: db).map { .account($0.id) }
            }
        }
    }

    /// The stored post or event whose web page has this address.
    func knownPage(_ iri: IRI) async throws(FederationError) -> Fetched? {
        try await database.read { db throws(DatabaseError) in
            if let post = try Posts.byURL(iri, in: db) { return .post(post.id) }
            return try Events.byURL(iri, in: db).map { .event($0.id) }
        }
    }

    // MARK: - Documents

    /// Fetches a document of any type from the origin of its id.
    ///
    /// - Throws: `.ownerMismatch` when it names an owner or actor of another origin, `.tombstoned` when the object was
    ///   deleted here before.
    func fetch(_ iri: IRI) async throws(FederationError) -> Document {
        var budget = FetchBudget(FetchBudget.resolve)
        return try await fetch(iri, budget: &budget)
    }

    func fetch(_ iri: IRI, budget: inout FetchBudget) async throws(FederationError) -> Document {
        let isGone = try await database.read { db throws(DatabaseError) in try Tombstones.find(iri, in: db) != nil }
        guard !isGone else { throw .tombstoned }
        return try await fetchAnew(iri, budget: &budget)
    }

    /// Fetches a document, also when it was deleted here before.
    func fetchAnew(_ iri: IRI, budget: inout FetchBudget) async throws(FederationError) -> Document {
        let document = try await actors.fetcher.fetch(iri, budget: &budget)
        guard let id = document.id, document.family != .actor else { return document }
        let owners = document.iris("attributedTo") + document.iris("actor")
        guard owners.allSatisfy({ $0.isSameOrigin(as: id) }) else { throw .ownerMismatch }
        return document
    }

    // MARK: - Posts and events

    /// Reads a trusted document and resolves its owner.
    ///
    /// - Parameter signer: the account that signed the request. When the signer is the owner, the owner is not fetched.
    /// - Throws: `.notAPost`, `.ignored(.unknownType)`, `.ownerMismatch`, `.localIdentifier`, and the errors of resolving
    ///   the owner.
    func gather(_ document: Document, signedBy signer: Account? = nil) async throws(FederationError) -> GatheredObject {
        var budget = FetchBudget(FetchBudget.resolve)
        return try await gather(document, signedBy: signer, budget: &budget)
    }

    func gather(
        _ document: Document, signedBy signer: Account? = nil, budget: inout FetchBudget
    ) async throws(FederationError) -> GatheredObject {
        let readable = try Readable(document, identifiers)
        let owner: Account
        if let signer, signer.iri == readable.owner, actors.isFresh(signer) {
            owner = signer
        } else {
            owner = try await actors.resolve(readable.owner, budget: &budget)
        }
        let gathered = try read(readable, ownedBy: owner)
        guard case .post(var remote, let author) = gathered else { return gathered }
        remote.quoteApprovedBy = await quoteApproval(of: remote.post, budget: &budget)
        return .post(remote, author)
    }

    /// Reads a document whose owner is known, without any request.
    ///
    /// - Throws: the same errors as ``gather(_:signedBy:)``.
    func read(_ document: Document, ownedBy owner: Account) throws(FederationError) -> GatheredObject {
        try read(try Readable(document, identifiers), ownedBy: owner)
    }

    /// Reads the document of an owner whose profile is up to date, when it replies to nothing and quotes nothing.
    ///
    /// - Returns: nil when other documents may belong to it.
    func readWhole(_ document: Document, ownedBy owner: Account) throws(FederationError) -> GatheredObject? {
        guard actors.isFresh(owner) else { return nil }
        let object = try read(document, ownedBy: owner)
        guard case .post(let remote, _) = object else { return object }
        return remote.inReplyTo == nil && remote.post.quote == nil ? object : nil
    }

    private func read(_ readable: Readable, ownedBy owner: Account) throws(FederationError) -> GatheredObject {
        let now = clock.now
        switch readable.kind {
        case .post(let note):
            let remote = try NoteToPost.read(
                note, id: ids.make(at: now), author: owner, at: now, identifiers: identifiers)
            return .post(remote, owner)
        case .event(let event):
            let remote = try DocumentToEvent.read(
                event, id: ids.make(at: now), owner: owner, at: now, identifiers: identifiers,
                communityZone: actors.timeZone)
            return .event(remote, owner)
        }
    }

    // MARK: - Ancestors and quotes

    /// A post with its unknown ancestors and the posts that it quotes, as far as they can be fetched.
    ///
    /// - Parameter knownParent: a post or event that is stored here. When it is the parent, there are no unknown
    ///   ancestors.
    func gatherThread(_ object: GatheredObject, knownParent: IRI? = nil) async -> GatheredThread {
        guard case .post(let remote, _) = object else { return GatheredThread(object: object) }
        var thread = GatheredThread(object: object)
        if let parent = remote.inReplyTo, parent != knownParent {
            thread.before = await ancestors(from: parent, below: object.iri)
        }
        if let quoted = remote.post.quote?.iri {
            var budget = FetchBudget(FetchBudget.resolve)
            if let quoted = await unknown(quoted, budget: &budget) { thread.before.append(quoted) }
        }
        return thread
    }

    /// The unknown posts from `iri` up to the root of the thread, the oldest first.
    ///
    /// The walk ends at a known post, at a post that cannot be fetched, after ``ancestorLimit`` posts, and when the
    /// parents form a circle. A thread without its root is still better than a single reply.
    ///
    /// - Parameter reply: the post whose ancestors are fetched. It is not part of the result.
    func ancestors(from iri: IRI, below reply: IRI? = nil) async -> [GatheredObject] {
        var budget = FetchBudget(FetchBudget.thread)
        var found: [GatheredObject] = []
        var seen = Set([reply].compactMap { $0 })
        var next: IRI? = iri
        while let current = next, found.count < Self.ancestorLimit, seen.insert(current).inserted {
            guard let object = await unknown(current, budget: &budget),
                seen.insert(object.iri).inserted || object.iri == current
            else { break }
            found.append(object)
            next = object.inReplyTo
        }
        return found.reversed()
    }

    /// An unknown post or event; nil when it is known, and when it cannot be fetched.
    private func unknown(_ iri: IRI, budget: inout FetchBudget) async -> GatheredObject? {
        do {
            guard try await known(iri) == nil else { return nil }
            let document = try await fetch(iri, budget: &budget)
            return try await gather(document, budget: &budget)
        } catch {
            return nil
        }
    }

    /// The account that approved the quote; nil when no approval can be proved.
    private func quoteApproval(of post: Post, budget: inout FetchBudget) async -> IRI? {
        guard let quote = post.quote, let authorization = quote.authorization, !identifiers.isLocal(authorization),
            let document = try? await fetch(authorization, budget: &budget),
            document.types.contains("QuoteAuthorization"), document.iri("interactingObject") == post.iri,
            document.iri("interactionTarget") == quote.iri
        else { return nil }
        return document.iri("attributedTo")
    }
}
