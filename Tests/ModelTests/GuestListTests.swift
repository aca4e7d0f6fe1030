// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("The guest list")
struct GuestListTests {
    private static func person(_ number: Int) -> ID<Account> { ID(Int64(number)) }

    @Test("whoever comes first has a seat, the others wait in order")
    func first() {
        var list = GuestList(capacity: 2)
        #expect((1...4).map { list.requestToJoin(Self.person($0)) } == [.going, .going, .waiting, .waiting])
        #expect(list.waiting == [Self.person(3), Self.person(4)])
        #expect(list.leave(Self.person(1)) == [Self.person(3)])
        #expect(list.going == [Self.person(2), Self.person(3)])
    }

    @Test("asking twice changes nothing, for a seat and for a place in the queue")
    func twice() {
        var list = GuestList(capacity: 1)
        for number in 1...3 { list.requestToJoin(Self.person(number)) }
        let before = list
        #expect(list.requestToJoin(Self.person(1)) == .going)
        #expect(list.requestToJoin(Self.person(2)) == .waiting)
        #expect(list == before)
    }

    @Test("a free seat goes to those who wait, never to a newcomer")
    func noPassing() {
        var list = GuestList(capacity: 2, going: [Self.person(1)], waiting: [Self.person(2)])
        #expect(list.hasFreeSeat)
        #expect(list.requestToJoin(Self.person(3)) == .waiting)
        #expect(list.waiting == [Self.person(2), Self.person(3)])
    }

    @Test("fewer seats take nobody's seat; then a leaving guest is replaced only when there is room")
    func smaller() {
        var list = GuestList(capacity: 3)
        for number in 1...4 { list.requestToJoin(Self.person(number)) }
        #expect(list.resize(to: 1) == [])
        #expect(list.going.count == 3)
        #expect(list.leave(Self.person(1)) == [])
        #expect(list.leave(Self.person(2)) == [])
        #expect(list.leave(Self.person(3)) == [Self.person(4)])
    }

    @Test("no limit lets everybody in, in order")
    func unlimited() {
        var list = GuestList(capacity: 1)
        for number in 1...4 { list.requestToJoin(Self.person(number)) }
        #expect(list.resize(to: nil) == (2...4).map(Self.person))
        #expect(list.requestToJoin(Self.person(5)) == .going)
    }

    @Test("leaving when one was not there changes nothing")
    func stranger() {
        var list = GuestList(capacity: 1, going: [Self.person(1)], waiting: [Self.person(2)])
        let before = list
        #expect(list.leave(Self.person(9)) == [])
        #expect(list == before)
    }

    @Test("whatever people do, seats never exceed the capacity and the queue keeps its order", arguments: 1...60)
    func property(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var list = GuestList(capacity: Int.random(in: 1...5, using: &random))
        var arrivals: [ID<Account>] = []
        // After the capacity was lowered there may be more guests than seats, because nobody loses a seat.
        var ceiling = list.capacity ?? .max
        for _ in 0..<200 {
            let person = Self.person(Int.random(in: 1...12, using: &random))
            let goingBefore = list.going
            var promoted: [ID<Account>] = []
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6:
                let isNew = !list.going.contains(person) && !list.waiting.contains(person)
                let state = list.requestToJoin(person)
                if isNew, state == .waiting { arrivals.append(person) }
            case 6..<9:
                promoted = list.leave(person)
                arrivals.removeAll { $0 == person }
                #expect(!list.going.contains(person) && !list.waiting.contains(person))
            default:
                let capacity = Bool.random(using: &random) ? Int.random(in: 1...6, using: &random) : nil
                promoted = list.resize(to: capacity)
                #expect(list.going.isSuperset(of: goingBefore))
            }
            #expect(promoted == Array(arrivals.prefix(promoted.count)))
            arrivals.removeFirst(promoted.count)
            #expect(list.waiting == arrivals)
            ceiling = max(list.capacity ?? .max, min(ceiling, goingBefore.count))
            #expect(list.going.count <= ceiling)
            #expect(list.waiting.isEmpty || !list.hasFreeSeat)
            #expect(list.going.isDisjoint(with: list.waiting))
        }
    }
}

/// SplitMix64: it gives the same numbers for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
