// SPDX-License-Identifier: Apache-2.0

import Database
import Foundation
import Model
import Storage
import Testing
import Vocabulary

@testable import Federation

/// The actors of the outbound examples: Alice in the garden group, and her follower Vera on another node.
struct OutboundScene: Sendable {
    static let peer = "prairie.example"

    let world: FederationWorld
    let alice: Account
    let garden: Account
    let vera: Account

    init(_ world: FederationWorld) async throws {
        self.world = world
        alice = try await world.addPerson("alice")
        garden = try await world.addGroup("jardin")
        vera = try await world.resolve(try world.addRemote("vera", at: Self.peer))
        try await world.follow(by: vera, of: alice)
        let omar = try await world.resolve(try world.addRemote("omar", at: "ruche.example"))
        try await world.follow(by: omar, of: garden)
    }

    var outbox: Outbox { world.outbox }
    var now: Timestamp { world.clock.now }

    func write(_ body: @escaping @Sendable (Transaction) throws -> Void) async throws {
        try await world.database.write(body)
    }

    /// A stored post by Alice that is not yet published.
    func post(_ number: Int64, _ change: (inout Post) -> Void = { _ in }) -> Post {
        let id = ID<Post>(number)
        var post = Post(
            id: id, iri: world.identifiers.post(id), author: alice.id, content: .init(unchecked: "<p>Good morning</p>"),
            visibility: .everyone, publishedAt: now, isLocal: true)
        post.url = post.iri
        post.source = "Good morning"
        post.language = "en"
        change(&post)
        return post
    }

    func publish(_ post: Post, _ parts: PostParts = PostParts()) async throws {
        let (outbox, identifiers) = (outbox, world.identifiers)
        try await write { tx in
            _ = try Posts.insert(post, parts, in: tx)
            let author = try #require(try Accounts.byID(post.author, in: tx))
            try outbox.publish(post, parts, by: author, in: tx)
            // What was said without reading anything back is what stands in the rows.
            let view = try #require(try PostViews.one(post.id, viewer: post.author, in: tx))
            let said = try #require(try SentActivities.newest("Create", by: post.author, about: post.iri, in: tx))
            let note = PostToNote.document(view, identifiers: identifiers, inReplyTo: post.inReplyToIRI)
            let object = try JSON.parse(Array(said.body.utf8)).object?["object"]?.object
            for name in ["tag", "attachment", "content", "url", "published", "oneOf", "anyOf", "quote", "context"] {
                #expect(object?[name] == note[name], "\(name)")
            }
        }
    }

    /// A stored event of the garden group with limited seats, not yet published.
    func event(_ number: Int64, _ change: (inout Event) -> Void = { _ in }) -> Event {
        let id = ID<Event>(number)
        let start = now + .days(35)
        var event = Event(
            id: id, iri: world.identifiers.event(id), owner: garden.id, uuid: "0b7a4f5e-0000-4000-8000-000000000300",
            title: "Repair café", startsAt: start, endsAt: start + .hours(3), publishedAt: now, isLocal: true)
        event.url = event.iri
        event.organizer = alice.id
        event.content = .init(unchecked: "<p>Bring what is broken.</p>")
        event.source = "Bring what is broken."
        event.timeZone = "Europe/Paris"
        event.place = Place(
            name: "Le Hangar", street: "3 rue du Port", locality: "Nantes", postalCode: "44000", country: "France",
            coordinates: Coordinates(latitude: 47.2, longitude: -1.55))
        event.capacity = 20
        event.joinMode = .restricted
        event.language = "en"
        change(&event)
        return event
    }

    func store(_ event: Event) async throws { try await write { tx in try Events.insert(event, in: tx) } }

    /// Changes an event after it was published.
    func changed(_ change: @escaping @Sendable (inout Event) -> Void) async throws {
        let (outbox, event) = (outbox, event(300))
        try await store(event)
        world.clock.pass(.hours(1))
        let now = now
        try await write { tx in
            var event = event
            change(&event)
            event.sequence = 1
            event.updatedAt = now
            try Events.update(event, in: tx)
            try outbox.update(event.id, in: tx)
        }
    }

    /// An event of another node with its owner.
    func foreignEvent() async throws -> Event {
        let owner = try world.addRemote("cidre", at: "verger.example", type: "Group")
        try world.nodes.serve([
            "@context": "https://www.w3.org/ns/activitystreams", "id": "https://verger.example/events/9",
            "type": "Event", "attributedTo": JSON(owner), "name": "Pressing day", "content": "<p>Apples.</p>",
            "to": ["https://www.w3.org/ns/activitystreams#Public"], "startTime": "2026-09-19T09:00:00+02:00",
            "endTime": "2026-09-19T12:00:00+02:00", "published": "2026-05-01T08:00:00Z",
        ])
        let id = try address("https://verger.example/events/9")
        _ = try await world.federation.posts.resolve(id)
        guard let event = try await world.database.read({ db in try Events.byIRI(id, in: db) }) else {
            throw Incomplete("the event was not stored")
        }
        return event
    }

    /// Vera asks for a seat at the event. The response is the sent activity.
    func join(_ event: Event) async throws {
        let joined = try await world.receive([
            "@context": "https://www.w3.org/ns/activitystreams", "id": "https://prairie.example/joins/1",
            "type": "Join", "actor": JSON(vera.iri), "object": JSON(event.iri), "to": [JSON(garden.iri)], "cc": [],
        ])
        #expect(joined == "applied")
    }

    func actor(_ account: Account) -> JSON {
        AccountToActor.document(account, publicPEM: FederationWorld.publicPEM, identifiers: world.identifiers)
    }
}

/// One file of `federation-specs/outbound`: a local action, and every byte that is sent because of it.
struct OutboundCase: Sendable, CustomTestStringConvertible {
    let name: String
    /// - Returns: a document that this node serves instead of sending it.
    let act: @Sendable (OutboundScene) async throws -> JSON?

    init(_ name: String, _ act: @escaping @Sendable (OutboundScene) async throws -> JSON?) {
        self.name = name
        self.act = act
    }

    var testDescription: String { name }

    static let all = relations + posts + events + actors + moderation
}

@Suite("What we say")
struct OutboxGoldenTests {
    @Test("is, to the byte, what its example shows", arguments: OutboundCase.all)
    func example(_ example: OutboundCase) async throws {
        try await FederationWorld.run { world in
            let scene = try await OutboundScene(world)
            let marker = world.marker()
            let shown = try await example.act(scene)
            let sent = try await world.sent(after: marker)
            for sending in sent { #expect(sending.text == sending.body.serializedText()) }
            let sends = sent.map { JSON.object(droppingNil: [("inboxes", JSON($0.inboxes)), ("body", $0.body)]) }
            let text = (shown ?? .array(sends)).prettyPrinted() + "\n"
            for file in Golden.folder("outbound").map({ $0.appending(path: "\(example.name).json") }) {
                guard !Golden.isWriting else { return try Golden.write(text, to: file) }
                let expected = try String(decoding: Data(contentsOf: file), as: UTF8.self)
                #expect(text == expected)
            }
        }
    }

    @Test("no example is left of something that we do not say any more")
    func noneIsOrphaned() {
        let files = Golden.folder("outbound").flatMap(Golden.children).map(\.lastPathComponent)
        #expect(Set(files) == Set(OutboundCase.all.map { "\($0.name).json" }))
    }
    @Test("every kind of activity that we send has an example", arguments: OutgoingKind.allCases)
    func isShown(_ kind: OutgoingKind) throws {
        let files = Golden.folder("outbound").flatMap(Golden.children)
        let shown = try files.contains { file in
            Self.shows(kind, in: try JSON.parse(Array(Data(contentsOf: file))))
        }
        #expect(shown, "add a case to OutboundCase, and run the suite with GOLDEN=write")
    }

    /// Other types of the objects that ``OutgoingKind`` names.
    private static let others = [
        "Note": ["Tombstone", "Question"], "Vote": ["Note"], "Actor": ["Person"], "Activity": ["Create"],
    ]

    /// Whether a document contains an activity of this kind. An object that is sent as its id fits every kind of object.
    private static func shows(_ kind: OutgoingKind, in value: JSON) -> Bool {
        if let list = value.array { return list.contains { shows(kind, in: $0) } }
        guard let fields = value.object else { return false }
        if fields["type"]?.string == kind.type, let object = fields["object"] {
            guard let type = object.object?["type"]?.string else {
                return kind.type != "Accept" && kind.type != "Reject"
            }
            let name = kind.rawValue.split(separator: " ").last.map(String.init) ?? ""
            if ([name] + others[name, default: []]).contains(type) { return true }
        }
        return fields.contains { shows(kind, in: $0.value) }
    }
}
