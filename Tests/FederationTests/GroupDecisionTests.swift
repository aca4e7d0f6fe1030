// SPDX-License-Identifier: Apache-2.0

import Database
import Foundation
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// Bob follows a group on another node. A post of Nora, who is on the node of the group, is in it.
private struct Neighbours: Sendable {
    static let everybody = "https://www.w3.org/ns/activitystreams#Public"
    static let group = "https://ruche.example/users/potager"
    static let nora = "https://ruche.example/users/nora"
    static let mia = "https://ruche.example/users/mia"
    static let julian = "https://prairie.example/users/julian"
    static let page = "https://ruche.example/posts/1"

    let world: FederationWorld
    let bob: Account

    static func run(on engine: TestEngine, _ body: (Neighbours) async throws -> Void) async throws {
        try await FederationWorld.run(on: engine) { world in
            let bob = try await world.addPerson("bob")
            let group = try await world.resolve(try world.addRemote("potager", at: "ruche.example", type: "Group"))
            for (name, host) in [("nora", "ruche"), ("mia", "ruche"), ("julian", "prairie"), ("eve", "evil")] {
                _ = try world.addRemote(name, at: "\(host).example")
            }
            try await world.follow(by: bob, of: group)
            let neighbours = Neighbours(world: world, bob: bob)
            try world.nodes.serve(neighbours.document)
            let outcome = try await neighbours.announce(neighbours.act("Create", by: nora, neighbours.document))
            try #require(outcome == "applied")
            try await body(neighbours)
        }
    }

    var document: JSON {
        [
            "id": JSON(Self.page), "type": "Page", "attributedTo": JSON(Self.nora), "name": "Limaces",
            "content": "<p>Que faire ?</p>", "to": [JSON(Self.group), JSON(Self.everybody)],
            "audience": JSON(Self.group), "published": "2026-05-02T09:00:00Z",
        ]
    }

    func act(_ type: String, by actor: String, _ object: JSON, id: String? = nil) -> JSON {
        let host = actor.split(separator: "/")[1]
        let number = world.ids.make(at: world.clock.now) as ID<Post>
        return [
            "id": JSON(id ?? "https://\(host)/acts/\(number)"), "type": JSON(type), "actor": JSON(actor),
            "object": object,
        ]
    }

    @discardableResult
    func announce(_ act: JSON, by announcer: String = group) async throws -> String? {
        try await world.receive(self.act("Announce", by: announcer, act))
    }

    func post(_ iri: String = page) async throws -> Post? {
        let iri = try address(iri)
        return try await world.database.read { db in try Posts.byIRI(iri, in: db) }
    }

    func likes() async throws -> Int {
        let post = try #require(try await post())
        return try await world.database.read { db in try Likes.count(of: post.id, in: db) }
    }
}

@Suite("What a group elsewhere decides and tells")
struct GroupDecisionTests {
    @Test(
        "a favourite with a fragment in its id counts, and its Undo takes it back; nothing is fetched from its server",
        arguments: TestEngine.available)
    func fragment(_ engine: TestEngine) async throws {
        try await Neighbours.run(on: engine) { here in
            let id = "\(Neighbours.julian)#likes/11650"
            let like = here.act("Like", by: Neighbours.julian, here.document, id: id)
            let outcome1 = try await here.announce(like)
            #expect(outcome1 == "applied")
            let outcome2 = try await here.likes()
            #expect(outcome2 == 1)
            let asked = here.world.nodes.asked
            #expect(!asked.contains { $0.contains("#likes") })
            let undo = here.act("Undo", by: Neighbours.julian, like)
            let outcome3 = try await here.announce(undo)
            #expect(outcome3 == "applied")
            let outcome4 = try await here.likes()
            #expect(outcome4 == 0)
        }
    }

    @Test("a favourite of somebody else about a post of another group is not believed", arguments: TestEngine.available)
    func forged(_ engine: TestEngine) async throws {
        try await Neighbours.run(on: engine) { here in
            let other = try here.world.addRemote("verger", at: "evil.example", type: "Group")
            try await here.world.follow(by: here.bob, of: try await here.world.resolve(other))
            for id in ["\(Neighbours.julian)#likes/1", "https://prairie.example/likes/1"] {
                let like = here.act("Like", by: Neighbours.julian, JSON(Neighbours.page), id: id)
                let outcome5 = try await here.announce(like, by: other)
                #expect(outcome5 == "ignored:unproved")
            }
            let own = here.act(
                "Like", by: here.bob.iri.string, JSON(Neighbours.page), id: "https://cafe.example/likes/1")
            let outcome6 = try await here.announce(own)
            #expect(outcome6 == "ignored:not_allowed")
            let outcome7 = try await here.likes()
            #expect(outcome7 == 0)
        }
    }

    @Test(
        "a document of the favourite's server that is no activity is no reason to try again",
        arguments: TestEngine.available)
    func noActivity(_ engine: TestEngine) async throws {
        try await Neighbours.run(on: engine) { here in
            let eve = try here.world.addRemote("eve", at: "evil.example")
            try await here.world.follow(by: here.bob, of: try await here.world.resolve(eve))
            let like = here.act("Like", by: Neighbours.julian, JSON(Neighbours.page), id: Neighbours.julian)
            let outcome8 = try await here.announce(like, by: eve)
            #expect(outcome8 == "ignored:unproved")
        }
    }

    @Test("a closed discussion is closed here, until it is opened again", arguments: TestEngine.available)
    func lock(_ engine: TestEngine) async throws {
        try await Neighbours.run(on: engine) { here in
            let thread = try #require(try await here.post()).thread
            let lock = here.act("Lock", by: Neighbours.mia, JSON(Neighbours.page))
            let outcome9 = try await here.announce(lock)
            #expect(outcome9 == "applied")
            #expect(try await here.world.database.read { db in try ThreadLocks.exists(thread, in: db) })
            let outcome10 = try await here.announce(lock)
            #expect(outcome10 == "duplicate")
            let outcome11 = try await here.announce(here.act("Undo", by: Neighbours.mia, lock))
            #expect(outcome11 == "applied")
            #expect(try await here.world.database.read { db in try !ThreadLocks.exists(thread, in: db) })
        }
    }

    @Test("a pinned post is pinned here", arguments: TestEngine.available)
    func pin(_ engine: TestEngine) async throws {
        try await Neighbours.run(on: engine) { here in
            let (post, group) = (try #require(try await here.post()), try await here.world.resolve(Neighbours.group))
            for (type, pinned) in [("Add", [post.id]), ("Remove", [])] {
                let act = here.act(type, by: Neighbours.mia, JSON(Neighbours.page))
                    .setting("target", JSON("\(Neighbours.group)/featured"))
                let outcome12 = try await here.announce(act)
                #expect(outcome12 == "applied")
                #expect(try await here.world.database.read { db in try Pins.list(of: group.id, in: db) } == pinned)
            }
        }
    }

    @Test(
        "who is banned there may not write in it from here, until the end of the ban",
        arguments: TestEngine.available)
    func ban(_ engine: TestEngine) async throws {
        try await Neighbours.run(on: engine) { here in
            let group = try await here.world.resolve(Neighbours.group)
            let (bob, now) = (here.bob.id, here.world.clock.now)
            let block = here.act("Block", by: Neighbours.mia, JSON(here.bob.iri))
                .setting("target", JSON(Neighbours.group)).setting("endTime", "2026-05-03T10:00:00Z")
                .setting("summary", "Trop de bruit")
            let outcome13 = try await here.announce(block)
            #expect(outcome13 == "applied")
            let (today, later) = try await here.world.database.read { db in
                (
                    try GroupBans.holds(bob, in: group.id, at: now, in: db),
                    try GroupBans.holds(bob, in: group.id, at: now + .days(2), in: db)
                )
            }
            #expect(today && !later)
            let outcome14 = try await here.announce(here.act("Undo", by: Neighbours.mia, block))
            #expect(outcome14 == "applied")
            #expect(
                try await here.world.database.read { db in try !GroupBans.holds(bob, in: group.id, at: now, in: db) })
            let foreign = block.setting("target", "https://other.example/groups/1").setting(
                "id", "https://ruche.example/b/2")
            let outcome15 = try await here.announce(foreign)
            #expect(outcome15 == "ignored:unknown_type")
        }
    }

    @Test("a decision about a post that is not in the group has no effect", arguments: TestEngine.available)
    func foreignPost(_ engine: TestEngine) async throws {
        try await Neighbours.run(on: engine) { here in
            let other = try here.world.addRemote("verger", at: "evil.example", type: "Group")
            try await here.world.follow(by: here.bob, of: try await here.world.resolve(other))
            for type in ["Lock", "Add"] {
                let act = here.act(type, by: Neighbours.mia, JSON(Neighbours.page))
                let outcome16 = try await here.announce(act, by: other)
                #expect(outcome16 == "ignored:unknown_object")
            }
        }
    }

    @Test("a deletion that is taken back brings the post back as its origin serves it", arguments: TestEngine.available)
    func restore(_ engine: TestEngine) async throws {
        try await Neighbours.run(on: engine) { here in
            let delete = here.act("Delete", by: Neighbours.mia, JSON(Neighbours.page))
            let outcome17 = try await here.announce(delete)
            #expect(outcome17 == "applied")
            var post = try await here.post()
            #expect(post == nil)
            let evil = try here.world.addRemote("verger", at: "evil.example", type: "Group")
            try await here.world.follow(by: here.bob, of: try await here.world.resolve(evil))
            let undo = here.act("Undo", by: Neighbours.mia, delete)
            let outcome18 = try await here.announce(undo, by: evil)
            #expect(outcome18 == "ignored:not_allowed")
            let outcome19 = try await here.announce(undo)
            #expect(outcome19 == "applied")
            post = try await here.post()
            #expect(post?.title == "Limaces")
            #expect(post?.group != nil)
            let outcome20 = try await here.announce(here.act("Undo", by: Neighbours.mia, delete))
            #expect(outcome20 == "ignored:no_effect")
        }
    }

    @Test(
        "a member's post that a moderator there takes out and puts back stays the member's",
        arguments: TestEngine.available)
    func ownPost(_ engine: TestEngine) async throws {
        try await Neighbours.run(on: engine) { here in
            let group = try await here.world.resolve(Neighbours.group)
            let id: ID<Post> = here.world.ids.make(at: here.world.clock.now)
            var post = Post(
                id: id, iri: here.world.identifiers.post(id), author: here.bob.id, content: .empty,
                visibility: .everyone, publishedAt: here.world.clock.now, isLocal: true)
            post.group = group.id
            let stored = post
            try await here.world.database.write { tx in try Posts.insertNew(stored, PostParts(), in: tx) }
            let delete = here.act("Delete", by: Neighbours.mia, JSON(stored.iri))
            let outcome21 = try await here.announce(delete)
            #expect(outcome21 == "applied")
            let without = try #require(try await here.post(stored.iri.string))
            #expect(without.group == nil)
            let outcome22 = try await here.announce(here.act("Undo", by: Neighbours.mia, delete))
            #expect(outcome22 == "applied")
            let with = try await here.post(stored.iri.string)
            #expect(with?.group == group.id)
        }
    }

    @Test("the requests of a real PieFed are understood, when its documents are at hand")
    func captured() async throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../shared/fixtures/documents/captured-2026-11").standardizedFileURL
        for (name, type) in [("add", "Add"), ("block", "Block"), ("lock", "Lock"), ("undo-delete", "Undo")] {
            guard let bytes = try? Data(contentsOf: folder.appending(path: "piefed-announce-\(name)-1.json")) else {
                print("The captured requests are not here, so they are not read.")
                return
            }
            let body = try #require(try JSON.parse(Array(bytes))["body"])
            let announce = try ActivityDocument(try #require(Document(body)))
            let inner = try ActivityDocument(try #require(announce.object?.document))
            #expect(inner.type == type)
            let group = Account(
                id: ID(1), kind: .group, username: "g", host: "piefed.test", iri: announce.actor,
                createdAt: Timestamp(0))
            if type == "Undo" {
                #expect(Restore.object(of: inner) != nil)
            } else {
                #expect(GroupRuling(inner, by: group) != nil)
            }
        }
    }
}
