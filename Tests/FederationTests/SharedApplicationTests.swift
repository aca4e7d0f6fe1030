// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// Two people of other nodes whose activities wait.
private struct Signers: Sendable {
    let world: FederationWorld
    let runs: [[ReceivedActivity]]

    /// - Parameter count: how many activities each of them sends.
    static func run(on engine: TestEngine, _ count: Int, _ body: (Signers) async throws -> Void) async throws {
        try await FederationWorld.run(on: engine) { world in
            let alice = try await world.addPerson("alice")
            var signers: [ID<Account>] = []
            for (name, host) in [("amy", "colline.example"), ("vic", "prairie.example")] {
                let iri = try world.addRemote(name, at: host)
                signers.append(try await world.resolve(iri).id)
                for number in 1...count {
                    let follow: JSON = [
                        "id": JSON("\(iri)#follow-\(number)"), "type": "Follow", "actor": JSON(iri),
                        "object": JSON(alice.iri.string),
                    ]
                    let refusal = await world.submit(try world.request(follow))
                    try #require(refusal == nil)
                }
            }
            let due = try await world.lease()
            let runs = signers.map { signer in due.filter { $0.signer == signer } }
            try #require(runs.map(\.count) == [count, count])
            try await body(Signers(world: world, runs: runs))
        }
    }

    func states() async throws -> [String] {
        try await world.database.read { db in
            try db.rows("SELECT state FROM received ORDER BY id").map { try $0.text("state") }
        }
    }
}

@Suite("A transaction that several signers share")
struct SharedApplicationTests {
    @Test("stores the outcomes of all of them with one statement", arguments: TestEngine.available)
    func together(_ engine: TestEngine) async throws {
        try await Signers.run(on: engine, 3) { signers in
            let shared = SharedApplication(database: signers.world.database)
            let outcomes = Outcomes()
            let statements = await signers.world.statements.during {
                await withTaskGroup { group in
                    for run in signers.runs {
                        group.addTask {
                            let ready: [ReadyActivity] = run.map { ($0, { _ throws(DatabaseError) in .applied }) }
                            await outcomes.add(try? await shared.apply(ready))
                        }
                    }
                }
            }
            #expect(await outcomes.all == [[.applied, .applied, .applied], [.applied, .applied, .applied]])
            let states = try await signers.states()
            #expect(states == Array(repeating: "done", count: 6))
            // Two, when the second run was ready only after the first one had begun.
            #expect((1...2).contains(statements.count { $0.hasPrefix("UPDATE received") }))
        }
    }

    @Test("fails for the signer of a bad activity alone", arguments: TestEngine.available)
    func apart(_ engine: TestEngine) async throws {
        try await Signers.run(on: engine, 2) { signers in
            let shared = SharedApplication(database: signers.world.database)
            let outcomes = Outcomes()
            await withTaskGroup { group in
                for (place, run) in signers.runs.enumerated() {
                    group.addTask {
                        let ready: [ReadyActivity] = run.map { received in
                            (
                                received,
                                { tx throws(DatabaseError) in
                                    try tx.run("INSERT INTO setting (key, value) VALUES (\("\(received.id)"), 'x')")
                                    if place == 0, received.id == run.last?.id {
                                        throw DatabaseError(.checkViolation, "on purpose")
                                    }
                                    return .applied
                                }
                            )
                        }
                        await outcomes.add(try? await shared.apply(ready))
                    }
                }
            }
            let all = await outcomes.all
            #expect(all.count { $0 == nil } == 1)
            #expect(all.count { $0 == [.applied, .applied] } == 1)
            let stored = try await signers.world.database.read { db in
                try db.rows("SELECT key FROM setting WHERE value = 'x' ORDER BY key").map { try $0.text("key") }
            }
            #expect(stored == signers.runs[1].map { "\($0.id)" }.sorted())
            let states = try await signers.states()
            #expect(states.sorted() == ["done", "done", "waiting", "waiting"])
        }
    }
}

private actor Outcomes {
    private(set) var all: [[InboxOutcome]?] = []

    func add(_ outcomes: [InboxOutcome]?) { all.append(outcomes) }
}
