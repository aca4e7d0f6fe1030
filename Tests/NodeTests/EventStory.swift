// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import Testing
import Vocabulary

@testable import Troquet

extension Stories {
    /// An event with guests from three nodes.
    @Suite("Meeting")
    struct EventStory {
        @Test(
            "an event fills up, changes, gives a freed seat to the next in line and is cancelled, and every guest knows",
            arguments: Cast.all)
        func life(_ cast: Cast) async throws {
            try await cast.playThree { a, b, c in
                let fixture = try await EventFixture(a, b, c, seats: 2)
                try await fixture.fill()
                try await fixture.change()
                try await fixture.freeASeat()
                try await fixture.cancel()
                try await settle([a, b, c])
                // Each request and each answer was heard once, and none was in vain.
                #expect(try await a.received("Join").map(\.outcome) == ["applied", "applied"])
                #expect(try await a.received("Leave").map(\.outcome) == ["applied"])
                #expect(try await b.received("Accept").map(\.outcome) == ["applied"])
                #expect(try await c.received("TentativeAccept").map(\.outcome) == ["applied"])
                #expect(try await c.received("Accept").map(\.outcome) == ["applied"])
            }
        }

        @Test("a request for a seat at a cancelled event is declined", arguments: Cast.all)
        func late(_ cast: Cast) async throws {
            try await cast.play { a, b in
                let paul = try await a.member("paul", role: .moderator)
                let group = try await a.group("jardin", founder: paul.id)
                let event = try await a.plan("Chantier", in: group, as: paul)
                let anna = try await b.member("anna")
                let copy = try await b.lookUpEvent(event.iri)
                try await a.services.cancelEvent(event.id, as: .member(paul.id))
                // B was nobody's guest, so nobody told it: it asks in good faith.
                #expect(try await b.services.joinEvent(copy.id, as: .member(anna.id)) == .asked)
                try await eventually("the Reject came") {
                    try await b.seat(of: anna.iri, at: event.iri) == .declined
                }
                #expect(try await a.count("guest") == 0)
                try await settle([a, b])
            }
        }
    }
}

/// One event at A, guests from A, B and C.
private struct EventFixture {
    let a: TestNode
    let b: TestNode
    let c: TestNode
    let paul: Account
    let anna: Account
    let carl: Account
    let event: Event

    init(_ a: TestNode, _ b: TestNode, _ c: TestNode, seats: Int) async throws {
        (self.a, self.b, self.c) = (a, b, c)
        paul = try await a.member("paul", role: .moderator)
        anna = try await b.member("anna")
        carl = try await c.member("carl")
        let group = try await a.group("jardin", founder: paul.id)
        event = try await a.plan("Chantier", in: group, seats: seats, as: paul)
    }

    func fill() async throws {
        #expect(try await a.services.joinEvent(event.id, as: .member(paul.id)) == .going)
        let atB = try await b.lookUpEvent(event.iri)
        #expect(atB.title == "Chantier")
        #expect(atB.capacity == 2)
        #expect(atB.place?.name == "Café du coin")
        #expect(try await b.services.joinEvent(atB.id, as: .member(anna.id)) == .asked)
        try await eventually("Anna has a seat") { try await b.seat(of: anna.iri, at: event.iri) == .going }
        let atC = try await c.lookUpEvent(event.iri)
        #expect(try await c.services.joinEvent(atC.id, as: .member(carl.id)) == .asked)
        try await eventually("Carl waits") { try await c.seat(of: carl.iri, at: event.iri) == .waiting }
        #expect(try await a.seat(of: anna.iri, at: event.iri) == .going)
        #expect(try await a.seat(of: carl.iri, at: event.iri) == .waiting)
    }

    func change() async throws {
        var draft = EventDraft(
            group: event.owner, title: "Grand chantier", startsAt: event.startsAt + .hours(1),
            endsAt: event.endsAt + .hours(1), timeZone: event.timeZone)
        draft.capacity = 2
        draft.place = Place(name: "La cour")
        try await a.services.changeEvent(event.id, draft, as: .member(paul.id))
        for node in [b, c] {
            try await eventually("the change came") { try await node.event(event.iri)?.title == "Grand chantier" }
            let copy = try #require(try await node.event(event.iri))
            #expect(copy.startsAt == event.startsAt + .hours(1))
            #expect(copy.previousStart == event.startsAt)
            #expect(copy.place?.name == "La cour")
            #expect(copy.status == .rescheduled)
        }
    }

    func freeASeat() async throws {
        let copy = try #require(try await b.event(event.iri))
        try await b.services.leaveEvent(copy.id, as: .member(anna.id))
        try await eventually("Carl has the seat") { try await c.seat(of: carl.iri, at: event.iri) == .going }
        #expect(try await a.seat(of: anna.iri, at: event.iri) == .cancelled)
        #expect(try await b.seat(of: anna.iri, at: event.iri) == .cancelled)
        let counts = try await a.read { [event] db in try GuestLists.counts(event.id, in: db) }
        #expect(counts.going == 2)
        #expect(counts.waiting == 0)
    }

    func cancel() async throws {
        try await a.services.cancelEvent(event.id, as: .member(paul.id))
        try await eventually("Carl knows") { try await c.event(event.iri)?.status == .cancelled }
        let document = try await a.document("/events/\(event.id)")
        #expect(document.string("ical:status") == "CANCELLED" || document.string("status") == "CANCELLED")
    }
}

extension TestNode {
    /// Finds an event elsewhere by its address.
    func lookUpEvent(_ iri: IRI) async throws -> Event {
        guard case .event(let id) = try await services.lookUp(iri.string, as: .operator),
            let event = try await read({ db in try Events.byID(id, in: db) })
        else { throw NodeTestError("\(iri) is no event") }
        return event
    }
}
