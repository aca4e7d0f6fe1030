// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// `Block`: neither hears the other any more. Spec: ActivityPub §6.9.
enum BlockHandler: ActivityHandler {
    static let types = ["Block"]

    static func gather(_ activity: ActivityDocument, from actor: Account, in world: Federation) async throws -> IRI {
        guard let object = activity.object?.id else { throw NothingToApply.ignored(.malformed) }
        return object
    }

    static func apply(_ object: IRI, _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        guard let target = try Accounts.byIRI(object, in: tx), target.isLocal else { return .ignored(.notForUs) }
        let isNew = try Blocks.add(by: said.actor.id, target: target.id, activity: said.id, at: said.now, in: tx)
        _ = try Follows.remove(by: said.actor.id, of: target.id, in: tx)
        _ = try Follows.remove(by: target.id, of: said.actor.id, in: tx)
        return isNew ? .applied : .duplicate
    }
}

extension Outbox {
    /// Wants nothing to do with an account any more: what follows there were end, and its node is told.
    ///
    /// - Returns: whether this is the first time.
    @discardableResult
    public func block(_ target: Account, by account: Account, in tx: Transaction) throws(DatabaseError) -> Bool {
        try unfollow(target, by: account, in: tx)
        try removeFollower(target, of: account, in: tx)
        let id = newActivityID()
        let isNew = try Blocks.add(
            by: account.id, target: target.id, activity: identifiers.activity(id), at: clock.now, in: tx)
        guard isNew, !target.isLocal else { return isNew }
        try say(
            Saying("Block", by: account, object: .string(target.iri.string), about: target.iri, to: [target.iri]),
            id: id, to: [.account(target)], in: tx)
        return true
    }

    /// Takes a block back. The follows that it ended stay ended.
    public func unblock(_ target: Account, by account: Account, in tx: Transaction) throws(DatabaseError) {
        let activity = try Blocks.activity(by: account.id, target: target.id, in: tx)
        guard try Blocks.remove(by: account.id, target: target.id, in: tx), let activity, !target.isLocal else {
            return
        }
        let undone: JSON = [
            "id": .string(activity.string), "type": "Block", "actor": .string(account.iri.string),
            "object": .string(target.iri.string),
        ]
        try say(
            Saying("Undo", by: account, object: undone, about: target.iri, to: [target.iri]),
            to: [.account(target)], in: tx)
    }

    /// Ends a follow of one's own account, asked for or accepted; whoever followed is told.
    public func removeFollower(_ follower: Account, of account: Account, in tx: Transaction) throws(DatabaseError) {
        guard let follow = try Follows.find(by: follower.id, of: account.id, in: tx) else { return }
        _ = try Follows.remove(by: follower.id, of: account.id, in: tx)
        guard follow.state != .rejected else { return }
        try reject(follow: follow.activity, from: follower, by: account, in: tx)
    }
}
