// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import ServiceLifecycle
import Storage
import Synchronization
import Telemetry
import TestSupport
import Testing
import Vocabulary

@testable import Transport

@Suite("Delivery worker")
struct DeliveryWorkerTests {
    @Test("what is queued arrives, signed by its actor, exactly as it was stored", arguments: TestEngine.available)
    func delivers(engine: TestEngine) async throws {
        let server = try await LoopbackServer.start("127.0.0.2") { _ in LoopbackResponse(202) }
        try await DeliveryWorld.with(engine) { world in
            try await world.say(1, to: ["\(server.origin)/inbox"])
            try await world.work { try await world.queueLength() == 0 }
            let request = try #require(server.requests.first)
            #expect(String(decoding: request.body, as: UTF8.self) == "{\"id\":\"https://here.test/activities/1\"}")
            #expect(request.target == "/inbox")
            #expect(request["content-type"] == "application/activity+json")
            #expect(TransportWorld.isSigned(request, authority: server.authority, now: world.clock.now))
            #expect(world.counters.value("deliveries.delivered") == 1)
            #expect(try await world.peer(server.authority)?.lastSuccess == world.clock.now)
        }
        await server.stop()
    }

    @Test(
        "each server gets its own form of what is queued, and a server that would refuse it is not asked",
        arguments: TestEngine.available)
    func rendered(engine: TestEngine) async throws {
        let server = try await LoopbackServer.start("127.0.0.2") { _ in LoopbackResponse(202) }
        let refuser = try await LoopbackServer.start("127.0.0.3") { _ in LoopbackResponse(400) }
        try await DeliveryWorld.with(engine) { world in
            var world = world
            let refusing = refuser.authority
            world.render = { $0.inbox.authority == refusing ? nil : "{\"for\":\"\($0.inbox.authority)\"}" }
            try await world.say(1, to: ["\(server.origin)/inbox", "\(refuser.origin)/inbox"])
            let ready = world
            try await ready.work { try await ready.queueLength() == 0 }
            let bodies = server.requests.map { String(decoding: $0.body, as: UTF8.self) }
            #expect(bodies == ["{\"for\":\"\(server.authority)\"}"])
            #expect(refuser.requests.isEmpty)
            #expect(try await world.abandoned() == [])
            #expect(try await world.peer(refusing) == nil)
        }
        await server.stop()
        await refuser.stop()
    }

    @Test("a retry has a new date and a new signature", arguments: TestEngine.available)
    func freshSignature(engine: TestEngine) async throws {
        let answers = Responses([503, 202])
        let server = try await LoopbackServer.start("127.0.0.2") { _ in LoopbackResponse(answers.next()) }
        try await DeliveryWorld.with(engine) { world in
            try await world.say(1, to: ["\(server.origin)/inbox"])
            try await world.work { world.counters.value("deliveries.postponed") == 1 }
            #expect(try await world.peer(server.authority)?.failures == 1)
            world.clock.move(by: .seconds(16))
            try await world.work { try await world.queueLength() == 0 }
            let requests = server.requests
            try #require(requests.count == 2)
            #expect(requests[0].body == requests[1].body)
            #expect(requests[0]["date"] != requests[1]["date"])
            #expect(requests[0]["signature"] != requests[1]["signature"])
            #expect(TransportWorld.isSigned(requests[1], authority: server.authority, now: world.clock.now))
            #expect(try await world.peer(server.authority)?.failures == 0)
        }
        await server.stop()
    }

    @Test("a peer that wants the newer signature gets it, and is remembered for a day", arguments: TestEngine.available)
    func doubleKnock(engine: TestEngine) async throws {
        let server = try await LoopbackServer.start("127.0.0.2") { request in
            LoopbackResponse(request["signature-input"] == nil ? 401 : 202)
        }
        try await DeliveryWorld.with(engine) { world in
            try await world.say(1, to: ["\(server.origin)/inbox"])
            try await world.work { try await world.queueLength() == 0 }
            #expect(server.requests.count == 2)
            #expect(try await world.peer(server.authority)?.scheme == "rfc9421")
            try await world.say(2, to: ["\(server.origin)/inbox"])
            try await world.work { try await world.queueLength() == 0 }
            #expect(server.requests.count == 3)
            world.clock.move(by: .hours(25))
            try await world.say(3, to: ["\(server.origin)/inbox"])
            try await world.work { try await world.queueLength() == 0 }
            #expect(server.requests.count == 5)
        }
        await server.stop()
    }

    @Test(
        "what a peer will never take is given up with its reason",
        arguments: [(404, "http_404"), (400, "http_400"), (410, "inbox_gone")])
    func givenUp(status: Int, reason: String) async throws {
        let server = try await LoopbackServer.start("127.0.0.2") { _ in LoopbackResponse(status) }
        try await DeliveryWorld.with(.sqlite) { world in
            try await world.say(1, to: ["\(server.origin)/inbox"])
            try await world.work { try await world.queueLength() == 0 }
            #expect(try await world.abandoned() == [reason])
            #expect(world.counters.value("deliveries.abandoned") == 1)
        }
        await server.stop()
    }

    @Test("an inbox that is gone is forgotten", arguments: TestEngine.available)
    func goneInbox(engine: TestEngine) async throws {
        let server = try await LoopbackServer.start("127.0.0.2") { _ in LoopbackResponse(410) }
        try await DeliveryWorld.with(engine) { world in
            let inbox = "\(server.origin)/inbox"
            let iri = try #require(IRI("\(server.origin)/users/a"))
            var account = Account(
                id: ID(9), kind: .person, username: "a", host: server.authority, iri: iri, createdAt: world.clock.now)
            account.inbox = IRI(inbox)
            account.sharedInbox = IRI("\(server.origin)/shared")
            let remote = account
            try await world.database.write { tx in try Accounts.insert(remote, in: tx) }
            try await world.say(1, to: [inbox])
            try await world.work { try await world.queueLength() == 0 }
            let after = try await world.database.read { db in try Accounts.byID(ID(9), in: db) }
            #expect(after?.inbox == nil)
            #expect(after?.sharedInbox == account.sharedInbox)
        }
        await server.stop()
    }

    @Test("a blocked host's deliveries are given up unasked")
    func blocked() async throws {
        let server = try await LoopbackServer.start("127.0.0.2") { _ in LoopbackResponse(202) }
        try await DeliveryWorld.with(.sqlite) { world in
            var world = world
            world.admits = { _ in false }
            let fixed = world
            try await fixed.say(1, to: ["\(server.origin)/inbox"])
            try await fixed.work { try await fixed.queueLength() == 0 }
            #expect(try await fixed.abandoned() == ["host_blocked"])
        }
        #expect(server.requests.isEmpty)
        await server.stop()
    }

    @Test("hosts that are dead or drip do not hold up one that works", arguments: TestEngine.available)
    func noHeadOfLine(engine: TestEngine) async throws {
        let silent = try await LoopbackServer.start("0.0.0.0") { _ in LoopbackResponse(200, behaviour: .silence) }
        let healthy = try await LoopbackServer.start("127.0.9.9") { _ in LoopbackResponse(202) }
        try await DeliveryWorld.with(engine) { world in
            var world = world
            world.settings.concurrency = 8
            world.settings.stopPatience = .milliseconds(10)
            let fixed = world
            // The silent hosts are first in the queue, and there are more of them than requests may be open.
            // One after the other, they would take longer than a test waits.
            let slow = (1...120).map { "http://127.0.1.\($0):\(silent.port)/inbox" }
            try await fixed.say(1, to: slow + (1...10).map { "http://127.0.3.\($0):1/inbox" })
            try await fixed.say(2, to: (1...20).map { "\(healthy.origin)/inbox\($0)" })
            try await fixed.work { fixed.counters.value("deliveries.delivered") == 20 }
            #expect(try await fixed.queueLength() == 130)
        }
        await silent.stop()
        await healthy.stop()
    }

    @Test("a dead host is asked once an interval, whatever waits for it")
    func deadHost() async throws {
        let server = try await LoopbackServer.start("127.0.0.2") { _ in LoopbackResponse(503) }
        try await DeliveryWorld.with(.sqlite) { world in
            for number in 1...30 { try await world.say(number, to: ["\(server.origin)/inbox"]) }
            try await world.work { try await world.peer(server.authority)?.failures == 1 }
            let first = server.requests.count
            #expect(first <= 2)
            world.clock.move(by: .seconds(20))
            try await world.work { try await world.peer(server.authority)?.failures == 2 }
            #expect(server.requests.count == first + 1)
            #expect(try await world.queueLength() == 30)
        }
        await server.stop()
    }

    @Test(
        "a host that is woken gets what waits for it, in order, without a further wait", .timeLimit(.minutes(5)),
        arguments: TestEngine.available)
    func wakes(engine: TestEngine) async throws {
        let answers = Responses([503, 202])
        let server = try await LoopbackServer.start("127.0.0.2") { _ in LoopbackResponse(answers.next()) }
        try await DeliveryWorld.with(engine) { world in
            var world = world
            world.settings.perHost = 1...8
            let fixed = world
            for number in 1...5 {
                try await fixed.say(number, about: "https://here.test/posts/1", to: ["\(server.origin)/inbox"])
            }
            try await fixed.work {
                guard let peer = try await fixed.peer(server.authority), peer.failures == 1 else {
                    return try await fixed.queueLength() == 0
                }
                // The clock stands still, so without this nothing more would be sent. The worker has the pause in
                // memory, too.
                let (host, now) = (server.authority, fixed.clock.now)
                _ = try await fixed.database.write { tx in try Peers.wake(host, at: now, in: tx) }
                return false
            }
            let bodies = server.requests.map { String(decoding: $0.body, as: UTF8.self) }
            #expect(bodies == [1, 1, 2, 3, 4, 5].map { "{\"id\":\"https://here.test/activities/\($0)\"}" })
            #expect(try await fixed.peer(server.authority)?.failures == 0)
        }
        await server.stop()
    }

    @Test("a host that answers 500 to everything is asked a few times and rests", arguments: [500, 301])
    func sickHost(status: Int) async throws {
        let server = try await LoopbackServer.start("127.0.0.2") { _ in LoopbackResponse(status) }
        try await DeliveryWorld.with(.sqlite) { world in
            for number in 1...40 { try await world.say(number, to: ["\(server.origin)/inbox"]) }
            try await world.work { try await world.peer(server.authority)?.failures == 1 }
            // Two requests may be open at the same time, and the third failure is the host's.
            #expect(server.requests.count <= 4)
            let before = server.requests.count
            world.clock.move(by: .seconds(20))
            try await world.work { try await world.peer(server.authority)?.failures == 2 }
            #expect(server.requests.count <= before + 3)
            #expect(try await world.queueLength() == 40)
        }
        await server.stop()
    }

    @Test("tried until the fourteenth day has passed, then given up")
    func fourteenDays() async throws {
        let server = try await LoopbackServer.start("127.0.0.2") { _ in LoopbackResponse(500) }
        try await DeliveryWorld.with(.sqlite) { world in
            try await world.say(1, to: ["\(server.origin)/inbox"])
            let start = world.clock.now
            while try await world.queueLength() == 1 {
                let tried = world.counters.value("deliveries.postponed")
                try await world.work {
                    world.counters.value("deliveries.postponed") > tried
                        || world.counters.value("deliveries.abandoned") > 0
                }
                guard try await world.queueLength() == 1 else { break }
                world.clock.move(by: .hours(12))
                try #require(server.requests.count < 60)
            }
            #expect(world.clock.now - start >= .days(14))
            #expect(world.clock.now - start < .days(15))
            #expect(try await world.abandoned() == ["expired"])
        }
        await server.stop()
    }

    @Test("what a killed worker had leased is carried by another, under the same id", arguments: TestEngine.available)
    func lostLease(engine: TestEngine) async throws {
        let server = try await LoopbackServer.start("127.0.0.2") { _ in LoopbackResponse(202) }
        try await DeliveryWorld.with(engine) { world in
            try await world.say(1, to: ["\(server.origin)/inbox"])
            let now = world.clock.now
            let request = LeaseRequest(limit: 10, Lease(now: now, until: now + .minutes(2)))
            let lost = try await world.database.write { tx in try OutboxQueue.lease(request, in: tx) }
            #expect(lost.count == 1)
            try await world.say(2, to: ["\(server.origin)/inbox"])
            try await world.work { try await world.queueLength() == 1 }
            world.clock.move(by: .minutes(2) + .seconds(1))
            try await world.work { try await world.queueLength() == 0 }
            let bodies = server.requests.map { String(decoding: $0.body, as: UTF8.self) }
            #expect(bodies == [2, 1].map { "{\"id\":\"https://here.test/activities/\($0)\"}" })
        }
        await server.stop()
    }

    @Test("what is said about one object arrives in order", arguments: TestEngine.available)
    func order(engine: TestEngine) async throws {
        let server = try await LoopbackServer.start("127.0.0.2") { _ in LoopbackResponse(202) }
        try await DeliveryWorld.with(engine) { world in
            for number in 1...8 {
                try await world.say(number, about: "https://here.test/posts/1", to: ["\(server.origin)/inbox"])
            }
            try await world.work { try await world.queueLength() == 0 }
            let bodies = server.requests.map { String(decoding: $0.body, as: UTF8.self) }
            #expect(bodies == (1...8).map { "{\"id\":\"https://here.test/activities/\($0)\"}" })
        }
        await server.stop()
    }

    @Test("a graceful stop finishes what is under way and hands back the rest", arguments: TestEngine.available)
    func gracefulStop(engine: TestEngine) async throws {
        let (holds, opener) = AsyncStream.makeStream(of: Void.self)
        let server = try await LoopbackServer.start("127.0.0.2") { _ in
            for await _ in holds {}
            return LoopbackResponse(202)
        }
        try await DeliveryWorld.with(engine) { world in
            for number in 1...9 { try await world.say(number, to: ["\(server.origin)/inbox"]) }
            let group = ServiceGroup(services: [world.makeWorker()], logger: .silent)
            let running = Task { try await group.run() }
            try await DeliveryWorld.wait { server.requests.count == 2 }
            await group.triggerGracefulShutdown()
            // They are released while the two open requests still wait for their responses.
            try await DeliveryWorld.wait {
                try await world.database.read { db in
                    try db.row("SELECT count(*) AS n FROM delivery WHERE lease_until IS NULL AND attempts = 0")?
                        .int("n") == 7
                }
            }
            opener.finish()
            try await running.value
            #expect(server.requests.count == 2)
            #expect(try await world.queueLength() == 7)
        }
        await server.stop()
    }
}

/// Returns the numbers in order; the last one is repeated.
private final class Responses: Sendable {
    private let left: Mutex<[Int]>

    init(_ numbers: [Int]) { left = Mutex(numbers) }

    func next() -> Int {
        left.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? 500 }
    }
}
