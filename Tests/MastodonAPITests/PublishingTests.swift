// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Writing in client apps")
struct PublishingTests {
    @Test("the same key within an hour is the same status, for one token", arguments: TestEngine.available)
    func idempotency(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            @Sendable func publish(_ token: String) async throws -> Reply {
                try await node.call(
                    "POST", "/api/v1/statuses", token: token, json: ["status": "once"],
                    headers: [("Idempotency-Key", "k1")])
            }
            let ids = try await withThrowingTaskGroup(of: String.self) { tasks in
                for _ in 1...8 { tasks.addTask { try await publish(ada.token).id } }
                return try await tasks.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(ids.count == 1 && ids.first != "")
            #expect(try await publish(bob.token).id != ids.first)
            node.clock.pass(.minutes(61))
            #expect(try await publish(ada.token).id != ids.first)
        }
    }

    @Test("a status is changed, and every version is kept", arguments: TestEngine.available)
    func edit(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let status = try await node.post("/api/v1/statuses", token: ada.token, ["status": "one #tea"])
            let path = "/api/v1/statuses/\(status.id)"
            #expect(try await node.get("\(path)/history").json.array?.count == 1)
            let edited = try await node.call(
                "PUT", path, token: ada.token,
                json: ["status": "two", "spoiler_text": "careful", "sensitive": true, "language": "de"])
            #expect(edited.status == 200 && edited["content"]?.string?.contains("two") == true)
            #expect(edited["spoiler_text"]?.string == "careful" && edited["language"]?.string == "de")
            #expect(edited["edited_at"]?.string?.hasSuffix("Z") == true && edited["tags"]?.array?.isEmpty == true)
            let history = try await node.get("\(path)/history").json
            #expect(history.array?.count == 2 && history[1]?["spoiler_text"]?.string == "careful")
            #expect(history[0]?["content"]?.string?.contains("one") == true)
            let source = try await node.get("\(path)/source", token: ada.token)
            #expect(source["text"]?.string == "two" && source["spoiler_text"]?.string == "careful")
            #expect(try await node.get("\(path)/source", token: bob.token)["text"]?.string == "two")
            let foreign = try await node.call("PUT", path, token: bob.token, json: ["status": "mine"])
            #expect(foreign.status == 404)
            let blank = try await node.call("PUT", path, token: ada.token, json: ["status": " "])
            #expect(blank.error == "Validation failed: Text can't be blank")
        }
    }

    @Test("an edit with other answers empties the poll, one without answers ends it", arguments: TestEngine.available)
    func editPoll(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let poll: JSON = ["options": ["a", "b"], "expires_in": 600]
            let status = try await node.post("/api/v1/statuses", token: ada.token, ["status": "?", "poll": poll])
            let path = "/api/v1/statuses/\(status.id)"
            _ = try await node.post("/api/v1/polls/\(status.id)/votes", token: bob.token, ["choices": [0]])
            let kept = try await node.call("PUT", path, token: ada.token, json: ["status": "??", "poll": poll])
            #expect(kept["poll"]?["votes_count"]?.int == 1)
            let changed = try await node.call(
                "PUT", path, token: ada.token,
                json: ["status": "??", "poll": ["options": ["a", "c"], "expires_in": 600]])
            #expect(changed["poll"]?["votes_count"]?.int == 0)
            let ended = try await node.call("PUT", path, token: ada.token, json: ["status": "!"])
            #expect(ended["poll"]?.isNull == true)
            let history = try await node.get("\(path)/history").json
            #expect(history[0]?["poll"]?["options"]?[1]?.serializedText == #"{"title":"b"}"#)
            #expect(history[3]?["poll"]?.isNull == true)
        }
    }

    @Test("a deleted status comes back as what was typed", arguments: TestEngine.available)
    func delete(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let status = try await node.post(
                "/api/v1/statuses", token: ada.token,
                ["status": "again *", "poll": ["options": ["a", "b"], "expires_in": 600]])
            let path = "/api/v1/statuses/\(status.id)"
            let gone = try await node.call("DELETE", "\(path)?delete_media=true", token: ada.token)
            #expect(gone["text"]?.string == "again *" && gone["poll"]?["options"]?.array?.count == 2)
            #expect(gone["media_attachments"]?.array?.isEmpty == true)
            #expect(try await node.get(path, token: ada.token).status == 404)
        }
    }

    @Test("the app is named to the author alone", arguments: TestEngine.available)
    func application(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.member("ada")
            let now = node.clock.now
            let app = ClientApp(
                id: node.ids.make(at: now), clientID: "c", name: "Pen", website: "https://pen.example",
                redirectURIs: [], scopes: ClientNode.everything, createdAt: now)
            try await node.database.write { tx in try ClientApps.insert(app, secret: [1], in: tx) }
            let token = try await node.services.makeToken(
                ClientNode.everything, app: app.id, account: ada, person: ada, as: .operator)
            let status = try await node.post("/api/v1/statuses", token: token, ["status": "ink"])
            #expect(status["application"]?.serializedText == #"{"name":"Pen","website":"https://pen.example"}"#)
            #expect(try await node.get("/api/v1/statuses/\(status.id)")["application"]?.isNull == true)
        }
    }

    @Test("who names a group writes into it", arguments: TestEngine.available)
    func group(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let group = try #require(
                try await node.database.read { db in try Accounts.groups(in: db).first { $0.isLocal } })
            @Sendable func groupOf(_ visibility: String) async throws -> ID<Account>? {
                let status = try await node.post(
                    "/api/v1/statuses", token: ada.token,
                    ["status": JSON("Hello @\(group.username)"), "visibility": JSON(visibility)])
                let id = ID<Post>(status.id) ?? .first
                return try await node.database.read { db in try Posts.byID(id, in: db)?.group }
            }
            #expect(try await groupOf("public") == group.id)
            #expect(try await groupOf("unlisted") == group.id)
            #expect(try await groupOf("private") == nil)
        }
    }
}
