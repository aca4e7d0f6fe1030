// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// A garden group with followers on two nodes, and Vic on a third node, who has no follows.
private struct GroupFixture: Sendable {
    static let everybody = "https://www.w3.org/ns/activitystreams#Public"
    static let iri = "https://cafe.example/groups/jardin"
    static let vic = "https://prairie.example/users/vic"

    let world: FederationWorld
    let group: Account
    let alice: Account

    static func run(_ body: (GroupFixture) async throws -> Void) async throws {
        try await FederationWorld.run { world in
            let alice = try await world.addPerson("alice")
            let group = try await world.addGroup("jardin")
            for (name, host) in [("nora", "ruche.example"), ("otto", "ruche.example"), ("paul", "colline.example")] {
                try await world.follow(by: try await world.resolve(try world.addRemote(name, at: host)), of: group)
            }
            _ = try await world.resolve(try world.addRemote("vic", at: "prairie.example"))
            try await body(GroupFixture(world: world, group: group, alice: alice))
        }
    }

    func note(_ number: Int, to: [String] = [everybody], cc: [String] = [iri], replyingTo: String? = nil) -> JSON {
        .object(droppingNil: [
            ("id", JSON("\(Self.vic)/notes/\(number)")), ("type", "Note"), ("attributedTo", JSON(Self.vic)),
            ("content", "<p>@jardin Seedlings</p>"), ("to", JSON(to)), ("cc", JSON(cc)),
            ("published", "2026-05-02T09:00:00Z"), ("inReplyTo", replyingTo.map { JSON($0) }),
            ("tag", [["type": "Mention", "href": JSON(Self.iri), "name": "@jardin@cafe.example"]]),
            ("peer:colour", ["hue": 120]),
        ])
    }

    func create(_ note: JSON) -> JSON {
        [
            "@context": "https://www.w3.org/ns/activitystreams", "id": JSON("\(note["id"]?.string ?? "")/create"),
            "type": "Create", "actor": JSON(Self.vic), "to": note["to"] ?? [], "cc": note["cc"] ?? [],
            "peer:mood": "sunny", "object": note,
        ]
    }

    func vicSays(_ type: String, _ id: String, _ object: JSON) -> JSON {
        ["id": JSON("\(Self.vic)/\(id)"), "type": JSON(type), "actor": JSON(Self.vic), "object": object]
    }

    /// The activities that the group sends after it received an activity.
    func relayed(_ activity: JSON) async throws -> [Sending] {
        let marker = world.marker()
        try await world.receive(activity)
        return try await world.sent(after: marker)
    }

    func block(_ actor: String) async throws {
        let (group, now) = (group.id, world.clock.now)
        let (target, activity) = (try await world.resolve(actor).id, try address("https://cafe.example/activities/1"))
        try await world.database.write { tx in
            _ = try Blocks.add(by: group, target: target, activity: activity, at: now, in: tx)
        }
    }
}

@Suite("A group repeats (GRP-ANN)")
struct GroupRelayTests {
    @Test("what starts a discussion in both dialects, the activity first and word for word")
    func bothDialects() async throws {
        try await GroupFixture.run { fixture in
            let create = fixture.create(fixture.note(1))
            let sent = try await fixture.relayed(create)
            try #require(sent.count == 2)
            #expect(sent.map(\.type) == ["Announce", "Announce"])
            #expect(sent[0].body["object"]?.serializedText() == create.serializedText())
            #expect(sent[1].body["object"] == create["object"]?["id"])
            for sending in sent {
                #expect(sending.body["actor"] == JSON(GroupFixture.iri))
                #expect(sending.body["to"] == [JSON(GroupFixture.everybody)])
                #expect(sending.body["cc"] == [JSON("\(GroupFixture.iri)/followers")])
                #expect(sending.inboxes == ["https://colline.example/inbox", "https://ruche.example/inbox"])
            }
        }
    }

    @Test("both to the same inboxes: who follows is asked once, and all deliveries are stored together")
    func followersOnce() async throws {
        try await GroupFixture.run { fixture in
            let create = fixture.create(fixture.note(1))
            let refusal = await fixture.world.submit(try fixture.world.request(create))
            try #require(refusal == nil)
            let statements = try await fixture.world.statements.during { try await fixture.world.settle() }
            #expect(statements.count { $0.contains("SELECT DISTINCT coalesce(a.shared_inbox, a.inbox)") } == 1)
            #expect(statements.count { $0.hasPrefix("INSERT INTO delivery") } == 1)
            #expect(statements.count { $0.hasPrefix("INSERT INTO activity") } == 2)
            // Every inbox gets the relayed activity before the boost.
            let order = try await fixture.world.database.read { db in
                try db.rows(
                    "SELECT d.inbox, a.body FROM delivery d JOIN activity a ON a.id = d.activity_id ORDER BY d.id"
                ).map { "\(try $0.text("inbox")) \(try $0.text("body").contains("peer:mood"))" }
            }
            let inboxes = ["https://colline.example/inbox", "https://ruche.example/inbox"]
            #expect(order.prefix(2).sorted() == inboxes.map { "\($0) true" })
            #expect(order.dropFirst(2).sorted() == inboxes.map { "\($0) false" })
        }
    }

    @Test("an answer as an activity only: nobody's home page fills with answers")
    func replies() async throws {
        try await GroupFixture.run { fixture in
            _ = try await fixture.relayed(fixture.create(fixture.note(1)))
            let answer = fixture.note(2, replyingTo: "\(GroupFixture.vic)/notes/1")
            let sent = try await fixture.relayed(fixture.create(answer))
            #expect(sent.map { $0.body["object"]?["type"]?.string } == ["Create"])
        }
    }

    @Test("an answer to a discussion of its own, also when it does not name the group")
    func silentReply() async throws {
        try await GroupFixture.run { fixture in
            _ = try await fixture.relayed(fixture.create(fixture.note(1)))
            let answer = fixture.note(2, cc: [], replyingTo: "\(GroupFixture.vic)/notes/1").setting("tag", [])
            let sent = try await fixture.relayed(fixture.create(answer))
            #expect(sent.map { $0.body["object"]?["type"]?.string } == ["Create"])
        }
    }

    @Test("an answer to something that it never saw as an activity only")
    func foreignReply() async throws {
        try await GroupFixture.run { fixture in
            let answer = fixture.note(2, replyingTo: "https://elsewhere.example/notes/9")
            let sent = try await fixture.relayed(fixture.create(answer))
            #expect(sent.map { $0.body["object"]?["type"]?.string } == ["Create"])
        }
    }

    @Test(
        "nothing that is not for everybody",
        arguments: [
            (["https://prairie.example/users/vic/followers"], [GroupFixture.everybody, GroupFixture.iri]),
            (["https://prairie.example/users/vic/followers"], [GroupFixture.iri]),
            ([GroupFixture.iri], []),
            (["\(GroupFixture.iri)/followers"], [GroupFixture.iri]),
        ])
    func notPublic(_ to: [String], _ cc: [String]) async throws {
        try await GroupFixture.run { fixture in
            let id = JSON("\(GroupFixture.vic)/notes/1")
            let acts = [
                fixture.create(fixture.note(1, to: to, cc: cc)), fixture.vicSays("Like", "likes/1", id),
                fixture.vicSays("Delete", "deletes/1", id),
            ]
            for act in acts {
                let sent = try await fixture.relayed(act)
                #expect(sent.isEmpty)
            }
        }
    }

    @Test("edits, likes, likes taken back and deletions, each once")
    func afterwards() async throws {
        try await GroupFixture.run { fixture in
            let note = fixture.note(1)
            _ = try await fixture.relayed(fixture.create(note))
            let id = JSON("\(GroupFixture.vic)/notes/1")
            let like = fixture.vicSays("Like", "likes/1", id)
            let acts = [
                fixture.vicSays("Update", "updates/1", note.setting("updated", "2026-05-02T09:30:00Z")),
                like,
                fixture.vicSays("Undo", "undos/1", like),
                fixture.vicSays("Delete", "deletes/1", id),
            ]
            for act in acts {
                let sent = try await fixture.relayed(act)
                #expect(sent.first?.body["object"]?.serializedText() == act.serializedText())
                // When the post is deleted, the group's boost is undone too.
                #expect(sent.map(\.type) == (act["type"] == "Delete" ? ["Announce", "Undo"] : ["Announce"]))
                #expect(try await fixture.relayed(act).isEmpty)
            }
        }
    }

    @Test("nothing twice, when a post comes by two ways")
    func twoWays() async throws {
        try await GroupFixture.run { fixture in
            let note = fixture.note(1)
            try fixture.world.nodes.serve(note)
            _ = try await fixture.relayed(fixture.create(note))
            let boost = fixture.vicSays("Announce", "boosts/1", note["id"] ?? .null)
            #expect(try await fixture.relayed(boost).isEmpty)
            let again = fixture.create(note).setting("id", JSON("\(GroupFixture.vic)/creates/again"))
            #expect(try await fixture.relayed(again).isEmpty)
        }
    }

    @Test("nothing of somebody whom it blocked, but that something is gone")
    func blocked() async throws {
        try await GroupFixture.run { fixture in
            let note = fixture.note(1)
            _ = try await fixture.relayed(fixture.create(note))
            try await fixture.block(GroupFixture.vic)
            let id = JSON("\(GroupFixture.vic)/notes/1")
            let edit = fixture.vicSays("Update", "updates/1", note.setting("updated", "2026-05-02T09:30:00Z"))
            #expect(try await fixture.relayed(fixture.create(fixture.note(2))).isEmpty)
            #expect(try await fixture.relayed(edit).isEmpty)
            #expect(try await fixture.relayed(fixture.vicSays("Like", "likes/1", id)).isEmpty)
            let delete = fixture.vicSays("Delete", "deletes/1", id)
            #expect(try await fixture.relayed(delete).map(\.type) == ["Announce", "Undo"])
        }
    }

    @Test("no word between two people: follows, complaints, blocks", arguments: ["Follow", "Flag", "Block", "Undo"])
    func betweenTwo(_ type: String) async throws {
        try await GroupFixture.run { fixture in
            let sent = try await fixture.relayed(fixture.vicSays(type, "acts/1", JSON(GroupFixture.iri)))
            #expect(!sent.contains { $0.type == "Announce" })
        }
    }

    @Test("nothing any more, when it is closed")
    func suspended() async throws {
        try await GroupFixture.run { fixture in
            let (group, now) = (fixture.group.id, fixture.world.clock.now)
            try await fixture.world.database.write { tx in try Accounts.suspend(group, at: now, in: tx) }
            let sent = try await fixture.relayed(fixture.create(fixture.note(1)))
            #expect(sent.isEmpty)
        }
    }

    @Test("what a member writes in it")
    func localPost() async throws {
        try await GroupFixture.run { fixture in
            var post = Post(
                id: ID(100), iri: try address("https://cafe.example/posts/100"), author: fixture.alice.id,
                content: .init(unchecked: "<p>Hello</p>"), visibility: .everyone, publishedAt: fixture.world.clock.now,
                isLocal: true)
            post.group = fixture.group.id
            let (stored, outbox, marker) = (post, fixture.world.outbox, fixture.world.marker())
            try await fixture.world.database.write { tx in
                _ = try Posts.insert(stored, PostParts(), in: tx)
                try outbox.publish(stored.id, in: tx)
            }
            let sent = try await fixture.world.sent(after: marker)
            #expect(sent.map(\.type) == ["Create", "Announce", "Announce"])
            #expect(sent[0].body["to"] == [JSON(GroupFixture.everybody), JSON(GroupFixture.iri)])
            #expect(sent[0].body["audience"] == JSON(GroupFixture.iri))
            #expect(sent[1].body["object"]?.serializedText() == sent[0].text)
        }
    }
}
