// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// Handles `Undo` of a `Follow`, `Like`, `Announce`, `Block`, `Join`, `Delete`, or of an `Accept{Event}`.
///
/// An actor can only undo its own activity. The activity is found by its id. Some servers send another id; then it is
/// found by the actor and object of the embedded activity. Spec: ActivityPub §7.12.
///
/// An `Undo` of a `Follow` or a `Join` may arrive late, after a newer one. So one that names an activity which was
/// received here, and which is not the one that stands, changes nothing.
enum UndoHandler: ActivityHandler {
    static let types = ["Undo"]

    static func gather(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Undone {
        guard let object = incoming.activity.object else { throw .ignored(.malformed) }
        let inner = object.document
        if let activity = inner.flatMap({ try? ActivityDocument($0) }), activity.type == "Delete",
            let deleted = activity.object?.id
        {
            let restore = try await Restore.gather(deleted, by: incoming.actor, using: fetcher)
            return Undone(id: object.id, type: "Delete", object: deleted, restore: restore)
        }
        if let owner = inner?.iri("actor"), owner != incoming.activity.actor {
            // Some servers name the wrong actor. The id alone may still name an activity of the sender.
            guard object.id != nil, let type = inner?.type else { throw .ignored(.notAllowed) }
            return Undone(id: object.id, type: type, object: nil, isOnlyID: true)
        }
        return Undone(id: object.id, type: inner?.type, object: inner?.iri("object"))
    }

    static func apply(
        _ undone: Undone, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        if let restore = undone.restore { return try restore.apply(incoming, in: tx) }
        let outcome =
            if let type = undone.type {
                try undo(undone, ofType: type, incoming, in: tx)
            } else {
                try undoByID(undone, incoming, in: tx)
            }
        if undone.isOnlyID, outcome != .applied { return .ignored(.notAllowed) }
        var isOvertaking = outcome == .ignored(.noEffect) || outcome == .ignored(.unknownObject)
        if !isOvertaking { isOvertaking = try undone.isWaiting(in: tx) }
        if isOvertaking, let subject = undone.subject {
            try RepeatedActivities.remember(subject, undoneBy: incoming, in: tx)
        }
        return outcome
    }

    private static func undo(
        _ undone: Undone, ofType type: String, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        switch type {
        case "Follow": return try unfollow(undone, incoming, in: tx)
        case "Like", "EmojiReact": return try unlike(undone, incoming, in: tx)
        case "Announce": return try unboost(undone, incoming, in: tx)
        case "Block": return try unblock(undone, incoming, in: tx)
        case "Join", "Accept", "TentativeAccept": return try leave(undone, incoming, in: tx)
        default: return .ignored(.unknownType)
        }
    }

    /// Undoes an activity of which only the id was sent. Its type is not known, so all of these types are tried.
    private static func undoByID(
        _ undone: Undone, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        for type in ["Follow", "Like", "Announce", "Block", "Join"] {
            let outcome = try undo(undone, ofType: type, incoming, in: tx)
            if outcome == .applied { return outcome }
        }
        return .ignored(.unknownObject)
    }

    private static func unfollow(
        _ undone: Undone, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        var target = try undone.object.flatMap { iri throws(DatabaseError) in try Accounts.byIRI(iri, in: tx)?.id }
        if target == nil, let id = undone.id { target = try Follows.byActivity(id, in: tx)?.target }
        guard let target else { return .ignored(.unknownObject) }
        if let standing = try Follows.find(by: incoming.actor.id, of: target, in: tx)?.activity,
            try undone.isOutdated(by: standing, in: tx)
        {
            return .ignored(.noEffect)
        }
        return try Follows.remove(by: incoming.actor.id, of: target, in: tx) ? .applied : .ignored(.noEffect)
    }

    private static func unlike(
        _ undone: Undone, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        var post = try undone.object.flatMap { iri throws(DatabaseError) in try Posts.byIRI(iri, in: tx) }
        if post == nil, let id = undone.id, let like = try Likes.byActivity(id, in: tx) {
            post = try Posts.byID(like.post, in: tx)
        }
        guard let post else {
            return try LikeHandler.undo(likeOfEvent: undone.object, activity: undone.id, incoming, in: tx)
        }
        guard try Likes.remove(account: incoming.actor.id, post: post.id, in: tx) else { return .ignored(.noEffect) }
        try incoming.outbox.relay(incoming, about: post, in: tx)
        return .applied
    }

    private static func unboost(
        _ undone: Undone, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        if let id = undone.id, let boost = try Boosts.byActivity(id, in: tx), boost.account == incoming.actor.id {
            return try Boosts.remove(account: incoming.actor.id, post: boost.post, in: tx)
                ? .applied : .ignored(.noEffect)
        }
        if let id = undone.id, let share = try EventShares.byActivity(id, in: tx), share.account == incoming.actor.id {
            return try EventShares.remove(event: share.event, account: incoming.actor.id, in: tx)
                ? .applied : .ignored(.noEffect)
        }
        if let object = undone.object, let event = try Events.byIRI(object, in: tx) {
            return try EventShares.remove(event: event.id, account: incoming.actor.id, in: tx)
                ? .applied : .ignored(.noEffect)
        }
        guard let object = undone.object, let post = try Posts.byIRI(object, in: tx) else {
            return .ignored(.unknownObject)
        }
        return try Boosts.remove(account: incoming.actor.id, post: post.id, in: tx) ? .applied : .ignored(.noEffect)
    }

    private static func unblock(
        _ undone: Undone, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        var target = try undone.object.flatMap { iri throws(DatabaseError) in try Accounts.byIRI(iri, in: tx)?.id }
        if target == nil, let id = undone.id {
            target = try Blocks.target(ofActivity: id, by: incoming.actor.id, in: tx)
        }
        guard let target else { return .ignored(.unknownObject) }
        return try Blocks.remove(by: incoming.actor.id, target: target, in: tx) ? .applied : .ignored(.noEffect)
    }

    private static func leave(
        _ undone: Undone, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        var event = try undone.object.flatMap { iri throws(DatabaseError) in try Events.byIRI(iri, in: tx) }
        if event == nil, let id = undone.id, let guest = try GuestLists.byJoin(id, in: tx),
            guest.account == incoming.actor.id
        {
            event = try Events.byID(guest.event, in: tx)
        }
        guard let event, event.isLocal else { return .ignored(.unknownObject) }
        if let standing = try GuestLists.find(account: incoming.actor.id, event: event.id, in: tx)?.join,
            undone.type == "Join", try undone.isOutdated(by: standing, in: tx)
        {
            return .ignored(.noEffect)
        }
        return try LeaveHandler.leave(event, incoming, in: tx)
    }
}

/// The activity that is undone.
struct Undone: Sendable {
    let id: IRI?
    let type: String?
    let object: IRI?
    /// What is restored by the `Undo` of a `Delete`.
    var restore: Restore?
    /// Whether nothing but the id counts, because the embedded activity names another actor.
    var isOnlyID = false

    /// Whether the undone activity was postponed and still waits. The state that the `Undo` ended was then made by an
    /// older activity, and would be made again.
    func isWaiting(in tx: Transaction) throws(DatabaseError) -> Bool {
        guard let id else { return false }
        return try InboxQueue.outcome(of: id, in: tx) == "waiting"
    }

    /// Whether the undone activity was processed here and another one has replaced it since. An activity without an id,
    /// or with one that was never received, is recognized by its actor and object only.
    func isOutdated(by standing: IRI, in tx: Transaction) throws(DatabaseError) -> Bool {
        guard let id, id != standing else { return false }
        let outcome = try InboxQueue.outcome(of: id, in: tx)
        return outcome != nil && outcome != "waiting"
    }

    /// How the undone activity is recognized when it arrives later.
    var subject: UndoneActivity.Subject? {
        if let id { return .activity(id) }
        guard let type, let object else { return nil }
        return .object(type: type, object)
    }
}
