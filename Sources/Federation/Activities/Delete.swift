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
        let original = JSON.object(incoming.activity.document.json)
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
        _ = try AccountRemoval.step(of: account.id, limit: AccountRemoval.batch, in: tx)
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
        let readers = try readers(of: view, parentAuthor: parentAuthor, in: tx)
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
    }

    /// Sends the `Delete` of a local account to all servers that know it. Call it before the account is marked as
    /// deleted.
    public func delete(_ account: Account, in tx: Transaction) throws(DatabaseError) {
        try SentActivities.forget(about: account.iri, in: tx)
        try enqueue(
            activity(
                .deleteActor, by: account, object: JSON(account.iri), about: account.iri, to: [.asPublic],
                for: [.followers(of: account.id)]), in: tx)
        try Tombstones.record(account.iri, actor: account.iri, formerType: "Actor", at: clock.now, in: tx)
    }
}

extension Tombstone {
    static func document(_ id: IRI, formerType: String, at now: Timestamp) -> JSON {
        document(id: id, formerType: formerType, deleted: now.milliseconds)
    }
}
