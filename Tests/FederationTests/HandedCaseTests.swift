// SPDX-License-Identifier: Apache-2.0

import Database
import Foundation
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// Small inputs from reports about other servers, in a folder beside the checkout. They are not part of the project.
private enum Handed {
    static let everybody = "https://www.w3.org/ns/activitystreams#Public"
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "../../../shared/cases").standardizedFileURL
    static let names: [String] = {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []).sorted()
        if names.isEmpty { print("Handed cases: none next to the checkout, nothing received.") }
        return names
    }()

    static func names(_ prefix: String) -> [String] { names.filter { $0.hasPrefix(prefix) } }

    /// The document with the origin of this node, and with one host in place of all other addresses of the loopback.
    static func json(_ name: String) throws -> JSON? {
        guard names.contains(name) else { return nil }
        let text = try String(contentsOf: root.appending(path: name), encoding: .utf8)
            .replacing(/http:\/\/127\.12\.0\.1:[0-9]+/, with: FederationWorld.origin)
            .replacing(/http:\/\/127\.[0-9.]+:[0-9]+/, with: "https://lab.example")
            .replacing("https://NODE", with: FederationWorld.origin)
        return try JSON.parse(Array(text.utf8))
    }
}

extension FederationWorld {
    /// Serves the actor, whom `follower` follows.
    fileprivate func serve(_ id: String, type: String = "Person", followedBy follower: Account? = nil) async throws {
        let name = id.split(separator: "/").last.map { $0.filter { $0 != "@" } } ?? ""
        try nodes.serve([
            "id": JSON(id), "type": JSON(type), "preferredUsername": JSON(name), "inbox": JSON(id + "/inbox"),
            "publicKey": [
                "id": JSON(id + "#main-key"), "owner": JSON(id), "publicKeyPem": JSON(OtherNodes.keyPlace),
            ],
        ])
        let account = try await resolve(id)
        if let follower { try await follow(by: follower, of: account) }
    }

    /// Receives the object in a `Create` of its owner.
    fileprivate func create(_ object: JSON) async throws -> String? {
        let owner = object["attributedTo"] ?? .null
        return try await receive([
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": JSON("\(object["id"]?.string ?? "")#create"), "type": "Create", "actor": owner, "object": object,
            "to": [JSON(Handed.everybody)],
        ])
    }

    fileprivate func storedPost(_ id: String?) async throws -> Post? {
        let iri = try address(id ?? "")
        return try await database.read { db in try Posts.byIRI(iri, in: db) }
    }

    fileprivate func storedEvent(_ id: String?) async throws -> Event? {
        let iri = try address(id ?? "")
        return try await database.read { db in try Events.byIRI(iri, in: db) }
    }

    fileprivate func poll(_ post: ID<Post>) async throws -> Poll? {
        try await database.read { db in try Polls.one(post, viewer: nil, in: db) }
    }
}

@Suite("Small inputs from reports about other servers")
struct HandedCaseTests {
    private static let rita = "https://lab.example/users/rita"

    /// Runs a test in a world with Ana, unless the input is not at hand.
    private func run(
        _ name: String, on engine: TestEngine = .sqlite,
        _ body: (FederationWorld, Account, JSON) async throws -> Void
    ) async throws {
        guard let input = try Handed.json(name) else { return }
        try await FederationWorld.run(on: engine) { world in
            world.clock.set(Timestamp(1_796_056_200_000))
            try await body(world, try await world.addPerson("ana"), input)
        }
    }

    @Test("an event has no end that nobody stated", arguments: Handed.names("E2-"), TestEngine.available)
    func withoutEnd(name: String, engine: TestEngine) async throws {
        try await run(name, on: engine) { world, ana, input in
            try await world.serve("https://lab.example/users/events", followedBy: ana)
            #expect(try await world.create(input) == "applied")
            let event = try #require(try await world.storedEvent(input["id"]?.string))
            #expect(!event.showsEnd)
            #expect(event.startsAt.description == "2027-06-06T17:00:00Z")
        }
    }

    @Test("an hour that the clocks skip is the one after it", arguments: Handed.names("E9-"))
    func skippedHour(name: String) async throws {
        try await run(name) { world, ana, input in
            try await world.serve("https://lab.example/users/events", followedBy: ana)
            #expect(try await world.create(input) == "applied")
            let event = try await world.storedEvent(input["id"]?.string)
            #expect(event?.startsAt.description == "2027-03-28T01:30:00Z")
        }
    }

    @Test("an event in an Invite stands on the agenda", arguments: Handed.names("E7-"), TestEngine.available)
    func invite(name: String, engine: TestEngine) async throws {
        try await run(name, on: engine) { world, ana, input in
            try await world.serve("https://lab.example/users/events", followedBy: ana)
            #expect(try await world.receive(input) == "applied")
            let event = try #require(try await world.storedEvent(input["object"]?["id"]?.string))
            let now = world.clock.now
            let agenda = try await world.database.read { db in
                try Events.upcoming(
                    from: now, scope: .community, limit: 9, after: nil, viewer: nil, mode: .open, in: db)
            }
            #expect(agenda == [event.id])
        }
    }

    @Test("a text in a language map is shown", arguments: Handed.names("F1-"), TestEngine.available)
    func languageMaps(name: String, engine: TestEngine) async throws {
        try await run(name, on: engine) { world, ana, input in
            try await world.serve(Self.rita, followedBy: ana)
            #expect(try await world.create(input) == "applied")
            let post = try #require(try await world.storedPost(input["id"]?.string))
            let text = input["contentMap"]?["de"]?.string ?? input["content"]?["en"]?.string
            #expect(post.content.string == text)
        }
    }

    @Test("an option of a poll keeps its name for the vote", arguments: Handed.names("F13-"), TestEngine.available)
    func options(name: String, engine: TestEngine) async throws {
        try await run(name, on: engine) { world, ana, input in
            try await world.serve(Self.rita, followedBy: ana)
            #expect(try await world.create(input) == "applied")
            let post = try #require(try await world.storedPost(input["id"]?.string))
            let names = input["oneOf"]?.array?.compactMap { $0["name"]?.string }
            let poll = try await world.poll(post.id)
            #expect(poll?.options.map(\.name) == names)
        }
    }

    @Test("a vote names an option as we write it", arguments: Handed.names("F13b-"), TestEngine.available)
    func votes(name: String, engine: TestEngine) async throws {
        try await run(name, on: engine) { world, ana, input in
            try await world.serve(Self.rita, followedBy: ana)
            let vote = try #require(input["vote"])
            let iri = try address(vote["inReplyTo"]?.string ?? "")
            let option = try #require(input["option as our document says it"]?.string)
            let number = try #require(iri.path.split(separator: "/").last.flatMap { Int64($0) })
            var parts = PostParts()
            parts.poll = Poll(
                options: [Poll.Option(title: option), Poll.Option(title: "Non")], isMultiple: false,
                expiresAt: world.clock.now + .hours(1))
            let post = Post(
                id: ID(number), iri: iri, author: ana.id, content: .empty, visibility: .everyone,
                publishedAt: world.clock.now, isLocal: true)
            try await world.database.write { [parts] tx in try Posts.insertNew(post, parts, in: tx) }
            #expect(try await world.create(vote) == "applied")
            let poll = try await world.poll(post.id)
            #expect(poll?.options.map(\.votes) == [1, 0])
        }
    }

    @Test("an actor may have any name that WebFinger allows", arguments: Handed.names("F7b-"))
    func oddName(name: String) async throws {
        try await run(name) { world, _, input in
            try world.nodes.serve(input)
            let account = try await world.resolve(try #require(input["id"]?.string))
            #expect(account.username == input["preferredUsername"]?.string)
        }
    }

    @Test(
        "nobody erases what another server's member wrote",
        arguments: Handed.names("announce-delete-"), TestEngine.available)
    func foreignDelete(name: String, engine: TestEngine) async throws {
        try await run(name, on: engine) { world, ana, input in
            let subject = try #require(input["object"]?["object"]?.string)
            try await world.serve("https://honest.example/users/hana", followedBy: ana)
            let note: JSON = [
                "id": JSON(subject), "type": "Note", "attributedTo": "https://honest.example/users/hana",
                "content": "<p>For few</p>", "to": ["https://honest.example/users/hana/followers", JSON(ana.iri)],
            ]
            try #require(try await world.create(note) == "applied")
            try await world.serve(try #require(input["actor"]?.string))
            let fetches = world.nodes.fetches(from: "honest.example")
            let outcome = try await world.receive(input)
            #expect(outcome?.hasPrefix("ignored:") == true)
            #expect(world.nodes.fetches(from: "honest.example") == fetches)
            #expect(try await world.storedPost(subject) != nil)
        }
    }

    @Test("a relayed like counts whatever its id", arguments: Handed.names("announce-like-"), TestEngine.available)
    func relayedLike(name: String, engine: TestEngine) async throws {
        try await run(name, on: engine) { world, ana, input in
            let note = try #require(input["object"]?["object"])
            try await world.serve(try #require(input["actor"]?.string), type: "Group", followedBy: ana)
            try await world.serve(try #require(note["attributedTo"]?.string))
            try await world.serve(try #require(input["object"]?["actor"]?.string))
            try world.nodes.serve(note)
            let id = try #require(note["id"]?.string)
            _ = try await world.federation.posts.resolve(try address(id))
            #expect(try await world.receive(input) == "applied")
            let post = try #require(try await world.storedPost(id))
            #expect(try await world.database.read { db in try Likes.count(of: post.id, in: db) } == 1)
        }
    }

    @Test("an announced answer stands in its thread", arguments: Handed.names("group-announces-"), TestEngine.available)
    func announcedAnswer(name: String, engine: TestEngine) async throws {
        try await run(name, on: engine) { world, ana, input in
            let group = try #require(input["actor"]?.string)
            let answer = try #require(input["object"]?["object"])
            try await world.serve(group, type: "Group", followedBy: ana)
            try await world.serve(try #require(answer["attributedTo"]?.string))
            try world.nodes.serve(answer)
            let parent = try #require(answer["inReplyTo"]?.string)
            let origin = try address(parent).authority
            try await world.serve("https://\(origin)/u/somebody")
            try world.nodes.serve([
                "id": JSON(parent), "type": "Page", "attributedTo": JSON("https://\(origin)/u/somebody"),
                "name": "A question", "content": "<p>x</p>", "to": [JSON(group), JSON(Handed.everybody)],
                "audience": JSON(group), "published": "2023-08-24T06:00:00Z",
            ])
            #expect(try await world.receive(input) == "applied")
            let post = try #require(try await world.storedPost(answer["id"]?.string))
            let root = try #require(try await world.storedPost(parent))
            #expect(post.inReplyTo == root.id && post.thread == root.id)
        }
    }

    @Test("an edit without its own date shows", arguments: Handed.names("mbin-update-"), TestEngine.available)
    func undatedEdit(name: String, engine: TestEngine) async throws {
        try await run(name, on: engine) { world, ana, input in
            let (owner, group) = (try #require(input["actor"]?.string), try #require(input["audience"]?.string))
            try await world.serve(owner, followedBy: ana)
            try await world.serve(group, type: "Group")
            let published: JSON = "2026-11-30T09:00:00Z"
            let page = try #require(input["object"]).setting("id", "https://kbin.test/m/test/p/1")
                .setting("published", published).setting("object", ["updated": "2026-11-30T09:30:00Z"])
            let before = page.setting("object", nil).setting("name", "Before")
            #expect(try await world.create(before) == "applied")
            let update = input.setting("id", "https://kbin.test/activities/2").setting("object", page)
                .setting("published", "2026-11-30T09:30:00Z")
            #expect(try await world.receive(update) == "applied")
            let post = try await world.storedPost("https://kbin.test/m/test/p/1")
            #expect(post?.title == "test")
            #expect(post?.editedAt != nil)
        }
    }

    @Test("a post that is only a picture is shown with it", arguments: Handed.names("note-only-"), TestEngine.available)
    func onlyPicture(name: String, engine: TestEngine) async throws {
        try await run(name, on: engine) { world, ana, input in
            try await world.serve(try #require(input["attributedTo"]?.string), followedBy: ana)
            #expect(try await world.create(input) == "applied")
            let post = try #require(try await world.storedPost(input["id"]?.string))
            let words = try await world.database.read { db in
                try db.rows("SELECT description FROM attachment WHERE post_id = \(post.id)").map {
                    try $0.text("description")
                }
            }
            #expect(words == ["a cat"])
        }
    }

    @Test("no picture of an article is lost", arguments: Handed.names("article-"))
    func article(name: String) async throws {
        try await run(name) { world, ana, input in
            let owner = try #require(Document(input)?.iri("attributedTo")?.string)
            try await world.serve(owner)
            let account = try await world.resolve(owner)
            let note = try NoteDocument(try #require(Document(input)))
            let remote = try NoteToPost.read(
                note, id: ID(9), author: account, at: world.clock.now, identifiers: world.identifiers)
            let files = (input["content"]?.string ?? "").matches(of: /<img[^>]* src="([^"?]+)/).map { String($0.1) }
            #expect(files.count > 50)
            for file in files {
                let isShown = remote.attachments.contains { $0.url.string.hasPrefix(file) }
                #expect(isShown || remote.post.content.string.contains(file), "\(file)")
            }
        }
    }

    @Test("the picture, the hashtags and the region of an event are kept", arguments: Handed.names("event-picture-"))
    func eventDetails(name: String) async throws {
        try await run(name) { world, ana, input in
            try await world.serve(try #require(input["attributedTo"]?.string), type: "Group", followedBy: ana)
            #expect(try await world.create(input) == "applied")
            let event = try #require(try await world.storedEvent(input["id"]?.string))
            #expect(event.picture?.description == "Banner")
            #expect(event.hashtags == ["dance", "caledonian", "lesson"])
            #expect(event.place?.region == input["location"]?["address"]?["addressRegion"]?.string)
            #expect(event.place?.region.isEmpty == false)
        }
    }
}
