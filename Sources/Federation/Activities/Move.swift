// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// `Move`: an account of another node says where it went. It is kept and shown; nobody's follow is moved for them.
///
/// The new account must name the old one among its aliases, else anybody could claim anybody's followers.
/// Spec: FEP-7628.
enum MoveHandler: ActivityHandler {
    static let types = ["Move"]

    static func gather(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> IRI {
        let activity = incoming.activity
        guard activity.object?.id == activity.actor, let target = activity.document.iri("target") else {
            throw .ignored(.notAllowed)
        }
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
