// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// `Create` of a post or an event.
///
/// The embedded object is believed when it is its sender's own; otherwise it is fetched from where its id says. So is
/// what a person writes in the name of a group of the same host (Mobilizon): the host vouches for it, the person cannot.
/// Spec: ActivityPub §7.2, FEP-fe34.
enum CreateHandler: ActivityHandler {
    static let types = ["Create"]

    enum Created: Sendable {
        case object(GatheredObject)
        case vote(Vote)
    }

    static func gather(
        _ activity: ActivityDocument, from actor: Account, in world: Federation
    ) async throws -> Created {
        if let vote = Vote(activity, by: actor) { return .vote(vote) }
        let gathered = try await gatherOwn(activity, from: actor, in: world)
        if case .post(let remote, _) = gathered {
            if let parent = remote.inReplyTo { await world.threads.climb(from: parent) }
            if let quoted = remote.post.quote { _ = try? await world.posts.resolve(quoted.iri) }
        }
        return .object(gathered)
    }

    static func apply(_ created: Created, _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        switch created {
        case .object(let object): return try ObjectIntake.store(object, said, isAnnounced: false, in: tx)
        case .vote(let vote): return try vote.count(said, in: tx)
        }
    }

    /// The object of a `Create` or an `Update`, proved to be its actor's.
    static func gatherOwn(
        _ activity: ActivityDocument, from actor: Account, in world: Federation
    ) async throws -> GatheredObject {
        guard let id = activity.object?.id, !world.identifiers.isLocal(id) else {
            throw NothingToApply.ignored(.malformed)
        }
        guard id.isSameOrigin(as: actor.iri) else { throw NothingToApply.ignored(.notAllowed) }
        if let embedded = activity.object?.document, embedded.iris("attributedTo").first == actor.iri {
            return try await world.posts.gather(embedded)
        }
        return try await world.posts.gather(try await world.posts.fetch(id))
    }
}

extension Outbox {
    /// Publishes a post that was just stored: to its readers, and through its group when that is ours.
    public func publish(_ id: ID<Post>, in tx: Transaction) throws(DatabaseError) {
        try sayPost("Create", id, in: tx)
        if let post = try Posts.byID(id, in: tx) { try notify(posted: post, in: tx) }
    }

    /// - Parameter others: who gets it besides its readers.
    func sayPost(
        _ type: String, _ id: ID<Post>, alsoTo others: [Recipient] = [], in tx: Transaction
    ) throws(DatabaseError) {
        guard let view = try PostViews.unrestricted(id, in: tx) else { return }
        let post = view.post
        let parent = try post.inReplyTo.flatMap { id throws(DatabaseError) in try Posts.byID(id, in: tx) }
        let parentAuthor = try parent.flatMap { post throws(DatabaseError) in try Accounts.byID(post.author, in: tx) }
        let note = PostToNote.document(
            view, identifiers: identifiers, parentAuthor: parentAuthor, inReplyTo: post.inReplyToIRI)
        let audience = Audience(of: Document(note))
        var saying = Saying(
            type, by: view.author, object: .object(note), about: post.iri, to: audience.to, cc: audience.cc)
        saying.audience = view.group?.iri
        saying.needsFullContext = true
        let readers = try readers(of: view, parentAuthor: parentAuthor, in: tx)
        let said = try say(saying, to: readers + others, in: tx)
        try relay(said, about: post, in: tx)
        if type == "Create" { try boostIntoGroup(post, in: tx) }
    }

    /// Who gets a post: followers unless it is for the named alone, those named, the one answered, a group elsewhere,
    /// and the owner of the event that it talks about.
    func readers(
        of view: PostView, parentAuthor: Account?, in tx: Transaction
    ) throws(DatabaseError) -> [Recipient] {
        var readers: [Recipient] = view.mentions.map { .account($0) }
        guard view.post.visibility >= .followers else { return readers }
        readers.append(.followers(of: view.author.id))
        if let parentAuthor { readers.append(.account(parentAuthor)) }
        guard view.post.visibility.isOpen else { return readers }
        if let group = view.group { readers.append(.account(group)) }
        if let id = view.post.event, let event = try Events.byID(id, in: tx),
            let owner = try Accounts.byID(event.owner, in: tx)
        {
            readers.append(.account(owner))
        }
        return readers
    }

    /// Publishes an event that was just stored: by its owner, and through the agenda of the node.
    public func publish(_ id: ID<Event>, in tx: Transaction) throws(DatabaseError) {
        guard let event = try sayEvent("Create", id, in: tx) else { return }
        try notify(planned: event, in: tx)
        guard event.visibility == .everyone,
            let agenda = try Accounts.byHandle(Handle(name: Community.agendaGroup, host: ""), in: tx),
            agenda.id != event.owner
        else { return }
        let activity = newActivityID()
        _ = try EventShares.add(
            ids.make(at: clock.now), event: event.id, account: agenda.id, activity: identifiers.activity(activity),
            at: clock.now, in: tx)
        try announce(.string(event.iri.string), about: event.iri, by: agenda, id: activity, in: tx)
    }

    @discardableResult
    func sayEvent(_ type: String, _ id: ID<Event>, in tx: Transaction) throws(DatabaseError) -> Event? {
        guard let view = try EventViews.unrestricted(id, in: tx) else { return nil }
        let document = EventToDocument.document(view, identifiers: identifiers, community: community)
        let audience = Audience(of: Document(document))
        var saying = Saying(
            type, by: view.owner, object: .object(document), about: view.event.iri, to: audience.to, cc: audience.cc)
        saying.needsFullContext = true
        // A change has to reach whoever counts on the event, followers or not.
        try say(saying, to: [.followers(of: view.owner.id), .guests(of: id)], in: tx)
        return view.event
    }
}
