// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Coming to events")
struct GuestTests {
    @Test(
        "seats go to who comes first; a seat that is given up goes to who waits longest",
        arguments: TestEngine.available)
    func queue(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob, eve) = (
                try await cafe.member("ada"), try await cafe.member("bob"), try await cafe.member("eve")
            )
            let id = try await cafe.plan(by: ada, capacity: 1)
            let vic = try await cafe.stranger("vic")
            #expect(try await cafe.services.joinEvent(id, as: .member(ada)) == .going)
            #expect(try await cafe.services.joinEvent(id, as: .member(ada)) == .going)
            #expect(try await cafe.services.joinEvent(id, as: .member(bob)) == .waiting)
            #expect(try await cafe.seat(vic, id) == .waiting)
            #expect(try await cafe.services.joinEvent(id, as: .member(eve)) == .waiting)
            try await cafe.forgetSayings()
            try await cafe.services.leaveEvent(id, as: .member(ada))
            #expect(try await cafe.state(of: ada, id) == .cancelled)
            #expect(try await cafe.state(of: bob, id) == .going)
            #expect(try await cafe.deliveries().isEmpty)
            try await cafe.services.leaveEvent(id, as: .member(bob))
            try await cafe.services.leaveEvent(id, as: .member(bob))
            #expect(try await cafe.state(of: vic.id, id) == .going)
            #expect(try await cafe.state(of: eve, id) == .waiting)
            #expect(try await cafe.deliveries() == ["Accept cafe https://far.example/users/vic/inbox"])
            // A guest who left and asks again is last on the waiting list.
            #expect(try await cafe.services.joinEvent(id, as: .member(ada)) == .waiting)
        }
    }

    @Test("forty who ask at once for five seats get five", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let id = try await cafe.plan(by: ada, capacity: 5)
            var people: [ID<Account>] = []
            for number in 10..<50 { people.append(try await cafe.member("guest\(number)")) }
            let states = try await withThrowingTaskGroup(of: Guest.State.self) { group in
                for person in people { group.addTask { try await cafe.services.joinEvent(id, as: .member(person)) } }
                return try await group.reduce(into: [Guest.State]()) { $0.append($1) }
            }
            #expect(states.filter { $0 == .going }.count == 5 && states.filter { $0 == .waiting }.count == 35)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for person in people.prefix(20) {
                    group.addTask { try await cafe.services.leaveEvent(id, as: .member(person)) }
                }
                try await group.waitForAll()
            }
            let counts = try await cafe.database.read { db in try GuestLists.counts(id, in: db) }
            #expect(counts == (5, 15))
        }
    }

    @Test("an app that repeats its answer asks the owner elsewhere once", arguments: TestEngine.available)
    func repeated(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let id = try await cafe.remoteEvent(by: try await cafe.stranger("vic"))
            try await cafe.forgetSayings()
            for _ in 1...3 { try await cafe.services.joinEvent(id, as: .member(ada)) }
            let sayings = try await cafe.sayings()
            #expect(sayings == ["Join ada"])
        }
    }

    @Test("the owner elsewhere is asked, and told of a change of mind once", arguments: TestEngine.available)
    func remote(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let id = try await cafe.remoteEvent(by: try await cafe.stranger("vic"))
            try await cafe.forgetSayings()
            #expect(try await cafe.services.joinEvent(id, as: .member(ada)) == .asked)
            #expect(try await cafe.state(of: ada, id) == .asked)
            for _ in 1...2 { try await cafe.services.leaveEvent(id, as: .member(ada)) }
            #expect(try await cafe.state(of: ada, id) == .cancelled)
            let inbox = "https://far.example/users/vic/inbox"
            #expect(try await cafe.deliveries() == ["Join ada \(inbox)", "Leave ada \(inbox)"])
            #expect(try await cafe.documents("Join").first?["object"] == "https://far.example/events/1")
        }
    }

    @Test("whom the owner elsewhere let in is not asked about again")
    func known() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            let id = try await cafe.remoteEvent(by: try await cafe.stranger("vic"))
            try await cafe.services.joinEvent(id, as: .member(ada))
            try await cafe.database.write { tx in
                try tx.run("UPDATE guest SET state = 'going'")
            }
            try await cafe.forgetSayings()
            #expect(try await cafe.services.joinEvent(id, as: .member(ada)) == .going)
            #expect(try await cafe.sayings().isEmpty)
        }
    }

    @Test("one does not come to what is over, elsewhere to be signed up for, hidden, or where one is shut out")
    func refused() async throws {
        try await Cafe.open { cafe in
            let (ada, eve) = (try await cafe.member("ada"), try await cafe.member("eve"))
            let id = try await cafe.plan(by: ada)
            try await cafe.expect(.notFound) { try await $0.joinEvent(ID(1), as: .member(eve)) }
            try await cafe.expect(.notFound) { try await $0.leaveEvent(ID(1), as: .member(eve)) }
            let group = try await cafe.local("cafe").id
            try await cafe.expect(.notAllowed) { try await $0.joinEvent(id, as: .onBehalf(of: group)) }
            try await cafe.block(eve, by: group)
            try await cafe.expect(.notAllowed) { try await $0.joinEvent(id, as: .member(eve)) }
            let (vic, una) = (try await cafe.stranger("vic"), try await cafe.stranger("una"))
            let elsewhere = try await cafe.remoteEvent(by: vic)
            try await cafe.database.write { tx in
                try tx.run("UPDATE event SET join_mode = 'external' WHERE id = \(elsewhere)")
            }
            try await cafe.expect(.conflict("join_elsewhere")) { try await $0.joinEvent(elsewhere, as: .member(ada)) }
            try await cafe.database.write { tx in
                try tx.run(
                    "UPDATE event SET visibility = 'followers', join_mode = 'free', owner_id = \(una.id) WHERE id = \(elsewhere)"
                )
            }
            try await cafe.expect(.notFound) { try await $0.joinEvent(elsewhere, as: .member(ada)) }
            try await cafe.follow(una.id, by: ada)
            #expect(try await cafe.services.joinEvent(elsewhere, as: .member(ada)) == .asked)
            cafe.clock.pass(.days(3))
            try await cafe.expect(.conflict("event_over")) { try await $0.joinEvent(id, as: .member(ada)) }
        }
    }
}
