// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// An event of a local group with a few seats, and guests on three other nodes.
private struct EventFixture: Sendable {
    static let event = "https://cafe.example/events/300"

    let world: FederationWorld
    let guests: [String]

    static func run(
        on engine: TestEngine, seats: Int, guests: Int, _ body: (EventFixture) async throws -> Void
    ) async throws {
        try await FederationWorld.run(on: engine) { world in
            var setup = GoldenSetup(world)
            try await setup.apply([
                "local": [
                    ["type": "group", "name": "jardin"],
                    [
                        "type": "event", "id": 300, "owner": "https://cafe.example/groups/jardin",
                        "title": "Repair café", "startsAt": "2026-06-06T13:00:00Z", "capacity": JSON(seats),
                    ],
                ]
            ])
            let hosts = ["prairie.example", "ruche.example", "kiosque.example"]
            let actors = try (0..<guests).map { number in
                try world.addRemote("guest\(number)", at: hosts[number % hosts.count])
            }
            for actor in actors { _ = try await world.resolve(actor) }
            try await body(EventFixture(world: world, guests: actors))
        }
    }

    func join(_ guest: String, _ number: Int = 1) -> JSON { act("Join", guest, number) }
    func leave(_ guest: String, _ number: Int = 1) -> JSON { act("Leave", guest, number) }

    private func act(_ type: String, _ guest: String, _ number: Int) -> JSON {
        [
            "id": JSON("\(guest)/\(type.lowercased())/\(number)"), "type": JSON(type), "actor": JSON(guest),
            "object": JSON(Self.event), "to": ["https://cafe.example/groups/jardin"], "cc": [],
        ]
    }

    /// Accepts all activities, then processes them in parallel.
    func sayAtOnce(_ acts: [JSON]) async throws {
        for act in acts {
            let refusal = await world.submit(try world.request(act))
            try #require(refusal == nil)
        }
        let due = try await world.lease()
        await withTaskGroup { group in
            for activity in due {
                group.addTask {
                    await world.processor.process(activity)
                    // At every moment there are at most as many guests as seats.
                    if let counts = try? await counts() { #expect(counts.going <= 5) }
                }
            }
        }
        try await world.settle()
    }

    func counts() async throws -> (going: Int, waiting: Int) {
        try await world.database.read { db in try GuestLists.counts(ID(300), in: db) }
    }

    func state(_ guest: String) async throws -> Guest.State? {
        let iri = try address(guest)
        return try await world.database.read { db in
            try Accounts.byIRI(iri, in: db).flatMap { try GuestLists.find(account: $0.id, event: ID(300), in: db) }?
                .state
        }
    }

    /// The responses with the id of a guest's request, in order.
    func answers(to join: JSON) async throws -> [Sending] {
        try await world.sent().filter { $0.body["object"]?["id"] == join["id"] }
    }
}

@Suite("Seats that other nodes ask for")
struct WaitingListTests {
    @Test("are never more than there are, and every request has one answer", arguments: TestEngine.available)
    func concurrentJoins(_ engine: TestEngine) async throws {
        try await EventFixture.run(on: engine, seats: 5, guests: 30) { fixture in
            try await fixture.sayAtOnce(fixture.guests.map { fixture.join($0) })
            let counts = try await fixture.counts()
            #expect(counts.going == 5)
            #expect(counts.waiting == 25)
            for guest in fixture.guests {
                let answers = try await fixture.answers(to: fixture.join(guest))
                let expected = try await fixture.state(guest) == .going ? "Accept" : "TentativeAccept"
                #expect(answers.map(\.type) == [expected])
                #expect(answers.first?.inboxes == ["\(guest)/inbox"])
            }
        }
    }

    @Test(
        "are given on when somebody leaves, and the next one is told by the id of the own request",
        arguments: TestEngine.available)
    func concurrentLeaves(_ engine: TestEngine) async throws {
        try await EventFixture.run(on: engine, seats: 5, guests: 24) { fixture in
            try await fixture.sayAtOnce(fixture.guests.map { fixture.join($0) })
            let going = try await fixture.guests.asyncFilter { try await fixture.state($0) == .going }
            let waiting = try await fixture.guests.asyncFilter { try await fixture.state($0) == .waiting }
            // Three guests with seats and three on the waiting list leave, while the others ask again.
            let leaving = Array(going.prefix(3) + waiting.suffix(3))
            let again = waiting.dropLast(3).map { fixture.join($0, 2) }
            try await fixture.sayAtOnce(leaving.map { fixture.leave($0) } + again)
            let counts = try await fixture.counts()
            #expect(counts.going == 5)
            #expect(counts.waiting == 13)
            for guest in leaving { #expect(try await fixture.state(guest) == .cancelled) }
            for guest in waiting.dropLast(3) {
                let first = try await fixture.answers(to: fixture.join(guest)).map(\.type)
                let second = try await fixture.answers(to: fixture.join(guest, 2)).map(\.type)
                let isGoing = try await fixture.state(guest) == .going
                // There are two activities: the response to the second request, and the notification of a free seat.
                // Each of them names one of the two ids.
                #expect((first + second).count { $0 == "Accept" } >= (isGoing ? 1 : 0))
                #expect(isGoing || !(first + second).contains("Accept"))
                #expect(!second.isEmpty)
            }
        }
    }

    @Test("go to those who wait longest, with an Accept of the request that they made")
    func promotion() async throws {
        try await EventFixture.run(on: .sqlite, seats: 1, guests: 4) { fixture in
            for guest in fixture.guests { try await fixture.world.receive(fixture.join(guest)) }
            try await fixture.world.receive(fixture.leave(fixture.guests[0]))
            let second = try await fixture.answers(to: fixture.join(fixture.guests[1]))
            #expect(second.map(\.type) == ["TentativeAccept", "Accept"])
            #expect(second.last?.inboxes == ["\(fixture.guests[1])/inbox"])
            #expect(second.last?.body["actor"] == "https://cafe.example/groups/jardin")
            #expect(second.last?.body["to"] == [JSON(fixture.guests[1])])
            #expect(second.last?.body["cc"] == [])
            let third = try await fixture.answers(to: fixture.join(fixture.guests[2]))
            #expect(third.map { $0.body["object"]?["waitlistPosition"]?.int } == [2])
        }
    }

    @Test("are asked for again without losing the place in the queue")
    func askedAgain() async throws {
        try await EventFixture.run(on: .sqlite, seats: 1, guests: 3) { fixture in
            for guest in fixture.guests { try await fixture.world.receive(fixture.join(guest)) }
            try await fixture.world.receive(fixture.join(fixture.guests[1], 2))
            let again = try await fixture.answers(to: fixture.join(fixture.guests[1], 2))
            #expect(again.map { $0.body["object"]?["waitlistPosition"]?.int } == [1])
            try await fixture.world.receive(fixture.leave(fixture.guests[0]))
            let told = try await fixture.answers(to: fixture.join(fixture.guests[1], 2))
            #expect(told.map(\.type) == ["TentativeAccept", "Accept"])
        }
    }

    @Test("come last in the queue again for one who left")
    func leftAndBack() async throws {
        try await EventFixture.run(on: .sqlite, seats: 1, guests: 3) { fixture in
            for guest in fixture.guests { try await fixture.world.receive(fixture.join(guest)) }
            try await fixture.world.receive(fixture.leave(fixture.guests[1]))
            try await fixture.world.receive(fixture.join(fixture.guests[1], 2))
            let back = try await fixture.answers(to: fixture.join(fixture.guests[1], 2))
            #expect(back.map { $0.body["object"]?["waitlistPosition"]?.int } == [2])
        }
    }

    @Test("are given on when a guest's account is gone")
    func farewell() async throws {
        try await EventFixture.run(on: .sqlite, seats: 1, guests: 2) { fixture in
            for guest in fixture.guests { try await fixture.world.receive(fixture.join(guest)) }
            let gone = fixture.guests[0]
            try await fixture.world.receive([
                "id": JSON("\(gone)#gone"), "type": "Delete", "actor": JSON(gone), "object": JSON(gone),
            ])
            let next = try await fixture.answers(to: fixture.join(fixture.guests[1]))
            #expect(next.map(\.type) == ["TentativeAccept", "Accept"])
        }
    }

    @Test("are refused to somebody whom the group blocked, with an answer")
    func blocked() async throws {
        try await EventFixture.run(on: .sqlite, seats: 1, guests: 1) { fixture in
            let guest = fixture.guests[0]
            let (target, now) = (try await fixture.world.resolve(guest).id, fixture.world.clock.now)
            let activity = try address("https://cafe.example/activities/1")
            try await fixture.world.database.write { tx in
                guard let group = try Events.byID(ID(300), in: tx)?.owner else { return }
                _ = try Blocks.add(by: group, target: target, activity: activity, at: now, in: tx)
            }
            let outcome = try await fixture.world.receive(fixture.join(guest))
            #expect(outcome == "ignored:blocked")
            #expect(try await fixture.answers(to: fixture.join(guest)).map(\.type) == ["Reject"])
            #expect(try await fixture.state(guest) == nil)
        }
    }

    @Test("cannot be asked for without an id: no answer could name it")
    func withoutID() async throws {
        try await EventFixture.run(on: .sqlite, seats: 1, guests: 1) { fixture in
            try await fixture.world.receive(fixture.join(fixture.guests[0]).setting("id", nil))
            #expect(try await fixture.state(fixture.guests[0]) == nil)
            #expect(try await fixture.world.sent().isEmpty)
        }
    }
}

extension Array {
    fileprivate func asyncFilter(_ isIncluded: (Element) async throws -> Bool) async rethrows -> [Element] {
        var kept: [Element] = []
        for element in self where try await isIncluded(element) { kept.append(element) }
        return kept
    }
}
