// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// Alice, the garden group and its event on this node, and a follower of the group on another node.
private struct FamilyFixture: Sendable {
    let world: FederationWorld
    let alice: Account
    let garden: Account
    let nora: Account

    static func run(
        on engine: TestEngine = .sqlite, software: String?, _ body: (FamilyFixture) async throws -> Void
    ) async throws {
        try await FederationWorld.run(on: engine) { world in
            let alice = try await world.addPerson("alice")
            let garden = try await world.addGroup("jardin")
            let nora = try await world.resolve(try world.addRemote("nora", at: "ruche.example"))
            if let software { world.nodes.runs(software, at: "ruche.example") }
            try await world.follow(by: nora, of: garden)
            try await body(FamilyFixture(world: world, alice: alice, garden: garden, nora: nora))
        }
    }

    /// Publishes a discussion in the group, and returns its id.
    @discardableResult
    func discuss(
        title: String = "", text: String, mentions: [Account] = [], answering parent: Post? = nil
    ) async throws -> Post {
        let (outbox, alice) = (world.outbox, alice)
        let id: ID<Post> = world.ids.make(at: world.clock.now)
        var draft = Post(
            id: id, iri: world.identifiers.post(id), author: alice.id, content: .init(unchecked: "<p>\(text)</p>"),
            visibility: .everyone, publishedAt: world.clock.now, isLocal: true)
        draft.title = title
        draft.source = text
        draft.group = garden.id
        draft.language = "en"
        if let parent {
            (draft.inReplyTo, draft.inReplyToIRI, draft.thread) = (parent.id, parent.iri, parent.thread)
        }
        let post = draft
        var drafted = PostParts()
        drafted.mentions = mentions.map(\.id)
        let parts = drafted
        try await world.database.write { tx in
            _ = try Posts.insert(post, parts, in: tx)
            try outbox.publish(post, parts, by: alice, in: tx)
        }
        return post
    }

    /// Publishes an event of the group.
    func plan(_ change: @Sendable (inout Event) -> Void = { _ in }) async throws {
        let outbox = world.outbox
        let id: ID<Event> = world.ids.make(at: world.clock.now)
        let start = world.clock.now + .days(10)
        var draft = Event(
            id: id, iri: world.identifiers.event(id), owner: garden.id, uuid: "0b7a4f5e-0000-4000-8000-000000000301",
            title: "Tea & <talk>", startsAt: start, endsAt: start + .hours(2), publishedAt: world.clock.now,
            isLocal: true)
        draft.organizer = alice.id
        draft.url = draft.iri
        draft.content = .init(unchecked: "<p>Bring a cup.</p>")
        draft.timeZone = "Europe/Paris"
        draft.language = "en"
        change(&draft)
        let event = draft
        try await world.database.write { tx in
            try Events.insert(event, in: tx)
            try outbox.publish(event.id, in: tx)
        }
    }

    /// What Nora's server gets, in order.
    func delivered() async throws -> [JSON] {
        let now = world.clock.now
        var bodies: [JSON] = []
        while true {
            let deliveries = try await world.database.write { tx in
                try OutboxQueue.lease(LeaseRequest(limit: 100, Lease(now: now, until: now + .minutes(2))), in: tx)
            }
            guard !deliveries.isEmpty else { return bodies }
            for delivery in deliveries where delivery.inbox.authority == "ruche.example" {
                guard let body = await world.federation.documents.body(of: delivery) else { continue }
                bodies.append(try JSON.parse(Array(body.utf8)))
            }
            try await world.database.write { tx in try OutboxQueue.finish(deliveries.map(\.id), in: tx) }
        }
    }
}

@Suite("each family of servers gets what it shows well")
struct PeerRenditionTests {
    private static let bold = "<p><strong>Who has seedlings?</strong></p>"

    @Test(
        "microblogs get a titled discussion without `name`, and no relayed activity",
        arguments: ["mastodon", "gotosocial", "snac", "Takahe"], TestEngine.available)
    func titleForMicroblogs(software: String, engine: TestEngine) async throws {
        try await FamilyFixture.run(on: engine, software: software) { fixture in
            let (world, alice, nora) = (fixture.world, fixture.alice, fixture.nora)
            try await world.follow(by: nora, of: alice)
            try await fixture.discuss(title: "Who has seedlings?", text: "I have none.")
            let sent = try await fixture.delivered()
            #expect(sent.map { $0["type"]?.string } == ["Create", "Announce"])
            let note = try #require(sent.first?["object"])
            #expect(note["name"] == nil)
            #expect(note["content"]?.string == Self.bold + "<p>I have none.</p>")
            #expect(sent.last?["object"]?.string == note["id"]?.string)
        }
    }

    @Test("communities with titles get the title once, as `name`", arguments: ["lemmy", "piefed", "mbin", "troquet"])
    func titleForThreads(software: String) async throws {
        try await FamilyFixture.run(software: software) { fixture in
            try await fixture.discuss(title: "Who has seedlings?", text: "I have none.")
            let sent = try await fixture.delivered()
            let boosts = sent.filter { $0["object"]?.string != nil }
            #expect(boosts.count == (software == "troquet" ? 1 : 0))
            let note = try #require(sent.first?["object"]?["object"])
            #expect(note["name"]?.string == "Who has seedlings?")
            #expect(note["content"]?.string == "<p>I have none.</p>")
            #expect(note["contentMap"]?["en"]?.string == "<p>I have none.</p>")
        }
    }

    @Test(
        "a discussion without a title gets one from its first words, never from the mention of its group",
        arguments: [
            ("@jardin Here is the photo table", "Here is the photo table"),
            ("@jardin@cafe.example: Here it is\nSecond line", "Here it is"),
            ("@jardin\nHere it is", "Here it is"), ("Hello @jardin here", "Hello here"),
            (
                "@jardin " + String(repeating: "word ", count: 40),
                String(repeating: "word ", count: 19) + "word…"
            ),
        ])
    func derivedTitle(text: String, title: String) async throws {
        try await FamilyFixture.run(software: "piefed") { fixture in
            try await fixture.discuss(text: text, mentions: [fixture.garden])
            let sent = try await fixture.delivered()
            #expect(sent.first?["object"]?["object"]?["name"]?.string == title)
        }
    }

    @Test(
        "a server of an unknown family gets the neutral form of everything", arguments: [nil, "mystery"] as [String?])
    func neutral(software: String?) async throws {
        try await FamilyFixture.run(software: software) { fixture in
            try await fixture.discuss(title: "Who has seedlings?", text: "I have none.")
            try await fixture.plan()
            let sent = try await fixture.delivered()
            #expect(sent.compactMap { $0["type"]?.string }.sorted() == ["Announce", "Announce", "Create"])
            let note = sent.first?["object"]?["object"]
            #expect(note?["name"]?.string == "Who has seedlings?")
            #expect(note?["content"]?.string?.hasPrefix(Self.bold) == true)
            let event = try #require(sent.first { $0["type"]?.string == "Create" }?["object"])
            #expect(event["attributedTo"]?.string == "https://cafe.example/groups/jardin")
            #expect(event["startTime"]?.string == "2026-05-12T12:00:00+02:00")
            let summary = try #require(event["summary"]?.string)
            #expect(summary.hasPrefix("Tea & &lt;talk> · Tue 12 May 2026, 12:00–14:00 (Europe/Paris)"))
            #expect(event["updated"] == nil)
            // The answer of the server is kept, so it is asked once for both.
            #expect(fixture.world.nodes.asked.filter { $0 == "nodeinfo:ruche.example" }.count == 1)
        }
    }

    @Test("no microblog shows an event behind a warning of raw tags", arguments: ["gotosocial", "mastodon", "pleroma"])
    func eventForMicroblogs(software: String) async throws {
        try await FamilyFixture.run(software: software) { fixture in
            try await fixture.plan()
            let event = try #require(try await fixture.delivered().first?["object"])
            // GoToSocial makes a warning of the title when there is no summary.
            #expect((event["name"] == nil) == (software == "gotosocial"))
            if software == "mastodon" {
                // It shows an event by its summary alone, and reads it as HTML.
                #expect(event["summary"]?.string?.contains("<") == false)
            } else {
                #expect(event["summary"] == nil)
                let content = try #require(event["content"]?.string)
                let page = try #require(event["url"]?.string)
                #expect(content.hasPrefix("<p>Tea & &lt;talk> · Tue 12 May 2026, 12:00–14:00 (Europe/Paris)"))
                #expect(content.contains("<a href=\"\(page)\">Sign up</a>"))
                #expect(content.contains("To come, sign up on this page."))
                #expect(content.hasSuffix("<p>Bring a cup.</p>"))
                #expect(event["contentMap"]?["en"]?.string == content)
            }
        }
    }

    @Test(
        "communities get an event from a person, relayed by the group, with times in UTC",
        arguments: ["lemmy", "piefed"])
    func eventForThreads(software: String) async throws {
        try await FamilyFixture.run(software: software) { fixture in
            try await fixture.plan()
            let sent = try await fixture.delivered()
            try #require(sent.count == 1)
            let announce = sent[0]
            #expect(announce["type"]?.string == "Announce")
            #expect(announce["actor"]?.string == "https://cafe.example/groups/jardin")
            let create = try #require(announce["object"])
            #expect(create["type"]?.string == "Create")
            #expect(create["actor"]?.string == "https://cafe.example/users/alice")
            #expect(create["id"]?.string != announce["id"]?.string)
            let event = try #require(create["object"])
            #expect(event["type"]?.string == "Event")
            #expect(event["attributedTo"]?.string == "https://cafe.example/users/alice")
            #expect(event["startTime"]?.string == "2026-05-12T10:00:00Z")
            #expect(event["endTime"]?.string == "2026-05-12T12:00:00Z")
            #expect(event["audience"]?.string == "https://cafe.example/groups/jardin")
        }
    }

    @Test("followers of the agenda alone get the event too, and a change of it", arguments: TestEngine.available)
    func agenda(engine: TestEngine) async throws {
        try await FamilyFixture.run(on: engine, software: "piefed") { fixture in
            let (world, outbox) = (fixture.world, fixture.world.outbox)
            let agenda = try await world.addGroup(Community.agendaGroup)
            let nora = fixture.nora
            try await world.follow(by: nora, of: agenda)
            try await fixture.plan()
            let created = try await fixture.delivered()
            #expect(created.map { $0["object"]?["type"]?.string } == ["Create", "Create"])
            #expect(created.last?["actor"]?.string == "https://cafe.example/groups/agenda")
            #expect(created.last?["object"]?["object"]?["name"]?.string == "Tea & <talk>")
            try await world.database.write { tx in
                let event = try #require(
                    try Events.upcoming(
                        from: ManualClock.start, scope: .community, limit: 1, after: nil, viewer: nil, mode: .open,
                        in: tx
                    ).first)
                try outbox.update(event, in: tx)
            }
            let changed = try await fixture.delivered()
            #expect(changed.map { $0["object"]?["type"]?.string } == ["Update"])
            #expect(changed.first?["object"]?["actor"]?.string == "https://cafe.example/users/alice")
        }
    }

    @Test(
        "an answer in a group reaches its remote followers who wrote in the discussion, with a mention where it is needed",
        arguments: ["gotosocial", "mastodon"], TestEngine.available)
    func answersReachParticipants(software: String, engine: TestEngine) async throws {
        try await FamilyFixture.run(on: engine, software: software) { fixture in
            let (world, nora) = (fixture.world, fixture.nora)
            let paul = try await world.resolve(try world.addRemote("paul", at: "ruche.example"))
            try await world.follow(by: paul, of: fixture.garden)
            let question = try await fixture.discuss(text: "Who has seedlings?")
            _ = try await fixture.delivered()
            try await fixture.discuss(text: "First answer", answering: question)
            #expect(try await fixture.delivered().isEmpty)
            try await world.receive([
                "@context": "https://www.w3.org/ns/activitystreams", "id": JSON("\(nora.iri)/creates/1"),
                "type": "Create", "actor": JSON(nora.iri), "to": ["https://www.w3.org/ns/activitystreams#Public"],
                "object": [
                    "id": JSON("\(nora.iri)/notes/1"), "type": "Note", "attributedTo": JSON(nora.iri),
                    "content": "<p>Me</p>", "inReplyTo": JSON(question.iri),
                    "to": ["https://www.w3.org/ns/activitystreams#Public"], "published": "2026-05-02T09:00:00Z",
                ],
            ])
            _ = try await fixture.delivered()
            try await fixture.discuss(text: "Second answer", answering: question)
            let sent = try await fixture.delivered()
            #expect(sent.map { $0["type"]?.string } == ["Create"])
            #expect(sent.first?["object"]?["cc"]?.array?.contains(JSON(nora.iri)) == true)
            #expect(sent.first?["object"]?["cc"]?.array?.contains(JSON(paul.iri)) == false)
            let mention: JSON = ["type": "Mention", "href": JSON(nora.iri)]
            let isMentioned = sent.first?["object"]?["tag"]?.array?.contains(mention)
            #expect(isMentioned == (software == "gotosocial"))

            // The answer to her own words mentions her in the form for every server.
            let own = try address("\(nora.iri)/notes/1")
            let hers = try #require(try await world.database.read { db in try Posts.byIRI(own, in: db) })
            try await fixture.discuss(text: "Which?", answering: hers)
            let answer = try #require(try await fixture.delivered().first?["object"])
            #expect(
                answer["tag"]?.array == [
                    ["type": "Mention", "href": JSON(nora.iri), "name": "@nora@ruche.example"]
                ])
        }
    }
}
