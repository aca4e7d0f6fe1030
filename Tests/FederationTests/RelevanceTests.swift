// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// Alice on this node, who has no followers; Eve on another node, who has no local followers; and a public note by Paul
/// on a third node, which is unknown here.
private struct Strangers: Sendable {
    static let everybody = "https://www.w3.org/ns/activitystreams#Public"
    static let eve = "https://evil.example/users/eve"
    static let paul = "https://colline.example/users/paul"
    static let unseen = "https://colline.example/notes/1"
    static let spam = "\(eve)/notes/1"

    let world: FederationWorld

    static func run(_ body: (Strangers) async throws -> Void) async throws {
        try await FederationWorld.run { world in
            try await world.addPerson("alice")
            for (name, host) in [("eve", "evil.example"), ("paul", "colline.example")] {
                try world.addRemote(name, at: host)
            }
            try world.nodes.serve(note(unseen, by: paul))
            try world.nodes.serve(note(spam, by: eve, replyingTo: unseen))
            // Eve's key is known, so all later requests are caused by her activity.
            _ = try await world.resolve(eve)
            try await body(Strangers(world: world))
        }
    }

    static func note(_ id: String, by author: String, replyingTo parent: String? = nil) -> JSON {
        .object(droppingNil: [
            ("id", JSON(id)), ("type", "Note"), ("attributedTo", JSON(author)), ("content", "<p>Buy #cafe</p>"),
            ("to", [JSON(everybody)]), ("cc", []), ("published", "2026-05-02T09:00:00Z"),
            ("tag", [["type": "Hashtag", "name": "#cafe", "href": "https://evil.example/tags/cafe"]]),
            ("inReplyTo", parent.map { JSON($0) }),
        ])
    }

    static func act(_ type: String, _ object: JSON) -> JSON {
        [
            "id": JSON("\(eve)/acts/1"), "type": JSON(type), "actor": JSON(eve), "to": [JSON(everybody)],
            "object": object, "target": JSON(unseen),
        ]
    }

    /// The number of posts and events.
    func things() async throws -> Int64 {
        try await world.database.read { db in
            try db.row("SELECT (SELECT count(*) FROM post) + (SELECT count(*) FROM event) AS n")?.int("n") ?? -1
        }
    }
}

/// An object of Eve that concerns no local account.
private struct Unasked: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let activity: JSON

    init(_ name: String, _ type: String, _ object: JSON) {
        testDescription = name
        activity = Strangers.act(type, object)
    }

    private static let answer = Strangers.note(Strangers.spam, by: Strangers.eve, replyingTo: Strangers.unseen)

    static let all = [
        Unasked("a post", "Create", Strangers.note(Strangers.spam, by: Strangers.eve)),
        Unasked("an answer to a public note of another node", "Create", answer),
        Unasked("an answer that is only named", "Create", JSON(Strangers.spam)),
        Unasked(
            "a quote of a public note of another node", "Create",
            Strangers.note(Strangers.spam, by: Strangers.eve).setting("quote", JSON(Strangers.unseen))),
        Unasked("an edit of a post that was never here", "Update", answer),
        Unasked("an edit that is only named", "Update", JSON(Strangers.spam)),
        Unasked(
            "an event", "Create",
            [
                "id": JSON(Strangers.spam), "type": "Event", "attributedTo": JSON(Strangers.eve), "name": "Sale",
                "startTime": "2026-09-04T09:00:00Z", "to": [JSON(Strangers.everybody)],
            ]),
        Unasked("a boost of the own post", "Announce", JSON(Strangers.spam)),
        Unasked("a move to another account", "Move", JSON(Strangers.eve)),
        Unasked(
            "a boost of a post under an address of this node", "Announce",
            Strangers.act("Create", answer).setting("id", "https://cafe.example/x/1")),
        Unasked(
            "a boost of a named post under an address of this node", "Announce",
            Strangers.act("Create", JSON(Strangers.spam)).setting("id", "https://cafe.example/x/1")),
    ]
}

@Suite("What concerns nobody here")
struct RelevanceTests {
    @Test("is not kept, and nothing is fetched for it", arguments: Unasked.all)
    private func unasked(_ unasked: Unasked) async throws {
        try await Strangers.run { strangers in
            let asked = strangers.world.nodes.asked
            let outcome = try await strangers.world.receive(unasked.activity)
            #expect(outcome == "ignored:not_for_us")
            #expect(try await strangers.things() == 0)
            #expect(strangers.world.nodes.asked == asked)
        }
    }

    @Test("an actor that was never here is not fetched because another actor says that it changed")
    func unknownActor() async throws {
        try await Strangers.run { strangers in
            let asked = strangers.world.nodes.asked
            let group: JSON = ["id": "https://evil.example/groups/g", "type": "Group"]
            let outcome = try await strangers.world.receive(Strangers.act("Update", group))
            #expect(outcome == "ignored:unknown_object")
            #expect(strangers.world.nodes.asked == asked)
        }
    }

    @Test(
        "an event is kept when it is addressed to somebody here, who reads it without being a guest",
        arguments: TestEngine.available, [true, false])
    func addressedEvent(_ engine: TestEngine, isFollowed: Bool) async throws {
        try await FederationWorld.run(on: engine) { world in
            let alice = try await world.addPerson("alice")
            let bob = try await world.addPerson("bob")
            try world.addRemote("eve", at: "evil.example")
            let eve = try await world.resolve(Strangers.eve)
            if isFollowed { try await world.follow(by: bob, of: eve) }
            let id = "\(Strangers.eve)/events/1"
            let event: JSON = [
                "id": JSON(id), "type": "Event", "attributedTo": JSON(Strangers.eve), "name": "Dinner",
                "to": ["https://cafe.example/users/alice"], "cc": [], "published": "2026-05-02T09:00:00Z",
                "startTime": "2026-05-09T18:00:00Z", "endTime": "2026-05-09T20:00:00Z",
            ]
            let outcome = try await world.receive(Strangers.act("Create", event))
            #expect(outcome == "applied")
            let iri = try address(id)
            let readers = try await world.database.read { db in
                let stored = try #require(try Events.byIRI(iri, in: db))
                #expect(stored.visibility == .direct)
                return try [alice.id, bob.id, nil].map { viewer in
                    try EventViews.one(stored.id, viewer: viewer, in: db) != nil
                }
            }
            #expect(readers == [true, false, false])
        }
    }

    @Test("is kept when it names somebody here, with the thread above it")
    func named() async throws {
        try await Strangers.run { strangers in
            let note = Strangers.note(Strangers.spam, by: Strangers.eve, replyingTo: Strangers.unseen)
                .setting("cc", ["https://cafe.example/users/alice"])
            let outcome = try await strangers.world.receive(Strangers.act("Create", note))
            #expect(outcome == "applied")
            #expect(try await strangers.things() == 2)
        }
    }

    @Test("is kept when it answers what the same person said before, also when both come at once")
    func ownThread() async throws {
        try await Strangers.run { strangers in
            let world = strangers.world
            let first = Strangers.note(Strangers.spam, by: Strangers.eve)
                .setting("cc", ["https://cafe.example/users/alice"])
            let second = Strangers.note("\(Strangers.eve)/notes/2", by: Strangers.eve, replyingTo: Strangers.spam)
            for (number, note) in [first, second].enumerated() {
                let create = Strangers.act("Create", note).setting("id", JSON("\(Strangers.eve)/acts/\(number)"))
                let refusal = await world.submit(try world.request(create))
                try #require(refusal == nil)
            }
            let loop = Task { await world.processor.run() }
            while try await world.outcome(of: "\(Strangers.eve)/acts/1") == "waiting" { await Task.yield() }
            loop.cancel()
            await loop.value
            #expect(try await world.outcome(of: "\(Strangers.eve)/acts/0") == "applied")
            #expect(try await world.outcome(of: "\(Strangers.eve)/acts/1") == "applied")
            #expect(try await strangers.things() == 2)
        }
    }
}
