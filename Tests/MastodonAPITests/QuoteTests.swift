// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Quotes in client apps")
struct QuoteTests {
    private static func quote(_ id: String, _ node: ClientNode, _ token: String) async throws -> Reply {
        try await node.post("/api/v1/statuses", token: token, ["status": "look", "quoted_status_id": JSON(id)])
    }

    @Test("a quote carries the status, a quote of a quote its number", arguments: TestEngine.available)
    func depth(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let first = try await node.post("/api/v1/statuses", token: ada.token, ["status": "hello"])
            #expect(first["quote"]?.isNull == true && first["quotes_count"]?.int == 0)
            #expect(
                first["quote_approval"]?.serializedText
                    == #"{"automatic":["public"],"manual":[],"current_user":"automatic"}"#)
            let second = try await Self.quote(first.id, node, bob.token)
            #expect(second["quote"]?["state"]?.string == "accepted")
            #expect(second["quote"]?["quoted_status"]?["id"]?.string == first.id)
            #expect(second["content"]?.string?.hasPrefix("<p class=\"quote-inline\">RE: <a") == true)
            let third = try await Self.quote(second.id, node, ada.token)
            let inner = try #require(third["quote"]?["quoted_status"]?["quote"])
            #expect(inner.serializedText == #"{"state":"accepted","quoted_status_id":"\#(first.id)"}"#)
            let counted = try await node.get("/api/v1/statuses/\(first.id)")
            #expect(counted["quotes_count"]?.int == 1)
            let list = try await node.get("/api/v1/statuses/\(first.id)/quotes", token: ada.token)
            #expect(list.json.array?.count == 1 && list.json[0]?["id"]?.string == second.id)
        }
    }

    @Test("the author decides who quotes, and takes it back", arguments: TestEngine.available)
    func policy(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let post = try await node.post("/api/v1/statuses", token: ada.token, ["status": "hello"])
            let path = "/api/v1/statuses/\(post.id)"
            let quote = try await Self.quote(post.id, node, bob.token)
            let foreign = try await node.post("\(path)/quotes/\(quote.id)/revoke", token: bob.token)
            #expect(foreign.status == 404)
            let revoked = try await node.post("\(path)/quotes/\(quote.id)/revoke", token: ada.token)
            #expect(revoked["quote"]?["state"]?.string == "revoked")
            #expect(revoked["quote"]?["quoted_status"]?.isNull == true)
            let closed = try await node.call(
                "PUT", "\(path)/interaction_policy", token: ada.token, json: ["quote_approval_policy": "nobody"])
            #expect(closed["quote_approval"]?["automatic"]?.array?.isEmpty == true)
            let seen = try await node.get(path, token: bob.token)
            #expect(seen["quote_approval"]?["current_user"]?.string == "denied")
            #expect(try await Self.quote(post.id, node, bob.token).status == 422)
            #expect(try await Self.quote(post.id, node, ada.token)["quote"]?["state"]?.string == "accepted")
            let foreignPolicy = try await node.call(
                "PUT", "\(path)/interaction_policy", token: bob.token, json: ["quote_approval_policy": "public"])
            #expect(foreignPolicy.status == 404)
        }
    }

    @Test("what is quoted and cannot be read is not shown", arguments: TestEngine.available)
    func unreadable(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let post = try await node.post(
                "/api/v1/statuses", token: ada.token, ["status": "mine", "visibility": "private"])
            let quote = try await Self.quote(post.id, node, ada.token)
            #expect(quote["visibility"]?.string == "private")
            let bob = try await node.guest("bob")
            #expect(try await Self.quote(post.id, node, bob.token).status == 404)
            _ = try await node.call("DELETE", "/api/v1/statuses/\(post.id)", token: ada.token)
            let left = try await node.get("/api/v1/statuses/\(quote.id)", token: ada.token)
            #expect(left["quote"]?.serializedText == #"{"state":"deleted","quoted_status":null}"#)
        }
    }
}
