// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// Stores a gathered post or event once, and only when it concerns a local account. Then it notifies local accounts and
/// lets the local group relay the post.
enum ObjectIntake {
    /// - Parameter isAnnounced: whether an account with local followers announced the object. Then it is stored without
    ///   the check for relevance.
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
            // The group relays the original `Create` only when the author itself sent it.
            let isOriginal = incoming.activity.type == "Create" && incoming.actor.id == author.id
            let create = isOriginal ? JSON.object(incoming.activity.document.json) : nil
            try outbox.relay(newPost: post, create: create, by: group, in: tx)
        }
        return .applied
    }
}

extension Post {
    /// Removes the post from its group, thread and event. A group that blocked the author neither shows nor relays the
    /// author's posts. Other local accounts that the post concerns still see it on the author's profile.
    fileprivate mutating func leaveGroup() {
        group = nil
        inReplyTo = nil
        thread = id
        event = nil
    }
}

/// Writes gathered objects to the post and event tables, with their thread, event and group.
enum ObjectStore {
    /// Stores a gathered object. When the object is stored already, the stored version stays unchanged.
    ///
    /// - Returns: the new or known row, or the reason why the object was refused.
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

    /// Stores a post whose thread, event and group are set, and links the orphan replies that arrived before it.
    ///
    /// - Returns: whether the post is new.
    @discardableResult
    static func insert(_ post: Post, _ parts: PostParts, in tx: Transaction) throws(DatabaseError) -> Bool {
        guard try Posts.insert(post, parts, in: tx) else { return false }
        try Posts.attachOrphanReplies(of: post, in: tx)
        return true
    }

    /// Stores an event, and links the posts about it that arrived before it.
    ///
    /// - Returns: whether the event is new.
    @discardableResult
    static func insert(_ event: Event, in tx: Transaction) throws(DatabaseError) -> Bool {
        guard try Events.insert(event, in: tx) else { return false }
        try Posts.attachOrphanReplies(of: event, in: tx)
        return true
    }

    /// Makes the row of a post and its parts, with the thread, event and group that are known here. It stores nothing.
    ///
    /// - Parameter named: the known accounts among those that the post mentions or addresses.
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

    /// Makes the parts of a post that are stored in other tables than `post`.
    static func parts(of remote: RemotePost, named: [IRI: Account]) -> PostParts {
        var parts = PostParts()
        parts.mentions = Set(remote.mentioned.compactMap { named[$0]?.id }).sorted()
        parts.hashtags = remote.hashtags
        parts.attachments = remote.attachments
        parts.poll = remote.poll
        return parts
    }

    /// Gives a post the thread, event and group of its parent, when the author may read the parent. An author who only
    /// knows the address of a conversation cannot join it.
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
