// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// Takes a gathered post or event in: once, and only when it concerns somebody here; then people here are told, and its
/// group repeats it.
enum ObjectIntake {
    /// - Parameter isAnnounced: whether somebody who is followed here repeated it: reason enough to keep it.
    static func store(
        _ thread: GatheredThread, of incoming: IncomingActivity, isAnnounced: Bool, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        if try Tombstones.find(thread.object.iri, in: tx) != nil { return .ignored(.tombstoned) }
        switch thread.object {
        case .post(let remote, let author):
            if let known = try Posts.byIRI(remote.post.iri, in: tx) {
                return try ObjectUpdate.apply(remote, to: known, by: author, incoming, in: tx)
            }
            let named = try Accounts.byIRIs(remote.mentioned + remote.addressed, in: tx)
            if !isAnnounced {
                let claims = ObjectClaims(remote, by: author)
                guard try claims.concernUs(author: author, accounts: named, in: tx) else { return .ignored(.notForUs) }
            }
            for object in thread.before { _ = try ObjectStore.insert(object, in: tx) }
            return try storeNew(remote, by: author, named: named, of: incoming, in: tx)
        case .event(let remote, let owner):
            if let known = try Events.byIRI(remote.event.iri, in: tx) {
                return try ObjectUpdate.apply(remote.event, to: known, of: owner, incoming, in: tx)
            }
            if !isAnnounced, try !Follows.followsAny(localTo: owner.id, in: tx) { return .ignored(.notForUs) }
            return try storeNew(remote.event, of: incoming, in: tx)
        }
    }

    private static func storeNew(
        _ event: Event, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard try ObjectStore.insert(event, in: tx) else { return .duplicate }
        if event.endsAt > incoming.now { try incoming.outbox.notify(planned: event, in: tx) }
        return .applied
    }

    private static func storeNew(
        _ remote: RemotePost, by author: Account, named: [IRI: Account], of incoming: IncomingActivity,
        in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        var (post, parts) = try ObjectStore.place(remote, by: author, named: named, in: tx)
        if let group = post.group, try Blocks.exists(between: group, author.id, in: tx) {
            let isForPeople = named.values.contains { $0.isLocal && $0.id != group && parts.mentions.contains($0.id) }
            if !isForPeople, try !Follows.followsAny(localTo: author.id, in: tx) { return .ignored(.blocked) }
            post.leaveGroup()
        }
        guard try ObjectStore.insert(post, parts, in: tx) else { return .duplicate }
        let outbox = incoming.outbox
        try outbox.notify(posted: post, in: tx)
        if let group = try outbox.relayingGroup(of: post, in: tx) {
            // Only what came from its author word for word is repeated so.
            let isOriginal = incoming.activity.type == "Create" && incoming.actor.id == author.id
            let create = isOriginal ? JSON.object(incoming.activity.document.json) : nil
            try outbox.relay(newPost: post, create: create, by: group, in: tx)
        }
        return .applied
    }
}

extension Post {
    /// A group that blocked the author neither shows nor repeats what is written into it. Whoever else here has a part
    /// in the post finds it with its author alone.
    fileprivate mutating func leaveGroup() {
        group = nil
        inReplyTo = nil
        thread = id
        event = nil
    }
}

/// Gathered objects to rows, each with its place: the thread, the event and the group that it belongs to.
enum ObjectStore {
    /// Stores an object that was gathered. Twice is once, and the first version stays.
    ///
    /// - Returns: the row, new or known; or why it was not taken.
    static func insert(
        _ object: GatheredObject, in tx: Transaction
    ) throws(DatabaseError) -> Result<Fetched, FederationError> {
        guard try Tombstones.find(object.iri, in: tx) == nil else { return .failure(.tombstoned) }
        switch object {
        case .post(let remote, let author):
            if let known = try Posts.byIRI(object.iri, in: tx) {
                return known.author == author.id ? .success(.post(known.id)) : .failure(.ownerMismatch)
            }
            let named = try Accounts.byIRIs(remote.mentioned + remote.addressed, in: tx)
            let (post, parts) = try place(remote, by: author, named: named, in: tx)
            try insert(post, parts, in: tx)
            return .success(.post(post.id))
        case .event(let remote, let owner):
            if let known = try Events.byIRI(object.iri, in: tx) {
                return known.owner == owner.id ? .success(.event(known.id)) : .failure(.ownerMismatch)
            }
            try insert(remote.event, in: tx)
            return .success(.event(remote.event.id))
        }
    }

    /// Stores a post that has its place, and gives the answers that came before it their parent.
    ///
    /// - Returns: whether it is new.
    @discardableResult
    static func insert(_ post: Post, _ parts: PostParts, in tx: Transaction) throws(DatabaseError) -> Bool {
        guard try Posts.insert(post, parts, in: tx) else { return false }
        try Posts.attachOrphanReplies(of: post, in: tx)
        return true
    }

    /// Stores an event, and gives what was said about it before its event.
    ///
    /// - Returns: whether it is new.
    @discardableResult
    static func insert(_ event: Event, in tx: Transaction) throws(DatabaseError) -> Bool {
        guard try Events.insert(event, in: tx) else { return false }
        try Posts.attachOrphanReplies(of: event, in: tx)
        return true
    }

    /// The row of a post and what belongs to it, with its place among what is here. Nothing is stored.
    ///
    /// - Parameter named: those of the named and addressed who are known.
    static func place(
        _ remote: RemotePost, by author: Account, named: [IRI: Account], in tx: Transaction
    ) throws(DatabaseError) -> (Post, PostParts) {
        var post = remote.post
        try linkToParent(&post, in: tx)
        if post.group == nil {
            post.group =
                (remote.addressed + remote.mentioned).lazy.compactMap { named[$0] }
                .first { $0.isGroup && $0.isActive }?.id
        }
        if post.quote != nil { post.quote = try QuoteRules.quote(of: remote, by: author, in: tx) }
        return (post, parts(of: remote, named: named))
    }

    /// What belongs to a post besides its row.
    static func parts(of remote: RemotePost, named: [IRI: Account]) -> PostParts {
        var parts = PostParts()
        parts.mentions = Set(remote.mentioned.compactMap { named[$0]?.id }).sorted()
        parts.hashtags = remote.hashtags
        parts.attachments = remote.attachments
        parts.poll = remote.poll
        return parts
    }

    /// Gives a post the thread, event and group of what it answers, when its author may read that: nobody enters a
    /// conversation by knowing its address.
    static func linkToParent(_ post: inout Post, in tx: Transaction) throws(DatabaseError) {
        guard let parentIRI = post.inReplyToIRI else { return }
        if let parent = try Posts.byIRI(parentIRI, in: tx) {
            let relation =
                parent.author == post.author
                ? PostRelation(isAuthor: true, followsAuthor: false, isMentioned: false, isBlocked: false)
                : try Posts.relation(of: post.author, to: parent, in: tx)
            guard PostPolicy.mayReply(parent.visibility, as: relation) else { return }
            post.inReplyTo = parent.id
            post.thread = parent.thread
            post.event = parent.event
            post.group = parent.group
        } else if let event = try Events.byIRI(parentIRI, in: tx) {
            post.event = event.id
        }
    }
}
