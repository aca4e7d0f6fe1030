// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

@Suite("Quarantine")
struct QuarantineTests {
    @Test(
        "holds what an unknown host sends: nothing is stored, relayed, answered or told until a moderator decides",
        arguments: TestEngine.available)
    func held(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine, mode: .quarantine) { world in
            let (group, alice) = (try await world.addGroup("jardin"), try await world.addPerson("alice"))
            let fan = try world.addRemote("fan", at: "ami.example")
            try await world.setPolicy("ami.example", .allowed)
            try await world.follow(by: try await world.resolve(fan), of: group)
            let eve = try world.addRemote("eve", at: "prairie.example")
            let activities: [JSON] = [
                Self.post(by: eve, to: group, naming: alice),
                [
                    "id": JSON("\(eve)#follow"), "type": "Follow", "actor": JSON(eve),
                    "object": JSON(alice.iri.string),
                ],
            ]
            for activity in activities {
                #expect(await world.submit(try world.request(activity)) == nil)
            }
            try await world.settle()
            #expect(try await world.sent().isEmpty)
            #expect(try await world.heard(by: alice).isEmpty)
            let note = try address("\(eve)/notes/1")
            #expect(try await world.database.read { db in try Posts.byIRI(note, in: db) } == nil)
            let hosts = try await world.database.read { db in try HeldActivities.hosts(in: db) }
            #expect(hosts.map(\.host) == ["prairie.example"] && hosts.first?.count == 2)
            #expect(hosts.first?.senders.map(\.username) == ["eve"])

            // A moderator lets the host in: everything takes effect, in its order.
            try await world.setPolicy("prairie.example", .allowed)
            let now = world.clock.now
            let released = try await world.database.write { tx in
                try HeldActivities.release("prairie.example", at: now, in: tx)
            }
            #expect(released == 2)
            try await world.settle()
            #expect(try await world.database.read { db in try Posts.byIRI(note, in: db) } != nil)
            #expect(try await !world.heard(by: alice).isEmpty)
            let sent = try await world.sent().map(\.type)
            #expect(sent.contains("Announce") && sent.contains("Accept"))
        }
    }

    @Test(
        "does not hold the answer to a member's own request, and forgets a blocked host",
        arguments: TestEngine.available)
    func answers(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine, mode: .quarantine) { world in
            let alice = try await world.addPerson("alice")
            let eve = try world.addRemote("eve", at: "prairie.example")
            let known = try await world.resolve(eve)
            try await world.database.write { tx in try world.outbox.follow(known, by: alice, in: tx) }
            let follow = try #require(try await world.sent().first { $0.type == "Follow" }).body
            let accept: JSON = [
                "id": JSON("\(eve)#accept"), "type": "Accept", "actor": JSON(eve), "object": follow,
            ]
            #expect(await world.submit(try world.request(accept)) == nil)
            try await world.settle()
            let state = try await world.database.read { db in
                try Follows.find(by: alice.id, of: known.id, in: db)?.state
            }
            #expect(state == .accepted)
            #expect(await world.submit(try world.request(Self.post(by: eve, to: alice, naming: alice))) == nil)
            #expect(try await world.database.read { db in try HeldActivities.hosts(in: db) }.count == 1)
            let dropped = try await world.database.write { tx in try HeldActivities.drop("prairie.example", in: tx) }
            #expect(dropped == 1)
        }
    }

    @Test(
        "what a known host brings of an unknown one is stored, and neither shown, relayed nor told until a moderator decides",
        arguments: TestEngine.available, Bringing.allCases)
    func brought(_ engine: TestEngine, _ bringing: Bringing) async throws {
        try await FederationWorld.run(on: engine, mode: .quarantine) { world in
            let (group, alice) = (try await world.addGroup("jardin"), try await world.addPerson("alice"))
            let fan = try world.addRemote("fan", at: "ami.example")
            let circle = try world.addRemote("cercle", at: "ami.example", type: "Group")
            let eve = try world.addRemote("eve", at: "prairie.example")
            try await world.setPolicy("ami.example", .allowed)
            try await world.follow(by: try await world.resolve(fan), of: group)
            let known = try await world.resolve(circle)
            if bringing != .collection { try await world.follow(by: alice, of: known) }
            let note = try #require(Self.post(by: eve, to: group, naming: alice)["object"])
            try world.nodes.serve(note)
            try world.nodes.serve(Self.event(of: eve, for: alice))
            let activity = try await bringing.activity(by: circle, and: fan, to: alice, world)
            #expect(await world.submit(try world.request(activity)) == nil)
            try await world.settle()

            let (noteID, eventID, now) = (
                try address("\(eve)/notes/1"), try address("\(eve)/events/1"), world.clock.now
            )
            let stored = try await world.database.read { db in
                let post = try Posts.byIRI(noteID, in: db)
                return (post, try Events.byIRI(eventID, in: db))
            }
            #expect((stored.0 != nil) == (bringing != .event))
            #expect((stored.1 != nil) == (bringing == .event || bringing == .collection))
            #expect(try await !Self.isRelayed(noteID, world))
            #expect(try await world.heard(by: alice).allSatisfy { $0.kind == .mention && bringing == .ancestor })
            let shown = try await world.database.read { db in
                let talks = try Timelines.discussions(PageRequest(), viewer: nil, mode: .quarantine, at: now, in: db)
                let agenda = try Events.upcoming(
                    from: now, scope: .community, limit: 9, after: nil, viewer: nil, mode: .quarantine, in: db)
                return talks.posts.count + agenda.count
            }
            #expect(shown == 0)

            // A moderator lets the host in: the group relays what starts a discussion in it, once.
            try await world.setPolicy("prairie.example", .allowed)
            for _ in 1...2 {
                _ = try await world.database.write { tx in
                    try world.outbox.relayUnrelayed(of: "prairie.example", after: .first, limit: 10, in: tx)
                }
            }
            #expect(try await Self.isRelayed(noteID, world) == (bringing != .event))
        }
    }

    /// Whether the group announced a post, exactly once.
    private static func isRelayed(_ note: IRI, _ world: FederationWorld) async throws -> Bool {
        let announces = try await world.sent().filter { $0.type == "Announce" && $0.body["object"] == JSON(note) }
        #expect(announces.count < 2)
        return !announces.isEmpty
    }

    private static func event(of owner: String, for person: Account) -> JSON {
        let to: JSON = ["https://www.w3.org/ns/activitystreams#Public", JSON(person.iri.string)]
        return [
            "id": JSON("\(owner)/events/1"), "type": "Event", "attributedTo": JSON(owner), "to": to,
            "name": "Rencontre", "startTime": "2027-06-06T13:00:00Z", "endTime": "2027-06-06T15:00:00Z",
            "published": "2026-05-01T09:00:00Z",
        ]
    }

    /// The ways in which a known host brings what an unknown one has written.
    enum Bringing: CaseIterable, Sendable {
        /// A group announces a post, or an event.
        case post, event
        /// A reply names a post above it.
        case ancestor
        /// The collections of a group that is followed for the first time name both.
        case collection

        func activity(
            by circle: String, and fan: String, to alice: Account, _ world: FederationWorld
        ) async throws -> JSON {
            let eve = "https://prairie.example/users/eve"
            let open: JSON = ["https://www.w3.org/ns/activitystreams#Public", JSON(alice.iri.string)]
            switch self {
            case .post, .event:
                let object = self == .post ? "\(eve)/notes/1" : "\(eve)/events/1"
                return [
                    "id": JSON("\(circle)#announce"), "type": "Announce", "actor": JSON(circle), "to": open,
                    "object": JSON(object),
                ]
            case .ancestor:
                return [
                    "id": JSON("\(fan)/notes/2#create"), "type": "Create", "actor": JSON(fan), "to": open,
                    "object": [
                        "id": JSON("\(fan)/notes/2"), "type": "Note", "attributedTo": JSON(fan), "to": open,
                        "content": "<p>Oui</p>", "published": "2026-05-02T09:30:00Z",
                        "inReplyTo": JSON("\(eve)/notes/1"),
                        "tag": [["type": "Mention", "href": JSON(alice.iri.string), "name": "@alice@cafe.example"]],
                    ],
                ]
            case .collection:
                let actor = JSON.object(try await world.nodes.load(try address(circle)).document.json)
                try world.nodes.serve(actor.setting("upcomingEvents", JSON("\(circle)/upcoming")))
                try world.nodes.serve([
                    "id": JSON("\(circle)/upcoming"), "type": "OrderedCollection",
                    "orderedItems": [JSON("\(eve)/events/1")],
                ])
                try world.nodes.serve([
                    "id": JSON("\(circle)/outbox"), "type": "OrderedCollection",
                    "orderedItems": [
                        [
                            "id": JSON("\(circle)#announce"), "type": "Announce", "actor": JSON(circle),
                            "object": JSON("\(eve)/notes/1"),
                        ]
                    ],
                ])
                let known = try await world.resolve(circle)
                try await world.database.write { tx in try world.outbox.follow(known, by: alice, in: tx) }
                let follow = try await world.sent().first { $0.type == "Follow" }?.body ?? .null
                return ["id": JSON("\(circle)#accept"), "type": "Accept", "actor": JSON(circle), "object": follow]
            }
        }
    }

    private static func post(by author: String, to group: Account, naming person: Account) -> JSON {
        let to: JSON = [
            "https://www.w3.org/ns/activitystreams#Public", JSON(group.iri.string), JSON(person.iri.string),
        ]
        return [
            "id": JSON("\(author)/notes/1#create"), "type": "Create", "actor": JSON(author), "to": to,
            "object": [
                "id": JSON("\(author)/notes/1"), "type": "Note", "attributedTo": JSON(author), "to": to,
                "content": "<p>Bonjour</p>", "published": "2026-05-02T09:00:00Z",
                "tag": [["type": "Mention", "href": JSON(person.iri.string), "name": "@alice@cafe.example"]],
            ],
        ]
    }
}

extension FederationWorld {
    fileprivate func setPolicy(_ host: String, _ policy: PeerPolicy) async throws {
        let now = clock.now
        try await database.write { tx in try Peers.setPolicy(host, policy, note: "", at: now, in: tx) }
    }

    fileprivate func heard(by account: Account) async throws -> [Storage.Notification] {
        let now = clock.now
        return try await database.read { db in
            try Notifications.list(of: account.id, NotificationListFilter(), PageRequest(), at: now, in: db)
        }
    }
}
