// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// Bob follows Ana on another node, and a group on a third node. Eve is on a fourth node; Bob follows her, so that her
/// announcements are heard.
private struct Relays: Sendable {
    static let everybody = "https://www.w3.org/ns/activitystreams#Public"
    static let ana = "https://prairie.example/users/ana"
    static let group = "https://ruche.example/users/potager"
    static let eve = "https://evil.example/users/eve"
    static let note = "\(ana)/notes/1"

    let world: FederationWorld

    static func run(
        on engine: TestEngine, to audience: [String], cc: [String] = [], _ body: (Relays) async throws -> Void
    ) async throws {
        try await FederationWorld.run(on: engine) { world in
            let bob = try await world.addPerson("bob")
            for (name, host, type) in [
                ("ana", "prairie.example", "Person"), ("potager", "ruche.example", "Group"),
                ("eve", "evil.example", "Person"),
            ] {
                let actor = try await world.resolve(try world.addRemote(name, at: host, type: type))
                try await world.follow(by: bob, of: actor)
            }
            let create: JSON = [
                "id": JSON("\(note)#create"), "type": "Create", "actor": JSON(ana), "to": JSON(audience),
                "cc": JSON(cc),
                "object": [
                    "id": JSON(note), "type": "Note", "attributedTo": JSON(ana), "content": "<p>Salut</p>",
                    "to": JSON(audience), "cc": JSON(cc), "published": "2026-05-02T09:00:00Z",
                ],
            ]
            let outcome = try await world.receive(create)
            try #require(outcome == "applied")
            try await body(Relays(world: world))
        }
    }

    /// Announces a `Delete` of the note.
    func announce(by announcer: String, deletedBy actor: String = ana, id: String? = nil) async throws -> String? {
        try await world.receive([
            "id": JSON("\(announcer)#announce"), "type": "Announce", "actor": JSON(announcer),
            "to": [JSON(Self.everybody)],
            "object": [
                "id": JSON(id ?? "\(actor)#delete"), "type": "Delete", "actor": JSON(actor), "object": JSON(Self.note),
            ],
        ])
    }

    func post() async throws -> Post? {
        let iri = try address(Self.note)
        return try await world.database.read { db in try Posts.byIRI(iri, in: db) }
    }

    func hasTombstone() async throws -> Bool {
        let iri = try address(Self.note)
        return try await world.database.read { db in try Tombstones.find(iri, in: db) != nil }
    }
}

@Suite("A Delete that somebody else announces")
struct RelayedDeleteTests {
    @Test(
        "erases nothing that is not public, whatever the origin answers, and the origin is not even asked",
        arguments: TestEngine.available, [FetchError.notFound, .gone])
    func notPublic(_ engine: TestEngine, _ answer: FetchError) async throws {
        try await Relays.run(on: engine, to: ["\(Relays.ana)/followers"]) { relays in
            relays.world.nodes.fail(Relays.note, answer)
            #expect(try await relays.announce(by: Relays.eve) == "ignored:not_allowed")
            let post = try await relays.post()
            #expect(post != nil)
            #expect(try await relays.hasTombstone() == false)
            let asked = relays.world.nodes.asked
            #expect(!asked.contains(Relays.note))
        }
    }

    @Test("erases a public post only when its origin says 410, not on a 404", arguments: TestEngine.available)
    func gone(_ engine: TestEngine) async throws {
        for (answer, outcome, stays) in [
            (FetchError.notFound, "ignored:unproved", true), (.gone, "applied", false),
        ] {
            try await Relays.run(on: engine, to: [Relays.everybody]) { relays in
                relays.world.nodes.fail(Relays.note, answer)
                let actual = try await relays.announce(by: Relays.eve)
                #expect(actual == outcome)
                let (post, hasTombstone) = (try await relays.post(), try await relays.hasTombstone())
                #expect((post != nil) == stays)
                #expect(hasTombstone != stays)
            }
        }
    }

    @Test("erases a public post when its origin serves a Tombstone", arguments: TestEngine.available)
    func tombstone(_ engine: TestEngine) async throws {
        try await Relays.run(on: engine, to: [Relays.everybody]) { relays in
            try relays.world.nodes.serve(["id": JSON(Relays.note), "type": "Tombstone"])
            #expect(try await relays.announce(by: Relays.eve) == "applied")
            let post = try await relays.post()
            #expect(post == nil)
        }
    }

    @Test("is tried again later when the origin does not answer", arguments: TestEngine.available)
    func unavailable(_ engine: TestEngine) async throws {
        try await Relays.run(on: engine, to: [Relays.everybody]) { relays in
            relays.world.nodes.fail(Relays.note, .unavailable(status: 503))
            #expect(try await relays.announce(by: Relays.eve) == "waiting")
            let post = try await relays.post()
            #expect(post != nil)
        }
    }

    @Test("of a group takes the post out of the group, and the author's post stays", arguments: TestEngine.available)
    func removal(_ engine: TestEngine) async throws {
        try await Relays.run(on: engine, to: [Relays.everybody], cc: [Relays.group]) { relays in
            let before = try await relays.post()
            #expect(before?.group != nil)
            let moderator = "https://colline.example/users/mia"
            #expect(try await relays.announce(by: Relays.group, deletedBy: moderator) == "applied")
            let post = try #require(try await relays.post())
            #expect(post.group == nil)
            #expect(try await relays.hasTombstone() == false)
        }
    }

    @Test("under an id of this node opens nothing to a stranger", arguments: TestEngine.available)
    func stranger(_ engine: TestEngine) async throws {
        try await Relays.run(on: engine, to: [Relays.everybody]) { relays in
            let mallory = try relays.world.addRemote("mallory", at: "dark.example")
            relays.world.nodes.fail(Relays.note, .gone)
            let outcome = try await relays.announce(by: mallory, id: "https://cafe.example/x/1")
            #expect(outcome == "ignored:not_for_us")
            let post = try await relays.post()
            #expect(post != nil)
        }
    }

    @Test("erases when announcer, actor and object have one origin", arguments: TestEngine.available)
    func oneOrigin(_ engine: TestEngine) async throws {
        try await Relays.run(on: engine, to: ["\(Relays.ana)/followers"]) { relays in
            let group = try relays.world.addRemote("verger", at: "prairie.example", type: "Group")
            let bob = try address("https://cafe.example/users/bob")
            let follower = try #require(
                try await relays.world.database.read { db in try Accounts.byIRI(bob, in: db) })
            try await relays.world.follow(by: follower, of: try await relays.world.resolve(group))
            #expect(try await relays.announce(by: group) == "applied")
            let post = try await relays.post()
            #expect(post == nil)
            #expect(try await relays.hasTombstone())
        }
    }
}
