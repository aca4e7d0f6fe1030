// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// `Reject`, and `Ignore` of FEP-8a8e: no to a `Follow` or a `Join` of ours, now or after a yes.
///
/// Spec: ActivityPub §7.7.
enum RejectHandler: ActivityHandler {
    static let types = ["Reject", "Ignore", "TentativeReject"]

    static func gather(
        _ activity: ActivityDocument, from actor: Account, in world: Federation
    ) async throws -> Answered {
        try Answered(activity)
    }

    static func apply(_ answered: Answered, _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        if let follow = try answered.follow(in: tx) {
            guard follow.target == said.actor.id else { return .ignored(.notAllowed) }
            guard follow.state != .rejected else { return .duplicate }
            _ = try Follows.setState(.rejected, by: follow.follower, of: follow.target, in: tx)
            return .applied
        }
        if let guest = try answered.guest(in: tx) {
            guard let event = try Events.byID(guest.event, in: tx), try said.mayAnswer(for: event, in: tx) else {
                return .ignored(.notAllowed)
            }
            guard guest.state != .declined else { return .duplicate }
            var guest = guest
            guest.state = .declined
            try GuestLists.set(guest, rank: said.rank(), in: tx)
            return .applied
        }
        if let post = try answered.quoting(said, in: tx) { return try said.settle(quoteIn: post, in: tx) }
        if let event = try Events.byIRI(answered.id, in: tx), event.isLocal {
            return try LeaveHandler.leave(event, said, in: tx)
        }
        return .ignored(.unknownObject)
    }
}
