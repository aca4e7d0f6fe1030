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
        switch thread.object {
        case .post(let remote, let author):
            var arriving = try remote.arriving(from: author, in: tx)
            if arriving.isGone { return .ignored(.tombstoned) }
            if let known = arriving.known {
                return try ObjectUpdate.apply(remote, to: known, by: author, incoming, in: tx)
            }
            if !isAnnounced, try !ObjectClaims.concernsUs(arriving, in: tx) { return .ignored(.notForUs) }
            if !thread.before.isEmpty {
                for object in thread.before { _ = try ObjectStore.insert(object, in: tx) }
                arriving = try remote.arriving(from: author, in: tx)
            }
            return try storeNew(remote, by: author, arriving, of: incoming, in: tx)
        case .event(let remote, let owner):
            if try Tombstones.find(remote.event.iri, in: tx) != nil { return .ignored(.tombstoned) }
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
        _ remote: RemotePost, by author: Account, _ arriving: ArrivingPost, of incoming: IncomingActivity,
        in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        var (post, parts) = try ObjectStore.place(remote, by: author, arriving, in: tx)
        if let group = post.group, arriving.blocked.contains(group) {
            let isForPeople = arriving.named.values.contains {
                $0.isLocal && $0.id != group && parts.mentions.contains($0.id)
            }
            if !isForPeople, !arriving.isFollowed { return .ignored(.blocked) }
            post.leaveGroup()
        }
        guard try Posts.insert(post, parts, arriving, in: tx) else { return .duplicate }
        let outbox = incoming.outbox
        // A known server may bring the post of an unknown one. On a node in quarantine it is neither told nor relayed.
        if outbox.community.mode == .quarantine,
            try outbox.community.mode.holds(Peers.policy(of: author.iri.authority, in: tx))
        {
            return .applied
        }
        let group = outbox.relayingGroup(of: post, arriving)
        let audience = try PostAudience.of(
            post, replyingTo: post.inReplyTo == nil ? nil : arriving.parent?.author,
            followersOf: [group?.id].compactMap { $0 }, at: outbox.clock.now, in: tx)
        try outbox.notify(posted: post, to: audience, in: tx)
        if let group {
            // The group relays the original `Create` only when the author itself sent it.
            let isOriginal = incoming.activity.type == "Create" && incoming.actor.id == author.id
            let create = isOriginal ? JSON.object(incoming.activity.document.json) : nil
            try outbox.relay(newPost: post, create: create, by: group, followers: audience.inboxes, in: tx)
        }
        return .applied
    }
}

extension RemotePost {
    /// What is stored here about the post and what it names.
    func arriving(from author: Account, in tx: Transaction) throws(DatabaseError) -> ArrivingPost {
        try ArrivingPosts.read(post.iri, by: author.id, naming: mentioned + addressed, replyingTo: inReplyTo, in: tx)
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
        switch object {
        case .post(let remote, let author):
            let arriving = try remote.arriving(from: author, in: tx)
            if arriving.isGone { return .failure(.tombstoned) }
            if let known = arriving.known {
                return known.author == author.id ? .success(.post(known.id)) : .failure(.ownerMismatch)
            }
            let (post, parts) = try place(remote, by: author, arriving, in: tx)
            _ = try Posts.insert(post, parts, arriving, in: tx)
            return .success(.post(post.id))
        case .event(let remote, let owner):
            guard try Tombstones.find(object.iri, in: tx) == nil else { return .failure(.tombstoned) }
            if let known = try Events.byIRI(object.iri, in: tx) {
                return known.owner == owner.id ? .success(.event(known.id)) : .failure(.ownerMismatch)
            }
            try insert(remote.event, in: tx)
            return .success(.event(remote.event.id))
        }
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
    static func place(
        _ remote: RemotePost, by author: Account, _ arriving: ArrivingPost, in tx: Transaction
    ) throws(DatabaseError) -> (Post, PostParts) {
        var post = remote.post
        linkToParent(&post, arriving)
        if post.group == nil {
            post.group =
                (remote.addressed + remote.mentioned).lazy.compactMap { arriving.named[$0] }
                .first { $0.isGroup && $0.isActive }?.id
        }
        if post.quote != nil { post.quote = try QuoteRules.quote(of: remote, by: author, in: tx) }
        return (post, parts(of: remote, named: arriving.named))
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
    static func linkToParent(_ post: inout Post, _ arriving: ArrivingPost) {
        if let parent = arriving.parent {
            guard PostPolicy.mayReply(parent.visibility, as: arriving.relation) else { return }
            post.inReplyTo = parent.id
            post.thread = parent.thread
            post.event = parent.event
            post.group = parent.group
        } else if let event = arriving.answeredEvent {
            post.event = event
        }
    }
}
