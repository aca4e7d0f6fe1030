// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// Handles `Delete` of a post, an event or the actor itself.
///
/// A deleted object is never stored again: its id is kept as a tombstone. The tombstone is written even for an unknown
/// object, because a `Delete` may arrive before its `Create`. Spec: ActivityPub §7.4.
enum DeleteHandler: ActivityHandler {
    static let types = ["Delete"]

    static func apply(
        _ object: IRI, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        if object == incoming.actor.iri { return try deleteRemoteActor(incoming.actor, incoming, in: tx) }
        let original = incoming.activity.deletionWithoutWords
        return try erase(object, by: incoming.actor.iri, original: original, incoming, in: tx)
    }

    /// Erases a post, an event or the authorization of a quote.
    ///
    /// - Parameters:
    ///   - by: the actor who deletes the object. Nil when the object's own origin says that it is gone; then only what
    ///     everybody may read is erased, and nothing is recorded about an unknown object.
    ///   - original: the `Delete` that the group of the post relays to its followers; nil when it is not from the
    ///     author's server.
    static func erase(
        _ object: IRI, by: IRI?, original: JSON?, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        if try Tombstones.find(object, in: tx) != nil { return .duplicate }
        if by != nil { try InboxQueue.forgetParked(of: incoming.actor.id, in: tx) }
        if let post = try Posts.byIRI(object, in: tx) {
            guard let owner = try Accounts.byID(post.author, in: tx), !post.isLocal,
                by.map({ Authority.mayChange(object, ownedBy: owner.iri, as: $0) }) ?? post.visibility.isOpen
            else { return .ignored(.notAllowed) }
            try SentActivities.forget(about: object, in: tx)
            if let group = try incoming.outbox.relayingGroup(of: post, in: tx) {
                try incoming.outbox.relay(deletionOf: post, delete: original, by: group, in: tx)
            }
            try incoming.outbox.undoBoosts(of: post, in: tx)
            _ = try Posts.delete(post.id, in: tx)
            try Tombstones.record(object, actor: owner.iri, formerType: "Note", at: incoming.now, in: tx)
            return .applied
        }
        if let event = try Events.byIRI(object, in: tx) {
            guard let owner = try Accounts.byID(event.owner, in: tx), !event.isLocal,
                by.map({ Authority.mayChange(object, ownedBy: owner.iri, as: $0) }) ?? event.visibility.isOpen
            else { return .ignored(.notAllowed) }
            try SentActivities.forget(about: object, in: tx)
            _ = try Events.delete(event.id, in: tx)
            try Tombstones.record(object, actor: owner.iri, formerType: "Event", at: incoming.now, in: tx)
            return .applied
        }
        guard let by else { return .ignored(.unknownObject) }
        return try eraseUnknown(object, by: by, incoming, in: tx)
    }

    private static func eraseUnknown(
        _ object: IRI, by: IRI, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard object.isSameOrigin(as: by), !incoming.identifiers.isLocal(object) else {
            return .ignored(.notAllowed)
        }
        if let post = try Quotes.byAuthorization(object, in: tx) {
            try Quotes.set(.revoked, authorization: nil, of: post, in: tx)
            if try Posts.byID(post, in: tx)?.isLocal == true { try incoming.outbox.update(post, in: tx) }
            return .applied
        }
        try Tombstones.record(object, actor: by, formerType: "Object", at: incoming.now, in: tx)
        return .ignored(.unknownObject)
    }

    private static func deleteRemoteActor(
        _ account: Account, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        for (eventID, _) in try GuestLists.of(account.id, from: incoming.now, in: tx) {
            guard let event = try Events.byID(eventID, in: tx), event.isLocal else { continue }
            _ = try LeaveHandler.leave(event, incoming, in: tx)
        }
        try Accounts.markDeleted(account.id, at: incoming.now, in: tx)
        try Tombstones.record(account.iri, actor: account.iri, formerType: "Actor", at: incoming.now, in: tx)
        try AccountRemoval.begin(of: account.id, in: tx)
        try SentActivities.forget(about: account.iri, in: tx)
        try InboxQueue.forgetParked(of: account.id, in: tx)
        // Most accounts have few posts. Of the others maintenance deletes the rest; nobody sees it in the meantime.
        _ = try incoming.outbox.removeRemains(of: account, limit: AccountRemoval.batch, in: tx)
        return .applied
    }
}

extension Outbox {
    /// Sends the `Delete` of a post to all servers that may have it. Call it before the post's row is deleted.
    public func delete(_ post: Post, in tx: Transaction) throws(DatabaseError) {
        guard let view = try PostViews.unrestricted(post.id, in: tx) else { return }
        try SentActivities.forget(about: post.iri, in: tx)
        let parent = try post.inReplyTo.flatMap { id throws(DatabaseError) in try Posts.byID(id, in: tx) }
        let parentAuthor = try parent.flatMap { post throws(DatabaseError) in try Accounts.byID(post.author, in: tx) }
        let readers = try readers(of: view, parentAuthor: parentAuthor, in: tx) + [.readers(of: post.id)]
        let isOpen = post.visibility.isOpen
        var outgoing = activity(
            .deletePost, by: view.author, object: Tombstone.document(post.iri, formerType: "Note", at: clock.now),
            about: post.iri, to: isOpen ? [.asPublic] : view.mentions.map(\.iri), for: readers)
        outgoing.cc = [identifiers.followers(of: view.author.iri)]
        outgoing.audience = view.group?.iri
        let delete = try enqueue(outgoing, in: tx)
        if let group = relayingGroup(of: view) {
            try relay(deletionOf: post, delete: delete, by: group, in: tx)
        }
        let followers = post.visibility == .followers ? [identifiers.followers(of: view.author.iri)] : []
        try Tombstones.record(
            post.iri, actor: view.author.iri, formerType: "Note",
            readers: isOpen ? nil : view.mentions.map(\.iri) + followers, at: clock.now, in: tx)
        try undoBoosts(of: post, in: tx)
    }

    /// Undoes the boosts of local members before a post is deleted. Their followers may have got the post by the boost
    /// alone, from a server that the author's server does not know.
    func undoBoosts(of post: Post, in tx: Transaction) throws(DatabaseError) {
        guard post.visibility.isOpen else { return }
        var undos: [OutgoingActivity] = []
        for booster in try Boosts.localBoosters(of: post.id, in: tx) {
            if let undo = try undoAnnounce(of: post, by: booster, in: tx) { undos.append(undo) }
        }
        if !undos.isEmpty { try enqueue(undos, in: tx) }
    }

    /// Sends the `Delete` of a local account to all servers that are known here: each of them may have something of the
    /// account. The first servers are told at once, the others by ``tellOfDeletion(of:in:)``. Call it before the account
    /// is marked as deleted.
    public func delete(_ account: Account, in tx: Transaction) throws(DatabaseError) {
        try SentActivities.forget(about: account.iri, in: tx)
        let delete = activity(
            .deleteActor, by: account, object: JSON(account.iri), about: account.iri, to: [.asPublic], for: [])
        try enqueue(delete, in: tx)
        try Farewells.begin(of: account.id, activity: delete.id, in: tx)
        _ = try tellOfDeletion(of: account.id, in: tx)
        try Tombstones.record(account.iri, actor: account.iri, formerType: "Actor", at: clock.now, in: tx)
    }
}

extension Outbox {
    /// How many posts in groups are deleted in one transaction: each of them costs a delivery for each server that
    /// follows the group.
    private static let groupPostsAtOnce = 10

    /// Sends the `Delete` of an account to the next servers.
    ///
    /// - Returns: how many servers; 0 when all of them were told.
    public func tellOfDeletion(of account: ID<Account>, in tx: Transaction) throws(DatabaseError) -> Int {
        guard let (delete, inboxes) = try Farewells.next(of: account, limit: Farewells.batch, in: tx) else { return 0 }
        try deliver(delete, to: inboxes, in: tx)
        return inboxes.count
    }

    /// Deletes some of what a deleted account left here. The followers of our groups are told of each post that a group
    /// had relayed, because the account's own server does not know them.
    ///
    /// - Parameter limit: the most rows that are deleted, so that the transaction is short.
    /// - Returns: how many were deleted; 0 when nothing is left.
    public func removeRemains(
        of account: Account, limit: Int, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        let posts = try GroupRemovals.present(by: account.id, limit: min(Self.groupPostsAtOnce, limit), in: tx)
        for (id, _) in posts {
            guard let post = try Posts.byID(id, in: tx) else { continue }
            try SentActivities.forget(about: post.iri, in: tx)
            if let group = try relayingGroup(of: post, in: tx) {
                let actor = post.isLocal ? account : group
                try relay(deletionOf: post, delete: deletion(of: post, by: actor, in: group), by: group, in: tx)
            }
            if post.isLocal {
                try Tombstones.record(post.iri, actor: account.iri, formerType: "Note", at: clock.now, in: tx)
            }
            try Posts.delete(id, in: tx)
        }
        guard posts.count < min(Self.groupPostsAtOnce, limit) else { return posts.count }
        return posts.count + (try AccountRemoval.step(of: account.id, limit: limit - posts.count, in: tx))
    }

    /// A `Delete` that is only sent inside the `Announce` of a group.
    ///
    /// - Parameter reason: why a moderator took the post out of the group; nil when the post itself is deleted. Lemmy and
    ///   PieFed take a `Delete` with a `summary` for the removal by a moderator.
    func deletion(of post: Post, by actor: Account, in group: Account, reason: String? = nil) -> JSON {
        .object(droppingNil: [
            ("id", JSON(identifiers.activity(newActivityID()))), ("type", "Delete"), ("actor", JSON(actor.iri)),
            ("to", JSON([IRI.asPublic])), ("cc", JSON([group.iri])), ("audience", JSON(group.iri)),
            ("object", JSON(post.iri)), ("summary", reason.map { JSON($0) }),
        ])
    }
}

extension Tombstone {
    static func document(_ id: IRI, formerType: String, at now: Timestamp) -> JSON {
        document(id: id, formerType: formerType, deleted: now.milliseconds)
    }
}
