// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// Handles `Leave`: a guest gives up a seat or a place on the waiting list. The next guest on the list gets the seat
/// and is notified.
enum LeaveHandler: ActivityHandler {
    static let types = ["Leave"]

    static func apply(
        _ object: IRI, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        if let event = try Events.byIRI(object, in: tx) {
            guard event.isLocal else { return .ignored(.notForUs) }
            return try leave(event, incoming, in: tx)
        }
        if let group = try Accounts.byIRI(object, in: tx), group.isLocal, group.isGroup {
            return try Follows.remove(by: incoming.actor.id, of: group.id, in: tx) ? .applied : .ignored(.noEffect)
        }
        return .ignored(.unknownObject)
    }

    static func leave(
        _ event: Event, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        let result = try GuestLists.leave(account: incoming.actor.id, event: event.id, in: tx)
        try incoming.outbox.promote(result.promoted, of: event, in: tx)
        return result.left ? .applied : .ignored(.noEffect)
    }
}

extension Outbox {
    /// Tells the owner of a remote event that a member does not attend.
    public func leave(_ event: Event, by account: Account, in tx: Transaction) throws(DatabaseError) {
        guard let owner = try Accounts.byID(event.owner, in: tx),
            var guest = try GuestLists.find(account: account.id, event: event.id, in: tx)
        else { return }
        guest.state = .cancelled
        try GuestLists.set(guest, rank: newRank(), in: tx)
        try enqueue(activity(.leave, by: account, object: JSON(event.iri), about: event.iri, to: owner), in: tx)
    }
}
