// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
public import Vocabulary

/// `Follow`: one account wants to hear another.
///
/// Spec: ActivityPub §7.5, §6.5; FEP-1b12 for groups. A repeated request is answered again: the first answer may have
/// been lost on the way.
enum FollowHandler: ActivityHandler {
    static let types = ["Follow"]

    static func gather(_ activity: ActivityDocument, from actor: Account, in world: Federation) async throws -> IRI {
        guard let target = activity.object?.id else { throw NothingToApply.ignored(.malformed) }
        return target
    }

    static func apply(_ target: IRI, _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        guard let account = try Accounts.byIRI(target, in: tx), account.isLocal, account.isActive,
            account.isPersonal || account.isGroup
        else { return .ignored(.notForUs) }
        if try Blocks.exists(between: account.id, said.actor.id, in: tx) {
            try said.outbox.reject(
                follow: said.id, said: said.activity.type, from: said.actor, by: account, in: tx)
            return .ignored(.blocked)
        }
        let before = try Follows.find(by: said.actor.id, of: account.id, in: tx)
        _ = try Follows.request(by: said.actor.id, of: account.id, activity: said.id, at: said.now, in: tx)
        if before?.state != .accepted { try said.outbox.notify(.follow(of: account, by: said.actor.id), in: tx) }
        if account.approvesFollowers, before?.state != .accepted { return .applied }
        _ = try Follows.setState(.accepted, by: said.actor.id, of: account.id, in: tx)
        try said.outbox.accept(follow: said.id, said: said.activity.type, from: said.actor, by: account, in: tx)
        return before?.state == .accepted ? .duplicate : .applied
    }
}

extension Outbox {
    /// Asks to follow an account of another node; the answer comes to our inbox.
    public func follow(_ target: Account, by follower: Account, in tx: Transaction) throws(DatabaseError) {
        let id = newActivityID()
        _ = try Follows.request(
            by: follower.id, of: target.id, activity: identifiers.activity(id), at: clock.now, in: tx)
        try say(
            Saying("Follow", by: follower, object: .string(target.iri.string), about: target.iri, to: [target.iri]),
            id: id, to: [.account(target)], in: tx)
        try notify(.follow(of: target, by: follower.id), in: tx)
    }

    /// Takes the request, or an accepted follow, back.
    public func unfollow(_ target: Account, by follower: Account, in tx: Transaction) throws(DatabaseError) {
        guard let follow = try Follows.find(by: follower.id, of: target.id, in: tx) else { return }
        _ = try Follows.remove(by: follower.id, of: target.id, in: tx)
        guard !target.isLocal else { return }
        let undone = followJSON(follow.activity, follower: follower.iri, target: target.iri)
        try say(
            Saying("Undo", by: follower, object: undone, about: target.iri, to: [target.iri]),
            to: [.account(target)], in: tx)
    }

    /// Says yes to a follower.
    public func accept(
        follow: IRI, said type: String = "Follow", from follower: Account, by target: Account, in tx: Transaction
    ) throws(DatabaseError) {
        guard !follower.isLocal else { return }
        let object = followJSON(follow, type: type, follower: follower.iri, target: target.iri)
        try say(
            Saying("Accept", by: target, object: object, about: follow, to: [follower.iri]),
            to: [.account(follower)], in: tx)
    }

    /// Says no to a follower, or ends a follow that was accepted.
    public func reject(
        follow: IRI, said type: String = "Follow", from follower: Account, by target: Account, in tx: Transaction
    ) throws(DatabaseError) {
        guard !follower.isLocal else { return }
        let object = followJSON(follow, type: type, follower: follower.iri, target: target.iri)
        try say(
            Saying("Reject", by: target, object: object, about: follow, to: [follower.iri]),
            to: [.account(follower)], in: tx)
    }

    /// The request as an answer embeds it: with the id, the type, the actor and the object that it came with.
    private func followJSON(_ id: IRI, type: String = "Follow", follower: IRI, target: IRI) -> JSON {
        [
            "id": .string(id.string), "type": .string(type), "actor": .string(follower.string),
            "object": .string(target.string),
        ]
    }
}
