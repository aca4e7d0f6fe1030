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

    static func gather(_ activity: ActivityDocument, from actor: Account, in world: Federation) async throws -> IRI {
        guard activity.object?.id == activity.actor, let target = activity.document.iri("target") else {
            throw NothingToApply.ignored(.notAllowed)
        }
        let document = try await world.posts.fetch(target)
        guard document.id == target, document.iris("alsoKnownAs").contains(activity.actor) else {
            throw NothingToApply.ignored(.unproved)
        }
        return target
    }

    static func apply(_ target: IRI, _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        try Moves.record(said.actor.id, target: target, activity: said.id, at: said.now, in: tx)
        return .applied
    }
}
