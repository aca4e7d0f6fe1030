// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

@Suite("The visibility of boosts, and the order of what arrives")
struct BoostVisibilityTests {
    private static let anyone = "https://www.w3.org/ns/activitystreams#Public"

    private static func note(_ id: String, by author: String, replyingTo parent: String? = nil) -> JSON {
        .object(droppingNil: [
            ("@context", "https://www.w3.org/ns/activitystreams"), ("id", JSON(id)), ("type", "Note"),
            ("attributedTo", JSON(author)), ("content", "<p>Un thé ?</p>"), ("to", [JSON(anyone)]),
            ("published", "2026-05-02T09:00:00Z"), ("inReplyTo", parent.map { JSON($0) }),
        ])
    }

    @Test("a boost for followers is addressed to them, and so is its end", arguments: TestEngine.available)
    func outgoing(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let alice = try await world.addPerson("alice")
            let vic = try world.addRemote("vic", at: "prairie.example")
            try await world.follow(by: alice, of: try await world.resolve(vic))
            let id = "\(vic)/notes/1"
            let create: JSON = [
                "id": JSON("\(id)#c"), "type": "Create", "actor": JSON(vic), "object": Self.note(id, by: vic),
            ]
            #expect(try await world.receive(create) == "applied")
            let post = try #require(
                try await world.database.read { db in try Posts.byIRI(try address(id), in: db) })
            let marker = world.marker()
            try await world.database.write { tx in
                _ = try world.outbox.boost(post, to: .followers, by: alice, in: tx)
                _ = try world.outbox.unboost(post, by: alice, in: tx)
            }
            let sent = try await world.sent(after: marker)
            #expect(sent.map(\.type) == ["Announce", "Undo"])
            for activity in sent {
                #expect(activity.body["to"]?.array?.map(\.string) == ["\(alice.iri)/followers"])
                #expect(activity.body["cc"]?.array?.map(\.string) == [vic])
            }
        }
    }

    @Test("a boost that another node addresses to followers is shown to followers", arguments: TestEngine.available)
    func incoming(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let (alice, bob) = (try await world.addPerson("alice"), try await world.addPerson("bob"))
            let vic = try world.addRemote("vic", at: "prairie.example")
            try await world.follow(by: alice, of: try await world.resolve(vic))
            for (number, to) in [(1, Self.anyone), (2, "\(vic)/followers")] {
                let id = "\(vic)/notes/\(number)"
                let create: JSON = [
                    "id": JSON("\(id)#c"), "type": "Create", "actor": JSON(vic), "object": Self.note(id, by: vic),
                ]
                #expect(try await world.receive(create) == "applied")
                let announce: JSON = [
                    "id": JSON("\(id)#a"), "type": "Announce", "actor": JSON(vic), "to": [JSON(to)], "object": JSON(id),
                ]
                #expect(try await world.receive(announce) == "applied")
            }
            func boosts(seenBy viewer: Account?) async throws -> Int {
                let account = try await world.resolve(vic).id
                return try await world.database.read { db in
                    try Timelines.account(account, AccountFilter(), PageRequest(), viewer: viewer?.id, in: db).items
                        .filter(\.isBoost).count
                }
            }
            #expect(try await boosts(seenBy: alice) == 2)
            #expect(try await boosts(seenBy: bob) == 1)
            #expect(try await boosts(seenBy: nil) == 1)
        }
    }

    @Test("an answer gets its id after the posts that were fetched for it", arguments: TestEngine.available)
    func order(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let alice = try await world.addPerson("alice")
            let vic = try world.addRemote("vic", at: "prairie.example")
            try await world.follow(by: alice, of: try await world.resolve(vic))
            let (parent, id) = ("\(vic)/notes/1", "\(vic)/notes/2")
            try world.nodes.serve(Self.note(parent, by: vic))
            let create: JSON = [
                "id": JSON("\(id)#c"), "type": "Create", "actor": JSON(vic),
                "object": Self.note(id, by: vic, replyingTo: parent),
            ]
            #expect(try await world.receive(create) == "applied")
            let stored = try await world.database.read { db in
                try [parent, id].compactMap { try Posts.byIRI(try address($0), in: db) }
            }
            try #require(stored.count == 2)
            #expect(stored[0].id < stored[1].id)
            #expect(stored[1].inReplyTo == stored[0].id && stored[1].thread == stored[0].id)
            #expect(stored[0].thread == stored[0].id)
        }
    }
}
