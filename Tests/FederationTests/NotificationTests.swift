// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

@Suite("What people are told of other nodes' acts")
struct NotificationTests {
    private static let alice = "https://far.example/users/alice"

    @Test("a post that names, a like, a boost and a follow are told, and taken back", arguments: TestEngine.available)
    func everyAct(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let ada = try await world.addPerson("ada")
            try world.addRemote("alice", at: "far.example")
            let post = try await world.publish("Du thé ?", by: ada)
            let like = Self.act("Like", 1, post.iri.string)
            let boost = Self.act("Announce", 2, post.iri.string)
            let follow = Self.act("Follow", 3, ada.iri.string)
            let note = Self.note(4, "@ada oui", to: ada.iri.string)
            for activity in [like, boost, follow, note, like] {
                let outcome = try await world.receive(activity)
                #expect(outcome == "applied", "\(activity["type"]?.string ?? "") \(outcome ?? "")")
            }
            #expect(try await world.told(ada).map(\.kind) == [.mention, .follow, .reblog, .favourite])
            for (number, undone) in [like, boost, follow].enumerated() {
                #expect(
                    try await world.receive([
                        "id": JSON("\(Self.alice)/undo/\(number)"), "type": "Undo", "actor": JSON(Self.alice),
                        "object": undone,
                    ]) == "applied")
            }
            #expect(try await world.told(ada).map(\.kind) == [.mention])
            let gone: JSON = [
                "id": JSON("\(Self.alice)/delete/4"), "type": "Delete", "actor": JSON(Self.alice),
                "object": JSON("\(Self.alice)/notes/4"),
            ]
            #expect(try await world.receive(gone) == "applied")
            #expect(try await world.told(ada).isEmpty)
        }
    }

    @Test("a request to follow is told until it is answered", arguments: TestEngine.available)
    func requests(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let ada = try await world.addPerson("ada", approvesFollowers: true)
            try world.addRemote("alice", at: "far.example")
            try await world.receive(Self.act("Follow", 1, ada.iri.string))
            let told = try await world.told(ada)
            #expect(told.map(\.kind) == [.followRequest])
            let alice = try #require(told.first?.from)
            try await world.database.write { tx in
                _ = try Follows.setState(.accepted, by: alice, of: ada.id, in: tx)
            }
            #expect(try await world.told(ada).isEmpty)
        }
    }

    @Test("a direct message is told and stands among the conversations", arguments: TestEngine.available)
    func letters(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let ada = try await world.addPerson("ada")
            try world.addRemote("alice", at: "far.example")
            try await world.receive(Self.note(1, "@ada psst", to: ada.iri.string))
            let conversations = try await world.database.read { db in
                try DirectConversations.list(of: ada.id, PageRequest(), in: db)
            }
            #expect(conversations.map(\.isUnread) == [true])
            #expect(conversations.first?.others.map(\.username) == ["alice"])
        }
    }

    @Test(
        "a changed post is told to who thanked for it, another time of an event to who answered",
        arguments: TestEngine.available)
    func changes(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let ada = try await world.addPerson("ada")
            try world.addRemote("alice", at: "far.example")
            var note = Self.note(1, "@ada bonjour", to: "https://www.w3.org/ns/activitystreams#Public", naming: ada)
            try await world.receive(note)
            let iri = try address("\(Self.alice)/notes/1")
            try await world.database.write { tx in
                let post = try #require(try Posts.byIRI(iri, in: tx))
                _ = try world.outbox.like(post, by: ada, in: tx)
            }
            world.clock.pass(.hours(1))
            var object = note["object"] ?? .null
            object = object.setting("content", "<p>@ada bonsoir</p>").setting("updated", JSON("\(world.clock.now)"))
            note = note.setting("id", JSON("\(Self.alice)/update/1")).setting("type", "Update")
            #expect(try await world.receive(note.setting("object", object)) == "applied")
            #expect(try await world.told(ada).map(\.kind) == [.update, .mention])
        }
    }

    @Test("that a group repeats what is written into it is no news to its author")
    func relays() async throws {
        try await FederationWorld.run { world in
            let (ada, group) = (try await world.addPerson("ada"), try await world.addGroup("jardin"))
            let post = try await world.publish("Au jardin", by: ada, group: group)
            #expect(try await world.told(ada).isEmpty)
            #expect(try await world.told(group).isEmpty)
            let boosts = try await world.database.read { db in try Boosts.count(of: post.id, in: db) }
            #expect(boosts == 1)
        }
    }

    private static func act(_ type: String, _ number: Int, _ object: String) -> JSON {
        [
            "id": JSON("\(alice)/acts/\(number)"), "type": JSON(type), "actor": JSON(alice), "object": JSON(object),
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
        ]
    }

    private static func note(_ number: Int, _ text: String, to reader: String, naming: Account? = nil) -> JSON {
        let id = "\(alice)/notes/\(number)"
        let named = naming?.iri.string ?? reader
        return [
            "id": JSON("\(id)/create"), "type": "Create", "actor": JSON(alice), "to": [JSON(reader)],
            "object": [
                "id": JSON(id), "type": "Note", "attributedTo": JSON(alice), "content": JSON("<p>\(text)</p>"),
                "published": "2026-05-02T09:59:00Z", "to": [JSON(reader)], "cc": [JSON(named)],
                "tag": [["type": "Mention", "href": JSON(named), "name": "@ada@cafe.example"]],
            ],
        ]
    }
}

extension FederationWorld {
    fileprivate func publish(_ text: String, by author: Account, group: Account? = nil) async throws -> Post {
        let id: ID<Post> = ids.make(at: clock.now)
        var post = Post(
            id: id, iri: identifiers.post(id), author: author.id, content: SanitizedHTML(unchecked: "<p>\(text)</p>"),
            visibility: .everyone, publishedAt: clock.now, isLocal: true)
        post.group = group?.id
        let stored = post
        try await database.write { tx in
            _ = try Posts.insert(stored, PostParts(), in: tx)
            try outbox.publish(id, in: tx)
        }
        return post
    }

    fileprivate func told(_ account: Account) async throws -> [Storage.Notification] {
        let now = clock.now
        return try await database.read { db in
            try Notifications.list(of: account.id, NotificationListFilter(), PageRequest(), at: now, in: db)
        }
    }
}
