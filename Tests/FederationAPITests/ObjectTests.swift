// SPDX-License-Identifier: Apache-2.0

import Database
import Federation
import HTTPSignatures
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Posts, events and activities, for peers")
struct ObjectTests {
    /// The expected status for each reader: an unsigned request, and signed requests of a stranger, a follower and a
    /// mentioned account.
    static let table: [(Visibility, [Int])] = [
        (.everyone, [200, 200, 200, 200]), (.unlisted, [200, 200, 200, 200]), (.followers, [404, 404, 200, 200]),
        (.direct, [404, 404, 404, 200]),
    ]

    @Test("a post is read by those for whom it is, and is not there for others", arguments: table)
    func posts(visibility: Visibility, expected: [Int]) async throws {
        try await Node.run { node async throws in
            let ada = try await node.add(.person, "ada")
            for name in ["stranger", "follower", "named"] {
                node.others.serve(try Node.actor("https://peer.example/users/\(name)", key: try Pairs.peer.get()))
            }
            let follower = try await node.federation.actors.resolve(try iri("https://peer.example/users/follower"))
            let named = try await node.federation.actors.resolve(try iri("https://peer.example/users/named"))
            try await node.follow(by: follower, of: ada)
            let post = try await node.addPost(by: ada, visibility, mentions: [named])
            for suffix in ["", "/replies", "/context"] {
                let target = "/posts/\(post.id)\(suffix)"
                var responses = [try await node.get(target)]
                for name in ["stranger", "follower", "named"] {
                    responses.append(try await node.get(target, signedBy: "https://peer.example/users/\(name)"))
                }
                #expect(responses.map(\.status) == expected, "\(target)")
                for response in responses where response.status == 404 {
                    #expect(response.text == "{\"error\":\"not_found\"}")
                    #expect(!response.headers.contains { $0.value.contains("Signature") })
                }
                let isOpen = visibility.isOpen
                for response in responses where response.status == 200 {
                    #expect(response.header("vary")?.hasPrefix("Accept, Signature, Signature-Input") == true)
                    #expect(response.header("cache-control") == (isOpen ? "public, max-age=60" : "private, no-store"))
                }
            }
        }
    }

    @Test("a signature that does not hold counts as none", arguments: [SignatureScheme.cavage, .rfc9421])
    func brokenSignature(scheme: SignatureScheme) async throws {
        try await Node.run { node async throws in
            let ada = try await node.add(.person, "ada")
            let vic = try await node.federation.actors.resolve(try iri(Node.vic))
            let hidden = try await node.addPost(by: ada, .direct, mentions: [vic])
            let open = try await node.addPost(by: ada)
            #expect(try await node.get("/posts/\(hidden.id)", signedBy: Node.vic, scheme).status == 200)
            #expect(try await node.get("/posts/\(hidden.id)", signedBy: Node.eve, scheme).status == 404)
            let forged = [("signature", "keyId=\"\(Node.vic)#main-key\",signature=\"AAAA\"")]
            #expect(try await node.get("/posts/\(hidden.id)", headers: forged).status == 404)
            #expect(try await node.get("/posts/\(open.id)", headers: forged).status == 200)
        }
    }

    @Test(
        "whom this node suspended, whose host it blocked or who was blocked by the author is a stranger",
        arguments: [
            "suspended", "host", "author",
        ])
    func unwelcomeReader(reason: String) async throws {
        try await Node.run { node async throws in
            let ada = try await node.add(.person, "ada")
            let vic = try await node.federation.actors.resolve(try iri(Node.vic))
            try await node.follow(by: vic, of: ada)
            let post = try await node.addPost(by: ada, .followers)
            if reason != "host" { #expect(try await node.get("/posts/\(post.id)", signedBy: Node.vic).status == 200) }
            try await node.database.write { tx in
                switch reason {
                case "suspended": try Accounts.suspend(vic.id, at: Timestamp(1), in: tx)
                case "host": try Peers.setPolicy("peer.example", .blocked, note: "", at: Timestamp(1), in: tx)
                default: _ = try Blocks.add(by: ada.id, target: vic.id, activity: ada.iri, at: Timestamp(1), in: tx)
                }
            }
            #expect(try await node.get("/posts/\(post.id)", signedBy: Node.vic).status == 404)
        }
    }

    private static func json(_ response: TestResponse) throws -> JSON { try JSON.parse(Array(response.body)) }

    @Test("a signed request gets a discussion in the form for its server, an unsigned one the neutral form")
    func forms() async throws {
        try await Node.run { node async throws in
            let ada = try await node.add(.person, "ada")
            var draft = try await node.addPost(by: ada)
            draft.title = "Seedlings & more"
            let post = draft
            try await node.database.write { tx in _ = try Posts.update(post, PostParts(), in: tx) }
            let target = "/posts/\(post.id)"
            let bold = "<p><strong>Seedlings &amp; more</strong></p>"
            let neutral = try await node.get(target)
            #expect(try Self.json(neutral)["name"]?.string == "Seedlings & more")
            #expect(try Self.json(neutral)["content"]?.string?.hasPrefix(bold) == true)

            node.others.runs("snac", at: "peer.example")
            let microblog = try await node.get(target, signedBy: Node.vic)
            #expect(try Self.json(microblog)["name"] == nil)
            #expect(try Self.json(microblog)["content"]?.string?.hasPrefix(bold) == true)
            #expect(microblog.header("cache-control") == "private, no-store")

            // What a server said is used for a week.
            node.others.runs("piefed", at: "peer.example")
            #expect(try Self.json(try await node.get(target, signedBy: Node.vic))["name"] == nil)
            node.clock.pass(.days(8))
            let threads = try await node.get(target, signedBy: Node.vic)
            #expect(try Self.json(threads)["name"]?.string == "Seedlings & more")
            #expect(try Self.json(threads)["content"]?.string?.contains("strong") == false)
        }
    }

    @Test("a post contains the first page of its replies")
    func replies() async throws {
        try await Node.run { node async throws in
            let ada = try await node.add(.person, "ada")
            let post = try await node.addPost(by: ada)
            let empty = try Self.json(try await node.get("/posts/\(post.id)"))["replies"]
            #expect(empty?["type"]?.string == "Collection")
            #expect(empty?["first"]?["items"]?.array == [])
            let reply = try await node.addPost(by: ada, replyingTo: post)
            let first = try Self.json(try await node.get("/posts/\(post.id)"))["replies"]?["first"]
            #expect(first?["type"]?.string == "CollectionPage")
            #expect(first?["items"]?.array == [JSON(reply.iri)])
        }
    }

    @Test("a deleted post leaves a tombstone, and so does an event")
    func deleted() async throws {
        try await Node.run { node async throws in
            let ada = try await node.add(.person, "ada")
            let post = try await node.addPost(by: ada)
            let event = node.ids.event(ID(99))
            try await node.database.write { tx in
                _ = try Posts.delete(post.id, in: tx)
                try Tombstones.record(post.iri, actor: ada.iri, formerType: "Note", at: Timestamp(0), in: tx)
                try Tombstones.record(event, actor: ada.iri, formerType: "Event", at: Timestamp(0), in: tx)
            }
            for (target, type) in [
                ("/posts/\(post.id)", "Note"), ("/posts/\(post.id)/replies", "Note"), ("/events/99", "Event"),
            ] {
                let response = try await node.get(target)
                #expect(response.status == 410)
                let tombstone = try JSON.parse(response.body)
                #expect(tombstone["type"]?.string == "Tombstone")
                #expect(tombstone["formerType"]?.string == type)
                #expect(tombstone["deleted"]?.string == "1970-01-01T00:00:00Z")
                #expect(!response.text.contains("secret"))
            }
        }
    }

    @Test(
        "that a post was deleted is told to those who could read it, and to nobody else",
        arguments: [
            (Visibility.everyone, [410, 410, 410, 410]), (.followers, [404, 404, 410, 410]),
            (.direct, [404, 404, 404, 410]),
        ])
    func deletedAndClosed(visibility: Visibility, expected: [Int]) async throws {
        try await Node.run { node async throws in
            let ada = try await node.add(.person, "ada")
            for name in ["stranger", "follower", "named"] {
                node.others.serve(try Node.actor("https://peer.example/users/\(name)", key: try Pairs.peer.get()))
            }
            let follower = try await node.federation.actors.resolve(try iri("https://peer.example/users/follower"))
            let named = try await node.federation.actors.resolve(try iri("https://peer.example/users/named"))
            try await node.follow(by: follower, of: ada)
            let post = try await node.addPost(by: ada, visibility, mentions: [named])
            let outbox = node.federation.outbox
            try await node.database.write { tx in
                try outbox.delete(post, in: tx)
                _ = try Posts.delete(post.id, in: tx)
            }
            for suffix in ["", "/replies", "/context"] {
                let target = "/posts/\(post.id)\(suffix)"
                var responses = [try await node.get(target)]
                for name in ["stranger", "follower", "named"] {
                    responses.append(try await node.get(target, signedBy: "https://peer.example/users/\(name)"))
                }
                #expect(responses.map(\.status) == expected, "\(target)")
                let cache = visibility.isOpen ? "public, max-age=60" : "private, no-store"
                for response in responses where response.status == 410 {
                    #expect(response.header("cache-control") == cache)
                }
            }
        }
    }

    @Test(
        "a number is written in one way",
        arguments: ["0", "-1", "+7", "007", "7x", "9223372036854775808", "%37", "1.0", "1e3"])
    func numbers(text: String) async throws {
        try await Node.run { node async throws in
            for kind in ["posts", "events", "activities"] {
                #expect(try await node.get("/\(kind)/\(text)").status == 404)
            }
        }
    }

    @Test("a post names its author, its audience and its answers")
    func note() async throws {
        try await Node.run { node async throws in
            let ada = try await node.add(.person, "ada")
            let post = try await node.addPost(by: ada)
            let note = try await node.json("/posts/\(post.id)")
            #expect(note["id"]?.string == post.iri.string)
            #expect(note["attributedTo"]?.string == ada.iri.string)
            #expect(note["content"]?.string == "<p>secret</p>")
            let replies = try await node.json("/posts/\(post.id)/replies")
            #expect(note["replies"]?["id"]?.string == replies["id"]?.string)
            #expect(try await node.json("/posts/\(post.id)/context")["orderedItems"]?.array?.count == 1)
        }
    }

    @Test("a post of a suspended author is not there")
    func suspendedAuthor() async throws {
        try await Node.run { node async throws in
            let ada = try await node.add(.person, "ada")
            let post = try await node.addPost(by: ada)
            try await node.database.write { tx in try Accounts.suspend(ada.id, at: Timestamp(1), in: tx) }
            #expect(try await node.get("/posts/\(post.id)").status == 404)
        }
    }

    @Test(
        "an event is read by those for whom it is, and counts who comes",
        arguments: [
            (Visibility.everyone, 200, 200), (.followers, 404, 200), (.direct, 404, 404),
        ])
    func events(visibility: Visibility, stranger: Int, follower: Int) async throws {
        try await Node.run { node async throws in
            let group = try await node.add(.group, "berlin")
            let vic = try await node.federation.actors.resolve(try iri(Node.vic))
            try await node.follow(by: vic, of: group)
            let id: ID<Event> = node.federation.ids.make(at: node.clock.now)
            var event = Event(
                id: id, iri: node.ids.event(id), owner: group.id, uuid: "u", title: "Meeting",
                startsAt: node.clock.now + .days(1), endsAt: node.clock.now + .days(2), publishedAt: node.clock.now,
                isLocal: true)
            event.visibility = visibility
            let stored = event
            try await node.database.write { tx in _ = try Events.insert(stored, in: tx) }
            for suffix in ["", "/attendees", "/replies"] {
                #expect(try await node.get("/events/\(id)\(suffix)").status == stranger)
                #expect(try await node.get("/events/\(id)\(suffix)", signedBy: Node.eve).status == stranger)
                #expect(try await node.get("/events/\(id)\(suffix)", signedBy: Node.vic).status == follower)
            }
            guard stranger == 200 else { return }
            #expect(try await node.json("/events/\(id)")["type"]?.string == "Event")
            #expect(try await node.json("/events/\(id)/attendees")["totalItems"]?.int == 0)
        }
    }

    @Test("an activity is shown in its own bytes, to all or to the one whom it names, and goes with its object")
    func activities() async throws {
        try await Node.run { node async throws in
            let ada = try await node.add(.person, "ada")
            let open = try await say(
                node, ada, #"{"type":"Create","to":["https://www.w3.org/ns/activitystreams#Public"]}"#, true)
            let response = try await node.get("/activities/\(open.id)")
            #expect(response.text == open.body)
            let closed = try await say(node, ada, #"{"type":"Accept","to":["\#(Node.vic)"],"object":"x"}"#, false)
            #expect(try await node.get("/activities/\(closed.id)").status == 404)
            #expect(try await node.get("/activities/\(closed.id)", signedBy: Node.eve).status == 404)
            #expect(try await node.get("/activities/\(closed.id)", signedBy: Node.vic).status == 200)
            // The server of the addressee asks in its own name.
            let server = "https://peer.example/actor"
            var actor = try #require(try Node.actor(server, key: try Pairs.peer.get()).object)
            actor["type"] = "Application"
            node.others.serve(.object(actor))
            #expect(try await node.get("/activities/\(closed.id)", signedBy: server).status == 200)
            let object = try #require(open.object)
            try await node.database.write { tx in
                try SentActivities.forget(about: object, in: tx)
                try Tombstones.record(object, actor: ada.iri, formerType: "Note", at: Timestamp(1), in: tx)
            }
            #expect(try await node.get("/activities/\(open.id)").status == 404)
        }
    }

    @Test("every activity in an outbox can be fetched, also what was said after a deletion")
    func outboxAfterDeletion() async throws {
        try await Node.run { node async throws in
            let (ada, ben) = (try await node.add(.person, "ada"), try await node.add(.person, "ben"))
            let id: ID<Post> = node.federation.ids.make(at: node.clock.now)
            let post = Post(
                id: id, iri: node.ids.post(id), author: ada.id, content: .empty, visibility: .everyone,
                publishedAt: node.clock.now, isLocal: true)
            try await node.database.write { tx in
                try Posts.insertNew(post, PostParts(), in: tx)
                try node.federation.outbox.publish(post, PostParts(), by: ada, in: tx)
                _ = try node.federation.outbox.boost(post, by: ben, in: tx)
                try node.federation.outbox.delete(post, in: tx)
                try Posts.delete(post.id, in: tx)
            }
            for (name, type) in [("ada", "Delete"), ("ben", "Undo")] {
                let items = try await node.json("/users/\(name)/outbox?page=true")["orderedItems"]?.array ?? []
                #expect(items.map { $0["type"]?.string } == [type])
                let address = try #require(items.first?["id"]?.string)
                let path = String(address.dropFirst(node.ids.origin.string.count))
                #expect(try await node.get(path).status == 200)
            }
        }
    }

    private func say(_ node: Node, _ actor: Account, _ body: String, _ isPublic: Bool) async throws -> SentActivity {
        let id: ID<SentActivity> = node.federation.ids.make(at: node.clock.now)
        let object = node.ids.post(ID(id.rawValue))
        let activity = SentActivity(
            id: id, iri: node.ids.activity(id), actor: actor.id, type: "Create", object: object, body: body,
            isPublic: isPublic, createdAt: node.clock.now)
        try await node.database.write { tx in try OutboxQueue.insert(activity, in: tx) }
        return activity
    }
}
