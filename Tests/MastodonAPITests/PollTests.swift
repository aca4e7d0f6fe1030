// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Polls in client apps")
struct PollTests {
    private static func ask(
        _ node: ClientNode, _ token: String, multiple: Bool = false, hides: Bool = false
    ) async throws -> Reply {
        try await node.post(
            "/api/v1/statuses", token: token,
            [
                "status": "Tea?",
                "poll": [
                    "options": ["Tea", "Milk", "Water"], "expires_in": 3600, "multiple": JSON(multiple),
                    "hide_totals": JSON(hides),
                ],
            ])
    }

    @Test("a poll is asked, shown and voted in", arguments: TestEngine.available)
    func vote(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let status = try await Self.ask(node, ada.token)
            #expect(status.status == 200)
            let poll = try #require(status["poll"])
            #expect(poll["options"]?[0]?.serializedText == #"{"title":"Tea","votes_count":0}"#)
            #expect(poll["expired"]?.bool == false && poll["expires_at"]?.string?.hasSuffix("Z") == true)
            #expect(poll["voters_count"]?.int == 0 && poll["voted"]?.bool == true)
            let path = "/api/v1/polls/\(poll["id"]?.string ?? "")"
            let stranger = try await node.get(path)
            #expect(stranger["voted"]?.bool == false && stranger["own_votes"]?.array?.isEmpty == true)
            for (choices, words) in [
                ([5], "The chosen vote option does not exist"), ([0, 1], "You have already voted on this poll"),
            ] {
                let reply = try await node.post(
                    "\(path)/votes", token: bob.token, ["choices": .array(choices.map { JSON($0) })])
                #expect(reply.status == 422 && reply.error?.contains(words) == true)
            }
            let voted = try await node.post("\(path)/votes", token: bob.token, ["choices": ["1"]])
            #expect(voted["voted"]?.bool == true && voted["own_votes"]?[0]?.int == 1)
            #expect(voted["votes_count"]?.int == 1 && voted["options"]?[1]?["votes_count"]?.int == 1)
            let again = try await node.post("\(path)/votes", token: bob.token, ["choices": [0]])
            #expect(again.status == 422 && again.error == "Validation failed: You have already voted on this poll")
            let own = try await node.post("\(path)/votes", token: ada.token, ["choices": [0]])
            #expect(own.error == "Validation failed: You cannot vote in your own polls")
        }
    }

    @Test("counts are hidden from everybody until the end, and nobody votes after it", arguments: TestEngine.available)
    func hidden(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let status = try await Self.ask(node, ada.token, multiple: true, hides: true)
            #expect(status["poll"]?["options"]?[0]?["votes_count"]?.isNull == true)
            let path = "/api/v1/polls/\(status.id)"
            let voted = try await node.call(
                "POST", "\(path)/votes", token: bob.token, form: [("choices[]", "0"), ("choices[]", "2")])
            #expect(voted["own_votes"]?.array?.count == 2 && voted["options"]?[0]?["votes_count"]?.isNull == true)
            #expect(voted["voters_count"]?.int == 1)
            node.clock.pass(.hours(2))
            let ended = try await node.services.endPolls()
            #expect(ended.first?.audience == [bob.id, ada.id])
            #expect(try await node.services.endPolls().isEmpty)
            let over = try await node.get(path)
            #expect(over["expired"]?.bool == true && over["options"]?[0]?["votes_count"]?.int == 1)
            let cleo = try await node.guest("cleo")
            let late = try await node.post("\(path)/votes", token: cleo.token, ["choices": [0]])
            #expect(late.error == "Validation failed: The poll has already ended")
        }
    }

    @Test(
        "polls outside the bounds are refused",
        arguments: [
            #"{"options":["a"],"expires_in":3600}"#, #"{"options":["a","a"],"expires_in":3600}"#,
            #"{"options":["a","b"],"expires_in":10}"#, #"{"options":["a","b"]}"#,
            #"{"options":["a","b"],"expires_in":99999999}"#,
            #"{"options":["1","2","3","4","5","6","7"],"expires_in":3600}"#,
        ])
    func bounds(_ poll: String) async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let poll = try JSON.parse(Array(poll.utf8))
            let reply = try await node.post("/api/v1/statuses", token: ada.token, ["status": "?", "poll": poll])
            #expect(reply.status == 422 && reply.error?.hasPrefix("Validation failed:") == true)
        }
    }

    @Test("an event asks whether one comes", arguments: TestEngine.available)
    func event(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada", .steward), try await node.guest("bob"))
            let event = try await node.event(by: ada.id, capacity: 1)
            let path = "/api/v1/polls/\(event)"
            let poll = try await node.get(path, token: bob.token)
            #expect(poll["options"]?.array?.count == 3 && poll["multiple"]?.bool == false)
            #expect(poll["voted"]?.bool == false && poll["expired"]?.bool == false)
            let going = try await node.post("\(path)/votes", token: bob.token, ["choices": [0]])
            #expect(going["voted"]?.bool == true && going["own_votes"]?[0]?.int == 0)
            #expect(going["options"]?[0]?["votes_count"]?.int == 1)
            let status = try await node.get("/api/v1/statuses/\(event)", token: bob.token)
            #expect(status["favourited"]?.bool == true && status["poll"]?["own_votes"]?[0]?.int == 0)
            let left = try await node.post("/api/v1/statuses/\(event)/unfavourite", token: bob.token)
            #expect(left["poll"]?["voted"]?.bool == false && left["poll"]?["options"]?[0]?["votes_count"]?.int == 0)
            let maybe = try await node.post("\(path)/votes", token: bob.token, ["choices": [1]])
            #expect(maybe["own_votes"]?[0]?.int == 1 && maybe["options"]?[1]?["votes_count"]?.int == 1)
            let none = try await node.post("\(path)/votes", token: bob.token, ["choices": [3]])
            #expect(none.error == "Validation failed: The chosen vote option does not exist")
            let history = try await node.get("/api/v1/statuses/\(event)/history")
            #expect(history.json.array?.count == 1)
        }
    }
}

extension JSON {
    var serializedText: String { String(decoding: serialized(), as: UTF8.self) }
    subscript(index: Int) -> JSON? {
        guard let array, array.indices.contains(index) else { return nil }
        return array[index]
    }
}

extension ClientNode {
    /// Plans an event of the main group, a week from now.
    func event(by organizer: ID<Account>, capacity: Int? = nil) async throws -> ID<Event> {
        let group = try await database.read { db in try Accounts.groups(in: db).first { $0.isLocal } }
        let start = clock.now + .days(7)
        var draft = EventDraft(
            group: group?.id ?? .first, title: "Repair café", startsAt: start, endsAt: start + .hours(2),
            timeZone: "Europe/Paris")
        draft.capacity = capacity
        return try await services.planEvent(draft, as: .member(organizer))
    }
}
