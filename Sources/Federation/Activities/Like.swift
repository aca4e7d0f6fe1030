// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// Handles `Like`: a favourite of a post, or interest in an event. Spec: ActivityPub §7.10.
enum LikeHandler: ActivityHandler {
    static let types = ["Like", "EmojiReact"]

    static func apply(
        _ object: IRI, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        let found = try Posts.byIRI(object, seenBy: incoming.actor.id, in: tx)
        return try apply(to: found, object, of: incoming, in: tx)
    }

    /// The post is read together with what the actor undid.
    static func effect(_ object: IRI, of incoming: IncomingActivity) -> Effect {
        { tx throws(DatabaseError) in
            let subjects = RepeatedActivities.subjects(incoming)
            let (undone, found) = try UndoneActivities.find(
                subjects, by: incoming.actor.id, andPost: object, in: tx)
            guard try !RepeatedActivities.isUndone(incoming, by: undone, in: tx) else { return .ignored(.outdated) }
            return try apply(to: found, object, of: incoming, in: tx)
        }
    }

    private static func apply(
        to found: (post: Post, relation: PostRelation)?, _ object: IRI, of incoming: IncomingActivity,
        in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard let (post, relation) = found else { return try like(ofEvent: object, incoming, in: tx) }
        guard PostPolicy.mayRead(post.visibility, as: relation) else { return .ignored(.notAllowed) }
        let like = try Likes.receive(
            from: incoming.actor.id, of: post, activity: incoming.id, with: try reaction(of: incoming, in: tx),
            at: incoming.now, in: tx)
        guard let like else { return .duplicate }
        try incoming.outbox.notify(like, in: tx)
        if let audience = like.audience { try incoming.outbox.relay(incoming, about: post, to: audience, in: tx) }
        return .applied
    }
}

extension LikeHandler {
    /// The emoji of a favourite. The picture of a custom emoji is remembered.
    private static func reaction(
        of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> String? {
        guard let emoji = ReactionEmoji(incoming.activity) else { return nil }
        if let custom = emoji.custom {
            try CustomEmojis.remember([custom], of: incoming.actor.emojiHost, at: incoming.now, in: tx)
        }
        return emoji.text
    }

    private static func like(
        ofEvent iri: IRI, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard let event = try Events.byIRI(iri, in: tx) else { return .ignored(.unknownObject) }
        let relation = try Events.relation(of: incoming.actor.id, to: event, in: tx)
        guard EventPolicy.mayRead(event.visibility, as: relation) else { return .ignored(.notAllowed) }
        let id: ID<TimelineItem> = incoming.outbox.ids.make(at: incoming.now)
        let isNew = try Favourites.addEvent(
            id.rawValue, account: incoming.actor.id, event: event.id, activity: incoming.id,
            with: try reaction(of: incoming, in: tx), in: tx)
        guard isNew else { return .duplicate }
        if event.isLocal { try incoming.outbox.notify(.favourite(of: event, by: incoming.actor.id), in: tx) }
        return .applied
    }

    /// Takes back the interest in an event.
    static func undo(
        likeOfEvent iri: IRI?, activity: IRI?, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        var event = try iri.flatMap { iri throws(DatabaseError) in try Events.byIRI(iri, in: tx)?.id }
        if event == nil, let activity {
            event = try Favourites.event(ofActivity: activity, by: incoming.actor.id, in: tx)
        }
        guard let event else { return .ignored(.unknownObject) }
        try Favourites.removeEvent(account: incoming.actor.id, event: event, in: tx)
        return .applied
    }
}

extension Outbox {
    /// Adds a favourite, and sends it to the post's author and to its group.
    public func like(_ post: Post, by account: Account, in tx: Transaction) throws(DatabaseError) -> Bool {
        let id = newActivityID()
        let isNew = try Likes.add(
            account: account.id, post: post.id, activity: identifiers.activity(id), at: clock.now, in: tx)
        guard isNew, let author = try Accounts.byID(post.author, in: tx) else { return false }
        try notify(.favourite(of: post, by: account.id), in: tx)
        let like = try enqueue(
            activity(
                .like, id, by: account, object: JSON(post.iri), about: post.iri, to: [author.iri],
                for: try deliveryTargets(of: post, in: tx)), in: tx)
        if let group = try relayingGroup(of: post, in: tx) { try relay(like, about: post, by: group, in: tx) }
        return true
    }

    /// Marks an event as interesting. The owner of an event of another node is sent the favourite; here nobody but the
    /// organizer is told.
    ///
    /// - Parameter isAnswer: whether it is part of an answer to the invitation. Then nobody is told of a favourite.
    public func like(
        _ event: Event, by account: Account, isAnswer: Bool = false, in tx: Transaction
    ) throws(DatabaseError) {
        let (id, isSent) = (newActivityID(), !event.isLocal && !isAnswer)
        let isNew = try Favourites.addEvent(
            id.rawValue, account: account.id, event: event.id, activity: isSent ? identifiers.activity(id) : nil,
            in: tx)
        guard isNew, !isAnswer else { return }
        guard isSent, let owner = try Accounts.byID(event.owner, in: tx) else {
            return try notify(.favourite(of: event, by: account.id), in: tx)
        }
        try enqueue(
            activity(.like, id, by: account, object: JSON(event.iri), about: event.iri, to: owner), in: tx)
    }

    /// Takes back the interest in an event.
    public func unlike(_ event: Event, by account: Account, in tx: Transaction) throws(DatabaseError) {
        guard let like = try Favourites.removeEvent(account: account.id, event: event.id, in: tx), !event.isLocal,
            let owner = try Accounts.byID(event.owner, in: tx)
        else { return }
        let undone = Self.like(like, of: event.iri, by: account)
        try enqueue(activity(.undoLike, by: account, object: undone, about: event.iri, to: owner), in: tx)
    }

    private static func like(_ id: IRI, of object: IRI, by account: Account) -> JSON {
        ["id": JSON(id), "type": "Like", "actor": JSON(account.iri), "object": JSON(object)]
    }

    /// Removes a favourite.
    public func unlike(_ post: Post, by account: Account, in tx: Transaction) throws(DatabaseError) -> Bool {
        guard let like = try Likes.find(account: account.id, post: post.id, in: tx),
            let author = try Accounts.byID(post.author, in: tx)
        else { return false }
        _ = try Likes.remove(account: account.id, post: post.id, in: tx)
        let undone = Self.like(like, of: post.iri, by: account)
        let undo = try enqueue(
            activity(
                .undoLike, by: account, object: undone, about: post.iri, to: [author.iri],
                for: try deliveryTargets(of: post, in: tx)), in: tx)
        if let group = try relayingGroup(of: post, in: tx) { try relay(undo, about: post, by: group, in: tx) }
        return true
    }
}
