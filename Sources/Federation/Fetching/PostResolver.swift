// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
import Storage
public import Vocabulary

/// What an identifier turned out to be, as a row.
public enum Fetched: Sendable, Hashable {
    /// A post.
    case post(ID<Post>)
    /// An event.
    case event(ID<Event>)
    /// An actor.
    case account(ID<Account>)
}

/// An object with its owner, ready to be stored: everything that had to be fetched was.
public enum GatheredObject: Sendable, Hashable {
    /// A post and its author.
    case post(RemotePost, Account)
    /// An event and its owner.
    case event(RemoteEvent, Account)

    /// The object's id on the wire.
    public var iri: IRI {
        switch self {
        case .post(let remote, _): remote.post.iri
        case .event(let remote, _): remote.event.iri
        }
    }

    /// What it answers.
    public var inReplyTo: IRI? {
        guard case .post(let remote, _) = self else { return nil }
        return remote.inReplyTo
    }
}

/// What became of an object that was to be stored.
public enum StoredObject: Sendable, Equatable {
    /// It is new.
    case created(Fetched)
    /// It was there; the first version stays.
    case known(Fetched)
    /// It was not taken.
    case refused(Refusal)

    /// The row, when there is one.
    public var fetched: Fetched? {
        switch self {
        case .created(let fetched), .known(let fetched): fetched
        case .refused: nil
        }
    }
}

/// Posts and events by their id.
public struct PostResolver: Sendable {
    let database: Database
    let identifiers: LocalIdentifiers
    let actors: ActorResolver
    let ids: IDMaker
    let clock: any Clock

    /// Wires it. The loader is the actors' own.
    public init(
        database: Database, loader: any DocumentLoader, identifiers: LocalIdentifiers, actors: ActorResolver,
        ids: IDMaker, clock: any Clock
    ) {
        self.database = database
        self.identifiers = identifiers
        self.actors = actors
        self.ids = ids
        self.clock = clock
    }

    /// The post, event or actor behind an id or a page's address: the known row, or fetched and stored.
    ///
    /// - Throws: `.notAPost` for anything else, and for an id of ours that names none of them.
    public func resolve(_ iri: IRI) async throws(Refusal) -> Fetched {
        if let known = try await known(iri) { return known }
        guard !identifiers.isLocal(iri) else { throw .notAPost }
        var budget = FetchBudget(FetchBudget.resolve)
        let document = try await fetch(iri, budget: &budget)
        if document.family == .actor {
            return .account(try await actors.take(try actors.read(document), budget: &budget).id)
        }
        let gathered = try await gather(document, budget: &budget)
        let stored = try await database.writing { tx in try Self.store(gathered, in: tx) }
        switch stored {
        case .created(let fetched), .known(let fetched): return fetched
        case .refused(let refusal): throw refusal
        }
    }

    /// What is known under an id, or under one of our pages.
    func known(_ iri: IRI) async throws(Refusal) -> Fetched? {
        let handle: Handle? =
            switch identifiers.parse(iri) {
            case .profile(let name), .person(let name), .group(let name): Handle(name: name, host: "")
            default: nil
            }
        return try await database.reading { db throws(DatabaseError) in
            if let post = try Posts.byIRI(iri, in: db) { return .post(post.id) }
            if let event = try Events.byIRI(iri, in: db) { return .event(event.id) }
            if let account = try Accounts.byIRI(iri, in: db) { return .account(account.id) }
            return try handle.flatMap { handle throws(DatabaseError) in
                try Accounts.byHandle(handle, in: db).map { .account($0.id) }
            }
        }
    }

    // MARK: - Fetching

    /// The document of any kind that its own origin serves under an id.
    ///
    /// - Throws: `.ownerMismatch` when it names an owner or actor of another origin, `.tombstoned` when it was deleted
    ///   here before.
    public func fetch(_ iri: IRI) async throws(Refusal) -> Document {
        var budget = FetchBudget(FetchBudget.resolve)
        return try await fetch(iri, budget: &budget)
    }

    func fetch(_ iri: IRI, budget: inout FetchBudget) async throws(Refusal) -> Document {
        let isGone = try await database.reading { db throws(DatabaseError) in
            try Tombstones.find(iri, in: db) != nil
        }
        guard !isGone else { throw .tombstoned }
        let document = try await actors.fetcher.fetch(iri, budget: &budget)
        guard let id = document.id, document.family != .actor else { return document }
        let owners = document.iris("attributedTo") + document.iris("actor")
        guard owners.allSatisfy({ $0.isSameOrigin(as: id) }) else { throw .ownerMismatch }
        return document
    }

    // MARK: - Gathering

    /// Reads a document that is believed and resolves its owner.
    ///
    /// - Throws: `.notAPost`, `.ownerMismatch`, `.localIdentifier`, and what resolving the owner throws.
    public func gather(_ document: Document) async throws(Refusal) -> GatheredObject {
        var budget = FetchBudget(FetchBudget.resolve)
        return try await gather(document, budget: &budget)
    }

    func gather(_ document: Document, budget: inout FetchBudget) async throws(Refusal) -> GatheredObject {
        guard let id = document.id else { throw .notAPost }
        guard !identifiers.isLocal(id) else { throw .localIdentifier }
        switch document.family {
        case .post:
            guard let note = try? NoteDocument(document) else { throw .notAPost }
            let author = try await owner(of: id, among: note.attributedTo, budget: &budget)
            var remote = try NoteToPost.read(
                note, id: ids.make(at: clock.now), author: author, at: clock.now, identifiers: identifiers)
            remote.quoteApprovedBy = await approval(of: remote.post, budget: &budget)
            return .post(remote, author)
        case .event:
            guard let event = try? EventDocument(document) else { throw .notAPost }
            let owner = try await owner(of: id, among: event.attributedTo, budget: &budget)
            let remote = try DocumentToEvent.read(
                event, id: ids.make(at: clock.now), owner: owner, at: clock.now, identifiers: identifiers)
            return .event(remote, owner)
        case .tombstone: throw .tombstoned
        default: throw .notAPost
        }
    }

    /// The first of the named owners; all have to be of the object's origin.
    private func owner(
        of id: IRI, among named: [IRI], budget: inout FetchBudget
    ) async throws(Refusal) -> Account {
        guard let first = named.first, named.count <= 4, named.allSatisfy({ $0.isSameOrigin(as: id) }) else {
            throw .ownerMismatch
        }
        return try await actors.resolve(first, budget: &budget)
    }
}

// MARK: - Storing

extension PostResolver {
    /// Stores an object that was gathered, tied to what it answers. Twice is once, and the first version stays.
    public static func store(
        _ object: GatheredObject, in tx: Transaction
    ) throws(DatabaseError) -> StoredObject {
        guard try Tombstones.find(object.iri, in: tx) == nil else { return .refused(.tombstoned) }
        switch object {
        case .post(let remote, let author): return try store(remote, by: author, in: tx)
        case .event(let remote, let owner):
            if let known = try Events.byIRI(remote.event.iri, in: tx) {
                return known.owner == owner.id ? .known(.event(known.id)) : .refused(.ownerMismatch)
            }
            try Events.insert(remote.event, in: tx)
            try Posts.adoptReplies(of: remote.event, in: tx)
            return .created(.event(remote.event.id))
        }
    }

    private static func store(
        _ remote: RemotePost, by author: Account, in tx: Transaction
    ) throws(DatabaseError) -> StoredObject {
        if let known = try Posts.byIRI(remote.post.iri, in: tx) {
            return known.author == author.id ? .known(.post(known.id)) : .refused(.ownerMismatch)
        }
        let named = try Accounts.byIRIs(remote.mentioned + remote.addressed, in: tx)
        var post = remote.post
        try tie(&post, in: tx)
        if post.group == nil {
            post.group =
                (remote.addressed + remote.mentioned).lazy.compactMap { named[$0] }
                .first { $0.isGroup && $0.isActive }?.id
        }
        var parts = PostParts()
        parts.mentions = Set(remote.mentioned.compactMap { named[$0]?.id }).sorted()
        parts.hashtags = remote.hashtags
        parts.attachments = remote.attachments
        parts.poll = remote.poll
        post.quote = try QuoteRules.quote(of: remote, by: author, in: tx)
        try Posts.insert(post, parts, in: tx)
        try Posts.adoptReplies(of: post, in: tx)
        return .created(.post(post.id))
    }

    /// Gives a post the thread, event and group of what it answers, when its author may read that: nobody enters a
    /// conversation by knowing its address.
    static func tie(_ post: inout Post, in tx: Transaction) throws(DatabaseError) {
        guard let answered = post.inReplyToIRI else { return }
        if let parent = try Posts.byIRI(answered, in: tx) {
            let relation =
                parent.author == post.author
                ? PostRelation(isAuthor: true, followsAuthor: false, isMentioned: false, isBlocked: false)
                : try Posts.relation(of: post.author, to: parent, in: tx)
            guard PostPolicy.mayAnswer(parent.visibility, as: relation) else { return }
            post.inReplyTo = parent.id
            post.thread = parent.thread
            post.event = parent.event
            post.group = parent.group
        } else if let event = try Events.byIRI(answered, in: tx) {
            post.event = event.id
        }
    }
}
