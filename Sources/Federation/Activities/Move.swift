// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// Handles `Move`: a remote account that follows a local account, or is followed by one, says that it has moved. The
/// new account is stored and shown. Follows are not moved
/// automatically.
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
        return target
    }

    static func apply(
        _ target: IRI, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        try Moves.record(incoming.actor.id, target: target, activity: incoming.id, at: incoming.now, in: tx)
        return .applied
    }
}
