// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
public import Vocabulary

/// Handles `Follow`: an account asks to follow another account.
///
/// Spec: ActivityPub §7.5, §6.5; FEP-1b12 for groups. A repeated request gets a response again, because the first
/// response may have been lost.
enum FollowHandler: ActivityHandler {
    static let types = ["Follow"]

    static func apply(
        _ target: IRI, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard let account = try account(target, incoming.identifiers, in: tx), account.isLocal, account.isActive,
            account.isPersonal || account.isGroup
        else { return .ignored(.notForUs) }
        if try Blocks.exists(between: account.id, incoming.actor.id, in: tx) {
            try incoming.outbox.reject(
                follow: incoming.id, as: incoming.activity.type, from: incoming.actor, by: account, in: tx)
            return .ignored(.blocked)
        }
        let before = try Follows.find(by: incoming.actor.id, of: account.id, in: tx)
        _ = try Follows.request(by: incoming.actor.id, of: account.id, activity: incoming.id, at: incoming.now, in: tx)
        if before?.state != .accepted {
            try incoming.outbox.notify(follow: account, by: incoming.actor.id, in: tx)
        }
        if account.approvesFollowers, before?.state != .accepted { return .applied }
        _ = try Follows.setState(.accepted, by: incoming.actor.id, of: account.id, in: tx)
        try incoming.outbox.accept(
            follow: incoming.id, as: incoming.activity.type, from: incoming.actor, by: account, in: tx)
        return before?.state == .accepted ? .duplicate : .applied
    }
}

extension FollowHandler {
    /// The account that is to be followed. Epicyon names it by the address of its page, `https://HOST/@name`.
    static func account(
        _ target: IRI, _ identifiers: LocalIdentifiers, in tx: Transaction
    ) throws(DatabaseError) -> Account? {
        if let account = try Accounts.byIRI(target, in: tx) { return account }
        guard case .profile(let name)? = identifiers.parse(target) else { return nil }
        return try Accounts.byHandle(Handle(name: name, host: ""), in: tx)
    }

    /// Says that the follow does not stand, so that its server does not show it as requested.
    static func refuse(_ incoming: IncomingActivity, in tx: Transaction) throws(DatabaseError) {
        guard let target = incoming.activity.object?.id,
            let account = try account(target, incoming.identifiers, in: tx), account.isLocal, account.isActive,
            let id = incoming.activity.id
        else { return }
        try incoming.outbox.reject(
            follow: id, as: incoming.activity.type, from: incoming.actor, by: account, in: tx)
    }

    /// Handles the response to a follow request of a local account.
    static func answered(
        _ follow: Follow, isAccepted: Bool, by incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard follow.target == incoming.actor.id else { return .ignored(.notAllowed) }
        // Follows have no waiting list, so a `TentativeAccept` changes nothing.
        guard incoming.activity.type != "TentativeAccept" else { return .ignored(.noEffect) }
        let state: Follow.State = isAccepted ? .accepted : .rejected
        guard follow.state != state else { return .duplicate }
        _ = try Follows.setState(state, by: follow.follower, of: follow.target, in: tx)
        return .applied
    }
}

extension Outbox {
    /// Asks to follow an account of another node. The response comes to the inbox.
    public func follow(_ target: Account, by follower: Account, in tx: Transaction) throws(DatabaseError) {
        let id = newActivityID()
        _ = try Follows.request(
            by: follower.id, of: target.id, activity: identifiers.activity(id), at: clock.now, in: tx)
        try enqueue(
            activity(.follow, id, by: follower, object: JSON(target.iri), about: target.iri, to: target), in: tx)
        try notify(follow: target, by: follower.id, in: tx)
    }

    /// Withdraws a follow request, or ends an accepted follow.
    public func unfollow(_ target: Account, by follower: Account, in tx: Transaction) throws(DatabaseError) {
        guard let follow = try Follows.find(by: follower.id, of: target.id, in: tx) else { return }
        _ = try Follows.remove(by: follower.id, of: target.id, in: tx)
        guard !target.isLocal else { return }
        let undone = followJSON(follow.activity, follower: follower.iri, target: target.iri)
        try enqueue(activity(.undoFollow, by: follower, object: undone, about: target.iri, to: target), in: tx)
    }

    /// Accepts a follower.
    public func accept(
        follow: IRI, as type: String = "Follow", from follower: Account, by target: Account, in tx: Transaction
    ) throws(DatabaseError) {
        guard !follower.isLocal else { return }
        let object = followJSON(follow, type: type, follower: follower.iri, target: target.iri)
        try enqueue(activity(.acceptFollow, by: target, object: object, about: follow, to: follower), in: tx)
    }

    /// Rejects a follow request, or ends an accepted follow.
    public func reject(
        follow: IRI, as type: String = "Follow", from follower: Account, by target: Account, in tx: Transaction
    ) throws(DatabaseError) {
        guard !follower.isLocal else { return }
        let object = followJSON(follow, type: type, follower: follower.iri, target: target.iri)
        try enqueue(activity(.rejectFollow, by: target, object: object, about: follow, to: follower), in: tx)
    }

    /// The request as the response embeds it: with its original id, type, actor and object.
    private func followJSON(_ id: IRI, type: String = "Follow", follower: IRI, target: IRI) -> JSON {
        [
            "id": .string(id.string), "type": .string(type), "actor": .string(follower.string),
            "object": .string(target.string),
        ]
    }
}
