// SPDX-License-Identifier: Apache-2.0

import Database
import Foundation
import Model
import Storage
import Testing
import Vocabulary

@testable import Federation

/// Alice on this node, Vic on another node and Eve on a third one, with an object of each kind.
private struct Property: Sendable {
    static let victim = "https://prairie.example/users/vic"
    static let eve = "https://evil.example/users/eve"
    static let note = "\(victim)/notes/1"

    let world: FederationWorld

    /// Runs a test with all of these accounts and objects.
    static func run(_ body: (Property) async throws -> Void) async throws {
        try await FederationWorld.run { world in
            try world.addRemote("vic", at: "prairie.example")
            try world.addRemote("eve", at: "evil.example")
            try world.nodes.serve(note(note, by: victim, to: ["\(victim)/followers"]))
            var setup = GoldenSetup(world)
            try await setup.apply(["local": .array(local)])
            // Alice follows Vic, so she receives posts for followers.
            let outcome = try await world.receive(create(note, by: victim, to: ["\(victim)/followers"]))
            try #require(outcome == "applied")
            _ = try await world.resolve(eve)
            try await body(Property(world: world))
        }
    }

    private static let local: [JSON] = [
        ["type": "person", "name": "alice"], ["type": "person", "name": "mallory"],
        ["type": "group", "name": "jardin"],
        ["type": "known", "id": JSON(victim)],
        ["type": "post", "id": 100, "author": "https://cafe.example/users/alice"],
        [
            "type": "event", "id": 300, "owner": "https://cafe.example/groups/jardin", "title": "Repair café",
            "startsAt": "2026-06-06T13:00:00Z",
        ],
        relation("follow", "https://cafe.example/users/alice", victim, "https://cafe.example/activities/5"),
        relation("follow", victim, "https://cafe.example/users/alice", "\(victim)#follow"),
        relation("like", victim, "https://cafe.example/posts/100", "\(victim)#like"),
        relation("boost", victim, "https://cafe.example/posts/100", "\(victim)#boost"),
        relation("block", victim, "https://cafe.example/users/mallory", "\(victim)#block"),
        relation("guest", victim, "https://cafe.example/events/300", "\(victim)#join"),
        [
            "type": "follow", "by": "https://cafe.example/users/mallory", "of": JSON(victim),
            "activity": "https://cafe.example/activities/6", "state": "requested",
        ],
    ]

    private static func relation(_ type: String, _ by: String, _ of: String, _ activity: String) -> JSON {
        ["type": JSON(type), "by": JSON(by), "of": JSON(of), "activity": JSON(activity)]
    }

    static func note(_ id: String, by owner: String, to: [String]) -> JSON {
        [
            "id": JSON(id), "type": "Note", "attributedTo": JSON(owner), "content": "<p>Of \(owner)</p>",
            "to": JSON(to), "cc": [], "published": "2026-05-02T09:00:00Z",
        ]
    }

    static func create(_ id: String, by owner: String, to: [String]) -> JSON {
        [
            "id": JSON("\(id)/create"), "type": "Create", "actor": JSON(owner), "to": JSON(to),
            "object": note(id, by: owner, to: to),
        ]
    }

    /// All stored facts as text. They must be the same after an attack.
    func facts() async throws -> [String] {
        try await world.database.read { db in
            var facts: [String] = []
            let tables: [(SQL, [String])] = [
                ("SELECT * FROM post ORDER BY id", ["iri", "content_html", "visibility"]),
                ("SELECT * FROM mention ORDER BY post_id", ["post_id", "account_id"]),
                ("SELECT * FROM follow ORDER BY follower_id, target_id", ["follower_id", "target_id", "state"]),
                ("SELECT * FROM post_like ORDER BY account_id", ["account_id", "post_id"]),
                ("SELECT * FROM boost ORDER BY account_id", ["account_id", "post_id"]),
                ("SELECT * FROM block ORDER BY account_id", ["account_id", "target_id"]),
                ("SELECT * FROM event ORDER BY id", ["iri", "title", "status"]),
                ("SELECT * FROM guest ORDER BY account_id", ["event_id", "account_id", "state"]),
                ("SELECT * FROM tombstone ORDER BY iri", ["iri"]),
                ("SELECT * FROM move ORDER BY account_id", ["account_id", "target_iri"]),
                (
                    "SELECT * FROM account WHERE iri NOT LIKE 'https://evil%' ORDER BY id",
                    ["iri", "inbox", "deleted_at"]
                ),
                ("SELECT * FROM actor_key WHERE key_id NOT LIKE 'https://evil%'", ["key_id", "public_pem"]),
                ("SELECT id FROM activity ORDER BY id", ["id"]),
            ]
            for (query, columns) in tables {
                for row in try db.rows(query) {
                    facts.append(try columns.map { column in try Self.text(row, column) }.joined(separator: " "))
                }
            }
            return facts
        }
    }

    private static func text(_ row: Row, _ column: String) throws -> String {
        if let text = try? row.textOrNil(column) { return text }
        return "\((try? row.intOrNil(column)) ?? 0)"
    }

    /// Expects that an activity of Eve changes nothing.
    func expectNothing(of activity: JSON, _ location: SourceLocation = #_sourceLocation) async throws {
        let before = try await facts()
        let outcome = try await world.receive(activity, signedBy: Self.eve)
        let isTurnedAway = outcome.map { $0.hasPrefix("refused:") || $0.hasPrefix("ignored:") } ?? true
        #expect(isTurnedAway, "\(outcome ?? "")", sourceLocation: location)
        #expect(try await facts() == before, sourceLocation: location)
    }
}

/// The owner of the object that Eve attacks.
private struct Owner: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let actor: String
    let note: String
    let target: String
    let followed: String

    static let all = [
        Owner(
            testDescription: "Vic of another node", actor: Property.victim, note: Property.note,
            target: "https://cafe.example/posts/100", followed: "https://cafe.example/users/alice"),
        Owner(
            testDescription: "Alice of this node", actor: "https://cafe.example/users/alice",
            note: "https://cafe.example/posts/100", target: Property.note, followed: Property.victim),
        Owner(
            testDescription: "nobody", actor: "https://nowhere.example/users/none",
            note: "https://nowhere.example/notes/1", target: "https://cafe.example/posts/100",
            followed: "https://cafe.example/users/alice"),
    ]
}

/// An activity that only the owner may send.
private struct Attack: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable (Owner) -> JSON

    static let all: [Attack] = [
        of("Create") { Property.note($0.note, by: $0.actor, to: ["https://cafe.example/users/mallory"]) },
        of("Create in her own name") { Property.note($0.note, by: Property.eve, to: []) },
        of("Update") {
            Property.note($0.note, by: $0.actor, to: []).setting("updated", "2026-05-02T09:59:59Z")
        },
        of("Update by reference") { JSON($0.note) },
        of("Delete") { JSON($0.note) },
        of("Delete of a note") { ["type": "Note", "id": JSON($0.note)] },
        of("Delete of a tombstone") { ["type": "Tombstone", "id": JSON($0.note)] },
        of("Delete of the actor") { JSON($0.actor) },
        of("Update of the actor") { ["type": "Person", "id": JSON($0.actor), "inbox": "https://evil.example/inbox"] },
        of("Undo of a follow") { inner("Follow", $0, $0.followed, "#follow") },
        of("Undo of a follow by its id") { JSON("\($0.actor)#follow") },
        of("Undo of a like") { inner("Like", $0, $0.target, "#like") },
        of("Undo of a like by its id") { JSON("\($0.actor)#like") },
        of("Undo of a boost") { inner("Announce", $0, $0.target, "#boost") },
        of("Undo of a block") { inner("Block", $0, "https://cafe.example/users/mallory", "#block") },
        of("Undo of a seat") { inner("Join", $0, "https://cafe.example/events/300", "#join") },
        of("Accept of a follow") {
            [
                "type": "Follow", "id": "https://cafe.example/activities/6",
                "actor": "https://cafe.example/users/mallory", "object": JSON($0.actor),
            ]
        },
        of("Reject of a follow") {
            [
                "type": "Follow", "id": "https://cafe.example/activities/5",
                "actor": "https://cafe.example/users/alice", "object": JSON($0.actor),
            ]
        },
        of("Add") { JSON($0.note) },
        of("Remove") { JSON($0.note) },
        of("Move") { JSON($0.actor) },
    ]

    private static func of(_ name: String, _ object: @escaping @Sendable (Owner) -> JSON) -> Attack {
        Attack(testDescription: name) { owner in
            let type = String(name.prefix { $0 != " " })
            return [
                "id": JSON("\(Property.eve)#attack"), "type": JSON(type), "actor": JSON(Property.eve),
                "to": ["https://www.w3.org/ns/activitystreams#Public"], "object": object(owner),
                "target": JSON(Property.eve),
            ]
        }
    }

    private static func inner(_ type: String, _ owner: Owner, _ object: String, _ suffix: String) -> JSON {
        ["type": JSON(type), "id": JSON(owner.actor + suffix), "actor": JSON(owner.actor), "object": JSON(object)]
    }
}

@Suite("Nobody has a say over what is somebody else's")
struct AuthorityTests {
    @Test("whatever is said, by whomever it is owned (O11, O12)", arguments: Attack.all, Owner.all)
    private func matrix(_ attack: Attack, _ owner: Owner) async throws {
        try await Property.run { property in try await property.expectNothing(of: attack.make(owner)) }
    }

    @Test("a direct message is not opened by claiming its id (O05)")
    func privateNote() async throws {
        try await Property.run { property in
            let claimed = Property.note(Property.note, by: Property.eve, to: ["https://cafe.example/users/mallory"])
                .setting("tag", [["type": "Mention", "href": "https://cafe.example/users/mallory"]])
            try await property.expectNothing(of: [
                "type": "Create", "id": JSON("\(Property.eve)/c/1"), "actor": JSON(Property.eve),
                "to": ["https://cafe.example/users/mallory"], "object": claimed,
            ])
        }
    }

    @Test(
        "a post is not written in somebody's name (O06)",
        arguments: [
            JSON(Property.victim), [JSON(Property.eve), JSON(Property.victim)],
            [JSON(Property.victim), JSON(Property.eve)],
            ["id": JSON(Property.victim), "type": "Person"], "https://cafe.example/users/alice",
        ])
    func attribution(_ owner: JSON) async throws {
        try await Property.run { property in
            let note = Property.note(
                "\(Property.eve)/notes/1", by: Property.eve, to: ["https://cafe.example/users/alice"]
            )
            .setting("attributedTo", owner)
            let create: JSON = [
                "id": JSON("\(Property.eve)/c/2"), "type": "Create", "actor": JSON(Property.eve),
                "object": note,
            ]
            let outcome = try await property.world.receive(create)
            #expect(outcome == "refused:attributed_to_mismatch")
        }
    }

    @Test("a post without an author has none")
    func noAuthor() async throws {
        try await Property.run { property in
            let note = Property.note(
                "\(Property.eve)/notes/1", by: Property.eve, to: ["https://cafe.example/users/alice"])
            try await property.expectNothing(of: [
                "id": JSON("\(Property.eve)/c/3"), "type": "Create", "actor": JSON(Property.eve),
                "object": note.setting("attributedTo", nil),
            ])
        }
    }

    @Test("a key speaks for its owner alone (O07, S13)", arguments: ["Create", "Delete", "Follow", "Update", "Undo"])
    func signer(_ type: String) async throws {
        try await Property.run { property in
            let outcome = try await property.world.receive(
                [
                    "id": JSON("\(Property.victim)#forged"), "type": JSON(type), "actor": JSON(Property.victim),
                    "object": JSON(Property.note),
                ], signedBy: Property.eve)
            #expect(outcome == "refused:signer_is_not_actor")
        }
    }

    @Test(
        "an id of this node is never taken from outside (O29)",
        arguments: [
            "https://cafe.example/objects/1", "https://cafe.example/users/alice/..%2f", "HTTPS://CAFE.EXAMPLE/posts/7",
            "https://cafe.example:443/posts/7", "https://cafe.example/posts/7#x",
        ])
    func localIdentifier(_ id: String) async throws {
        try await Property.run { property in
            let note = Property.note(id, by: Property.eve, to: ["https://cafe.example/users/alice"])
            let create: JSON = [
                "id": JSON("\(Property.eve)/c/4"), "type": "Create", "actor": JSON(Property.eve), "object": note,
            ]
            let outcome = try await property.world.receive(create)
            #expect(outcome == "refused:local_identifier")
            let activity: JSON = ["id": JSON(id), "type": "Like", "actor": JSON(Property.eve), "object": JSON(id)]
            let like = try await property.world.receive(activity)
            #expect(like == "refused:local_identifier")
        }
    }

    @Test(
        "an object is its owner's, or that of the owner's host",
        arguments: [
            ("https://a.example/n/1", "https://a.example/u/ann", "https://a.example/u/ann", true),
            ("https://a.example/n/1", "https://a.example/u/ann", "https://a.example/u/moderator", true),
            ("https://a.example/n/1", "https://a.example/u/ann", "https://b.example/u/eve", false),
            ("https://a.example/n/1", "https://a.example/u/ann", "https://a.example:8443/u/ann", false),
            ("https://b.example/n/1", "https://a.example/u/ann", "https://b.example/u/eve", false),
        ])
    func mayChange(_ object: String, _ owner: String, _ actor: String, _ may: Bool) throws {
        let (object, owner, actor) = (try address(object), try address(owner), try address(actor))
        #expect(Authority.mayChange(object, ownedBy: owner, as: actor) == may)
    }

    @Test("nothing comes of the hostile documents that others collected")
    func hostileDocuments() async throws {
        let folders = Golden.folder("../../shared/fixtures/documents/hostile")
        let files = folders.flatMap(Golden.children).filter { $0.pathExtension == "json" }
        guard !files.isEmpty else { return print("The collected hostile documents are not there: nothing to test.") }
        for file in files {
            let document = try JSON.parse(Array(Data(contentsOf: file)))
            try await Property.run { property in
                let mallory = try property.world.addRemote("mallory", at: "evil.example.com")
                let before = try await property.facts()
                let outcome = try await property.world.receive(document, signedBy: mallory)
                let isTurnedAway = outcome.map { $0.hasPrefix("refused:") || $0.hasPrefix("ignored:") } ?? true
                #expect(isTurnedAway, "\(file.lastPathComponent): \(outcome ?? "")")
                #expect(try await property.facts() == before, "\(file.lastPathComponent)")
            }
        }
    }
}
