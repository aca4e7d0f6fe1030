// SPDX-License-Identifier: Apache-2.0

import Model
import Testing
import Vocabulary

@testable import Storage
@testable import Transport

@Suite("Per-host scheduler")
struct PerHostSchedulerTests {
    private let now = ContinuousClock.now
    private let wallClock = Timestamp(1_800_000_000_000)

    private func delivery(_ number: Int, _ host: String) throws -> QueuedDelivery {
        QueuedDelivery(
            id: ID(Int64(number)), activity: ID(1), actor: ID(1), inbox: try #require(IRI("https://\(host)/inbox")),
            attempts: 1, createdAt: wallClock, body: "")
    }

    private func scheduler(_ host: String = "a.test", count: Int, concurrency: Int = 64) throws -> PerHostScheduler {
        var scheduler = PerHostScheduler(limits: PerHostScheduler.Limits(concurrency: concurrency))
        for number in 0..<count {
            _ = scheduler.enqueue(
                try delivery(number, host), host: host, expiresAt: .distantFuture, wallClock: wallClock)
        }
        return scheduler
    }

    private func departAll(
        _ scheduler: inout PerHostScheduler, at instant: ContinuousClock.Instant? = nil
    ) -> [QueuedDelivery] {
        var left: [QueuedDelivery] = []
        while let dispatch = scheduler.nextDispatch(at: instant ?? now, wallClock: wallClock) {
            left.append(dispatch.delivery)
        }
        return left
    }

    @Test("a host begins with two requests, and a success adds one, up to eight")
    func growth() throws {
        var scheduler = try scheduler(count: 16)
        var open = departAll(&scheduler)
        #expect(open.count == 2)
        for limit in [3, 4, 5, 6, 7, 8, 8] {
            _ = scheduler.complete(open.removeFirst(), .recover, at: now, wallClock: wallClock)
            open += departAll(&scheduler)
            #expect(scheduler.state(of: "a.test").limit == limit)
        }
        #expect(open.count == 8)
    }

    @Test(
        "a host that is far away may have more requests, one for each 25 ms of the round trip, up to thirty-two",
        arguments: [(100, 8), (200, 8), (600, 24), (2_500, 32)])
    func distance(milliseconds: Int, limit: Int) throws {
        var scheduler = PerHostScheduler(limits: PerHostScheduler.Limits())
        var (number, instant) = (0, now)
        var open: [QueuedDelivery] = []
        for _ in 1...12 {
            while !scheduler.state(of: "a.test").isBusy {
                number += 1
                let next = try delivery(number, "a.test")
                _ = scheduler.enqueue(next, host: "a.test", expiresAt: .distantFuture, wallClock: wallClock)
            }
            open += departAll(&scheduler, at: instant)
            instant += .milliseconds(milliseconds)
            for delivery in open { _ = scheduler.complete(delivery, .recover, at: instant, wallClock: wallClock) }
            open = []
        }
        #expect(scheduler.state(of: "a.test").limit == limit)
        open = departAll(&scheduler, at: instant)
        #expect(open.count == limit)
    }

    @Test("three different deliveries that fail without a success are the host's fault")
    func suspects() throws {
        var scheduler = try scheduler(count: 4)
        let ids = (0..<4).map { ID<QueuedDelivery>($0) }
        var found: [Bool] = []
        for number in [0, 1, 1, 0, 2, 3] { found.append(scheduler.suspect(ids[number], host: "a.test")) }
        #expect(found == [false, false, false, false, true, true])
        let open = departAll(&scheduler)
        _ = scheduler.complete(try #require(open.first), .recover, at: now, wallClock: wallClock)
        let isSuspect = scheduler.suspect(ids[0], host: "a.test")
        #expect(!isSuspect)
    }

    @Test("a host that somebody woke rests no longer, once all results are written")
    func woken() throws {
        var scheduler = try scheduler(count: 1)
        let until = wallClock + .hours(1)
        for delivery in departAll(&scheduler) {
            _ = scheduler.complete(delivery, .rest(until: until), at: now, wallClock: wallClock)
        }
        let awake = PeerState(
            host: "a.test", policy: .unset, note: "", firstSeen: wallClock, lastSuccess: nil, firstFailure: nil,
            failures: 3, restUntil: Timestamp(0), scheme: nil, schemeUntil: Timestamp(0))
        scheduler.learn(awake, wallClock: wallClock)
        #expect(scheduler.state(of: "a.test").restUntil == until)
        scheduler.learn(awake, wallClock: wallClock, isWritten: true)
        #expect(scheduler.state(of: "a.test").restUntil == Timestamp(0))
        #expect(scheduler.state(of: "a.test").openLimit == 1)
    }

    @Test("a failure halves the limit, and a failing host is asked one thing at a time")
    func failure() throws {
        var scheduler = try scheduler(count: 12)
        var open = departAll(&scheduler)
        for _ in 0..<4 {
            _ = scheduler.complete(open.removeFirst(), .recover, at: now, wallClock: wallClock)
            open += departAll(&scheduler)
        }
        #expect(scheduler.state(of: "a.test").limit == 6)
        let later = now + .seconds(1)
        let step = scheduler.complete(open.removeFirst(), .rest(until: wallClock), at: later, wallClock: wallClock)
        #expect(step == .rest(until: wallClock))
        #expect(scheduler.state(of: "a.test").limit == 3)
        #expect(scheduler.state(of: "a.test").openLimit == 1)
        // This request began before the first failure was known, so it counts as the same failure.
        let again = scheduler.complete(open.removeFirst(), .rest(until: wallClock), at: later, wallClock: wallClock)
        #expect(again == .keep)
        #expect(scheduler.state(of: "a.test").failures == 1)
    }

    @Test("nothing is taken in for a host that rests, until it has rested")
    func rest() throws {
        var scheduler = try scheduler(count: 1)
        let open = departAll(&scheduler)
        let until = wallClock + .seconds(15)
        for delivery in open { _ = scheduler.complete(delivery, .rest(until: until), at: now, wallClock: wallClock) }
        // The state in the database is older than the failure.
        let stale = PeerState(
            host: "a.test", policy: .unset, note: "", firstSeen: wallClock, lastSuccess: nil, firstFailure: nil,
            failures: 0, restUntil: Timestamp(0), scheme: nil, schemeUntil: Timestamp(0))
        scheduler.learn(stale, wallClock: wallClock)
        #expect(scheduler.state(of: "a.test").failures == 1)
        let next = try delivery(50, "a.test")
        let isTaken = scheduler.enqueue(next, host: "a.test", expiresAt: .distantFuture, wallClock: wallClock)
        #expect(!isTaken)
        let isTakenLater = scheduler.enqueue(next, host: "a.test", expiresAt: .distantFuture, wallClock: until)
        #expect(isTakenLater)
    }

    @Test("a success is written when it is news, and then every ten minutes")
    func news() throws {
        var scheduler = try scheduler(count: 8)
        var steps: [DeliveryPlan.HostStep] = []
        for minutes in [0, 1, 9, 11] {
            let next = scheduler.nextDispatch(at: now, wallClock: wallClock)
            let dispatch = try #require(next)
            steps.append(
                scheduler.complete(dispatch.delivery, .recover, at: now, wallClock: wallClock + .minutes(minutes)))
        }
        #expect(steps == [.recover, .keep, .keep, .recover])
    }

    @Test("requests that peers let wait do not count, and a host that drags gets no more")
    func slowness() throws {
        var scheduler = try scheduler(count: 8, concurrency: 2)
        var left = departAll(&scheduler)
        #expect(left.count == 2)
        let isTaken = scheduler.enqueue(
            try delivery(100, "b.test"), host: "b.test", expiresAt: .distantFuture, wallClock: wallClock)
        #expect(isTaken)
        var back = scheduler.look(at: now + .milliseconds(499))
        left = departAll(&scheduler)
        #expect(back.isEmpty && left.isEmpty)
        back = scheduler.look(at: now + .milliseconds(501))
        left = departAll(&scheduler, at: now + .milliseconds(501))
        #expect(back.isEmpty && left.map(\.id) == [ID(100)])
        back = scheduler.look(at: now + .seconds(3))
        #expect(back.count == 6)
        #expect(scheduler.busyHosts == ["a.test"])
        let isTakenBack = scheduler.enqueue(
            try delivery(200, "a.test"), host: "a.test", expiresAt: .distantFuture, wallClock: wallClock)
        #expect(!isTakenBack)
    }

    @Test("no more is leased than two rounds, and nothing for a host that has enough")
    func bounds() throws {
        var scheduler = try scheduler(count: 40, concurrency: 16)
        #expect(scheduler.wanted == 32 - 16)
        #expect(scheduler.busyHosts == ["a.test"])
        let left = departAll(&scheduler)
        let back = scheduler.takeAll()
        #expect(left.count == 2)
        #expect(back.count == 14)
        #expect(scheduler.wanted == 30)
    }

    @Test("hosts take turns")
    func turns() throws {
        var scheduler = PerHostScheduler(limits: PerHostScheduler.Limits(concurrency: 4))
        for (number, host) in ["a.test", "a.test", "a.test", "b.test", "c.test"].enumerated() {
            _ = scheduler.enqueue(
                try delivery(number, host), host: host, expiresAt: .distantFuture, wallClock: wallClock)
        }
        let left = departAll(&scheduler)
        #expect(left.map(\.inbox.host) == ["a.test", "b.test", "c.test", "a.test"])
    }
}
