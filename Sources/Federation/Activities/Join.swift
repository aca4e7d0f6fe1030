// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// `Join`: somebody asks for a seat. Every request gets an answer, also a repeated one.
///
/// `Accept` for a seat, `TentativeAccept` with the rank for the queue, `Reject` when there is nothing to hope for. The
/// answer comes from the event's owner and carries the id that the request came with: Mobilizon finds the guest by it.
/// Spec: federation profile EVT-JOIN; FEP-8a8e.
enum JoinHandler: ActivityHandler {
    static let types = ["Join"]

    static func gather(_ activity: ActivityDocument, from actor: Account, in world: Federation) async throws -> IRI {
        guard let object = activity.object?.id else { throw NothingToApply.ignored(.malformed) }
        return object
    }

    static func apply(_ object: IRI, _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        if let event = try Events.byIRI(object, in: tx) {
            // Mobilizon also tells the other guests of an event: it is for its owner alone to answer.
            guard event.isLocal else { return .ignored(.notForUs) }
            return try ask(event, said, in: tx)
        }
        // Smithereen and Mobilizon join a group where others follow it.
        if let group = try Accounts.byIRI(object, in: tx), group.isLocal, group.isGroup {
            return try FollowHandler.apply(object, said, in: tx)
        }
        return .ignored(.unknownObject)
    }

    static func ask(_ event: Event, _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        guard let id = said.activity.id else { return .ignored(.malformed) }
        guard let owner = try Accounts.byID(event.owner, in: tx) else { return .ignored(.unknownObject) }
        let mayJoin = EventPolicy.mayRead(
            event.visibility, as: try Events.relation(of: said.actor.id, to: event, in: tx))
        let isBlocked = try Blocks.exists(between: owner.id, said.actor.id, in: tx)
        guard event.status.takesGuests, event.endsAt > said.now, mayJoin, !isBlocked else {
            try said.outbox.answer(.declined, join: id, of: said.actor, to: event, by: owner, in: tx)
            return isBlocked ? .ignored(.blocked) : .applied
        }
        let guest = Guest(account: said.actor.id, event: event.id, state: .asked, join: id, askedAt: said.now)
        let state = try GuestLists.ask(guest, rank: said.rank(), in: tx)
        try said.outbox.answer(state, join: id, of: said.actor, to: event, by: owner, in: tx)
        return .applied
    }
}

extension Outbox {
    /// Answers a request for a seat, in the name of the event's owner.
    func answer(
        _ state: Guest.State, join: IRI, of guest: Account, to event: Event, by owner: Account, in tx: Transaction
    ) throws(DatabaseError) {
        guard !guest.isLocal else { return }
        let type =
            switch state {
            case .going: "Accept"
            case .waiting, .asked: "TentativeAccept"
            case .cancelled, .declined: "Reject"
            }
        var object: JSON.Object = [
            "id": .string(join.string), "type": "Join", "actor": .string(guest.iri.string),
            "object": .string(event.iri.string),
        ]
        if state == .waiting, let position = try GuestLists.position(account: guest.id, event: event.id, in: tx) {
            object["waitlistPosition"] = .number(JSON.Number(Int64(position)))
        }
        try say(
            Saying(type, by: owner, object: .object(object), about: join, to: [guest.iri]),
            to: [.account(guest)], in: tx)
    }

    /// Tells those who got a seat because another gave one up.
    public func promote(_ guests: [Guest], of event: Event, in tx: Transaction) throws(DatabaseError) {
        guard !guests.isEmpty, let owner = try Accounts.byID(event.owner, in: tx) else { return }
        let accounts = try Accounts.byIDs(guests.map(\.account), in: tx)
        for guest in guests {
            guard let account = accounts[guest.account] else { continue }
            try answer(.going, join: guest.join, of: account, to: event, by: owner, in: tx)
        }
    }

    /// Asks the owner of an event on another node for a seat; the answer comes to our inbox.
    public func join(_ event: Event, by account: Account, in tx: Transaction) throws(DatabaseError) {
        guard let owner = try Accounts.byID(event.owner, in: tx) else { return }
        let id = newActivityID()
        let guest = Guest(
            account: account.id, event: event.id, state: .asked, join: identifiers.activity(id), askedAt: clock.now)
        try GuestLists.set(guest, rank: newRank(), in: tx)
        try say(
            Saying("Join", by: account, object: .string(event.iri.string), about: event.iri, to: [owner.iri]),
            id: id, to: [.account(owner)], in: tx)
    }
}
