// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("guest lists")
struct GuestListsTests {
    @Test(
        "seats go to the first who ask; the others wait, and move up when a seat is free",
        arguments: TestEngine.available)
    func queue(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let cafe = try await scene.account("cafe", kind: .group)
            let event = try await scene.event(by: cafe, capacity: 2)
            var people: [Account] = []
            for number in 0..<5 { people.append(try await scene.account("p\(number)")) }
            var states: [Guest.State] = []
            for person in people { states.append(try await scene.requestToJoin(person, event)) }
            #expect(states == [.going, .going, .waiting, .waiting, .waiting])
            let all = people.map(\.id)
            try await scene.db.write { tx in
                #expect(try GuestLists.counts(event.id, in: tx) == (2, 3))
                #expect(try GuestLists.position(account: all[3], event: event.id, in: tx) == 2)
                #expect(try GuestLists.position(account: all[0], event: event.id, in: tx) == nil)
                let (left, promoted) = try GuestLists.leave(account: all[0], event: event.id, in: tx)
                #expect(left)
                #expect(promoted.map(\.account) == [all[2]])
                #expect(promoted.map(\.state) == [.going])
                let again = try GuestLists.leave(account: all[0], event: event.id, in: tx)
                #expect(!again.left && again.promoted.isEmpty)
                let refused = try GuestLists.decline(account: all[2], event: event.id, in: tx)
                #expect(refused.declined)
                #expect(refused.promoted.map(\.account) == [all[3]])
                #expect(try GuestLists.find(account: all[2], event: event.id, in: tx)?.state == .declined)
                #expect(try GuestLists.position(account: all[4], event: event.id, in: tx) == 1)
                #expect(try GuestLists.resize(event.id, to: 1, in: tx).isEmpty)
                #expect(try GuestLists.counts(event.id, in: tx) == (2, 1))
                #expect(try GuestLists.resize(event.id, to: nil, in: tx).map(\.account) == [all[4]])
                #expect(try Events.byID(event.id, in: tx)?.capacity == nil)
                let going = try GuestLists.page(event.id, state: .going, limit: 10, in: tx)
                #expect(going.accounts.map(\.id) == [all[1], all[3], all[4]])
                #expect(going.next == nil)
                let leftList = try GuestLists.page(event.id, state: .cancelled, limit: 10, in: tx)
                let refusedList = try GuestLists.page(event.id, state: .declined, limit: 10, in: tx)
                #expect((leftList.accounts + refusedList.accounts).map(\.id) == [all[0], all[2]])
            }
        }
    }

    @Test("lists are read page by page to their end, for organizers and for visitors", arguments: TestEngine.available)
    func pages(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let owner = try await scene.account("owner")
            let event = try await scene.event(by: owner)
            var going: [ID<Account>] = []
            var shown: [ID<Account>] = []
            for number in 0..<7 {
                let guest = try await scene.account("guest\(number)", discoverable: number != 3)
                _ = try await scene.requestToJoin(guest, event)
                going.append(guest.id)
                if number != 3 { shown.append(guest.id) }
            }
            for isPublic in [false, true] {
                var (found, mark, count): ([ID<Account>], AccountMark?, Int) = ([], nil, 0)
                repeat {
                    let start = mark
                    let page = try await scene.db.read { db in
                        isPublic
                            ? try GuestLists.attendees(event.id, viewer: nil, after: start, limit: 3, in: db)
                            : try GuestLists.page(event.id, state: .going, after: start, limit: 3, in: db)
                    }
                    found += page.accounts.map(\.id)
                    mark = page.next.flatMap { AccountMark("\($0)") }
                    count += 1
                } while mark != nil
                #expect(found == (isPublic ? shown : going))
                #expect(count == (isPublic ? 2 : 3))
            }
        }
    }

    @Test(
        "asking twice changes nothing but the Join; asking after giving up goes to the end",
        arguments: TestEngine.available)
    func askAgain(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let cafe = try await scene.account("cafe", kind: .group)
            let event = try await scene.event(by: cafe, capacity: 1)
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob"))
            let eve = try await scene.account("eve")
            for person in [ana, bob, eve] { try await scene.requestToJoin(person, event) }
            let repeated = try scene.wish(bob, event)
            let rank: ID<Guest> = scene.id()
            try await scene.db.write { tx in
                #expect(try GuestLists.requestToJoin(repeated, rank: rank.rawValue, in: tx) == .waiting)
                #expect(try GuestLists.byJoin(repeated.join, in: tx)?.account == bob.id)
                #expect(try GuestLists.position(account: bob.id, event: event.id, in: tx) == 1)
                try GuestLists.leave(account: bob.id, event: event.id, in: tx)
            }
            #expect(try await scene.requestToJoin(bob, event) == .waiting)
            let unknown = try scene.wish(bob, try scene.eventDraft(by: cafe))
            await #expect(throws: DatabaseError.self) {
                try await scene.db.write { tx in _ = try GuestLists.requestToJoin(unknown, rank: 1, in: tx) }
            }
            try await scene.db.read { db throws in
                #expect(try GuestLists.position(account: eve.id, event: event.id, in: db) == 1)
                #expect(try GuestLists.position(account: bob.id, event: event.id, in: db) == 2)
                #expect(try GuestLists.find(account: ana.id, event: event.id, in: db)?.state == .going)
            }
        }
    }

    @Test("who asks while others wait waits too, even when a seat is free", arguments: TestEngine.available)
    func nobodyPasses(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let cafe = try await scene.account("cafe", kind: .group)
            let event = try await scene.event(by: cafe, capacity: 1)
            for name in ["ana", "bob"] { try await scene.requestToJoin(try await scene.account(name), event) }
            var larger = event
            larger.capacity = 2
            let changed = larger
            try await scene.db.write { tx in try Events.update(changed, in: tx) }
            let eve = try await scene.account("eve")
            #expect(try await scene.requestToJoin(eve, event) == .waiting)
            try await scene.db.read { db throws in
                #expect(try GuestLists.position(account: eve.id, event: event.id, in: db) == 2)
            }
        }
    }

    @Test(
        "a person's open sign-ups for events that have not ended come by their start", arguments: TestEngine.available)
    func ofAccount(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (far, ana) = (try await scene.account("far", host: "b.example"), try await scene.account("ana"))
            var expected: [ID<Event>] = []
            for (hours, state) in [(9, Guest.State.going), (3, .asked), (4, .waiting), (5, .cancelled), (6, .declined)]
            {
                let event = try await scene.event(by: far, hours: hours)
                var guest = try scene.wish(ana, event)
                guest.state = state
                let stored = guest
                try await scene.db.write { tx in
                    try GuestLists.set(stored, rank: 1, in: tx)
                    #expect(try GuestLists.find(account: ana.id, event: event.id, in: tx) == stored)
                }
                expected.append(event.id)
            }
            let over = try await scene.event(by: far, hours: -10)
            try await scene.requestToJoin(ana, over)
            let all = expected
            try await scene.db.read { db in
                let found = try GuestLists.of(ana.id, from: Scene.start, in: db)
                #expect(found.map(\.0) == [all[1], all[2], all[0]])
                #expect(found.map(\.1.state) == [.asked, .waiting, .going])
            }
        }
    }

    @Test(
        "rows and the pure rules agree after every step of a random evening",
        arguments: TestEngine.available, 1...6 as ClosedRange<UInt64>)
    func agreesWithModel(engine: TestEngine, seed: UInt64) async throws {
        try await Scene.with(engine) { scene in
            let cafe = try await scene.account("cafe", kind: .group)
            let event = try await scene.event(by: cafe, capacity: 3)
            var people: [Account] = []
            for number in 0..<9 { people.append(try await scene.account("p\(number)")) }
            var random = SplitMix(state: seed)
            var model = GuestList(capacity: 3)
            for step in 0..<120 {
                let person = people[Int.random(in: people.indices, using: &random)]
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<5:
                    #expect(try await scene.requestToJoin(person, event) == model.requestToJoin(person.id))
                case 5..<8:
                    let promoted = try await scene.db.write { tx in
                        try GuestLists.leave(account: person.id, event: event.id, in: tx).promoted.map(\.account)
                    }
                    #expect(promoted == model.leave(person.id))
                case 8:
                    let promoted = try await scene.db.write { tx in
                        try GuestLists.decline(account: person.id, event: event.id, in: tx).promoted.map(\.account)
                    }
                    #expect(promoted == model.leave(person.id))
                default:
                    let seats = Int.random(in: 0...6, using: &random)
                    let capacity = seats == 0 ? nil : seats
                    let promoted = try await scene.db.write { tx in
                        try GuestLists.resize(event.id, to: capacity, in: tx).map(\.account)
                    }
                    #expect(promoted == model.resize(to: capacity))
                }
                let rows = try await lists(event, in: scene)
                #expect(Set(rows.going) == model.going, "seed \(seed), step \(step)")
                #expect(rows.waiting == model.waiting, "seed \(seed), step \(step)")
            }
        }
    }

    private func lists(
        _ event: Event, in scene: Scene
    ) async throws -> (going: [ID<Account>], waiting: [ID<Account>]) {
        try await scene.db.read { db in
            (
                try GuestLists.page(event.id, state: .going, limit: 100, in: db).accounts.map(\.id),
                try GuestLists.page(event.id, state: .waiting, limit: 100, in: db).accounts.map(\.id)
            )
        }
    }

    @Test(
        "forty people who ask and leave at once never take more seats than there are", arguments: TestEngine.available)
    func concurrent(engine: TestEngine) async throws {
        try await Scene.with(engine, readers: 8) { scene in
            let cafe = try await scene.account("cafe", kind: .group)
            let event = try await scene.event(by: cafe, capacity: 7)
            var people: [Account] = []
            for number in 0..<40 { people.append(try await scene.account("p\(number)")) }
            let most = try await withThrowingTaskGroup(of: Int.self) { group in
                for (number, person) in people.enumerated() {
                    group.addTask {
                        let most = try await askAndCount(person, event, in: scene)
                        guard number.isMultiple(of: 3) else { return most }
                        return max(most, try await leaveAndCount(person, event, in: scene))
                    }
                }
                return try await group.reduce(0, max)
            }
            #expect(most == 7)
            let rows = try await lists(event, in: scene)
            #expect(rows.going.count == 7)
            #expect(rows.waiting.count == 40 - 14 - 7)
        }
    }

    @Test(
        "seats that appear and vanish while people ask are given by the number that counts then",
        arguments: TestEngine.available)
    func concurrentResize(engine: TestEngine) async throws {
        try await Scene.with(engine, readers: 8) { scene in
            let cafe = try await scene.account("cafe", kind: .group)
            let event = try await scene.event(by: cafe, capacity: 1)
            var people: [Account] = []
            for number in 0..<30 { people.append(try await scene.account("p\(number)")) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, person) in people.enumerated() {
                    group.addTask { _ = try await askAndCount(person, event, in: scene) }
                    guard number.isMultiple(of: 6) else { continue }
                    group.addTask {
                        try await scene.db.write { tx in
                            _ = try GuestLists.resize(event.id, to: number + 2, in: tx)
                            _ = try GuestLists.resize(event.id, to: 2, in: tx)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await scene.db.write { tx in _ = try GuestLists.resize(event.id, to: 29, in: tx) }
            let rows = try await lists(event, in: scene)
            #expect(rows.going.count == 29)
            #expect(rows.waiting.count == 1)
        }
    }
}

/// Requests a seat and counts the taken seats before another transaction can change them.
///
/// - Returns: the taken seats, when the person got one.
private func askAndCount(_ person: Account, _ event: Event, in scene: Scene) async throws -> Int {
    let guest = try scene.wish(person, event)
    let rank: ID<Guest> = scene.id()
    return try await scene.db.write { tx in
        let state = try GuestLists.requestToJoin(guest, rank: rank.rawValue, in: tx)
        let going = try GuestLists.counts(event.id, in: tx).going
        guard state == .going else { return 0 }
        let capacity = try #require(try Events.byID(event.id, in: tx)?.capacity)
        #expect(going <= capacity)
        return going
    }
}

private func leaveAndCount(_ person: Account, _ event: Event, in scene: Scene) async throws -> Int {
    try await scene.db.write { tx in
        let (left, _) = try GuestLists.leave(account: person.id, event: event.id, in: tx)
        #expect(left)
        return try GuestLists.counts(event.id, in: tx).going
    }
}

/// A random generator whose sequence depends only on its seed.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
