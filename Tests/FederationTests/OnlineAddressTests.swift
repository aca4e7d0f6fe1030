// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

@Suite("The address of an online meeting")
struct OnlineAddressTests {
    private static let secret = "https://visio.example/salle-42"

    @Test(
        "is in no document of the event; a guest of another node gets it with the acceptance, and when it changes",
        arguments: TestEngine.available)
    func sent(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let group = try await world.addGroup("jardin")
            var event = Event(
                id: ID(300), iri: world.identifiers.event(ID(300)), owner: group.id, uuid: "uuid-300", title: "Visio",
                startsAt: world.clock.now + .days(2), endsAt: world.clock.now + .days(2) + .hours(1),
                publishedAt: world.clock.now, isLocal: true)
            event.onlineURL = try address(Self.secret)
            event.isOnline = true
            event.capacity = 1
            let stored = event
            try await world.database.write { tx in _ = try Events.insert(stored, in: tx) }
            let (vic, eve) = (
                try world.addRemote("vic", at: "prairie.example"), try world.addRemote("eve", at: "ruche.example")
            )
            for guest in [vic, eve] {
                let join: JSON = [
                    "id": JSON("\(guest)#join"), "type": "Join", "actor": JSON(guest), "object": JSON(event.iri.string),
                ]
                #expect(await world.submit(try world.request(join)) == nil)
                try await world.settle()
            }
            let answers = try await world.sent()
            #expect(answers.map(\.type) == ["Accept", "TentativeAccept"])
            #expect(answers.first?.body["object"]?["onlineLink"]?.string == Self.secret)
            #expect(answers.last?.body["object"]?["onlineLink"] == nil)
            let view = try #require(
                try await world.database.read { db in try EventViews.unrestricted(ID(300), in: db) })
            let document = EventToDocument.document(
                view, identifiers: world.identifiers, community: world.outbox.community)
            #expect(document["onlineLink"] == .null && document["isOnline"] == true)
            #expect(!String(decoding: JSON.object(document).serialized(), as: UTF8.self).contains("visio.example"))

            var moved = event
            moved.onlineURL = try address("https://visio.example/salle-43")
            let changed = moved
            try await world.database.write { tx in
                try Events.update(changed, in: tx)
                try world.outbox.tellAddress(of: changed, in: tx)
            }
            let told = try await world.sent().dropFirst(2)
            #expect(told.map(\.type) == ["Accept"])
            #expect(told.first?.inboxes == ["\(vic)/inbox"])
            #expect(told.first?.body["object"]?["onlineLink"]?.string == "https://visio.example/salle-43")
        }
    }

    @Test("of another node is shown to our guest, and stays when the document changes", arguments: TestEngine.available)
    func received(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let (alice, bob) = (try await world.addPerson("alice"), try await world.addPerson("bob"))
            let owner = try await world.resolve(try world.addRemote("cidre", at: "verger.example", type: "Group"))
            var event = Event(
                id: ID(900), iri: try address("https://verger.example/events/9"), owner: owner.id, uuid: "uuid-9",
                title: "Visio", startsAt: world.clock.now + .days(2), endsAt: world.clock.now + .days(3),
                publishedAt: world.clock.now, isLocal: false)
            event.isOnline = true
            let (stored, now) = (event, world.clock.now)
            let join = try address("https://cafe.example/activities/22")
            try await world.database.write { tx in
                _ = try Events.insert(stored, in: tx)
                try GuestLists.set(
                    Guest(account: alice.id, event: stored.id, state: .asked, join: join, requestedAt: now), rank: 1,
                    in: tx)
            }
            for (number, link) in [(1, Self.secret), (2, "https://visio.example/salle-43")] {
                let accept: JSON = [
                    "id": JSON("https://verger.example/activities/\(number)"), "type": "Accept",
                    "actor": JSON(owner.iri.string),
                    "object": [
                        "id": JSON(join.string), "type": "Join", "actor": JSON(alice.iri.string),
                        "object": JSON(event.iri.string), "onlineLink": JSON(link),
                    ],
                ]
                #expect(await world.submit(try world.request(accept)) == nil)
                try await world.settle()
                #expect(try await world.outcome(of: "https://verger.example/activities/\(number)") == "applied")
                for (reader, isTold) in [(alice, true), (bob, false)] {
                    let view = try await world.database.read { db in
                        try EventViews.one(ID(900), viewer: reader.id, in: db)
                    }
                    #expect(view?.event.onlineURL?.string == (isTold ? link : nil))
                }
            }
        }
    }
}
