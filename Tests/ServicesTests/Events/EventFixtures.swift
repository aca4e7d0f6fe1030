// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import Testing

extension Cafe {
    /// A draft of an event of the main group, in two days.
    func evening(capacity: Int? = nil) async throws -> EventDraft {
        var draft = EventDraft(
            group: try await local("cafe").id, title: "Soirée", startsAt: clock.now + .days(2),
            endsAt: clock.now + .days(2) + .hours(3), timeZone: "Europe/Paris")
        draft.capacity = capacity
        draft.place = Place(name: " Le Comptoir\0", locality: "Lyon")
        return draft
    }

    /// Plans such an event.
    func plan(by person: ID<Account>, capacity: Int? = nil) async throws -> ID<Event> {
        try await services.planEvent(try await evening(capacity: capacity), as: .member(person))
    }

    /// Stores a remote event.
    func remoteEvent(by owner: Account) async throws -> ID<Event> {
        let event = Event(
            id: ids.make(at: clock.now), iri: try iri("https://far.example/events/1"), owner: owner.id, uuid: "u",
            title: "Ailleurs", startsAt: clock.now + .days(1), endsAt: clock.now + .days(1) + .hours(1),
            publishedAt: clock.now, isLocal: false)
        try await database.write { tx in _ = try Events.insert(event, in: tx) }
        return event.id
    }

    /// Puts a remote guest on the guest list without an activity.
    func seat(_ guest: Account, _ event: ID<Event>) async throws -> Guest.State {
        let rank: ID<Guest> = ids.make(at: clock.now)
        let wish = Guest(
            account: guest.id, event: event, state: .asked, join: try iri("https://far.example/joins/\(rank)"),
            requestedAt: clock.now)
        return try await database.write { tx in try GuestLists.requestToJoin(wish, rank: rank.rawValue, in: tx) }
    }

    /// Returns the state of a person's RSVP.
    func state(of person: ID<Account>, _ event: ID<Event>) async throws -> Guest.State? {
        try await database.read { db in try GuestLists.find(account: person, event: event, in: db)?.state }
    }
}
