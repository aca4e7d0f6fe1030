// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Telemetry
import TestSupport
import Testing
import Vocabulary

@testable import Federation

extension FederationWorld {
    /// All rows of all tables, except the tables of actors, of received activities, and of search terms.
    fileprivate func facts() async throws -> [String: [[SQLValue]]] {
        let others = ["account", "actor_key", "peer", "received", "seen_signature", "schema_migration"]
        return try await database.read { db in
            var facts: [String: [[SQLValue]]] = [:]
            for name in try db.rows(Self.tables(db.engine)).map({ try $0.text("name") })
            where !others.contains(name) && !name.hasPrefix("sqlite_") && !name.hasSuffix("_words") {
                // PostgreSQL writes the whole row as a text, so that the types of its columns do not matter.
                let columns: SQL = db.engine == .sqlite ? "*" : "CAST(t AS TEXT) AS line"
                facts[name] = try db.rows("SELECT \(columns) FROM \(SQL(stringLiteral: name)) t").map(\.values)
            }
            return facts
        }
    }

    private static func tables(_ engine: Engine) -> SQL {
        guard engine == .postgres else {
            return "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_words%' ORDER BY name"
        }
        return """
            SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables
            WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name
            """
    }

    /// Gathers for an accepted activity, and does not apply it.
    fileprivate func gather(_ received: ReceivedActivity) async throws {
        let actor = try #require(try await database.read { db in try Accounts.byID(received.signer, in: db) })
        let activity = try #require(try federation.parse(Array(received.body.utf8)))
        let incoming = IncomingActivity(actor: actor, activity: activity, outbox: outbox, now: clock.now)
        _ = try? await Dispatcher.prepare(incoming, using: federation.objects)
    }
}

@Suite("Gathering")
struct GatheringTests {
    @Test("has an example of every activity that a handler understands")
    func complete() throws {
        let types = try Set(InboundCase.all.compactMap { try $0.json("activity.json")["type"]?.string })
        for handler in handlers { #expect(!types.isDisjoint(with: handler.types), "\(handler)") }
    }

    @Test("stores no fact, whatever another node says", arguments: InboundCase.all, TestEngine.available)
    func storesNothing(_ example: InboundCase, _ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            var setup = GoldenSetup(world)
            try await setup.apply(try example.json("before.json"))
            _ = await world.submit(try world.request(try example.json("activity.json")))
            guard let received = try await world.lease().first else { return }
            let before = try await world.facts()
            try await world.gather(received)
            let after = try await world.facts()
            #expect(before.count > 40)
            for (table, rows) in after { #expect(rows == before[table], "\(table)") }
        }
    }
}

/// Accepts follows of Alice by Vic, who is on another node.
private func withFollows(_ count: Int, _ body: (FederationWorld) async throws -> Void) async throws {
    try await FederationWorld.run { world in
        try await world.addPerson("alice")
        let vic = try world.addRemote("vic", at: "prairie.example")
        for number in 0..<count {
            let follow: JSON = [
                "id": JSON("\(vic)#follows/\(number)"), "type": "Follow", "actor": JSON(vic),
                "object": "https://cafe.example/users/alice",
            ]
            let refusal = await world.submit(try world.request(follow))
            try #require(refusal == nil)
        }
        try await body(world)
    }
}

@Suite("The text of an activity")
struct ParsedActivitiesTests {
    @Test("is parsed once by the process that let it in")
    func once() async throws {
        try await withFollows(20) { world in
            try await world.settle()
            #expect(world.counters.value("inbox.parsed") == 20)
            #expect(
                world.counters.value("inbox.outcome.applied") + world.counters.value("inbox.outcome.duplicate") == 20)
            #expect(world.federation.parsed.count == 0)
        }
    }

    @Test("is parsed once more by another process that does what it says")
    func elsewhere() async throws {
        try await withFollows(20) { world in
            let counters = Counters()
            let other = Federation(
                database: world.database, community: world.federation.community, loader: world.nodes,
                ids: IDMaker(slot: 1), clock: world.clock, counters: counters, logger: .silent)
            let processor = InboxProcessor(other)
            var leased = try await world.lease()
            while !leased.isEmpty {
                for received in leased { await processor.process(received) }
                leased = try await world.lease()
            }
            #expect(counters.value("inbox.parsed") == 20)
            #expect(world.counters.value("inbox.parsed") == 20)
        }
    }

    @Test("is not kept where nobody processes, and nowhere without bound")
    func bounds() throws {
        let document = try #require(Document(["type": "Like", "actor": "https://prairie.example/users/vic"]))
        let activity = try ActivityDocument(document)
        let (parsed, ids, now) = (ParsedActivities(), IDMaker(), ManualClock.start)
        parsed.keep(activity, of: ids.make(at: now), bytes: 100, at: now)
        #expect(parsed.count == 0)
        parsed.open()
        for _ in 0..<5_000 { parsed.keep(activity, of: ids.make(at: now), bytes: 100, at: now) }
        #expect(parsed.count == 1_024)
        // An activity that was not taken within two minutes is dropped.
        let later = now + .minutes(3)
        for _ in 0..<100 { parsed.keep(activity, of: ids.make(at: later), bytes: 1_048_576, at: later) }
        #expect(parsed.count == 4)
    }
}
