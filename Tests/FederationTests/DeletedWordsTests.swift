// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// Alice follows Vic on another node, and a group of this node has a follower on a third node.
private struct Author: Sendable {
    static let vic = "https://prairie.example/users/vic"
    static let everybody = "https://www.w3.org/ns/activitystreams#Public"
    static let word = "zyxquark"

    let world: FederationWorld

    static func run(on engine: TestEngine, _ body: (Author) async throws -> Void) async throws {
        try await FederationWorld.run(on: engine) { world in
            let alice = try await world.addPerson("alice")
            let group = try await world.addGroup("jardin")
            try await world.follow(
                by: alice, of: try await world.resolve(try world.addRemote("vic", at: "prairie.example")))
            try await world.follow(
                by: try await world.resolve(try world.addRemote("nora", at: "ruche.example")), of: group)
            try await body(Author(world: world))
        }
    }

    func note(_ number: Int, updated: String? = nil) -> JSON {
        .object(droppingNil: [
            ("id", JSON("\(Self.vic)/notes/\(number)")), ("type", "Note"), ("attributedTo", JSON(Self.vic)),
            ("content", JSON("<p>Un \(Self.word)</p>")), ("summary", JSON("Attention \(Self.word)")),
            ("to", [JSON(Self.everybody)]), ("cc", ["https://cafe.example/groups/jardin"]),
            ("published", "2026-05-02T09:00:00Z"), ("updated", updated.map { JSON($0) }),
            ("tag", [["type": "Hashtag", "name": JSON("#\(Self.word)"), "href": "https://prairie.example/tags/x"]]),
            (
                "attachment",
                [
                    [
                        "type": "Document", "mediaType": "image/png", "url": "https://prairie.example/1.png",
                        "name": JSON("Image \(Self.word)"),
                    ]
                ]
            ),
        ])
    }

    @discardableResult
    func say(_ type: String, _ object: JSON, id: String) async throws -> String? {
        try await world.receive([
            "id": JSON("\(Self.vic)/acts/\(id)"), "type": JSON(type), "actor": JSON(Self.vic), "object": object,
        ])
    }

    func tables() async throws -> [String] {
        try await world.database.write { tx in try SearchIndex.compact(pages: 1_000, in: tx) }
        return try await world.database.tables(containing: Self.word)
    }
}

@Suite("What an author elsewhere deleted")
struct RemoteDeletionTests {
    @Test("leaves no word in any table, nor in what our group repeated", arguments: TestEngine.available)
    func post(_ engine: TestEngine) async throws {
        try await Author.run(on: engine) { author in
            let note = author.note(1)
            try await author.say("Create", note, id: "1")
            try await author.say("Update", author.note(1, updated: "2026-05-02T09:30:00Z"), id: "2")
            let before = try await author.tables()
            for table in ["post", "post_edit", "activity", "attachment", "tag"] { #expect(before.contains(table)) }
            let deleted = try await author.say("Delete", note["id"] ?? .null, id: "3")
            let after = try await author.tables()
            #expect(deleted == "applied")
            #expect(after == [])
        }
    }

    @Test("goes with its events, shares and posts when the actor is deleted", arguments: TestEngine.available)
    func actor(_ engine: TestEngine) async throws {
        try await Author.run(on: engine) { author in
            let world = author.world
            for number in 1...3 { try await author.say("Create", author.note(number), id: "\(number)") }
            let event: JSON = [
                "id": JSON("\(Author.vic)/events/1"), "type": "Event", "attributedTo": JSON(Author.vic),
                "name": JSON("Fête \(Author.word)"), "startTime": "2026-09-04T09:00:00Z",
                "to": [JSON(Author.everybody)],
            ]
            try await author.say("Create", event, id: "e")
            let counts = try await world.rowCounts()
            #expect(counts["post"] == 3 && counts["event"] == 1)
            let deleted = try await author.say("Delete", JSON(Author.vic), id: "gone")
            let left = try await world.rowCounts()
            let tables = try await author.tables()
            #expect(deleted == "applied")
            #expect(left["post"] == 0 && left["event"] == 0 && left["event_share"] == 0)
            #expect(tables == [])
        }
    }
}
