// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Telemetry
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// Alice and an event on this node, and Mio, whose server uses the same ids again.
private struct SameIDs: Sendable {
    static let mio = "https://misskey.example/users/mio"
    static let alice = "https://cafe.example/users/alice"

    let world: FederationWorld

    static func run(on engine: TestEngine, _ body: (SameIDs) async throws -> Void) async throws {
        try await FederationWorld.run(on: engine) { world in
            try await world.addPerson("alice")
            _ = try await world.resolve(try world.addRemote("mio", at: "misskey.example"))
            try await body(SameIDs(world: world))
        }
    }

    static func act(_ type: String, _ object: JSON, id: String? = nil) -> JSON {
        ["id": JSON(id ?? "\(mio)/\(type)"), "type": JSON(type), "actor": JSON(mio), "object": object]
    }

    static let follow = act("Follow", JSON(alice))
    static let unfollow = act("Undo", follow)

    /// Says something a second later, so that the request has another signature.
    @discardableResult
    func say(_ activity: JSON) async throws -> String? {
        world.clock.pass(.seconds(1))
        return try await world.receive(activity)
    }

    /// The same, without processing it.
    func submit(_ activity: JSON) async throws {
        world.clock.pass(.seconds(1))
        let refusal = await world.submit(try world.request(activity))
        try #require(refusal == nil)
    }

    func isFollowing() async throws -> Bool {
        let (mio, alice) = (try address(Self.mio), try address(Self.alice))
        return try await world.database.read { db in
            guard let follower = try Accounts.byIRI(mio, in: db), let target = try Accounts.byIRI(alice, in: db) else {
                return false
            }
            return try Follows.find(by: follower.id, of: target.id, in: db)?.state == .accepted
        }
    }

    /// Stores a public post of Alice and returns its address.
    func post() async throws -> JSON {
        let alice = try address(Self.alice)
        let (iri, now) = (try address("https://cafe.example/posts/100"), world.clock.now)
        try await world.database.write { tx in
            let author = try #require(try Accounts.byIRI(alice, in: tx))
            let post = Post(
                id: ID(100), iri: iri, author: author.id, content: .init(unchecked: "<p>Salut</p>"),
                visibility: .everyone, publishedAt: now, isLocal: true)
            _ = try Posts.insert(post, PostParts(), in: tx)
        }
        return JSON(iri)
    }

    func count(_ column: String) async throws -> Int64? {
        try await world.database.read { db in
            try db.row("SELECT \(SQL(stringLiteral: column)) AS n FROM post WHERE id = 100")?.int("n")
        }
    }
}

@Suite("An activity that comes again under the id that it had")
struct RepeatedActivityTests {
    @Test("follows and ends the follow each time (Misskey)", arguments: TestEngine.available)
    func undoTwice(_ engine: TestEngine) async throws {
        try await SameIDs.run(on: engine) { scene in
            for _ in 1...3 {
                try await scene.say(SameIDs.follow)
                let isFollowing = try await scene.isFollowing()
                #expect(isFollowing)
                try await scene.say(SameIDs.unfollow)
                let isStillFollowing = try await scene.isFollowing()
                #expect(!isStillFollowing)
            }
            let sent = try await scene.world.sent().map(\.type)
            #expect(sent == ["Accept", "Accept", "Accept"])
        }
    }

    @Test("is a follow again after the follower was removed (Takahe)", arguments: TestEngine.available)
    func followAgain(_ engine: TestEngine) async throws {
        try await SameIDs.run(on: engine) { scene in
            try await scene.say(SameIDs.follow)
            let (mio, alice) = (try address(SameIDs.mio), try address(SameIDs.alice))
            let outbox = scene.world.outbox
            try await scene.world.database.write { tx in
                let follower = try #require(try Accounts.byIRI(mio, in: tx))
                try outbox.removeFollower(follower, of: try #require(try Accounts.byIRI(alice, in: tx)), in: tx)
            }
            let outcome = try await scene.say(SameIDs.follow)
            let isFollowing = try await scene.isFollowing()
            #expect(outcome == "applied")
            #expect(isFollowing)
        }
    }

    @Test("counts again after it was undone (snac)", arguments: TestEngine.available, ["Like", "Announce"])
    func likeAgain(_ engine: TestEngine, _ type: String) async throws {
        try await SameIDs.run(on: engine) { scene in
            let act = SameIDs.act(type, try await scene.post())
            let column = type == "Like" ? "like_count" : "boost_count"
            for number in 1...2 {
                try await scene.say(act)
                try await scene.say(act)
                let counted = try await scene.count(column)
                #expect(counted == 1)
                try await scene.say(SameIDs.act("Undo", act, id: "\(SameIDs.mio)/undo/\(number)"))
                let left = try await scene.count(column)
                #expect(left == 0)
            }
        }
    }

    @Test("in one burst has the effect of the last one", arguments: TestEngine.available)
    func burst(_ engine: TestEngine) async throws {
        try await SameIDs.run(on: engine) { scene in
            for activity in [SameIDs.follow, SameIDs.unfollow, SameIDs.follow, SameIDs.unfollow] {
                try await scene.submit(activity)
            }
            try await scene.world.settle()
            let isFollowing = try await scene.isFollowing()
            #expect(!isFollowing)
            for activity in [SameIDs.follow, SameIDs.unfollow, SameIDs.follow] { try await scene.submit(activity) }
            try await scene.world.settle()
            let isFollowingAtLast = try await scene.isFollowing()
            #expect(isFollowingAtLast)
        }
    }

    @Test("in the same signed request has no second effect", arguments: TestEngine.available)
    func replay(_ engine: TestEngine) async throws {
        try await SameIDs.run(on: engine) { scene in
            let request = try scene.world.request(SameIDs.follow)
            #expect(await scene.world.submit(request) == nil)
            try await scene.world.settle()
            try await scene.say(SameIDs.unfollow)
            #expect(await scene.world.submit(request) == nil)
            try await scene.world.settle()
            let isFollowing = try await scene.isFollowing()
            #expect(!isFollowing)
        }
    }

    @Test("and tells the same is known by its digest, and its body is dropped", arguments: TestEngine.available)
    func body(_ engine: TestEngine) async throws {
        try await SameIDs.run(on: engine) { scene in
            let note: JSON = [
                "id": JSON("\(SameIDs.mio)/notes/1"), "type": "Note", "attributedTo": JSON(SameIDs.mio),
                "content": "<p>Kumquat</p>", "to": [JSON(SameIDs.alice)], "cc": [],
                "published": "2026-05-02T09:00:00Z",
            ]
            try await scene.say(SameIDs.act("Create", note))
            try await scene.say(SameIDs.act("Create", note))
            let bodies = try await scene.world.database.read { db in
                try db.rows("SELECT body FROM received").map { try $0.text("body") }
            }
            #expect(bodies == [""])
            #expect(scene.world.counters.value("inbox.duplicate") == 1)
        }
    }
}

@Suite("Another body under the id of an activity that still waits")
struct SecondBodyTests {
    private static let note = "\(SameIDs.mio)/notes/7"

    private static func say(_ type: String, _ content: String, at time: String) -> JSON {
        let note: JSON = [
            "id": JSON(note), "type": "Note", "attributedTo": JSON(SameIDs.mio), "content": JSON(content),
            "to": [JSON(SameIDs.alice)], "cc": [], "published": "2026-05-02T09:00:00Z", "updated": JSON(time),
        ]
        return SameIDs.act(type, note)
    }

    private static func content(at scene: SameIDs) async throws -> String? {
        let note = try address(note)
        return try await scene.world.database.read { db in try Posts.byIRI(note, in: db)?.content.string }
    }

    @Test("does not replace a Create: the first one stays", arguments: TestEngine.available)
    func create(_ engine: TestEngine) async throws {
        try await SameIDs.run(on: engine) { scene in
            try await scene.submit(Self.say("Create", "<p>first</p>", at: "2026-05-02T09:00:00Z"))
            try await scene.submit(Self.say("Create", "<p>second</p>", at: "2026-05-02T09:00:00Z"))
            try await scene.world.settle()
            let content = try await Self.content(at: scene)
            #expect(content == "<p>first</p>")
        }
    }

    @Test("replaces an Update, of which the newest counts (snac)", arguments: TestEngine.available)
    func update(_ engine: TestEngine) async throws {
        try await SameIDs.run(on: engine) { scene in
            try await scene.say(Self.say("Create", "<p>first</p>", at: "2026-05-02T09:00:00Z"))
            try await scene.submit(Self.say("Update", "<p>second</p>", at: "2026-05-02T09:30:00Z"))
            try await scene.submit(Self.say("Update", "<p>third</p>", at: "2026-05-02T09:40:00Z"))
            try await scene.world.settle()
            let content = try await Self.content(at: scene)
            #expect(content == "<p>third</p>")
        }
    }

    @Test("is not taken as another type of activity", arguments: TestEngine.available)
    func otherType(_ engine: TestEngine) async throws {
        try await SameIDs.run(on: engine) { scene in
            let id = "\(SameIDs.mio)/acts/1"
            try await scene.submit(
                Self.say("Create", "<p>first</p>", at: "2026-05-02T09:00:00Z").setting("id", JSON(id)))
            try await scene.submit(SameIDs.follow.setting("id", JSON(id)))
            try await scene.world.settle()
            let (content, isFollowing) = (try await Self.content(at: scene), try await scene.isFollowing())
            #expect(content == "<p>first</p>")
            #expect(!isFollowing)
        }
    }
}

@Suite("What undoes something that is not known")
struct LateActivityTests {
    @Test("leaves a mark: the follow that comes later does not stand", arguments: TestEngine.available)
    func follow(_ engine: TestEngine) async throws {
        try await SameIDs.run(on: engine) { scene in
            try await scene.say(SameIDs.unfollow)
            let late = try await scene.say(SameIDs.follow)
            let isFollowing = try await scene.isFollowing()
            #expect(late == "ignored:outdated")
            #expect(!isFollowing)
            let sent = try await scene.world.sent().map(\.type)
            #expect(sent == ["Reject"])
            // The mark counts once, so that a server with constant ids can follow.
            let again = try await scene.say(SameIDs.follow)
            #expect(again == "applied")
        }
    }

    @Test("leaves a mark: the like or boost that comes later does not count", arguments: ["Like", "Announce"])
    func like(_ type: String) async throws {
        for engine in TestEngine.available {
            try await SameIDs.run(on: engine) { scene in
                let act = SameIDs.act(type, try await scene.post())
                try await scene.say(SameIDs.act("Undo", act))
                let late = try await scene.say(act)
                #expect(late == "ignored:outdated")
                let counted = try await scene.count(type == "Like" ? "like_count" : "boost_count")
                #expect(counted == 0)
            }
        }
    }

    @Test(
        "leaves a mark also when it ends an older follow, while the one that it means was postponed",
        arguments: TestEngine.available)
    func postponedFollow(_ engine: TestEngine) async throws {
        try await SameIDs.run(on: engine) { scene in
            let world = scene.world
            try await scene.say(SameIDs.follow)
            let second = SameIDs.act("Follow", JSON(SameIDs.alice), id: "\(SameIDs.mio)/Follow/2")
            try await scene.submit(second)
            try await scene.submit(SameIDs.act("Undo", second, id: "\(SameIDs.mio)/Undo/2"))
            // The second Follow is processed after its Undo, as when it had been postponed.
            for received in try await world.lease().reversed() { await world.processor.process(received) }
            let undo = try await world.outcome(of: "\(SameIDs.mio)/Undo/2")
            let late = try await world.outcome(of: "\(SameIDs.mio)/Follow/2")
            let isFollowing = try await scene.isFollowing()
            #expect(undo == "applied")
            #expect(late == "ignored:outdated")
            #expect(!isFollowing)
        }
    }

    @Test(
        "leaves a newer follow alone when it means an older one, and ends it when its id is not known",
        arguments: TestEngine.available)
    func lateUndo(_ engine: TestEngine) async throws {
        try await SameIDs.run(on: engine) { scene in
            let second = SameIDs.act("Follow", JSON(SameIDs.alice), id: "\(SameIDs.mio)/Follow/2")
            try await scene.say(SameIDs.follow)
            try await scene.say(second)
            let late = try await scene.say(SameIDs.act("Undo", SameIDs.follow, id: "\(SameIDs.mio)/Undo/1"))
            let isFollowing = try await scene.isFollowing()
            #expect(late == "ignored:no_effect")
            #expect(isFollowing)
            let again = try await scene.say(second)
            #expect(again == "duplicate")
            // Some servers make a new id for the follow inside of the `Undo`.
            let unknown = SameIDs.act("Follow", JSON(SameIDs.alice), id: "\(SameIDs.mio)/Follow/3")
            let outcome = try await scene.say(SameIDs.act("Undo", unknown, id: "\(SameIDs.mio)/Undo/3"))
            let isStillFollowing = try await scene.isFollowing()
            #expect(outcome == "applied")
            #expect(!isStillFollowing)
        }
    }

    @Test("is the follow that stands, or one without an id", arguments: TestEngine.available)
    func standingUndo(_ engine: TestEngine) async throws {
        try await SameIDs.run(on: engine) { scene in
            let second = SameIDs.act("Follow", JSON(SameIDs.alice), id: "\(SameIDs.mio)/Follow/2")
            let nameless: JSON = ["type": "Follow", "actor": JSON(SameIDs.mio), "object": JSON(SameIDs.alice)]
            for (number, inner) in [second, nameless].enumerated() {
                for follow in [SameIDs.follow, second] { try await scene.say(follow) }
                let outcome = try await scene.say(SameIDs.act("Undo", inner, id: "\(SameIDs.mio)/Undo/\(number)"))
                let isFollowing = try await scene.isFollowing()
                #expect(outcome == "applied")
                #expect(!isFollowing)
            }
        }
    }

    @Test("leaves no mark when it was known: it can be followed again", arguments: TestEngine.available)
    func repeatedUndo(_ engine: TestEngine) async throws {
        try await SameIDs.run(on: engine) { scene in
            for activity in [SameIDs.follow, SameIDs.unfollow, SameIDs.unfollow, SameIDs.follow] {
                try await scene.say(activity)
            }
            let isFollowing = try await scene.isFollowing()
            #expect(isFollowing)
        }
    }

    @Test("is forgotten after thirty days", arguments: TestEngine.available)
    func forgotten(_ engine: TestEngine) async throws {
        try await SameIDs.run(on: engine) { scene in
            try await scene.say(SameIDs.unfollow)
            let later = scene.world.clock.now + .days(31)
            let removed = try await scene.world.database.write { tx in
                try Retention.sweep("undone", at: later, in: tx)
            }
            #expect(removed == 1)
        }
    }

    @Test(
        "also a Leave, for a Join that was received before it and is processed after it",
        arguments: TestEngine.available)
    func leave(_ engine: TestEngine) async throws {
        try await SameIDs.run(on: engine) { scene in
            let world = scene.world
            let group = try await world.addGroup("jardin")
            let (iri, now) = (try address("https://cafe.example/events/7"), world.clock.now)
            _ = try await world.database.write { tx in
                try Events.insert(
                    Event(
                        id: ID(7), iri: iri, owner: group.id, uuid: "7", title: "Thé", startsAt: now + .days(1),
                        endsAt: now + .days(2), publishedAt: now, isLocal: true), in: tx)
            }
            try await scene.submit(SameIDs.act("Join", JSON(iri)))
            try await scene.submit(SameIDs.act("Leave", JSON(iri)))
            let leased = try await world.lease()
            for received in leased.reversed() { await world.processor.process(received) }
            let join = try await world.outcome(of: "\(SameIDs.mio)/Join")
            #expect(join == "ignored:outdated")
            // A Join after the Leave is a new one.
            let again = try await scene.say(SameIDs.act("Join", JSON(iri), id: "\(SameIDs.mio)/Join/2"))
            #expect(again == "applied")
            // The Leave ends what the second Join made. The third one was received before the Leave, too.
            try await scene.submit(SameIDs.act("Join", JSON(iri), id: "\(SameIDs.mio)/Join/3"))
            try await scene.submit(SameIDs.act("Leave", JSON(iri), id: "\(SameIDs.mio)/Leave/2"))
            for received in try await world.lease().reversed() { await world.processor.process(received) }
            let third = try await world.outcome(of: "\(SameIDs.mio)/Join/3")
            #expect(third == "ignored:outdated")
            let sent = try await world.sent().map(\.type)
            #expect(sent == ["Reject", "Accept", "Reject"])
        }
    }
}
