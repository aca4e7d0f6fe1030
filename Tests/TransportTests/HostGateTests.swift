// SPDX-License-Identifier: Apache-2.0

import Model
import Testing
import Vocabulary

@testable import Storage
@testable import Transport

@Suite("Host gate")
struct HostGateTests {
    private let now = ContinuousClock.now
    private let wallClock = Timestamp(1_800_000_000_000)

    private func delivery(_ number: Int, _ host: String) throws -> QueuedDelivery {
        QueuedDelivery(
            id: ID(Int64(number)), activity: ID(1), actor: ID(1), inbox: try #require(IRI("https://\(host)/inbox")),
            attempts: 1, createdAt: wallClock, body: "")
    }

    private func gate(_ host: String = "a.test", count: Int, concurrency: Int = 64) throws -> HostGate {
        var gate = HostGate(limits: HostGate.Limits(concurrency: concurrency))
        for number in 0..<count {
            _ = gate.enqueue(try delivery(number, host), host: host, expiresAt: .distantFuture, wallClock: wallClock)
        }
        return gate
    }

    private func departAll(_ gate: inout HostGate, at instant: ContinuousClock.Instant? = nil) -> [QueuedDelivery] {
        var left: [QueuedDelivery] = []
        while let departure = gate.depart(at: instant ?? now, wallClock: wallClock) { left.append(departure.delivery) }
        return left
    }

    @Test("a host begins with two requests, and a success adds one, up to eight")
    func growth() throws {
        var gate = try gate(count: 16)
        var open = departAll(&gate)
        #expect(open.count == 2)
        for limit in [3, 4, 5, 6, 7, 8, 8] {
            _ = gate.land(open.removeFirst(), .recover, at: now, wallClock: wallClock)
            open += departAll(&gate)
            #expect(gate.state(of: "a.test").limit == limit)
        }
        #expect(open.count == 8)
    }

    @Test("a failure halves the limit, and a failing host is asked one thing at a time")
    func failure() throws {
        var gate = try gate(count: 12)
        var open = departAll(&gate)
        for _ in 0..<4 {
            _ = gate.land(open.removeFirst(), .recover, at: now, wallClock: wallClock)
            open += departAll(&gate)
        }
        #expect(gate.state(of: "a.test").limit == 6)
        let later = now + .seconds(1)
        let step = gate.land(open.removeFirst(), .rest(until: wallClock), at: later, wallClock: wallClock)
        #expect(step == .rest(until: wallClock))
        #expect(gate.state(of: "a.test").limit == 3)
        #expect(gate.state(of: "a.test").openLimit == 1)
        // This request began before the first failure was known, so it counts as the same failure.
        let again = gate.land(open.removeFirst(), .rest(until: wallClock), at: later, wallClock: wallClock)
        #expect(again == .keep)
        #expect(gate.state(of: "a.test").failures == 1)
    }

    @Test("nothing is taken in for a host that rests, until it has rested")
    func rest() throws {
        var gate = try gate(count: 1)
        let open = departAll(&gate)
        let until = wallClock + .seconds(15)
        for delivery in open { _ = gate.land(delivery, .rest(until: until), at: now, wallClock: wallClock) }
        // The state in the database is older than the failure.
        let stale = PeerState(
            host: "a.test", policy: .unset, note: "", firstSeen: wallClock, lastSuccess: nil, firstFailure: nil,
            failures: 0, restUntil: Timestamp(0), scheme: nil, schemeUntil: Timestamp(0))
        gate.learn(stale, wallClock: wallClock)
        #expect(gate.state(of: "a.test").failures == 1)
        let next = try delivery(50, "a.test")
        let isTaken = gate.enqueue(next, host: "a.test", expiresAt: .distantFuture, wallClock: wallClock)
        #expect(!isTaken)
        let isTakenLater = gate.enqueue(next, host: "a.test", expiresAt: .distantFuture, wallClock: until)
        #expect(isTakenLater)
    }

    @Test("a success is written when it is news, and then every ten minutes")
    func news() throws {
        var gate = try gate(count: 8)
        var steps: [DeliveryPlan.HostStep] = []
        for minutes in [0, 1, 9, 11] {
            let next = gate.depart(at: now, wallClock: wallClock)
            let departure = try #require(next)
            steps.append(gate.land(departure.delivery, .recover, at: now, wallClock: wallClock + .minutes(minutes)))
        }
        #expect(steps == [.recover, .keep, .keep, .recover])
    }

    @Test("requests that peers let wait do not count, and a host that drags gets no more")
    func slowness() throws {
        var gate = try gate(count: 8, concurrency: 2)
        var left = departAll(&gate)
        #expect(left.count == 2)
        let isTaken = gate.enqueue(
            try delivery(100, "b.test"), host: "b.test", expiresAt: .distantFuture, wallClock: wallClock)
        #expect(isTaken)
        var back = gate.look(at: now + .milliseconds(499))
        left = departAll(&gate)
        #expect(back.isEmpty && left.isEmpty)
        back = gate.look(at: now + .milliseconds(501))
        left = departAll(&gate, at: now + .milliseconds(501))
        #expect(back.isEmpty && left.map(\.id) == [ID(100)])
        back = gate.look(at: now + .seconds(3))
        #expect(back.count == 6)
        #expect(gate.busyHosts == ["a.test"])
        let isTakenBack = gate.enqueue(
            try delivery(200, "a.test"), host: "a.test", expiresAt: .distantFuture, wallClock: wallClock)
        #expect(!isTakenBack)
    }

    @Test("no more is leased than two rounds, and nothing for a host that has enough")
    func bounds() throws {
        var gate = try gate(count: 40, concurrency: 16)
        #expect(gate.wanted == 32 - 16)
        #expect(gate.busyHosts == ["a.test"])
        let left = departAll(&gate)
        let back = gate.takeAll()
        #expect(left.count == 2)
        #expect(back.count == 14)
        #expect(gate.wanted == 30)
    }

    @Test("hosts take turns")
    func turns() throws {
        var gate = HostGate(limits: HostGate.Limits(concurrency: 4))
        for (number, host) in ["a.test", "a.test", "a.test", "b.test", "c.test"].enumerated() {
            _ = gate.enqueue(try delivery(number, host), host: host, expiresAt: .distantFuture, wallClock: wallClock)
        }
        let left = departAll(&gate)
        #expect(left.map(\.inbox.host) == ["a.test", "b.test", "c.test", "a.test"])
    }
}
