// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// Handles `Block`: stores the block, and ends the follows between the two accounts. Spec: ActivityPub §6.9.
enum BlockHandler: ActivityHandler {
    static let types = ["Block"]

    static func apply(
        _ object: IRI, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard let target = try Accounts.byIRI(object, in: tx), target.isLocal else { return .ignored(.notForUs) }
        let isNew = try Blocks.add(
            by: incoming.actor.id, target: target.id, activity: incoming.id, at: incoming.now, in: tx)
        _ = try Follows.remove(by: incoming.actor.id, of: target.id, in: tx)
        _ = try Follows.remove(by: target.id, of: incoming.actor.id, in: tx)
        return isNew ? .applied : .duplicate
    }
}

extension Outbox {
    /// Blocks an account. Follows between the two accounts end, and the node of the blocked account is notified.
    ///
    /// - Returns: whether the block is new.
    @discardableResult
    public func block(_ target: Account, by account: Account, in tx: Transaction) throws(DatabaseError) -> Bool {
        try unfollow(target, by: account, in: tx)
        try removeFollower(target, of: account, in: tx)
        let id = newActivityID()
        let isNew = try Blocks.add(
            by: account.id, target: target.id, activity: identifiers.activity(id), at: clock.now, in: tx)
        guard isNew, !target.isLocal else { return isNew }
        try enqueue(
            activity(.block, id, by: account, object: JSON(target.iri), about: target.iri, to: target), in: tx)
        return true
    }

    /// Removes a block. The follows that it ended are not restored.
    public func unblock(_ target: Account, by account: Account, in tx: Transaction) throws(DatabaseError) {
        let block = try Blocks.activity(by: account.id, target: target.id, in: tx)
        guard try Blocks.remove(by: account.id, target: target.id, in: tx), let block, !target.isLocal else { return }
        let undone: JSON = [
            "id": .string(block.string), "type": "Block", "actor": .string(account.iri.string),
            "object": .string(target.iri.string),
        ]
        try enqueue(activity(.undoBlock, by: account, object: undone, about: target.iri, to: target), in: tx)
    }

    /// Removes a follower or a follow request of a local account, and notifies the follower.
    public func removeFollower(_ follower: Account, of account: Account, in tx: Transaction) throws(DatabaseError) {
        guard let follow = try Follows.find(by: follower.id, of: account.id, in: tx) else { return }
        _ = try Follows.remove(by: follower.id, of: account.id, in: tx)
        guard follow.state != .rejected else { return }
        try reject(follow: follow.activity, from: follower, by: account, in: tx)
    }
}
