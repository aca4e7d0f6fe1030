// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// A group with a follower on another node, in which Alice has begun a discussion. Vic of a third node is known.
private struct Discussion: Sendable {
    static let vic = "https://prairie.example/users/vic"
    static let group = "https://cafe.example/groups/jardin"

    let world: FederationWorld
    let first: IRI

    static func run(on engine: TestEngine, _ body: (Discussion) async throws -> Void) async throws {
        try await FederationWorld.run(on: engine) { world in
            let alice = try await world.addPerson("alice")
            let group = try await world.addGroup("jardin")
            try await world.follow(
                by: try await world.resolve(try world.addRemote("nora", at: "ruche.example")), of: group)
            _ = try await world.resolve(try world.addRemote("vic", at: "prairie.example"))
            let id = ID<Post>(1_000)
            let first = world.identifiers.post(id)
            var post = Post(
                id: id, iri: first, author: alice.id, content: .empty, visibility: .everyone,
                publishedAt: world.clock.now, isLocal: true)
            post.group = group.id
            let stored = post
            try await world.database.write { tx in _ = try Posts.insert(stored, PostParts(), in: tx) }
            try await body(Discussion(world: world, first: first))
        }
    }

    func answer(_ number: Int) -> JSON {
        let id = "\(Self.vic)/notes/\(number)"
        let note: JSON = [
            "id": JSON(id), "type": "Note", "attributedTo": JSON(Self.vic), "content": "<p>@jardin Yes</p>",
            "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [JSON(Self.group)],
            "published": "2026-05-02T09:00:00Z", "inReplyTo": JSON(first),
            "tag": [["type": "Mention", "href": JSON(Self.group), "name": "@jardin@cafe.example"]],
        ]
        return ["id": JSON("\(id)/create"), "type": "Create", "actor": JSON(Self.vic), "object": note]
    }

    /// The statements with which one activity is processed after it was leased.
    func statements(for activity: JSON) async throws -> [String] {
        let refusal = await world.submit(try world.request(activity))
        try #require(refusal == nil)
        let due = try await world.lease()
        try #require(due.count == 1)
        return await world.statements.during { for activity in due { await world.processor.process(activity) } }
    }
}

@Suite("The statements for one activity")
struct StatementCountTests {
    @Test("an answer in a discussion is checked, stored, relayed and told", arguments: TestEngine.available)
    func answer(_ engine: TestEngine) async throws {
        try await Discussion.run(on: engine) { discussion in
            let statements = try await discussion.statements(for: discussion.answer(1))
            let list = statements.joined(separator: "\n")
            #expect(statements.count <= 22, "\(list)")
            let world = discussion.world
            #expect(try await world.outcome(of: "\(Discussion.vic)/notes/1/create") == "applied")
            let facts = try await world.database.read { db in
                try db.row(
                    """
                    SELECT reply_count, thread_reply_count, (SELECT count(*) FROM notification) AS told,
                        (SELECT count(*) FROM delivery) AS sent
                    FROM post WHERE iri = \(discussion.first)
                    """)
            }
            let row = try #require(facts)
            #expect(try row.int("reply_count") == 1)
            #expect(try row.int("thread_reply_count") == 1)
            #expect(try row.int("told") == 1)
            #expect(try row.int("sent") == 1)
        }
    }

    @Test("a favourite is relayed to those who follow the group", arguments: TestEngine.available)
    func like(_ engine: TestEngine) async throws {
        try await Discussion.run(on: engine) { discussion in
            let like: JSON = [
                "id": JSON("\(Discussion.vic)/likes/1"), "type": "Like", "actor": JSON(Discussion.vic),
                "object": JSON(discussion.first),
            ]
            let statements = try await discussion.statements(for: like)
            #expect(statements.count <= 14, "\(statements.joined(separator: "\n"))")
            #expect(try await discussion.world.outcome(of: "\(Discussion.vic)/likes/1") == "applied")
        }
    }
}
