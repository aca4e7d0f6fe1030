// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// Handles `Move`: a remote account that follows a local account, or is followed by one, says that it has moved. The
/// new account is stored and shown, and who followed the old account here follows the new one.
///
/// The new account must list the old one in its aliases. Otherwise anybody could claim the followers of another
/// account. Spec: FEP-7628.
enum MoveHandler: ActivityHandler {
    static let types = ["Move"]

    static func gather(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> IRI {
        let activity = incoming.activity
        guard activity.object?.id == activity.actor, let target = activity.document.iri("target") else {
            throw .ignored(.notAllowed)
        }
        let actor = incoming.actor.id
        let concernsUs = try await fetcher.database.read { db throws(DatabaseError) in
            if try Follows.followsAny(localTo: actor, in: db) { return true }
            return try Follows.followingCount(of: actor, in: db) > 0
        }
        guard concernsUs else { throw .ignored(.notForUs) }
        let document = try await fetcher.fetch(target)
        guard document.id == target, document.iris("alsoKnownAs").contains(activity.actor) else {
            throw .ignored(.unproved)
        }
        _ = try await fetcher.actors.resolve(target)
        return target
    }

    static func apply(
        _ target: IRI, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        try Moves.record(incoming.actor.id, target: target, activity: incoming.id, at: incoming.now, in: tx)
        _ = try incoming.outbox.moveFollows(of: incoming.actor.id, in: tx)
        return .applied
    }
}

extension Outbox {
    /// Lets local accounts follow the account to which an account moved, and ends their follows of the old one. There is a
    /// request for each of them, so one call moves a few; maintenance moves the others.
    ///
    /// - Returns: how many follows moved. There are more when this is ``Storage/Moves/batch``.
    public func moveFollows(of account: ID<Account>, in tx: Transaction) throws(DatabaseError) -> Int {
        guard let old = try Accounts.byID(account, in: tx),
            let (new, followers) = try Moves.followers(of: account, limit: Moves.batch, in: tx)
        else { return 0 }
        for follower in followers {
            // A request that stands or was rejected before is not repeated, and a block is respected.
            if follower.id != new.id, try Follows.find(by: follower.id, of: new.id, in: tx) == nil,
                try !Blocks.exists(between: follower.id, new.id, in: tx)
            {
                try follow(new, by: follower, in: tx)
            }
            try Moves.keepChoices(of: follower.id, from: old.id, for: new.id, in: tx)
            try unfollow(old, by: follower, in: tx)
        }
        return followers.count
    }
}
