// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// Alice follows Vic on another node, who writes in a group of this node. Nora of a third node follows the group.
private struct Correspondent: Sendable {
    static let vic = "https://prairie.example/users/vic"
    static let note = "\(vic)/notes/1"
    static let everybody = "https://www.w3.org/ns/activitystreams#Public"

    let world: FederationWorld

    static func run(
        on engine: TestEngine, mode: FederationMode = .open, _ body: (Correspondent) async throws -> Void
    ) async throws {
        try await FederationWorld.run(on: engine, mode: mode) { world in
            let alice = try await world.addPerson("alice")
            let group = try await world.addGroup("jardin")
            try await world.follow(
                by: alice, of: try await world.resolve(try world.addRemote("vic", at: "prairie.example")))
            try await world.follow(
                by: try await world.resolve(try world.addRemote("nora", at: "ruche.example")), of: group)
            let correspondent = Correspondent(world: world)
            let outcome = try await correspondent.say("Create", correspondent.note("Premiers mots"), id: "1")
            try #require(outcome == "applied")
            try await body(correspondent)
        }
    }

    func note(_ words: String) -> JSON {
        [
            "id": JSON(Self.note), "type": "Note", "attributedTo": JSON(Self.vic), "content": JSON("<p>\(words)</p>"),
            "to": [JSON(Self.everybody)], "cc": ["https://cafe.example/groups/jardin"],
            "published": "2026-05-02T09:00:00Z",
        ]
    }

    @discardableResult
    func say(_ type: String, _ object: JSON, id: String, published: String? = nil) async throws -> String? {
        try await world.receive(
            .object(droppingNil: [
                ("id", JSON("\(Self.vic)/acts/\(id)")), ("type", JSON(type)), ("actor", JSON(Self.vic)),
                ("published", published.map { JSON($0) }), ("object", object),
            ]))
    }

    func post() async throws -> Post? {
        let iri = try address(Self.note)
        return try await world.database.read { db in try Posts.byIRI(iri, in: db) }
    }
}

@Suite("A post of another node that changes")
struct ChangedPostTests {
    @Test("shows an edit without a date, dated by its Update or by its arrival", arguments: TestEngine.available)
    func dates(_ engine: TestEngine) async throws {
        try await Correspondent.run(on: engine) { vic in
            let arrival = vic.world.clock.now
            let outcome1 = try await vic.say("Update", vic.note("Sans date"), id: "2")
            #expect(outcome1 == "applied")
            let first = try #require(try await vic.post())
            #expect(first.content.string.contains("Sans date"))
            #expect(first.editedAt == arrival)
            vic.world.clock.pass(.hours(2))
            let dated = try await vic.say(
                "Update", vic.note("Daté"), id: "3", published: "2026-05-02T11:30:00Z")
            #expect(dated == "applied")
            let second = try #require(try await vic.post())
            #expect(second.editedAt?.description == "2026-05-02T11:30:00Z")
            // The first one comes late, or again, and nothing is new in the last one.
            let late = try await vic.say("Update", vic.note("Vieux"), id: "4", published: "2026-05-02T09:30:00Z")
            #expect(late == "duplicate")
            let same = try await vic.say("Update", vic.note("Daté"), id: "5", published: "2026-05-02T11:45:00Z")
            #expect(same == "duplicate")
            let last = try await vic.post()
            #expect(last?.content.string.contains("Daté") == true)
        }
    }

    @Test("is dated by an object within the object, as Mbin writes it", arguments: TestEngine.available)
    func mbin(_ engine: TestEngine) async throws {
        try await Correspondent.run(on: engine) { vic in
            let note = vic.note("Corrigé").setting("object", ["updated": "2026-05-02T09:40:00Z"])
            let outcome2 = try await vic.say("Update", note, id: "2")
            #expect(outcome2 == "applied")
            let post = try await vic.post()
            #expect(post?.editedAt?.description == "2026-05-02T09:40:00Z")
        }
    }

    @Test("is shown after an edit in the second of its publication", arguments: TestEngine.available)
    func sameSecond(_ engine: TestEngine) async throws {
        try await Correspondent.run(on: engine) { vic in
            let note = vic.note("Corrigé").setting("updated", "2026-05-02T09:00:00Z")
            let outcome3 = try await vic.say("Update", note, id: "2")
            #expect(outcome3 == "applied")
            let post = try await vic.post()
            #expect(post?.content.string.contains("Corrigé") == true)
        }
    }

    @Test("has its present words alone in what our group repeated", arguments: TestEngine.available)
    func words(_ engine: TestEngine) async throws {
        try await Correspondent.run(on: engine) { vic in
            for number in 2...3 {
                vic.world.clock.pass(.minutes(1))
                try await vic.say("Update", vic.note("Mots \(number)"), id: "\(number)")
            }
            let sent = try await vic.world.sent()
            #expect(!sent.contains { $0.text.contains("Premiers mots") || $0.text.contains("Mots 2") })
            let create = try #require(sent.first { $0.body["object"]?["type"] == "Create" })
            #expect(create.body["object"]?["object"]?["content"] == "<p>Mots 3</p>")
            #expect(sent.count { $0.body["object"]?["type"] == "Update" } == 1)
        }
    }

    @Test(
        "is deleted with a Delete that carries its words, and our group repeats none of them",
        arguments: TestEngine.available)
    func deleteWithWords(_ engine: TestEngine) async throws {
        try await Correspondent.run(on: engine) { vic in
            let outcome4 = try await vic.say("Delete", vic.note("Premiers mots"), id: "2")
            #expect(outcome4 == "applied")
            let relayed = try #require(try await vic.world.sent().first { $0.body["object"]?["type"] == "Delete" })
            #expect(relayed.body["object"]?["object"] == ["id": JSON(Correspondent.note), "type": "Tombstone"])
            #expect(relayed.body["object"]?["id"] == JSON("\(Correspondent.vic)/acts/2"))
            let tables = try await vic.world.database.tables(containing: "Premiers mots")
            #expect(tables == [])
        }
    }

    @Test("comes back when its author takes the deletion back", arguments: TestEngine.available)
    func restore(_ engine: TestEngine) async throws {
        try await Correspondent.run(on: engine) { vic in
            let delete: JSON = [
                "id": JSON("\(Correspondent.vic)/acts/2"), "type": "Delete", "actor": JSON(Correspondent.vic),
                "object": JSON(Correspondent.note),
            ]
            let outcome5 = try await vic.world.receive(delete)
            #expect(outcome5 == "applied")
            let undo = try await vic.say("Undo", delete, id: "3")
            #expect(undo == "ignored:unproved")
            try vic.world.nodes.serve(vic.note("De retour"))
            let marker = vic.world.marker()
            let outcome6 = try await vic.say("Undo", delete, id: "4")
            #expect(outcome6 == "applied")
            let post = try #require(try await vic.post())
            #expect(post.content.string.contains("De retour"))
            #expect(post.group != nil)
            let sent = try await vic.world.sent(after: marker)
            #expect(
                sent.contains { $0.body["object"]?["type"] == "Undo" && $0.inboxes == ["https://ruche.example/inbox"] })
        }
    }

    @Test("is found by its id in an Undo that names the wrong actor", arguments: TestEngine.available)
    func wrongActor(_ engine: TestEngine) async throws {
        try await Correspondent.run(on: engine) { vic in
            let follow: JSON = [
                "id": JSON("\(Correspondent.vic)/follows/1"), "type": "Follow", "actor": JSON(Correspondent.vic),
                "object": "https://cafe.example/groups/jardin",
            ]
            let outcome7 = try await vic.world.receive(follow)
            #expect(outcome7 == "applied")
            let wrong = follow.setting("actor", "https://cafe.example/groups/jardin")
            let outcome8 = try await vic.say("Undo", wrong, id: "5")
            #expect(outcome8 == "applied")
            let outcome9 = try await vic.say("Undo", wrong, id: "6")
            #expect(outcome9 == "ignored:not_allowed")
            // Somebody else cannot end the follow of Nora by its id.
            let other = wrong.setting("id", "https://ruche.example/users/nora#follows/1")
            let outcome10 = try await vic.say("Undo", other, id: "7")
            #expect(outcome10 == "ignored:not_allowed")
        }
    }
}
