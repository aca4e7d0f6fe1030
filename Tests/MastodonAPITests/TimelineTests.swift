// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Timelines of client apps")
struct TimelineTests {
    @Test(
        "a home timeline that shows nothing yet says where it goes on, and leads to what one may see",
        arguments: TestEngine.available)
    func emptyPages(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let eve = try await node.stranger("eve")
            let own = try await node.services.publishPost(PostDraft(text: "tea"), as: .member(ada.id))
            try await Self.fill(6_500, by: eve, followedBy: ada.id, node)
            node.clock.pass(.seconds(1))
            try await node.services.mute(eve.id, hidesNotifications: false, seconds: 0, as: .member(ada.id))
            var page = try await node.get("/api/v1/timelines/home?limit=20", token: ada.token)
            #expect(page.json == [])
            var steps = 0
            while page.json == [], let next = Self.next(page), steps < 5 {
                page = try await node.get(next, token: ada.token)
                steps += 1
            }
            #expect(page.json.array?.map { $0["id"]?.string } == ["\(own)"])
            #expect(steps > 0 && Self.next(page) == nil)
        }
    }

    @Test(
        "an event for those who were invited is not there for its owner's followers, and an owner reads the own one",
        arguments: TestEngine.available)
    func events(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada", .steward), try await node.guest("bob"))
            let group = try await node.services.createGroup(
                GroupDraft(name: "lyon", title: "Lyon"), as: .member(ada.id))
            try await node.services.follow(group.id, as: .member(bob.id))
            let asGroup = try await node.token(of: ada.id, as: group.id)
            for visibility in [Visibility.followers, .direct] {
                let event = try await Self.event(by: group.id, visibility, node)
                let path = "/api/v1/statuses/\(event.id)"
                #expect(try await node.get(path, token: asGroup).status == 200)
                #expect(try await node.get(path).status == 404)
                #expect(try await node.get(path, token: bob.token).status == (visibility == .followers ? 200 : 404))
                let guest = Guest(
                    account: bob.id, event: event.id, state: .going, join: try iri("https://far.example/joins/1"),
                    requestedAt: node.clock.now)
                try await node.database.write { tx in try GuestLists.set(guest, rank: 1, in: tx) }
                #expect(try await node.get(path, token: bob.token).status == 200)
            }
        }
    }

    /// The path of the next page, as the header names it.
    private static func next(_ reply: Reply) -> String? {
        guard let link = reply.header("link"), let end = link.firstRange(of: ">; rel=\"next\"") else { return nil }
        let address = link[..<end.lowerBound]
        return address.firstRange(of: "/api/").map { String(address[$0.lowerBound...]) }
    }

    private static func event(
        by owner: ID<Account>, _ visibility: Visibility, _ node: ClientNode
    ) async throws -> Event {
        let id: ID<Event> = node.ids.make(at: node.clock.now)
        var event = Event(
            id: id, iri: try iri("http://cafe.example/events/\(id)"), owner: owner, uuid: "u", title: "Meeting",
            startsAt: node.clock.now + .days(1), endsAt: node.clock.now + .days(2), publishedAt: node.clock.now,
            isLocal: true)
        event.visibility = visibility
        let stored = event
        try await node.database.write { tx in _ = try Events.insert(stored, in: tx) }
        return event
    }

    /// Stores many posts of an account that somebody follows, newer than all there are.
    private static func fill(
        _ count: Int64, by author: Account, followedBy follower: ID<Account>, _ node: ClientNode
    ) async throws {
        let activity = try iri("http://cafe.example/activities/9")
        let (no, yes) = (false, true)
        try await node.database.write { tx in
            _ = try Follows.request(by: follower, of: author.id, activity: activity, at: Timestamp(0), in: tx)
            _ = try Follows.setState(.accepted, by: follower, of: author.id, in: tx)
            let first = try tx.row("SELECT max(id) AS id FROM entry")?.intOrNil("id") ?? 0
            let numbers: SQL = """
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
                """
            try tx.run(
                """
                INSERT INTO post (id, iri, author_id, thread_id, kind, title, content_html, warning, visibility,
                    published_at, is_local)
                \(numbers) SELECT \(first) + i, 'https://far.example/many/' || i, \(author.id), \(first) + i, 'note', '', '',
                    '', 'public', 0, \(no) FROM n
                """)
            try tx.run(
                """
                INSERT INTO entry (id, account_id, post_id, is_boost, is_reply, is_listed, is_local)
                \(numbers) SELECT \(first) + i, \(author.id), \(first) + i, \(no), \(no), \(yes), \(no) FROM n
                """)
            try tx.run("INSERT INTO newest_entry (account_id, entry_id) VALUES (\(author.id), \(first + count))")
        }
    }
}
