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
            return try remember(try leave(event, incoming, in: tx), object, incoming, in: tx)
        }
        if let group = try Accounts.byIRI(object, in: tx), group.isLocal, group.isGroup {
            let isRemoved = try Follows.remove(by: incoming.actor.id, of: group.id, in: tx)
            return try remember(isRemoved ? .applied : .ignored(.noEffect), object, incoming, in: tx)
        }
        return .ignored(.unknownObject)
    }

    /// Remembers a `Leave` that found nothing to leave, because it may have overtaken its `Join`. It may also have
    /// ended what an older `Join` made, while the one that it means still waits.
    private static func remember(
        _ outcome: InboxOutcome, _ object: IRI, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        var isOvertaking = outcome == .ignored(.noEffect)
        if !isOvertaking, let received = incoming.received {
            isOvertaking = try InboxQueue.hasOlder("Join", than: received, of: incoming.actor.id, in: tx)
        }
        if isOvertaking {
            try RepeatedActivities.remember(.object(type: "Join", object), undoneBy: incoming, in: tx)
        }
        return outcome
    }

    static func leave(
        _ event: Event, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        let result = try GuestLists.leave(account: incoming.actor.id, event: event.id, in: tx)
        try incoming.outbox.promote(result.promoted, of: event, in: tx)
        if result.left { try incoming.outbox.tellOrganizer(of: event, that: incoming.actor.id, is: .cancelled, in: tx) }
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
