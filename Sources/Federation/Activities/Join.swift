// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// Handles `Join`: an actor asks for a seat at an event. Every request gets a response, also a repeated one.
///
/// The response is `Accept` for a seat, `TentativeAccept` with the rank for a place on the waiting list, and `Reject`
/// otherwise. It comes from the event's owner and has the id of the request: Mobilizon finds the guest by this id.
/// Spec: federation profile EVT-JOIN; FEP-8a8e.
enum JoinHandler: ActivityHandler {
    static let types = ["Join"]

    static func apply(
        _ object: IRI, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        if let event = try Events.byIRI(object, in: tx) {
            // Mobilizon also sends the `Join` to the other guests of an event. Only the event's owner responds to it.
            guard event.isLocal else { return .ignored(.notForUs) }
            return try requestToJoin(event, incoming, in: tx)
        }
        // Smithereen and Mobilizon send `Join` for a group where others send `Follow`.
        if let group = try Accounts.byIRI(object, in: tx), group.isLocal, group.isGroup {
            return try FollowHandler.apply(object, of: incoming, in: tx)
        }
        return .ignored(.unknownObject)
    }

    static func requestToJoin(
        _ event: Event, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard let id = incoming.activity.id else { return .ignored(.malformed) }
        guard let owner = try Accounts.byID(event.owner, in: tx) else { return .ignored(.unknownObject) }
        let mayJoin = EventPolicy.mayRead(
            event.visibility, as: try Events.relation(of: incoming.actor.id, to: event, in: tx))
        let isBlocked = try Blocks.exists(between: owner.id, incoming.actor.id, in: tx)
        guard event.status.takesGuests, event.endsAt > incoming.now, mayJoin, !isBlocked else {
            try incoming.outbox.answer(.declined, join: id, of: incoming.actor, to: event, by: owner, in: tx)
            return isBlocked ? .ignored(.blocked) : .applied
        }
        let guest = Guest(
            account: incoming.actor.id, event: event.id, state: .asked, join: id, requestedAt: incoming.now)
        let state = try GuestLists.requestToJoin(guest, rank: incoming.outbox.newRank(), in: tx)
        try incoming.outbox.answer(state, join: id, of: incoming.actor, to: event, by: owner, in: tx)
        try incoming.outbox.tellOrganizer(of: event, that: incoming.actor.id, is: state, in: tx)
        return .applied
    }
}

extension JoinHandler {
    /// Says that there is no seat, so that the guest's server does not show the request as open.
    static func refuse(_ incoming: IncomingActivity, in tx: Transaction) throws(DatabaseError) {
        guard let id = incoming.activity.id, let object = incoming.activity.object?.id else { return }
        guard let event = try Events.byIRI(object, in: tx), event.isLocal else {
            return try FollowHandler.refuse(incoming, in: tx)
        }
        guard let owner = try Accounts.byID(event.owner, in: tx) else { return }
        try incoming.outbox.answer(.declined, join: id, of: incoming.actor, to: event, by: owner, in: tx)
    }

    /// Handles the response to a `Join` of a local account.
    static func answered(
        _ guest: Guest, _ state: Guest.State, by incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard let event = try Events.byID(guest.event, in: tx) else { return .ignored(.unknownObject) }
        guard try mayReply(incoming.actor, for: event, in: tx) else { return .ignored(.notAllowed) }
        guard guest.state != .cancelled || state == .declined else { return .ignored(.noEffect) }
        // An owner that keeps the address of the online meeting for the guests tells it here, and again when it changes.
        var isMoved = false
        if state == .going, let address = incoming.activity.object?.document?.iri("onlineLink") {
            isMoved = try Events.setOnlineURL(address, of: event.id, in: tx)
        }
        guard guest.state != state else { return isMoved ? .applied : .duplicate }
        let waited = guest.state == .waiting
        var guest = guest
        guest.state = state
        try GuestLists.set(guest, rank: incoming.outbox.newRank(), in: tx)
        if waited, state == .going { try incoming.outbox.notify(.seat(at: event, for: [guest.account]), in: tx) }
        return .applied
    }

    /// Whether an actor manages the guest list of a remote event: its owner, or an actor of the owner's host. When a
    /// group owns the event, Mobilizon responds as the organizer.
    private static func mayReply(
        _ actor: Account, for event: Event, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        guard !event.isLocal, let owner = try Accounts.byID(event.owner, in: tx) else { return false }
        return Authority.mayChange(event.iri, ownedBy: owner.iri, as: actor.iri)
    }
}

extension Outbox {
    /// Responds to a `Join`, as the event's owner.
    func answer(
        _ state: Guest.State, join: IRI, of guest: Account, to event: Event, by owner: Account, in tx: Transaction
    ) throws(DatabaseError) {
        guard !guest.isLocal else { return }
        let kind: OutgoingKind =
            switch state {
            case .going: .acceptJoin
            case .waiting, .asked: .tentativeAcceptJoin
            case .cancelled, .declined: .rejectJoin
            }
        var object: JSON.Object = [
            "id": .string(join.string), "type": "Join", "actor": .string(guest.iri.string),
            "object": .string(event.iri.string),
        ]
        if state == .waiting, let position = try GuestLists.position(account: guest.id, event: event.id, in: tx) {
            object["waitlistPosition"] = .number(JSON.Number(Int64(position)))
        }
        // The response goes to the guest's own inbox only.
        if state == .going, let address = event.onlineURL { object["onlineLink"] = .string(address.string) }
        try enqueue(activity(kind, by: owner, object: .object(object), about: join, to: guest), in: tx)
    }

    /// Tells the remote guests the new address of the online meeting, with the `Accept` of their `Join`. The document of
    /// the event, which everybody may read, does not have it.
    public func tellAddress(of event: Event, in tx: Transaction) throws(DatabaseError) {
        guard event.onlineURL != nil, let owner = try Accounts.byID(event.owner, in: tx) else { return }
        for (guest, account) in try GuestLists.remoteGuests(of: event.id, in: tx) {
            try answer(.going, join: guest.join, of: account, to: event, by: owner, in: tx)
        }
    }

    /// Notifies guests who got a seat because another guest gave it up.
    public func promote(_ guests: [Guest], of event: Event, in tx: Transaction) throws(DatabaseError) {
        guard !guests.isEmpty, let owner = try Accounts.byID(event.owner, in: tx) else { return }
        let accounts = try Accounts.byIDs(guests.map(\.account), in: tx)
        for guest in guests {
            guard let account = accounts[guest.account] else { continue }
            try answer(.going, join: guest.join, of: account, to: event, by: owner, in: tx)
        }
        try notify(.seat(at: event, for: guests.map(\.account)), in: tx)
    }

    /// Asks the owner of a remote event for a seat. The response comes to the inbox.
    public func join(_ event: Event, by account: Account, in tx: Transaction) throws(DatabaseError) {
        guard let owner = try Accounts.byID(event.owner, in: tx) else { return }
        let id = newActivityID()
        let guest = Guest(
            account: account.id, event: event.id, state: .asked, join: identifiers.activity(id), requestedAt: clock.now)
        try GuestLists.set(guest, rank: newRank(), in: tx)
        try enqueue(
            activity(.join, id, by: account, object: JSON(event.iri), about: event.iri, to: owner), in: tx)
    }
}
