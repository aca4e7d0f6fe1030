// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

private let everybody = "https://www.w3.org/ns/activitystreams#Public"

/// Alice follows a community of another node, in which Paul answers a discussion of Vera that is unknown here.
private struct CommunityFixture: Sendable {
    static let community = "https://ruche.example/users/plants"
    static let root = "https://prairie.example/notes/1"
    static let answer = "https://colline.example/notes/2"

    let world: FederationWorld
    let alice: Account

    static func run(on engine: TestEngine = .sqlite, _ body: (CommunityFixture) async throws -> Void) async throws {
        try await FederationWorld.run(on: engine) { world in
            let alice = try await world.addPerson("alice")
            let community = try world.addRemote("plants", at: "ruche.example", type: "Group")
            try await world.follow(by: alice, of: try await world.resolve(community))
            let vera = try world.addRemote("vera", at: "prairie.example")
            let paul = try world.addRemote("paul", at: "colline.example")
            try world.nodes.serve(note(root, by: vera, title: "Seedlings"))
            try world.nodes.serve(note(answer, by: paul, replyingTo: root))
            try await body(CommunityFixture(world: world, alice: alice))
        }
    }

    static func note(_ id: String, by author: String, title: String? = nil, replyingTo parent: String? = nil) -> JSON {
        .object(droppingNil: [
            ("id", JSON(id)), ("type", parent == nil ? "Page" : "Note"), ("attributedTo", JSON(author)),
            ("name", title.map { JSON($0) }), ("content", "<p>Words</p>"), ("to", [JSON(everybody), JSON(community)]),
            ("audience", JSON(community)), ("published", "2026-04-02T09:00:00Z"),
            ("inReplyTo", parent.map { JSON($0) }),
        ])
    }

    func post(_ id: String) async throws -> Post? {
        let iri = try address(id)
        return try await world.database.read { db in try Posts.byIRI(iri, in: db) }
    }
}

extension FederationWorld {
    /// The kinds of an account's notifications, the newest first.
    fileprivate func newsKinds(of account: Account) async throws -> [Storage.Notification.Kind] {
        let now = clock.now
        return try await database.read { db in
            try Notifications.list(of: account.id, NotificationListFilter(), PageRequest(), at: now, in: db)
                .map(\.kind)
        }
    }
}

@Suite("answers and events of other nodes")
struct DiscussionIntakeTests {
    @Test("an announced answer brings the discussion that it belongs to", arguments: TestEngine.available)
    func announcedAnswer(engine: TestEngine) async throws {
        try await CommunityFixture.run(on: engine) { fixture in
            let outcome = try await fixture.world.receive([
                "@context": "https://www.w3.org/ns/activitystreams", "id": "https://ruche.example/announces/1",
                "type": "Announce", "actor": JSON(CommunityFixture.community), "to": [JSON(everybody)],
                "object": [
                    "id": "https://colline.example/creates/2", "type": "Create",
                    "actor": "https://colline.example/users/paul",
                    "object": CommunityFixture.note(
                        CommunityFixture.answer, by: "https://colline.example/users/paul",
                        replyingTo: CommunityFixture.root),
                ],
            ])
            #expect(outcome == "applied")
            let root = try #require(try await fixture.post(CommunityFixture.root))
            let answer = try #require(try await fixture.post(CommunityFixture.answer))
            #expect(answer.inReplyTo == root.id)
            #expect(answer.thread == root.id)
            // A follower of the community sees the discussion, which is older than the follow.
            let alice = fixture.alice
            let home = try await fixture.world.database.read { db in
                try Timelines.home(alice.id, PageRequest(), at: fixture.world.clock.now, in: db).items
            }
            #expect(home.count == 1)
            let host = "ruche.example"
            let software = try await fixture.world.database.read { db in try Peers.software(of: host, in: db) }
            #expect(software?.seen == .threadiverse)
        }
    }

    @Test("an answer that is looked up brings its discussion", arguments: TestEngine.available)
    func lookedUp(engine: TestEngine) async throws {
        try await CommunityFixture.run(on: engine) { fixture in
            _ = try await fixture.world.federation.posts.resolve(try address(CommunityFixture.answer))
            let root = try #require(try await fixture.post(CommunityFixture.root))
            #expect(try await fixture.post(CommunityFixture.answer)?.inReplyTo == root.id)
        }
    }

    @Test("an event that is addressed to a member is kept, and the member is told", arguments: ["to", "tag", "Invite"])
    func invitation(by way: String) async throws {
        try await FederationWorld.run { world in
            let alice = try await world.addPerson("alice")
            let ina = try world.addRemote("ina", at: "prairie.example")
            let me = JSON(alice.iri)
            var event: JSON.Object = [
                "id": "https://prairie.example/events/1", "type": "Event", "attributedTo": JSON(ina), "name": "Walk",
                "startTime": "2026-06-01T10:00:00Z", "to": [JSON(everybody)], "published": "2026-05-02T09:00:00Z",
            ]
            if way == "to" { event["to"] = [JSON(everybody), me] }
            if way == "tag" { event["tag"] = [["type": "Mention", "href": me, "name": "@alice@cafe.example"]] }
            let outcome = try await world.receive([
                "@context": "https://www.w3.org/ns/activitystreams", "id": "https://prairie.example/acts/1",
                "type": JSON(way == "Invite" ? "Invite" : "Create"), "actor": JSON(ina),
                "to": way == "Invite" ? [JSON(everybody), me] : [JSON(everybody)], "object": .object(event),
            ])
            #expect(outcome == "applied")
            #expect(try await world.newsKinds(of: alice) == [.mention])
        }
    }

    @Test(
        "a like of an event counts once, the organizer is told, and an undo takes it back",
        arguments: TestEngine.available)
    func likedEvent(engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let (alice, garden) = (try await world.addPerson("alice"), try await world.addGroup("jardin"))
            let vera = try world.addRemote("vera", at: "prairie.example")
            let id: ID<Event> = world.ids.make(at: world.clock.now)
            var draft = Event(
                id: id, iri: world.identifiers.event(id), owner: garden.id, uuid: "u", title: "Walk",
                startsAt: world.clock.now + .days(1), endsAt: world.clock.now + .days(2),
                publishedAt: world.clock.now, isLocal: true)
            draft.organizer = alice.id
            let event = draft
            try await world.database.write { tx in _ = try Events.insert(event, in: tx) }
            let like: JSON = [
                "@context": "https://www.w3.org/ns/activitystreams", "id": "https://prairie.example/likes/1",
                "type": "Like", "actor": JSON(vera), "object": JSON(event.iri),
            ]
            #expect(try await world.receive(like) == "applied")
            let again = like.setting("id", "https://prairie.example/likes/2")
            #expect(try await world.receive(again) == "duplicate")
            let boost = like.setting("id", "https://prairie.example/boosts/1").setting("type", "Announce")
            #expect(try await world.receive(boost) == "applied")
            let view = { @Sendable () async throws -> EventView? in
                try await world.database.read { db in
                    try EventViews.one(event.id, viewer: nil, with: .reactions, in: db)
                }
            }
            #expect(try await view()?.likeCount == 1)
            #expect(try await view()?.shareCount == 1)
            #expect(try await world.newsKinds(of: alice) == [.reblog, .favourite])
            let undo: JSON = [
                "@context": "https://www.w3.org/ns/activitystreams", "id": "https://prairie.example/undos/1",
                "type": "Undo", "actor": JSON(vera), "object": like,
            ]
            #expect(try await world.receive(undo) == "applied")
            #expect(try await view()?.likeCount == 0)
        }
    }

    @Test("an object of a kind that is unknown here is called so", arguments: ["Review", "ChatMessage"])
    func unknownKind(type: String) async throws {
        try await FederationWorld.run { world in
            let alice = try await world.addPerson("alice")
            let vera = try world.addRemote("vera", at: "prairie.example")
            try await world.follow(by: alice, of: try await world.resolve(vera))
            let outcome = try await world.receive([
                "@context": "https://www.w3.org/ns/activitystreams", "id": "https://prairie.example/creates/1",
                "type": "Create", "actor": JSON(vera), "to": [JSON(everybody)],
                "object": [
                    "id": "https://prairie.example/things/1", "type": JSON(type), "attributedTo": JSON(vera),
                    "content": "<p>x</p>", "to": [JSON(everybody)],
                ],
            ])
            #expect(outcome == "ignored:unknown_type")
        }
    }

    @Test("a follow that names the page of an account counts", arguments: ["@alice", "@jardin"])
    func pathAddress(path: String) async throws {
        try await FederationWorld.run { world in
            try await world.addPerson("alice")
            try await world.addGroup("jardin")
            let vera = try world.addRemote("vera", at: "prairie.example")
            let outcome = try await world.receive([
                "@context": "https://www.w3.org/ns/activitystreams", "id": "https://prairie.example/follows/1",
                "type": "Follow", "actor": JSON(vera), "object": JSON("https://cafe.example/\(path)"),
            ])
            #expect(outcome == "applied")
            let sent = try await world.sent()
            #expect(sent.map(\.type) == ["Accept"])
        }
    }
}
