// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// `Leave`: somebody gives up a seat, or the place in the queue; the next in line gets it and is told.
enum LeaveHandler: ActivityHandler {
    static let types = ["Leave"]

    static func gather(_ activity: ActivityDocument, from actor: Account, in world: Federation) async throws -> IRI {
        guard let object = activity.object?.id else { throw NothingToApply.ignored(.malformed) }
        return object
    }

    static func apply(_ object: IRI, _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        if let event = try Events.byIRI(object, in: tx) {
            guard event.isLocal else { return .ignored(.notForUs) }
            return try leave(event, said, in: tx)
        }
        if let group = try Accounts.byIRI(object, in: tx), group.isLocal, group.isGroup {
            return try Follows.remove(by: said.actor.id, of: group.id, in: tx) ? .applied : .ignored(.noEffect)
        }
        return .ignored(.unknownObject)
    }

    static func leave(_ event: Event, _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        let result = try GuestLists.leave(account: said.actor.id, event: event.id, in: tx)
        try said.outbox.promote(result.promoted, of: event, in: tx)
        return result.left ? .applied : .ignored(.noEffect)
    }
}

extension Outbox {
    /// Tells the owner of an event on another node that a member does not come.
    public func leave(_ event: Event, by account: Account, in tx: Transaction) throws(DatabaseError) {
        guard let owner = try Accounts.byID(event.owner, in: tx),
            var guest = try GuestLists.find(account: account.id, event: event.id, in: tx)
        else { return }
        guest.state = .cancelled
        try GuestLists.set(guest, rank: newRank(), in: tx)
        try say(
            Saying("Leave", by: account, object: .string(event.iri.string), about: event.iri, to: [owner.iri]),
            to: [.account(owner)], in: tx)
    }
}
