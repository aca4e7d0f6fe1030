// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

@Suite("The loop of the inbox")
struct InboxLoopTests {
    @Test(
        "an actor who sends 140 activities about a host that never answers keeps nobody else waiting",
        .timeLimit(.minutes(10)), arguments: TestEngine.available)
    func flood(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let alice = try await world.addPerson("alice")
            let eve = try world.addRemote("eve", at: "prairie.example")
            let amy = try world.addRemote("amy", at: "colline.example")
            try await world.follow(by: alice, of: try await world.resolve(eve))
            world.nodes.silence("tarpit.example")
            for number in 1...140 { try await Self.submit(Self.answer(number, by: eve), at: world) }
            let loop = Task { await world.processor.run() }
            while !world.nodes.asked.contains(where: { $0.hasPrefix("https://tarpit.example/") }) {
                try await Task.sleep(for: .milliseconds(10))
            }

            let follow: JSON = [
                "id": JSON("\(amy)#follow"), "type": "Follow", "actor": JSON(amy), "object": JSON(alice.iri.string),
            ]
            try await Self.submit(follow, at: world)
            while try await world.outcome(of: "\(amy)#follow") == "waiting" {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(try await world.outcome(of: "\(amy)#follow") == "applied")
            #expect(try await Self.count("lease_until IS NOT NULL", in: world) <= 16)
            #expect(try await Self.count("state = 'waiting'", in: world) > 100, "they end long after the follow")

            loop.cancel()
            await loop.value
            #expect(try await Self.count("lease_until IS NOT NULL", in: world) == 0)
        }
    }

    @Test(
        "of one signer, a few are gathered at once, and those before a slow one do not wait for it",
        arguments: TestEngine.available)
    func slowOne(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let alice = try await world.addPerson("alice")
            let eve = try world.addRemote("eve", at: "prairie.example")
            try await world.follow(by: alice, of: try await world.resolve(eve))
            world.nodes.silence("tarpit.example")
            let follow = Self.act("Follow", "\(eve)#follow", by: eve, JSON(alice.iri.string))
            try await Self.submit(follow, at: world)
            for number in 1...15 { try await Self.submit(Self.answer(number, by: eve), at: world) }
            let loop = Task { await world.processor.run() }
            while try await !Self.isApplied(follow, in: world) { try await Task.sleep(for: .milliseconds(10)) }
            while world.nodes.fetches(from: "tarpit.example") < 4 { try await Task.sleep(for: .milliseconds(10)) }
            #expect(try await Self.count("state = 'waiting'", in: world) >= 1, "they end long after the follow")
            loop.cancel()
            await loop.value
        }
    }

    @Test("a request is cancelled when the time of its activity is over, and no other one begins")
    func deadline() async throws {
        try await FederationWorld.run { world in
            world.nodes.silence("tarpit.example")
            let actors = world.federation.actors.serving(.thread, within: .seconds(2))
            let fetcher = ObjectFetcher(actors: actors)
            let unavailable = FederationError.fetch(.unavailable(status: nil))
            for number in 1...2 {
                let note = try address("https://tarpit.example/notes/\(number)")
                await #expect(throws: unavailable) { try await fetcher.fetch(note) }
            }
            #expect(world.nodes.fetches(from: "tarpit.example") == 1)
            #expect(unavailable.isTemporary)
        }
    }

    @Test(
        "what an answer stands below is left out when it does not come in time, and the answer is kept")
    func withoutAncestors() async throws {
        try await FederationWorld.run { world in
            let alice = try await world.addPerson("alice")
            let eve = try world.addRemote("eve", at: "prairie.example")
            try await world.follow(by: alice, of: try await world.resolve(eve))
            world.nodes.silence("tarpit.example")
            let answer = Self.answer(1, by: eve)
            let activity = try #require(try world.federation.parse(answer.serialized()))
            let incoming = IncomingActivity(
                actor: try await world.resolve(eve), activity: activity, outbox: world.outbox, now: world.clock.now)
            let actors = world.federation.actors.serving(.thread, within: .seconds(2))
            let effect = try await Dispatcher.prepare(incoming, using: ObjectFetcher(actors: actors))
            #expect(try await world.database.write { tx in try effect(tx) } == .applied)
            #expect(world.nodes.fetches(from: "tarpit.example") <= 1)
            #expect(try await world.rowCounts()["post"] == 1)
        }
    }

    @Test("what two processes take from one inbox is done once, and in order", arguments: TestEngine.available)
    func twoProcesses(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let alice = try await world.addPerson("alice")
            let vic = try world.addRemote("vic", at: "prairie.example")
            try await world.follow(by: alice, of: try await world.resolve(vic))
            let loops = (1...2).map { number in
                Task { await InboxProcessor(world.federation, holder: LeaseHolder(Int64(number))).run() }
            }
            for number in 0..<20 {
                let id = "\(vic)/notes/\(number)"
                try await Self.submit(Self.act("Create", "\(id)#c", by: vic, Self.note(id, by: vic)), at: world)
                try await Self.submit(Self.act("Delete", "\(id)#d", by: vic, JSON(id)), at: world)
            }
            while try await Self.count("state = 'waiting'", in: world) > 0 {
                try await Task.sleep(for: .milliseconds(10))
            }
            for loop in loops {
                loop.cancel()
                await loop.value
            }
            #expect(try await Self.count("outcome = 'applied' AND attempts = 1", in: world) == 40)
            #expect(try await world.rowCounts()["post"] == 0)
        }
    }

    private static func submit(_ activity: JSON, at world: FederationWorld) async throws {
        let refusal = await world.submit(try world.request(activity))
        try #require(refusal == nil)
    }

    private static func isApplied(_ activity: JSON, in world: FederationWorld) async throws -> Bool {
        try await world.outcome(of: activity["id"]?.string ?? "") == "applied"
    }

    private static func answer(_ number: Int, by author: String) -> JSON {
        let id = "\(author)/notes/\(number)"
        return act(
            "Create", "\(id)#c", by: author,
            note(id, by: author, replyingTo: "https://tarpit.example/notes/\(number)"))
    }

    private static func note(_ id: String, by author: String, replyingTo parent: String? = nil) -> JSON {
        .object(droppingNil: [
            ("id", JSON(id)), ("type", "Note"), ("attributedTo", JSON(author)), ("content", "<p>Un thé ?</p>"),
            ("to", ["https://www.w3.org/ns/activitystreams#Public"]), ("cc", []),
            ("published", "2026-05-02T09:00:00Z"), ("inReplyTo", parent.map { JSON($0) }),
        ])
    }

    private static func act(_ type: String, _ id: String, by actor: String, _ object: JSON) -> JSON {
        ["id": JSON(id), "type": JSON(type), "actor": JSON(actor), "object": object]
    }

    private static func count(_ condition: SQL, in world: FederationWorld) async throws -> Int64 {
        try await world.database.read { db in
            try db.row("SELECT count(*) AS n FROM received WHERE \(condition)")?.int("n") ?? -1
        }
    }
}
