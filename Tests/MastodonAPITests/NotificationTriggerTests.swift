// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import TestSupport
import Testing
import Vocabulary

@Suite("What apps tell at its hour")
struct NotificationTriggerTests {
    private func types(_ token: String, _ node: ClientNode) async throws -> [String] {
        try await node.get("/api/v1/notifications", token: token).json.array?.compactMap { $0["type"]?.string } ?? []
    }

    @Test("a poll that ends is told to its author and to those who voted, once", arguments: TestEngine.available)
    func pollEnds(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bea) = (try await node.guest("ada"), try await node.guest("bea"))
            let eve = try await node.guest("eve")
            let asked = try await node.post(
                "/api/v1/statuses", token: ada.token,
                ["status": "Quel jour ?", "poll": ["options": ["Vendredi", "Samedi"], "expires_in": 600]])
            _ = try await node.post("/api/v1/polls/\(asked.id)/votes", token: bea.token, ["choices": [1]])
            node.clock.pass(.minutes(11))
            for _ in 1...2 { try await node.services.endPolls() }
            #expect(try await types(ada.token, node) == ["poll"])
            #expect(try await types(bea.token, node) == ["poll"])
            #expect(try await types(eve.token, node) == [])
        }
    }

    @Test("an event that begins is told to those who come, once", arguments: TestEngine.available)
    func eventBegins(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bea) = (try await node.guest("ada"), try await node.guest("bea"))
            let group = try await node.get("/api/v1/accounts/lookup?acct=cafe").id
            let start = node.clock.now + .hours(2)
            let draft = EventDraft(
                group: try #require(ID(group)), title: "Apéro", startsAt: start, endsAt: start + .hours(2),
                timeZone: "Europe/Paris")
            let event = try await node.services.planEvent(draft, as: .member(ada.id))
            _ = try await node.post("/api/v1/polls/\(event)/votes", token: bea.token, ["choices": [0]])
            try await node.services.tellBeginnings()
            #expect(try await types(bea.token, node).contains("poll") == false)
            node.clock.pass(.hours(2) + .minutes(1))
            for _ in 1...2 { try await node.services.tellBeginnings() }
            #expect(try await types(bea.token, node).filter { $0 == "poll" }.count == 1)
            #expect(try await types(ada.token, node).contains("poll") == false)
        }
    }

    @Test("the hashtags of an event's description are told, as those of a post", arguments: TestEngine.available)
    func eventTags(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let group = try await node.get("/api/v1/accounts/lookup?acct=cafe").id
            let start = node.clock.now + .hours(2)
            var draft = EventDraft(
                group: try #require(ID(group)), title: "Apéro", startsAt: start, endsAt: start + .hours(2),
                timeZone: "Europe/Paris")
            draft.text = "Venez ! #Vin et #vin, #Été"
            let event = try await node.services.planEvent(draft, as: .member(ada.id))
            let seen = try await node.get("/api/v1/statuses/\(event)")
            #expect(
                seen["tags"] == [
                    ["name": "vin", "url": "http://cafe.example/tags/vin"],
                    ["name": "été", "url": "http://cafe.example/tags/%C3%A9t%C3%A9"],
                ])
        }
    }

    @Test("who is quoted hears of it", arguments: TestEngine.available)
    func quoted(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bea) = (try await node.guest("ada"), try await node.guest("bea"))
            let post = try await node.post("/api/v1/statuses", token: ada.token, ["status": "À samedi"])
            let quoting = try await node.post(
                "/api/v1/statuses", token: bea.token, ["status": "Oui !", "quoted_status_id": JSON(post.id)])
            #expect(quoting["quote"]?["state"]?.string == "accepted")
            #expect(try await types(ada.token, node) == ["quote"])
        }
    }
}
