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
                for object in thread.before { _ = try ObjectStore.insert(incoming.numbered(object), in: tx) }
                arriving = try remote.arriving(from: author, in: tx)
            }
            guard case .post(let remote, _) = incoming.numbered(thread.object) else { return .duplicate }
            return try storeNew(remote, by: author, arriving, of: incoming, in: tx)
        case .event(let remote, let owner):
            if try Tombstones.find(remote.event.iri, in: tx) != nil { return .ignored(.tombstoned) }
            let readers = try remote.readers(in: tx)
            if let known = try Events.byIRI(remote.event.iri, in: tx) {
                let outcome = try ObjectUpdate.apply(remote.event, to: known, of: owner, incoming, in: tx)
                guard outcome == .applied else { return outcome }
                try remote.rememberEmojis(at: incoming.now, in: tx)
                try invite(try invited(to: remote, by: owner, incoming, in: tx), to: known, incoming, in: tx)
                try EventInvitations.add(readers, to: known.id, in: tx)
                return outcome
            }
            let invited = try invited(to: remote, by: owner, incoming, in: tx)
            if !isAnnounced, invited.isEmpty, readers.isEmpty, try !Follows.followsAny(localTo: owner.id, in: tx) {
                return .ignored(.notForUs)
            }
            guard case .event(let remote, _) = incoming.numbered(thread.object) else { return .duplicate }
            try remote.rememberEmojis(at: incoming.now, in: tx)
            return try storeNew(remote.event, inviting: invited, readers, of: incoming, in: tx)
        }
    }

    private static func storeNew(
        _ event: Event, inviting people: [ID<Account>], _ readers: [ID<Account>], of incoming: IncomingActivity,
        in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard try ObjectStore.insert(event, for: [], in: tx) else { return .duplicate }
        try Peers.saw(event.iri.authority, .events, at: incoming.now, in: tx)
        // Those who are invited are told; who is only addressed may read it.
        try invite(people, to: event, incoming, in: tx)
        try EventInvitations.add(readers, to: event.id, in: tx)
        // A known server may bring the event of an unknown one. On a node in quarantine nobody is told of it.
        let mode = incoming.outbox.community.mode
        if mode == .quarantine, try mode.holds(Peers.policy(of: event.iri.authority, in: tx)) { return .applied }
        if event.endsAt > incoming.now { try incoming.outbox.notify(planned: event, in: tx) }
        return .applied
    }

    /// The members whom the owner of an event invites: those to whom it is addressed, or who are mentioned in it. In an
    /// `Invite`, its own addressees count too.
    private static func invited(
        to remote: RemoteEvent, by owner: Account, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> [ID<Account>] {
        guard incoming.actor.id == owner.id else { return [] }
        var named = remote.invited
        if incoming.activity.type == "Invite" {
            named += incoming.activity.audience.to.prefix(FieldLimits.recipients)
            named += [incoming.activity.target].compactMap { $0 }
        }
        let local = Set(named.filter { incoming.identifiers.isLocal($0) })
        guard !local.isEmpty else { return [] }
        let people = try Accounts.byIRIs(Array(local), in: tx).values.filter {
            $0.isLocal && $0.isPersonal && $0.isActive
        }
        var invited: [ID<Account>] = []
        for person in people.map(\.id).sorted() where try !Blocks.exists(between: person, owner.id, in: tx) {
            invited.append(person)
        }
        return invited
    }

    private static func invite(
        _ people: [ID<Account>], to event: Event, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) {
        let new = try EventInvitations.add(people, to: event.id, in: tx)
        guard !new.isEmpty, event.endsAt > incoming.now else { return }
        try incoming.outbox.notify(.invitation(to: event, for: new), in: tx)
    }

    private static func storeNew(
        _ remote: RemotePost, by author: Account, _ arriving: ArrivingPost, of incoming: IncomingActivity,
        in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        var (post, parts) = try ObjectStore.place(remote, by: author, arriving, in: tx)
        // A group of another node decides itself about late replies: it does not relay those that it refuses.
        let isLocked = arriving.isThreadLocked && arriving.parentGroup?.isLocal == true
        if let group = post.group, arriving.blocked.contains(group) || isLocked {
            let isForPeople = arriving.named.values.contains {
                $0.isLocal && $0.id != group && parts.mentions.contains($0.id)
            }
            if !isForPeople, !arriving.isFollowed { return .ignored(.blocked) }
            post.leaveGroup()
        }
        let outbox = incoming.outbox
        // A known server may bring the post of an unknown one. On a node in quarantine it is neither told nor relayed.
        if outbox.community.mode == .quarantine,
            try outbox.community.mode.holds(Peers.policy(of: author.iri.authority, in: tx))
        {
            return try Posts.insert(post, parts, arriving, in: tx) ? .applied : .duplicate
        }
        let group = outbox.relayingGroup(of: post, arriving)
        let audience = try PostAudience.storing(
            post, parts, arriving, followersOf: [group?.id].compactMap { $0 }, at: outbox.clock.now, in: tx)
        guard let audience else { return .duplicate }
        try outbox.notify(posted: post, to: audience, in: tx)
        if let group {
            // The group relays the original `Create` only when the author itself sent it.
            let isOriginal = incoming.activity.type == "Create" && incoming.actor.id == author.id
            let create = isOriginal ? JSON.object(incoming.activity.document.json) : nil
            try outbox.relay(
                newPost: post, create: create, by: group, followers: audience.inboxes, isFirst: true, in: tx)
        }
        return .applied
    }
}

extension IncomingActivity {
    /// The object with the id under which it is stored.
    fileprivate func numbered(_ object: GatheredObject) -> GatheredObject {
        object.numbered(by: outbox.ids, at: outbox.clock.now)
    }
}

extension RemotePost {
    /// What is stored here about the post and what it names.
    func arriving(from author: Account, in tx: Transaction) throws(DatabaseError) -> ArrivingPost {
        var arriving = try ArrivingPosts.read(
            post.iri, by: author.id, naming: mentioned + addressed, replyingTo: inReplyTo, at: post.id.madeAt, in: tx)
        arriving.words = words
        return arriving
    }
}

extension RemoteEvent {
    /// Stores where the pictures of the custom emoji in the texts are.
    func rememberEmojis(at now: Timestamp, in tx: Transaction) throws(DatabaseError) {
        try CustomEmojis.remember(emojis, of: event.iri.authority, at: now, in: tx)
    }

    /// The local people to whom the event is addressed, who may read it also when they do not follow its owner.
    func readers(in tx: Transaction) throws(DatabaseError) -> [ID<Account>] {
        guard !addressed.isEmpty else { return [] }
        let accounts = try Accounts.byIRIs(addressed, in: tx).values
        return accounts.filter { $0.isLocal && $0.isPersonal && $0.isActive }.map(\.id).sorted()
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
            try remote.rememberEmojis(at: remote.event.id.madeAt, in: tx)
            try insert(remote.event, for: try remote.readers(in: tx), in: tx)
            return .success(.event(remote.event.id))
        }
    }

    /// Stores an event, and links the posts about it that arrived before it.
    ///
    /// - Parameter readers: the local accounts to which it is addressed.
    /// - Returns: whether the event is new.
    @discardableResult
    static func insert(
        _ event: Event, for readers: [ID<Account>], in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        guard try Events.insert(event, in: tx) else { return false }
        try EventInvitations.add(readers, to: event.id, in: tx)
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
        parts.emojis = remote.emojis
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
