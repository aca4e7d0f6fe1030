// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Statuses that wait for their hour")
struct ScheduledTests {
    private static func hour(_ node: ClientNode, in duration: Duration) -> JSON {
        JSON((node.clock.now + duration).description)
    }

    @Test("one waits, is changed, and appears once", arguments: TestEngine.available)
    func life(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let poll: JSON = ["options": ["a", "b"], "expires_in": 600]
            let waiting = try await node.post(
                "/api/v1/statuses", token: ada.token,
                [
                    "status": "later", "scheduled_at": Self.hour(node, in: .hours(1)), "poll": poll,
                    "visibility": "unlisted",
                ])
            #expect(waiting.status == 200 && waiting["params"]?["text"]?.string == "later")
            #expect(waiting["params"]?["visibility"]?.string == "unlisted")
            #expect(waiting["params"]?["poll"]?["expires_in"]?.int == 600)
            #expect(waiting["media_attachments"]?.array?.isEmpty == true)
            #expect(waiting["scheduled_at"]?.string?.hasSuffix(".000Z") == true)
            let path = "/api/v1/scheduled_statuses/\(waiting.id)"
            #expect(try await node.get(path, token: bob.token).status == 404)
            #expect(try await node.get("/api/v1/scheduled_statuses", token: ada.token).json.array?.count == 1)
            let moved = try await node.call(
                "PUT", path, token: ada.token, json: ["scheduled_at": Self.hour(node, in: .hours(2))])
            #expect(moved.status == 200 && moved["scheduled_at"] != waiting["scheduled_at"])
            node.clock.pass(.minutes(90))
            #expect(await node.services.publishDuePosts().isEmpty)
            node.clock.pass(.minutes(60))
            let published = await withTaskGroup(of: [ID<Post>].self) { tasks in
                for _ in 1...4 { tasks.addTask { await node.services.publishDuePosts() } }
                return await tasks.reduce(into: [ID<Post>]()) { $0 += $1 }
            }
            #expect(published.count == 1)
            let status = try await node.get("/api/v1/statuses/\(published[0])", token: ada.token)
            #expect(status["poll"]?["expired"]?.bool == false && status["visibility"]?.string == "unlisted")
            #expect(try await node.get(path, token: ada.token).status == 404)
        }
    }

    @Test(
        "what is no hour, and what is too near, is refused; what is over is published", arguments: TestEngine.available)
    func hours(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let none = try await node.post(
                "/api/v1/statuses", token: ada.token, ["status": "x", "scheduled_at": "banana"])
            #expect(none.status == 422 && none.error == "Record invalid")
            let near = try await node.post(
                "/api/v1/statuses", token: ada.token,
                ["status": "x", "scheduled_at": Self.hour(node, in: .minutes(2))])
            #expect(near.status == 422 && near.error == "Validation failed: Scheduled at must be in the future")
            let over = try await node.post(
                "/api/v1/statuses", token: ada.token,
                ["status": "x", "scheduled_at": Self.hour(node, in: .minutes(-2))])
            #expect(over["content"]?.string == "<p>x</p>")
            let waiting = try await node.post(
                "/api/v1/statuses", token: ada.token, ["status": "x", "scheduled_at": Self.hour(node, in: .hours(1))])
            let path = "/api/v1/scheduled_statuses/\(waiting.id)"
            let deleted = try await node.call("DELETE", path, token: ada.token)
            #expect(deleted.status == 200 && deleted.json.serializedText == "{}")
            #expect(try await node.call("DELETE", path, token: ada.token).status == 404)
            let far = try await node.post(
                "/api/v1/statuses", token: ada.token, ["status": "x", "scheduled_at": "4000-01-01T00:00:00.000Z"])
            #expect(far["scheduled_at"]?.string == "4000-01-01T00:00:00.000Z")
        }
    }
}
