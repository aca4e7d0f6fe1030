// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

@Suite("What a group has to show when it is first followed")
struct BacklogTests {
    private static let far = "https://grenoble.example"
    private static let group = "\(far)/users/cafe"

    @Test(
        "its coming events and latest discussions arrive with its acceptance, and nobody is told of them",
        arguments: TestEngine.available)
    func arrives(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let ours = try await world.addGroup("jardin")
            let theirs = try await Self.furnish(world)
            try await world.database.write { tx in try world.outbox.follow(theirs, by: ours, in: tx) }
            let follow = try #require(try await world.sent().first { $0.type == "Follow" }).body
            let accept: JSON = [
                "id": JSON("\(Self.group)#accept"), "type": "Accept", "actor": JSON(Self.group), "object": follow,
            ]
            #expect(await world.submit(try world.request(accept)) == nil)
            try await world.settle()
            let now = world.clock.now
            let (talks, events) = try await world.database.read { db in
                let page = try Timelines.group(
                    ours.id, PageRequest(), viewer: nil, mode: .open, onlyPosts: true, at: now, in: db)
                let events = try Events.upcoming(
                    from: now, scope: .shown(by: ours.id), limit: 9, after: nil, viewer: nil, mode: .open, in: db)
                return (
                    try PostViews.load(page.posts, viewer: nil, in: db).map(\.post.iri.string),
                    try EventViews.load(events, viewer: nil, in: db).map(\.event.iri.string)
                )
            }
            #expect(talks == ["\(Self.far)/posts/2", "\(Self.far)/posts/1"])
            #expect(events == ["\(Self.far)/events/1"])
            let told = try await world.database.read { db in try db.rows("SELECT id FROM notification").count }
            #expect(told == 0)
            let sent = try await world.sent().map(\.type)
            #expect(sent == ["Follow"])
        }
    }

    @Test(
        "it stands at its own time in home timelines, below what came since, and is no news for open streams",
        arguments: TestEngine.available)
    func order(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let (alice, bob) = (try await world.addPerson("alice"), try await world.addPerson("bob"))
            try await world.follow(by: alice, of: bob)
            let id: ID<Post> = world.ids.make(at: world.clock.now)
            let recent = Post(
                id: id, iri: world.identifiers.post(id), author: bob.id, content: .init(unchecked: "<p>Salut</p>"),
                visibility: .everyone, publishedAt: world.clock.now, isLocal: true)
            try await world.database.write { tx in _ = try Posts.insert(recent, PostParts(), in: tx) }
            let theirs = try await Self.furnish(world)
            try await world.database.write { tx in try world.outbox.follow(theirs, by: alice, in: tx) }
            let follow = try #require(try await world.sent().first { $0.type == "Follow" }).body
            let accept: JSON = [
                "id": JSON("\(Self.group)#accept"), "type": "Accept", "actor": JSON(Self.group), "object": follow,
            ]
            #expect(await world.submit(try world.request(accept)) == nil)
            try await world.settle()
            let now = world.clock.now
            let (home, told) = try await world.database.read { db in
                let page = try Timelines.home(alice.id, PageRequest(), onlyPosts: true, at: now, in: db)
                return (
                    try PostViews.load(page.posts, viewer: alice.id, in: db).map(\.post.iri.string),
                    try db.rows("SELECT id FROM notification").count
                )
            }
            #expect(home == [recent.iri.string, "\(Self.far)/posts/2", "\(Self.far)/posts/1"])
            #expect(told == 0)
            let items = try await world.database.read { db in
                try db.rows("SELECT id FROM entry WHERE NOT is_local").map { row in
                    let id: ID<TimelineItem> = try row.id("id")
                    return id.madeAt
                }
            }
            #expect(!items.isEmpty && items.allSatisfy { now - $0 > .days(9) })
        }
    }

    @Test("a group that shows nothing is followed all the same", arguments: TestEngine.available)
    func silent(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let ours = try await world.addGroup("jardin")
            let theirs = try await Self.furnish(world)
            world.nodes.fail("\(Self.group)/outbox", .unavailable(status: 500))
            world.nodes.fail("\(Self.group)/upcoming", .notFound)
            try await world.database.write { tx in try world.outbox.follow(theirs, by: ours, in: tx) }
            let follow = try #require(try await world.sent().first { $0.type == "Follow" }).body
            let accept: JSON = [
                "id": JSON("\(Self.group)#accept"), "type": "Accept", "actor": JSON(Self.group), "object": follow,
            ]
            #expect(await world.submit(try world.request(accept)) == nil)
            try await world.settle()
            let state = try await world.database.read { db in
                try Follows.find(by: ours.id, of: theirs.id, in: db)?.state
            }
            #expect(state == .accepted)
        }
    }

    /// Serves a group with two discussions, a reply, a coming and a past event.
    private static func furnish(_ world: FederationWorld) async throws -> Account {
        try world.addRemote("cafe", at: "grenoble.example", type: "Group")
        try world.addRemote("ines", at: "grenoble.example")
        let actor = try await world.nodes.load(try address(group)).document
        var document = JSON.object(actor.json)
        document = document.setting("upcomingEvents", JSON("\(group)/upcoming"))
        try world.nodes.serve(document)
        for (number, time) in [(1, "2026-04-01T09:00:00Z"), (2, "2026-04-20T09:00:00Z"), (3, "2026-04-21T09:00:00Z")] {
            var post: JSON = [
                "id": JSON("\(far)/posts/\(number)"), "type": "Note", "attributedTo": JSON("\(far)/users/ines"),
                "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [JSON(group)],
                "content": JSON("<p>Discussion \(number)</p>"), "published": JSON(time),
            ]
            if number == 3 { post = post.setting("inReplyTo", JSON("\(far)/posts/2")) }
            try world.nodes.serve(post)
        }
        for (number, year) in [(1, 2027), (2, 2025)] {
            try world.nodes.serve([
                "id": JSON("\(far)/events/\(number)"), "type": "Event", "attributedTo": JSON(group),
                "to": ["https://www.w3.org/ns/activitystreams#Public"], "name": JSON("Rencontre \(number)"),
                "startTime": JSON("\(year)-06-06T13:00:00Z"), "endTime": JSON("\(year)-06-06T15:00:00Z"),
                "published": "2025-01-01T09:00:00Z",
            ])
        }
        let announces: [JSON] = [3, 2, 1].map { number in
            [
                "id": JSON("\(group)/announces/\(number)"), "type": "Announce", "actor": JSON(group),
                "object": JSON("\(far)/posts/\(number)"),
            ]
        }
        try world.nodes.serve([
            "id": JSON("\(group)/outbox"), "type": "OrderedCollection", "totalItems": 3,
            "first": JSON("\(group)/outbox?page=true"),
        ])
        try world.nodes.serve([
            "id": JSON("\(group)/outbox?page=true"), "type": "OrderedCollectionPage",
            "orderedItems": .array(announces),
        ])
        try world.nodes.serve([
            "id": JSON("\(group)/upcoming"), "type": "OrderedCollection", "totalItems": 2,
            "orderedItems": [JSON("\(far)/events/1"), JSON("\(far)/events/2")],
        ])
        return try await world.resolve(group)
    }
}
