// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// Handles `Create` of a post or an event.
///
/// The embedded object is trusted when the sender owns it. Otherwise it is fetched from the origin of its id. An object
/// that a person creates for a group of the same host (Mobilizon) is fetched too: the person's signature does not prove
/// it, but the host's response does.
/// Spec: ActivityPub §7.2, FEP-fe34.
enum CreateHandler: ActivityHandler {
    static let types = ["Create"]

    enum Created: Sendable {
        case object(GatheredThread)
        case vote(Vote)
    }

    static func gather(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Created {
        if let vote = Vote(incoming) { return .vote(vote) }
        return .object(try await gatherOwn(incoming, using: fetcher))
    }

    static func apply(
        _ created: Created, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        switch created {
        case .object(let thread): return try ObjectIntake.store(thread, of: incoming, isAnnounced: false, in: tx)
        case .vote(let vote): return try vote.count(incoming, in: tx)
        }
    }

    /// The object of a `Create` or an `Update`, proved to belong to its actor, with the unknown ancestors of the
    /// thread.
    ///
    /// An embedded object that needs no other document is read without a look into the database: `apply` decides about
    /// it. When the object concerns no local account, nothing is fetched. An embedded object is then gathered as it was
    /// sent, and `apply` decides: an activity that is earlier in the queue may store its parent before that.
    static func gatherOwn(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> GatheredThread {
        let (actor, reference) = (incoming.actor, incoming.activity.object)
        guard let id = reference?.id, !incoming.identifiers.isLocal(id) else { throw .ignored(.malformed) }
        guard id.isSameOrigin(as: actor.iri) else { throw .ignored(.notAllowed) }
        var embedded = reference?.document
        if let event = embedded, event.family == .event {
            embedded = InviteHandler.completed(event, by: incoming.activity)
        }
        let isOwn = embedded?.iris("attributedTo").first == actor.iri
        if isOwn, let embedded, embedded.iri("inReplyTo") == nil,
            let object = try fetcher.readWhole(embedded, ownedBy: actor)
        {
            return GatheredThread(object: object)
        }
        let claims = incoming.activity.type == "Invite" ? incoming.activity.document : embedded
        let check = try await check(id, claims ?? incoming.activity.document, from: actor, fetcher)
        if isOwn, let embedded {
            if check.relevance == .foreign {
                return GatheredThread(object: try fetcher.read(embedded, ownedBy: actor))
            }
            let object = try await fetcher.gather(embedded, signedBy: actor)
            return check.relevance == .known
                ? GatheredThread(object: object)
                : await fetcher.gatherThread(object, knownParent: check.knownParent)
        }
        guard check.relevance != .foreign else { throw .ignored(.notForUs) }
        let document = try await fetcher.fetch(id)
        let object = try await fetcher.gather(document)
        // Only the fetched document proves what its owner wrote, so the claims are checked again.
        let proved = try await Self.check(id, document, from: actor, fetcher)
        return proved.relevance == .concernsUs
            ? await fetcher.gatherThread(object, knownParent: proved.knownParent) : GatheredThread(object: object)
    }

    private static func check(
        _ id: IRI, _ document: Document, from actor: Account, _ fetcher: ObjectFetcher
    ) async throws(FederationError) -> RelevanceCheck {
        let claims = ObjectClaims(document)
        let check = try await fetcher.database.read { db throws(DatabaseError) in
            try claims.relevance(of: id, from: actor, in: db)
        }
        guard let check else { throw .tombstoned }
        return check
    }
}

extension Outbox {
    /// Publishes a post that was just stored: to its readers, and through its group when that is ours.
    ///
    /// The caller has just stored the post, so the post and its parts are not read again.
    ///
    /// - Parameters:
    ///   - post: the post and its parts as they were stored.
    ///   - author: the author of the post.
    public func publish(
        _ post: Post, _ parts: PostParts, by author: Account, in tx: Transaction
    ) throws(DatabaseError) {
        let parentAuthor = try parentAuthor(of: post, in: tx)
        let people = parts.mentions + [post.group].compactMap { $0 }
        let accounts = people.isEmpty ? [:] : try Accounts.byIDs(people, in: tx)
        var view = PostView(post: post, author: author)
        view.group = post.group.flatMap { accounts[$0] }
        view.mentions = Set(parts.mentions).sorted().compactMap { accounts[$0] }
        view.hashtags = Set(parts.hashtags).sorted()
        view.attachments = parts.attachments
        view.poll = parts.poll
        let audience = try PostAudience.of(
            post, replyingTo: parentAuthor?.id, followersOf: followedAccounts(of: view), at: clock.now, in: tx)
        try enqueue(.createPost, view, replyingTo: parentAuthor, followers: audience.inboxes, in: tx)
        try notify(posted: post, to: audience, in: tx)
    }

    /// The accounts to whose followers a post is delivered: its author, and the local group that relays it.
    private func followedAccounts(of view: PostView) -> [ID<Account>] {
        guard view.post.visibility >= .followers else { return [] }
        return [view.author.id] + [relayingGroup(of: view)?.id].compactMap { $0 }
    }

    /// The same for a caller that has only the id of the post.
    public func publish(_ id: ID<Post>, in tx: Transaction) throws(DatabaseError) {
        try enqueue(.createPost, post: id, in: tx)
        if let post = try Posts.byID(id, in: tx) { try notify(posted: post, in: tx) }
    }

    /// Sends a published post to people who are mentioned in it and were found later than the others.
    public func introduce(_ id: ID<Post>, to people: [ID<Account>], in tx: Transaction) throws(DatabaseError) {
        guard let view = try PostViews.unrestricted(id, in: tx) else { return }
        let accounts = try Accounts.byIDs(people, in: tx)
        let note = PostToNote.document(
            view, identifiers: identifiers, parentAuthor: try parentAuthor(of: view.post, in: tx),
            inReplyTo: view.post.inReplyToIRI)
        let audience = Audience(of: Document(note))
        var create = activity(
            .createPost, by: view.author, object: .object(note), about: view.post.iri, to: audience.to,
            for: people.sorted().compactMap { accounts[$0] }.map { .account($0) })
        create.cc = audience.cc
        create.audience = view.group?.iri
        create.needsFullContext = true
        try enqueue(create, in: tx)
    }

    /// Sends an activity about a post to its receivers, and through its group when the group is local.
    ///
    /// - Parameter others: receivers in addition to those of the post.
    func enqueue(
        _ kind: OutgoingKind, post id: ID<Post>, alsoTo others: [Recipient] = [], in tx: Transaction
    ) throws(DatabaseError) {
        guard let view = try PostViews.unrestricted(id, in: tx) else { return }
        try enqueue(kind, view, replyingTo: try parentAuthor(of: view.post, in: tx), alsoTo: others, in: tx)
    }

    private func parentAuthor(of post: Post, in tx: Transaction) throws(DatabaseError) -> Account? {
        let parent = try post.inReplyTo.flatMap { id throws(DatabaseError) in try Posts.byID(id, in: tx) }
        return try parent.flatMap { post throws(DatabaseError) in try Accounts.byID(post.author, in: tx) }
    }

    private func enqueue(
        _ kind: OutgoingKind, _ view: PostView, replyingTo parentAuthor: Account?, alsoTo others: [Recipient] = [],
        followers: [ID<Account>: [IRI]] = [:], in tx: Transaction
    ) throws(DatabaseError) {
        let post = view.post
        let participants = try participants(of: view, in: tx)
        // A post that is just being published has no replies.
        let replies = kind == .createPost ? ReplyPage() : try Threads.replyIRIs(to: post.iri, in: tx)
        let note = PostToNote.document(
            view, identifiers: identifiers, parentAuthor: parentAuthor, inReplyTo: post.inReplyToIRI,
            replies: replies, alsoTo: participants)
        let audience = Audience(of: Document(note))
        var readers = try readers(of: view, parentAuthor: parentAuthor, in: tx)
        if kind == .updatePost {
            try rewriteEarlier(about: post.iri, to: .object(note), in: tx)
            // An edit of a post that not everybody may read only reaches those who may read it now.
            if post.visibility.isOpen { readers.append(.readers(of: post.id)) }
        }
        var outgoing = activity(
            kind, by: view.author, object: .object(note), about: post.iri, to: audience.to,
            for: readers + participants.map { .account($0) } + others)
        outgoing.cc = audience.cc
        outgoing.audience = view.group?.iri
        outgoing.needsFullContext = true
        let document = try enqueue(outgoing, followers: followers, in: tx)
        guard let group = relayingGroup(of: view) else { return }
        if kind == .createPost {
            try relay(newPost: post, create: document, by: group, followers: followers, in: tx)
        } else {
            try relay(document, about: post, by: group, in: tx)
        }
    }

    /// The people of other nodes who took part in the discussion that a post answers. Microblogs do not read what a group
    /// relays, so a reply in a local group is also sent to those of its followers who wrote in the thread.
    func participants(of view: PostView, in tx: Transaction) throws(DatabaseError) -> [Account] {
        guard !view.post.isTopLevel, view.post.visibility == .everyone, let group = view.group, group.isLocal else {
            return []
        }
        return try Threads.remoteParticipants(
            in: view.post.thread, ofGroup: group.id, forPostBy: view.author.id, in: tx)
    }

    /// The receivers of a post: the author's followers (unless only mentioned accounts may read it), the mentioned
    /// accounts, the author of the parent post, a remote group, and the owner of the event that the post is about.
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

    /// Publishes an event that was just stored: its owner sends it, and the local agenda group announces a public
    /// event.
    public func publish(_ id: ID<Event>, in tx: Transaction) throws(DatabaseError) {
        guard let event = try enqueue(.createEvent, event: id, in: tx) else { return }
        try notify(planned: event, in: tx)
        guard event.visibility == .everyone,
            let agenda = try Accounts.byHandle(Handle(name: Community.agendaGroup, host: ""), in: tx),
            agenda.id != event.owner
        else { return }
        let announce = newActivityID()
        _ = try EventShares.add(
            ids.make(at: clock.now), event: event.id, account: agenda.id, activity: identifiers.activity(announce),
            at: clock.now, in: tx)
        try enqueue(
            announcement(.announceEvent, announce, of: JSON(event.iri), about: event.iri, by: agenda), in: tx)
    }

    /// Sends an activity about an event to its owner's followers and its guests.
    @discardableResult
    func enqueue(_ kind: OutgoingKind, event id: ID<Event>, in tx: Transaction) throws(DatabaseError) -> Event? {
        guard let view = try EventViews.unrestricted(id, in: tx) else { return nil }
        // An event that is just being published has no posts about it.
        let replies = kind == .createEvent ? ReplyPage() : try Threads.replyIRIs(to: view.event.iri, in: tx)
        let document = EventToDocument.document(
            view, identifiers: identifiers, community: community, replies: replies)
        let audience = Audience(of: Document(document))
        // A change must reach every guest, also those who do not follow the owner.
        var outgoing = activity(
            kind, by: view.owner, object: .object(document), about: view.event.iri, to: audience.to,
            for: [.followers(of: view.owner.id), .guests(of: id)])
        outgoing.cc = audience.cc
        outgoing.needsFullContext = true
        try enqueue(outgoing, in: tx)
        return view.event
    }
}
