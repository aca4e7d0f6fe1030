// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Answering an event in client apps")
struct EventAnswerTests {
    @Test("one guest is counted once, whatever the answers before", arguments: TestEngine.available)
    func once(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada", .steward), try await node.guest("bob"))
            let event = try await node.event(by: ada.id)
            for choice in [0, 1, 2, 1, 0] {
                let counts = (0...2).map { $0 == choice ? 1 : 0 }
                let poll = try await node.post(
                    "/api/v1/polls/\(event)/votes", token: bob.token, ["choices": [JSON(choice)]])
                let shown = poll["options"]?.array?.compactMap { $0["votes_count"]?.int.map(Int.init) }
                #expect(shown == counts, "after \(choice)")
                #expect(poll["votes_count"]?.int == 1 && poll["voters_count"]?.int == 1)
            }
            let told = try await node.get("/api/v1/notifications", token: ada.token).json.array ?? []
            #expect(!told.contains { $0["type"]?.string == "favourite" }, "nobody gave a star")
        }
    }

    @Test("who waits for a seat reads that they wait", arguments: TestEngine.available)
    func waiting(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada", .steward), try await node.guest("bob"))
            let cleo = try await node.guest("cleo")
            let event = try await node.event(by: ada.id, capacity: 1)
            let path = "/api/v1/polls/\(event)/votes"
            _ = try await node.post(path, token: bob.token, ["choices": [0]])
            let poll = try await node.post(path, token: cleo.token, ["choices": [0]])
            let own = Int(try #require(poll["own_votes"]?[0]?.int))
            #expect(poll["voted"]?.bool == true && own != 0)
            #expect(poll["options"]?[own]?["title"]?.string == "Sur liste d’attente")
            #expect(poll["options"]?[0]?["votes_count"]?.int == 1)
            func content(_ token: String) async throws -> String {
                try await node.get("/api/v1/statuses/\(event)", token: token)["content"]?.string ?? ""
            }
            #expect(try await content(cleo.token).contains("liste d’attente : pas encore de place pour toi"))
            #expect(try await !content(bob.token).contains("pas encore de place pour toi"))
            // The seat becomes free.
            _ = try await node.post(path, token: bob.token, ["choices": [2]])
            let going = try await node.get("/api/v1/polls/\(event)", token: cleo.token)
            #expect(going["own_votes"]?[0]?.int == 0 && going["options"]?.array?.count == 3)
            #expect(try await !content(cleo.token).contains("liste d’attente"))
        }
    }

    @Test("the calendar link leads to the calendar file of the event")
    func calendar() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada", .steward)
            let event = try await node.event(by: ada.id)
            let status = try await node.get("/api/v1/statuses/\(event)", token: ada.token)
            let link = "\"http://cafe.example/events/\(event)/event.ics\""
            #expect(status["content"]?.string?.contains(link) == true)
        }
    }

    @Test("an event is boosted, and the boost can be taken back")
    func boost() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada", .steward)
            let event = try await node.event(by: ada.id)
            let boosted = try await node.post("/api/v1/statuses/\(event)/reblog", token: ada.token)
            #expect(boosted.status == 200)
            #expect(try await node.get("/api/v1/statuses/\(event)", token: ada.token)["reblogged"]?.bool == true)
            let taken = try await node.post("/api/v1/statuses/\(event)/unreblog", token: ada.token)
            #expect(taken.status == 200)
            #expect(try await node.get("/api/v1/statuses/\(event)", token: ada.token)["reblogged"]?.bool == false)
        }
    }
}
