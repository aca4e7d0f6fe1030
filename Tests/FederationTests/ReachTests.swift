// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// Alice writes in the group `jardin`, which Nora of another node follows. Ben boosts the post, and Paul of a third node
/// follows Ben alone. Lena likes it and Rosa answers it, both on nodes of their own, and follow nobody.
private struct Reach: Sendable {
    let world: FederationWorld
    let alice, ben, group: Account
    let post: Post

    static func run(on engine: TestEngine, _ body: (Reach) async throws -> Void) async throws {
        try await FederationWorld.run(on: engine) { world in
            let (alice, ben) = (try await world.addPerson("alice"), try await world.addPerson("ben"))
            let group = try await world.addGroup("jardin")
            let (nora, paul) = (try await remote("nora", "ruche", world), try await remote("paul", "colline", world))
            try await world.follow(by: nora, of: group)
            try await world.follow(by: paul, of: ben)
            let (lena, rosa) = (try await remote("lena", "prairie", world), try await remote("rosa", "foret", world))
            let id: ID<Post> = world.ids.make(at: world.clock.now)
            var post = Post(
                id: id, iri: world.identifiers.post(id), author: alice.id,
                content: .init(unchecked: "<p>Premiers mots</p>"), visibility: .everyone,
                publishedAt: world.clock.now, isLocal: true)
            post.group = group.id
            let stored = post
            try await world.database.write { tx in
                try Posts.insertNew(stored, PostParts(), in: tx)
                try world.outbox.publish(stored, PostParts(), by: alice, in: tx)
                _ = try world.outbox.boost(stored, by: ben, in: tx)
            }
            try await world.receive([
                "id": "https://prairie.example/likes/1", "type": "Like", "actor": JSON(lena.iri),
                "object": JSON(post.iri),
            ])
            let note: JSON = [
                "id": "https://foret.example/notes/1", "type": "Note", "attributedTo": JSON(rosa.iri),
                "inReplyTo": JSON(post.iri), "content": "<p>Oui</p>", "published": "2026-05-02T09:59:00Z",
                "to": ["https://www.w3.org/ns/activitystreams#Public"],
            ]
            let outcome = try await world.receive([
                "id": "https://foret.example/creates/1", "type": "Create", "actor": JSON(rosa.iri), "object": note,
            ])
            try #require(outcome == "applied")
            try await body(Reach(world: world, alice: alice, ben: ben, group: group, post: stored))
        }
    }

    private static func remote(_ name: String, _ host: String, _ world: FederationWorld) async throws -> Account {
        try await world.resolve(try world.addRemote(name, at: "\(host).example"))
    }

    static let all = ["colline", "foret", "prairie", "ruche"].map { "https://\($0).example/inbox" }

    /// `Delete alice`, with the inboxes of everybody who gets it.
    func sent(after marker: Int64) async throws -> [String: [String]] {
        var found: [String: [String]] = [:]
        for sending in try await world.sent(after: marker) {
            let actor = sending.body["actor"]?.string?.split(separator: "/").last.map(String.init) ?? ""
            let inner =
                sending.type == "Announce" || sending.type == "Undo" ? sending.body["object"]?["type"]?.string : nil
            found["\(sending.type)\(inner.map { "{\($0)}" } ?? "") \(actor)"] = sending.inboxes
        }
        return found
    }
}

@Suite("What is edited or deleted here")
struct ReachTests {
    @Test("is taken back from every server that may have it", arguments: TestEngine.available)
    func deletion(_ engine: TestEngine) async throws {
        try await Reach.run(on: engine) { reach in
            let marker = reach.world.marker()
            try await reach.world.database.write { tx in
                try reach.world.outbox.delete(reach.post, in: tx)
                try Posts.delete(reach.post.id, in: tx)
            }
            let sent = try await reach.sent(after: marker)
            #expect(sent["Delete alice"] == Reach.all)
            #expect(sent["Announce{Delete} jardin"] == ["https://ruche.example/inbox"])
            #expect(sent["Undo{Announce} jardin"] == ["https://ruche.example/inbox"])
            #expect(sent["Undo{Announce} ben"] == ["https://colline.example/inbox"])
        }
    }

    @Test("reaches with its edit everybody who has the first words", arguments: TestEngine.available)
    func edit(_ engine: TestEngine) async throws {
        try await Reach.run(on: engine) { reach in
            let marker = reach.world.marker()
            try await reach.edit("Seconds mots")
            let sent = try await reach.sent(after: marker)
            #expect(sent["Update alice"] == Reach.all)
            #expect(sent["Announce{Update} jardin"] == ["https://ruche.example/inbox"])
        }
    }

    @Test("leaves its earlier words in no activity, and older Updates are dropped", arguments: TestEngine.available)
    func words(_ engine: TestEngine) async throws {
        try await Reach.run(on: engine) { reach in
            try await reach.edit("Seconds mots")
            try await reach.edit("Derniers mots")
            let sent = try await reach.world.sent()
            #expect(!sent.contains { $0.text.contains("Premiers mots") || $0.text.contains("Seconds mots") })
            let create = try #require(sent.first { $0.type == "Create" && $0.body["actor"] == JSON(reach.alice.iri) })
            #expect(create.body["object"]?["content"]?.string?.contains("Derniers mots") == true)
            #expect(sent.count { $0.type == "Update" } == 1)
            let outbox = try await reach.world.federation.collections.outbox(of: reach.group, .page(before: nil))
            let text = outbox.serializedText()
            #expect(text.contains("Derniers mots") && !text.contains("Premiers mots"))
        }
    }

    @Test("of an edit for followers only goes to nobody else", arguments: TestEngine.available)
    func followersOnly(_ engine: TestEngine) async throws {
        try await Reach.run(on: engine) { reach in
            var post = reach.post
            post.visibility = .followers
            let closed = post
            let marker = reach.world.marker()
            try await reach.world.database.write { tx in
                try Posts.update(closed, PostParts(), in: tx)
                try reach.world.outbox.update(closed.id, in: tx)
            }
            let sent = try await reach.sent(after: marker)
            #expect(sent["Update alice"] == [])
        }
    }

    @Test("undoes a boost with the whole Announce", arguments: TestEngine.available)
    func wholeAnnounce(_ engine: TestEngine) async throws {
        try await Reach.run(on: engine) { reach in
            let announce = try #require(
                try await reach.world.sent().first { $0.type == "Announce" && $0.body["actor"] == JSON(reach.ben.iri) })
            try await reach.world.database.write { tx in
                _ = try reach.world.outbox.unboost(reach.post, by: reach.ben, in: tx)
            }
            let undo = try #require(try await reach.world.sent().last { $0.type == "Undo" })
            for key in ["id", "type", "actor", "published", "to", "cc", "object"] {
                #expect(undo.body["object"]?[key] == announce.body[key], "\(key)")
            }
        }
    }

    @Test("tells every known server of the end of an account, in small steps", arguments: TestEngine.available)
    func account(_ engine: TestEngine) async throws {
        try await Reach.run(on: engine) { reach in
            let (marker, world) = (reach.world.marker(), reach.world)
            let now = world.clock.now
            try await world.database.write { tx in
                try world.outbox.delete(reach.alice, in: tx)
                try Accounts.markDeleted(reach.alice.id, at: now, in: tx)
                try AccountRemoval.begin(of: reach.alice.id, in: tx)
            }
            while try await world.database.write({ tx in try world.outbox.tellOfDeletion(of: reach.alice.id, in: tx) })
                > 0
            {}
            while try await world.database.write({ tx in
                try world.outbox.removeRemains(of: reach.alice, limit: 200, in: tx)
            }) > 0 {}
            let sent = try await reach.sent(after: marker)
            #expect(sent["Delete alice"] == Reach.all)
            #expect(sent["Announce{Delete} jardin"] == ["https://ruche.example/inbox"])
            let iri = reach.post.iri
            let (unfinished, tombstone) = try await world.database.read { db in
                (try AccountRemoval.unfinished(limit: 5, in: db), try Tombstones.find(iri, in: db))
            }
            #expect(unfinished == [])
            #expect(tombstone != nil)
        }
    }
}

extension Reach {
    func edit(_ words: String) async throws {
        var post = post
        post.content = .init(unchecked: "<p>\(words)</p>")
        world.clock.pass(.minutes(1))
        post.editedAt = world.clock.now
        let edited = post
        try await world.database.write { tx in
            try Posts.update(edited, PostParts(), in: tx)
            try world.outbox.update(edited.id, in: tx)
        }
    }
}
