// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

private let vic = "https://victim.test/u/vic"
private let eve = "https://evil.test/u/eve"

@Suite("who is believed: posts, events and threads")
struct PostResolverTests {
    private func node() async throws -> ResolverNode {
        let node = try await ResolverNode()
        node.world.serve(actorDocument(vic, "vic"))
        node.world.serve(actorDocument(eve, "eve", pem: ResolverKeys.eve))
        return node
    }

    @Test("a post is fetched from its origin and stored once")
    func once() async throws {
        let node = try await node()
        node.world.serve(noteDocument("https://victim.test/n/1", by: vic))
        let first = try await node.posts.resolve(try iri("https://victim.test/n/1"))
        node.world.forget()
        #expect(try await node.posts.resolve(try iri("https://victim.test/n/1")) == first)
        #expect(node.world.asked.isEmpty)
        #expect(try await node.post("https://victim.test/n/1")?.visibility == .everyone)
    }

    @Test("a page's address leads to the object that it shows, and to a profile's actor")
    func pages() async throws {
        let node = try await node()
        node.world.serve(noteDocument("https://victim.test/n/1", by: vic))
        node.world.serve(noteDocument("https://victim.test/n/1", by: vic), at: "https://victim.test/@vic/1")
        node.world.serve(actorDocument(vic, "vic"), at: "https://victim.test/@vic")
        let post = try #require(try await node.posts.resolve(try iri("https://victim.test/@vic/1")).post)
        #expect(try await node.post("https://victim.test/n/1")?.id == post)
        guard case .account(let id) = try await node.posts.resolve(try iri("https://victim.test/@vic")) else {
            Issue.record("a profile is an account")
            return
        }
        #expect(try await node.account(vic)?.id == id)
    }

    @Test("a stored post is found by its page, which serves no document", arguments: TestEngine.available)
    func pageOfStored(engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let vera = try world.addRemote("vera", at: "prairie.example")
            let (id, page) = ("https://prairie.example/notes/1", "https://prairie.example/2026/hello")
            try world.nodes.serve([
                "id": JSON(id), "type": "Note", "attributedTo": JSON(vera), "content": "<p>Hello</p>",
                "to": ["https://www.w3.org/ns/activitystreams#Public"], "url": JSON(page),
            ])
            world.nodes.fail(page, .wrongMediaType("text/html"))
            let post = try await world.federation.posts.resolve(try address(id))
            let asked = world.nodes.asked
            #expect(try await world.federation.posts.resolve(try address(page)) == post)
            #expect(world.nodes.asked == asked)
        }
    }

    static let forgeries: [(String, JSON, FederationError)] = [
        (
            "https://evil.test/n/1", noteDocument("https://evil.test/n/1", by: vic), .ownerMismatch
        ),
        (
            "https://evil.test/n/2",
            noteDocument("https://evil.test/n/2", by: eve).with(["attributedTo": [JSON(eve), JSON(vic)]]),
            .ownerMismatch
        ),
        ("https://evil.test/n/3", noteDocument("https://victim.test/n/3", by: vic), .fetch(.notFound)),
        ("https://evil.test/n/4", noteDocument("https://node.test/posts/1", by: eve), .localIdentifier),
        (
            "https://evil.test/n/5", noteDocument("https://evil.test/n/5", by: eve).with(["attributedTo": nil]),
            .ownerMismatch
        ),
        ("https://evil.test/n/6", ["id": "https://evil.test/n/6", "type": "Tombstone"], .tombstoned),
        ("https://evil.test/n/7", ["id": "https://evil.test/n/7", "type": ["Note", "Person"]], .notAPost),
        ("https://evil.test/n/8", ["type": "Note", "content": "x"], .identifierMismatch),
        ("https://node.test/posts/99", ["id": "https://node.test/posts/99", "type": "Note"], .notAPost),
    ]

    @Test("a forged object is refused and nothing is stored", arguments: forgeries)
    func forged(address: String, document: JSON, refusal: FederationError) async throws {
        let node = try await node()
        node.world.serve(document, at: address)
        await #expect(throws: refusal) { try await node.posts.resolve(try iri(address)) }
        let count = try await node.database.read { db in try db.row("SELECT count(*) AS n FROM post")?.int("n") }
        #expect(count == 0)
    }

    @Test("a fetched activity has to be of its actor's origin")
    func activities() async throws {
        let node = try await node()
        let like: JSON = ["id": "https://evil.test/likes/1", "type": "Like", "actor": JSON(vic), "object": JSON(vic)]
        node.world.serve(like)
        await #expect(throws: FederationError.ownerMismatch) {
            try await node.objects.fetch(try iri("https://evil.test/likes/1"))
        }
        node.world.serve(like.with(["actor": JSON(eve)]))
        #expect(try await node.objects.fetch(try iri("https://evil.test/likes/1")).type == "Like")
    }

    @Test("the first version of an id stays, and another author never gets it")
    func firstWins() async throws {
        let node = try await node()
        node.world.serve(noteDocument("https://victim.test/n/1", by: vic))
        let document = try await node.objects.fetch(try iri("https://victim.test/n/1"))
        let first = try await node.objects.gather(document)
        let changed = Document(noteDocument("https://victim.test/n/1", by: vic).with(["content": "<p>other</p>"]))
        let second = try await node.objects.gather(try #require(changed))
        let (one, two) = try await node.database.write { tx in
            (try ObjectStore.insert(first, in: tx), try ObjectStore.insert(second, in: tx))
        }
        #expect(try one.get() == two.get())
        #expect(
            try await node.post("https://victim.test/n/1")?.content.string == "<p>Text of https://victim.test/n/1</p>")
    }

    @Test("a deleted object is not fetched again and not stored")
    func tombstones() async throws {
        let node = try await node()
        let address = try iri("https://victim.test/n/1")
        node.world.serve(noteDocument(address.string, by: vic))
        let gathered = try await node.objects.gather(try await node.objects.fetch(address))
        let (now, owner) = (node.clock.now, try iri(vic))
        let outcome = try await node.database.write { tx in
            try Tombstones.record(address, actor: owner, formerType: "Note", at: now, in: tx)
            return try ObjectStore.insert(gathered, in: tx)
        }
        #expect(outcome == .failure(.tombstoned))
        node.world.forget()
        await #expect(throws: FederationError.tombstoned) { try await node.objects.fetch(address) }
        #expect(node.world.asked.isEmpty)
    }

    @Test("an event is stored with its owner, and what was said about it before finds it")
    func events() async throws {
        let node = try await node()
        node.world.serve(noteDocument("https://evil.test/n/1", by: eve, replyingTo: "https://victim.test/e/1"))
        _ = try await node.posts.resolve(try iri("https://evil.test/n/1"))
        node.world.serve([
            "id": "https://victim.test/e/1", "type": "Event", "attributedTo": JSON(vic), "name": "Breakfast",
            "startTime": "2026-09-04T09:00:00+02:00", "to": ["https://www.w3.org/ns/activitystreams#Public"],
        ])
        guard case .event(let id) = try await node.posts.resolve(try iri("https://victim.test/e/1")) else {
            Issue.record("it is an event")
            return
        }
        #expect(try await node.post("https://evil.test/n/1")?.event == id)
    }

    // MARK: - Threads

    @Test("the unknown ancestors are fetched, and stored they are a thread from its root")
    func ancestors() async throws {
        let node = try await node()
        node.world.serve(noteDocument("https://victim.test/n/1", by: vic))
        node.world.serve(noteDocument("https://evil.test/n/2", by: eve, replyingTo: "https://victim.test/n/1"))
        node.world.serve(noteDocument("https://victim.test/n/3", by: vic, replyingTo: "https://evil.test/n/2"))
        try await node.storeAncestors(from: "https://victim.test/n/3")
        let root = try #require(try await node.post("https://victim.test/n/1"))
        #expect(try await node.post("https://evil.test/n/2")?.thread == root.id)
        #expect(try await node.post("https://victim.test/n/3")?.thread == root.id)
    }

    @Test("the way up ends: in a circle, at what cannot be had, and after twelve posts", .timeLimit(.minutes(10)))
    func ancestorsEnd() async throws {
        let node = try await node()
        node.world.serve(noteDocument("https://evil.test/c/1", by: eve, replyingTo: "https://evil.test/c/2"))
        node.world.serve(noteDocument("https://evil.test/c/2", by: eve, replyingTo: "https://evil.test/c/1"))
        try await node.storeAncestors(from: "https://evil.test/c/1")
        #expect(try await node.post("https://evil.test/c/2") != nil)

        node.world.serve(noteDocument("https://evil.test/m/1", by: eve, replyingTo: "https://evil.test/missing"))
        try await node.storeAncestors(from: "https://evil.test/m/1")
        #expect(try await node.post("https://evil.test/m/1") != nil)

        for number in 1...40 {
            let parent = "https://evil.test/d/\(number + 1)"
            node.world.serve(noteDocument("https://evil.test/d/\(number)", by: eve, replyingTo: parent))
        }
        node.world.forget()
        try await node.storeAncestors(from: "https://evil.test/d/1")
        #expect(node.world.asked.count == 12)
        #expect(try await node.post("https://evil.test/d/12") != nil)
        #expect(try await node.post("https://evil.test/d/13") == nil)
    }

    @Test("nobody enters a private conversation by knowing its address")
    func privateThreads() async throws {
        let node = try await node()
        let letter = noteDocument("https://victim.test/n/1", by: vic)
            .with(["to": ["https://friend.test/u/f"], "cc": []])
        node.world.serve(letter)
        _ = try await node.posts.resolve(try iri("https://victim.test/n/1"))
        node.world.serve(noteDocument("https://evil.test/n/2", by: eve, replyingTo: "https://victim.test/n/1"))
        _ = try await node.posts.resolve(try iri("https://evil.test/n/2"))
        let letterPost = try #require(try await node.post("https://victim.test/n/1"))
        let intruder = try #require(try await node.post("https://evil.test/n/2"))
        #expect(letterPost.visibility == .direct)
        #expect(intruder.thread == intruder.id)
        #expect(intruder.inReplyTo == nil)
    }
}

extension Fetched {
    /// The post's id, when the result is a post.
    var post: ID<Post>? {
        guard case .post(let id) = self else { return nil }
        return id
    }
}
