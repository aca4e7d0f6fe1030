// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

@Suite("Long collections")
struct CollectionPagesTests {
    private static let count = 620

    /// Reads a collection to its end as another server does, and returns the ids and the number of pages.
    private static func walk(
        _ ask: (CollectionView) async throws -> JSON
    ) async throws -> (ids: [String], pages: Int) {
        let whole = try await ask(.whole)
        #expect(whole["type"] == "OrderedCollection" && whole["totalItems"]?.int == Int64(count))
        #expect(whole["orderedItems"] == nil)
        var (ids, pages, next) = ([String](), 0, whole["first"]?.string)
        while let text = next, pages < 20 {
            let page = try await ask(CollectionView(query: try address(text).query))
            #expect(page["id"]?.string == text && page["type"] == "OrderedCollectionPage")
            #expect(page["partOf"] == whole["id"] && page["totalItems"]?.int == Int64(count))
            ids += (page["orderedItems"]?.array ?? []).compactMap(\.string)
            next = page["next"]?.string
            pages += 1
        }
        return (ids, pages)
    }

    /// Stores public posts that reply to an object.
    private static func reply(
        to parent: IRI, in thread: Post?, _ number: Int, by author: Account, _ world: FederationWorld
    ) async throws -> [String] {
        let (ids, identifiers, start) = (world.ids, world.identifiers, world.clock.now)
        return try await world.database.write { tx in
            var iris: [String] = []
            for number in 0..<number {
                let id: ID<Post> = ids.make(at: start)
                // Every three replies have the same time, so that a page also ends among equal ones.
                var post = Post(
                    id: id, iri: identifiers.post(id), author: author.id, content: .init(unchecked: "<p>r</p>"),
                    visibility: .everyone, publishedAt: start + .seconds(Int64(number / 3)), isLocal: true)
                post.inReplyToIRI = parent
                if let thread { (post.inReplyTo, post.thread) = (thread.id, thread.thread) }
                try Posts.insert(post, PostParts(), in: tx)
                iris.append(post.iri.string)
            }
            return iris
        }
    }

    @Test("replies and a discussion are read to their end", arguments: TestEngine.available)
    func replies(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let (ana, collections) = (try await world.addPerson("ana"), world.federation.collections)
            let id: ID<Post> = world.ids.make(at: world.clock.now)
            let root = Post(
                id: id, iri: world.identifiers.post(id), author: ana.id, content: .init(unchecked: "<p>root</p>"),
                visibility: .everyone, publishedAt: world.clock.now, isLocal: true)
            try await world.database.write { tx in _ = try Posts.insert(root, PostParts(), in: tx) }
            let iris = try await Self.reply(to: root.iri, in: root, Self.count - 1, by: ana, world)
            let context = try await Self.walk { try await collections.context(of: root, $0) }
            #expect(context.ids == [root.iri.string] + iris && context.pages == 7)
            let last = try await Self.reply(to: root.iri, in: root, 1, by: ana, world)
            let replies = try await Self.walk { try await collections.replies(to: root, $0) }
            #expect(Set(replies.ids) == Set(iris + last) && replies.ids.count == Self.count)
            #expect(replies.pages == 7)
        }
    }

    @Test("a group's coming events are read to their end", arguments: TestEngine.available)
    func upcoming(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let group = try await world.addGroup("jardin")
            let (ids, identifiers, now) = (world.ids, world.identifiers, world.clock.now)
            let iris = try await world.database.write { tx in
                try (0..<Self.count).map { number in
                    let id: ID<Event> = ids.make(at: now)
                    let start = now + .hours(1 + number / 3)
                    let event = Event(
                        id: id, iri: identifiers.event(id), owner: group.id, uuid: "uuid-\(number)", title: "E",
                        startsAt: start, endsAt: start + .hours(1), publishedAt: now, isLocal: true)
                    try Events.insert(event, in: tx)
                    return event.iri.string
                }
            }
            let collections = world.federation.collections
            let found = try await Self.walk { try await collections.upcoming(of: group, $0) }
            #expect(found.ids == iris && found.pages == 7)
        }
    }

    @Test(
        "the document of an event has the first posts about it, and the way to the others",
        arguments: TestEngine.available)
    func embedded(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let (group, ana) = (try await world.addGroup("jardin"), try await world.addPerson("ana"))
            let (id, now): (ID<Event>, Timestamp) = (world.ids.make(at: world.clock.now), world.clock.now)
            let event = Event(
                id: id, iri: world.identifiers.event(id), owner: group.id, uuid: "uuid", title: "E",
                startsAt: now + .hours(1), endsAt: now + .hours(2), publishedAt: now, isLocal: true)
            try await world.database.write { tx in _ = try Events.insert(event, in: tx) }
            let first = try await Self.reply(to: event.iri, in: nil, 2, by: ana, world)
            let more = try await Self.reply(to: event.iri, in: nil, ReplyPage.size, by: ana, world)
            let (view, page) = try await world.database.read { db in
                (
                    try #require(try EventViews.unrestricted(id, in: db)),
                    try Threads.replyIRIs(to: event.iri, in: db)
                )
            }
            let document = EventToDocument.document(
                view, identifiers: world.identifiers, community: world.federation.community, replies: page)
            let replies = try #require(document["replies"])
            let list = world.identifiers.eventReplies(id).string
            #expect(replies["id"]?.string == list && replies["type"] == "Collection")
            let items = replies["first"]?["items"]?.array?.compactMap(\.string) ?? []
            #expect(items.count == ReplyPage.size && first.allSatisfy(items.contains))
            let next = try address(try #require(replies["first"]?["next"]?.string))
            let rest = try await world.federation.collections.replies(to: event, CollectionView(query: next.query))
            let others = (rest["orderedItems"]?.array ?? []).compactMap(\.string)
            #expect(Set(items + others) == Set(first + more) && others.count == 2 && rest["next"] == nil)
        }
    }
}
