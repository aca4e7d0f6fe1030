// SPDX-License-Identifier: Apache-2.0

import Database
import Federation
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("what our actors show of themselves")
struct CollectionsTests {
    private static let group = "https://node.test/groups/cafe"

    private func follow(_ target: Account, in node: ResolverNode, count: Int) async throws {
        let ids = node.ids
        let now = node.clock.now
        try await node.database.write { tx in
            for number in 0..<count {
                let address = try iri("https://far.test/u/f\(number)")
                let account = Account(
                    id: ids.make(at: now), kind: .person, username: "f\(number)", host: "far.test", iri: address,
                    createdAt: now)
                try Accounts.insert(account, in: tx)
                let activity = address.appending(path: "follow")
                _ = try Follows.request(by: account.id, of: target.id, activity: activity, at: now, in: tx)
                try Follows.setState(.accepted, by: account.id, of: target.id, in: tx)
            }
        }
    }

    @Test("a group lists its followers page by page, each once")
    func groupFollowers() async throws {
        let node = try await ResolverNode()
        let group = try await node.addLocal("cafe", .group)
        try await follow(group, in: node, count: 45)
        let whole = try await node.collections.followers(of: group)
        #expect(whole["totalItems"]?.int == 45)
        #expect(whole["orderedItems"] == nil)
        var next = whole["first"]?.string
        var seen: [String] = []
        while let address = next, seen.count < 100 {
            let view = CollectionView(query: try iri(address).query)
            let page = try await node.collections.followers(of: group, view)
            #expect(page["id"]?.string == address)
            #expect(page["partOf"]?.string == Self.group + "/followers")
            seen += PeerRules.strings(page["orderedItems"]) ?? []
            next = page["next"]?.string
        }
        #expect(seen.count == 45)
        #expect(Set(seen).count == 45)
    }

    @Test("a person's followers are counted and not named, page or no page")
    func personFollowers() async throws {
        let node = try await ResolverNode()
        let ana = try await node.addLocal("ana")
        try await follow(ana, in: node, count: 3)
        for view in [CollectionView.whole, .page(before: nil)] {
            let json = try await node.collections.followers(of: ana, view)
            #expect(json["totalItems"]?.int == 3)
            #expect(json["first"] == nil && json["orderedItems"] == nil)
        }
    }

    @Test("an outbox shows public activities, newest first, without their own contexts")
    func outbox() async throws {
        let node = try await ResolverNode()
        let ana = try await node.addLocal("ana")
        let (ids, identifiers, now) = (node.ids, node.identifiers, node.clock.now)
        try await node.database.write { tx in
            for number in 1...25 {
                let id: ID<SentActivity> = ids.make(at: now)
                let body = """
                    {"@context":"https://www.w3.org/ns/activitystreams","id":"\(identifiers.activity(id))","n":\(number)}
                    """
                try OutboxQueue.insert(
                    SentActivity(
                        id: id, iri: identifiers.activity(id), actor: ana.id, type: "Create", object: nil, body: body,
                        isPublic: number != 25, createdAt: now), in: tx)
            }
        }
        #expect(try await node.collections.outbox(of: ana)["totalItems"]?.int == 24)
        let first = try await node.collections.outbox(of: ana, .page(before: nil))
        let items = first["orderedItems"]?.array ?? []
        #expect(items.map { $0["n"]?.int } == (5...24).reversed().map(Int64.init))
        #expect(items.allSatisfy { $0["@context"] == nil })
        let view = CollectionView(query: try iri(first["next"]?.string ?? "").query)
        let second = try await node.collections.outbox(of: ana, view)
        #expect(second["orderedItems"]?.array?.count == 4)
        #expect(second["next"] == nil)
    }

    @Test("the public part of a discussion is shown, what is private is not")
    func discussions() async throws {
        let node = try await ResolverNode()
        let vic = "https://victim.test/u/vic"
        node.world.serve(actorDocument(vic, "vic"))
        node.world.serve(noteDocument("https://victim.test/n/1", by: vic))
        let root = try await node.posts.resolve(try iri("https://victim.test/n/1"))
        node.world.serve(noteDocument("https://victim.test/n/2", by: vic, replyingTo: "https://victim.test/n/1"))
        let whisper = noteDocument("https://victim.test/n/3", by: vic, replyingTo: "https://victim.test/n/1")
            .with(["to": [JSON(vic)], "cc": []])
        node.world.serve(whisper)
        _ = try await node.posts.resolve(try iri("https://victim.test/n/2"))
        _ = try await node.posts.resolve(try iri("https://victim.test/n/3"))
        let post = try #require(try await node.post("https://victim.test/n/1"))
        #expect(root == .post(post.id))
        let replies = try await node.collections.replies(to: post)
        #expect(PeerRules.strings(replies["orderedItems"]) == ["https://victim.test/n/2"])
        let context = try await node.collections.context(of: post)
        #expect(
            PeerRules.strings(context["orderedItems"]) == ["https://victim.test/n/1", "https://victim.test/n/2"])
        #expect(context["attributedTo"]?.string == vic)
    }

    @Test("a group's agenda begins with the next event and leaves out what has ended; who comes is only counted")
    func events() async throws {
        let node = try await ResolverNode()
        let group = try await node.addLocal("cafe", .group)
        let (ids, identifiers, now) = (node.ids, node.identifiers, node.clock.now)
        let made = try await node.database.write { tx in
            try [48, 24, -24].map { hours in
                let id: ID<Event> = ids.make(at: now)
                let start = now + .hours(hours)
                let event = Event(
                    id: id, iri: identifiers.event(id), owner: group.id, uuid: "uuid-\(hours)", title: "E",
                    startsAt: start, endsAt: start + .hours(1), publishedAt: now, isLocal: true)
                try Events.insert(event, in: tx)
                return event
            }
        }
        let upcoming = try await node.collections.upcoming(of: group)
        #expect(PeerRules.strings(upcoming["orderedItems"]) == [made[1].iri.string, made[0].iri.string])
        var view = EventView(event: made[0], owner: group)
        view.going = 4
        let attendees = node.collections.attendees(of: view)
        #expect(attendees["totalItems"]?.int == 4)
        #expect(attendees["orderedItems"] == nil && attendees["first"] == nil)
        #expect(node.collections.featured(of: group)["orderedItems"]?.array == [])
    }

    @Test("a group names who keeps it in order")
    func moderators() async throws {
        let node = try await ResolverNode()
        let group = try await node.addLocal("cafe", .group)
        let ana = try await node.addLocal("ana")
        try await node.database.write { tx in
            try GroupRoles.set(.moderator, group: group.id, account: ana.id, in: tx)
        }
        let json = try await node.collections.moderators(of: group)
        #expect(PeerRules.strings(json["orderedItems"]) == [ana.iri.string])
        #expect(json["id"]?.string == Self.group + "/collections/moderators")
    }

    @Test(
        "a page is asked for by its query",
        arguments: [
            (nil, .whole), ("", .whole), ("page=true", .page(before: nil)), ("page=true&before=7", .page(before: 7)),
            ("before=7", .page(before: 7)), ("page=true&before=-7", .page(before: nil)), ("page=1&x=%00", .whole),
            ("before=99999999999999999999", .whole),
            ("page=true&after=9-8", .rest(after: .init(time: Timestamp(9), id: 8))),
            ("page=true&after=-9-8", .page(before: nil)), ("after=9-", .whole),
            ("after=9-99999999999999999999", .whole),
        ] as [(String?, CollectionView)])
    func queries(query: String?, expected: CollectionView) {
        #expect(CollectionView(query: query) == expected)
    }
}
