// SPDX-License-Identifier: Apache-2.0

import Database
public import Model
import Storage
import Vocabulary

/// What an identifier turned out to be, as a row.
public enum Fetched: Sendable, Hashable {
    /// A post.
    case post(ID<Post>)
    /// An event.
    case event(ID<Event>)
    /// An actor.
    case account(ID<Account>)
}

/// A post or an event of another node with its owner: read, believed, and not stored.
enum GatheredObject: Sendable, Hashable {
    /// A post and its author.
    case post(RemotePost, Account)
    /// An event and its owner.
    case event(RemoteEvent, Account)

    /// The object's id on the wire.
    var iri: IRI {
        switch self {
        case .post(let remote, _): remote.post.iri
        case .event(let remote, _): remote.event.iri
        }
    }

    /// What it answers.
    var inReplyTo: IRI? {
        guard case .post(let remote, _) = self else { return nil }
        return remote.inReplyTo
    }
}

/// A gathered object with all that has to be stored before it.
struct GatheredThread: Sendable {
    let object: GatheredObject
    /// The posts above it that are not known here, the oldest first, then what it quotes.
    var before: [GatheredObject] = []
}

/// A document that people read, and to whom it is attributed.
private struct Readable {
    enum Kind {
        case post(NoteDocument)
        case event(EventDocument)
    }

    let kind: Kind
    /// The first to whom it is attributed; all of them are of its origin.
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
        default: throw .notAPost
        }
        guard let first = owners.first, owners.count <= 4, owners.allSatisfy({ $0.isSameOrigin(as: id) }) else {
            throw .ownerMismatch
        }
        owner = first
    }
}

/// What a handler may use while it gathers: reads, and documents from where their ids say.
///
/// It has no way to store a post or an event. The one thing that is written on the way is who somebody is: the
/// ``ActorResolver`` keeps actors and their keys.
struct ObjectFetcher: Sendable {
    /// How many posts are fetched on the way up to the root of a thread, at the most.
    static let ancestorLimit = 12

    let database: ReadOnlyDatabase
    let actors: ActorResolver
    let identifiers: LocalIdentifiers
    let ids: IDMaker
    let clock: any Clock

    /// The loader is the actors' own.
    init(actors: ActorResolver) {
        self.actors = actors
        database = actors.database
        identifiers = actors.identifiers
        ids = actors.ids
        clock = actors.clock
    }

    /// What is known under an id, or under one of our pages.
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

    // MARK: - Documents

    /// The document of any kind that its own origin serves under an id.
    ///
    /// - Throws: `.ownerMismatch` when it names an owner or actor of another origin, `.tombstoned` when it was deleted
    ///   here before.
    func fetch(_ iri: IRI) async throws(FederationError) -> Document {
        var budget = FetchBudget(FetchBudget.resolve)
        return try await fetch(iri, budget: &budget)
    }

    func fetch(_ iri: IRI, budget: inout FetchBudget) async throws(FederationError) -> Document {
        let isGone = try await database.read { db throws(DatabaseError) in try Tombstones.find(iri, in: db) != nil }
        guard !isGone else { throw .tombstoned }
        let document = try await actors.fetcher.fetch(iri, budget: &budget)
        guard let id = document.id, document.family != .actor else { return document }
        let owners = document.iris("attributedTo") + document.iris("actor")
        guard owners.allSatisfy({ $0.isSameOrigin(as: id) }) else { throw .ownerMismatch }
        return document
    }

    // MARK: - Posts and events

    /// Reads a document that is believed and resolves its owner.
    ///
    /// - Parameter signer: who signed the request in which it came; nobody is asked about a signer whom we know.
    /// - Throws: `.notAPost`, `.ownerMismatch`, `.localIdentifier`, and what resolving the owner throws.
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

    /// Reads a document whose owner is known, without asking anybody.
    ///
    /// - Throws: as ``gather(_:signedBy:)``.
    func read(_ document: Document, ownedBy owner: Account) throws(FederationError) -> GatheredObject {
        try read(try Readable(document, identifiers), ownedBy: owner)
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
                event, id: ids.make(at: now), owner: owner, at: now, identifiers: identifiers)
            return .event(remote, owner)
        }
    }

    // MARK: - What goes with a post

    /// A post with the unknown posts above it and what it quotes, as far as they can be had.
    func gatherThread(_ object: GatheredObject) async -> GatheredThread {
        guard case .post(let remote, _) = object else { return GatheredThread(object: object) }
        var thread = GatheredThread(object: object)
        if let parent = remote.inReplyTo { thread.before = await ancestors(from: parent, below: object.iri) }
        if let quoted = remote.post.quote?.iri {
            var budget = FetchBudget(FetchBudget.resolve)
            if let quoted = await unknown(quoted, budget: &budget) { thread.before.append(quoted) }
        }
        return thread
    }

    /// What is unknown from `iri` upwards, the oldest first.
    ///
    /// Ends at what is known, at what cannot be had, after twelve posts, and where the way leads in a circle. A thread
    /// without its root is still better than a reply alone.
    ///
    /// - Parameter reply: the post whose ancestors are looked for; it is none of them.
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

    /// A post or an event that is not known here; nil when it is, and when it cannot be had.
    private func unknown(_ iri: IRI, budget: inout FetchBudget) async -> GatheredObject? {
        do {
            guard try await known(iri) == nil else { return nil }
            let document = try await fetch(iri, budget: &budget)
            return try await gather(document, budget: &budget)
        } catch {
            return nil
        }
    }

    /// Who agreed that a post quotes what it quotes; nil when nobody can be shown to have.
    private func quoteApproval(of post: Post, budget: inout FetchBudget) async -> IRI? {
        guard let quote = post.quote, let authorization = quote.authorization, !identifiers.isLocal(authorization),
            let document = try? await fetch(authorization, budget: &budget),
            document.types.contains("QuoteAuthorization"), document.iri("interactingObject") == post.iri,
            document.iri("interactionTarget") == quote.iri
        else { return nil }
        return document.iri("attributedTo")
    }
}
