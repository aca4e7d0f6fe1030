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
