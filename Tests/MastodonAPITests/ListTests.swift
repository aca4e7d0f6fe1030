// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Lists of client apps")
struct ListTests {
    @Test("a list is made, filled, read, changed and removed", arguments: TestEngine.available)
    func life(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob, eve) = (
                try await node.guest("ada"), try await node.guest("bob"), try await node.guest("eve")
            )
            let made = try await node.post(
                "/api/v1/lists", token: ada.token, ["title": "Tea", "replies_policy": "none"])
            #expect(made.status == 200)
            #expect(made["title"]?.string == "Tea" && made["replies_policy"]?.string == "none")
            #expect(made["exclusive"]?.bool == false)
            let path = "/api/v1/lists/\(made.id)"
            let members: JSON = ["account_ids": [.string("\(bob.id)")]]
            #expect(try await node.post(path + "/accounts", token: ada.token, members).status == 404)
            for friend in [bob, eve] { try await node.services.follow(friend.id, as: .member(ada.id)) }
            let added = try await node.post(path + "/accounts", token: ada.token, members)
            #expect(added.status == 200 && added.json == [:])
            #expect(try await node.post(path + "/accounts", token: ada.token, members).status == 422)
            let form = [("account_ids[]", "\(eve.id)")]
            #expect(try await node.call("POST", path + "/accounts", token: ada.token, form: form).status == 200)
            #expect(
                try await ids(node.get(path + "/accounts?limit=0", token: ada.token)) == ["\(eve.id)", "\(bob.id)"])
            let page = try await node.get(path + "/accounts?limit=1", token: ada.token)
            #expect(ids(page) == ["\(eve.id)"])
            #expect(page.header("link")?.contains("max_id=\(eve.id)>; rel=\"next\"") == true)
            let next = try await node.get(path + "/accounts?limit=1&max_id=\(bob.id)", token: ada.token)
            #expect(ids(next) == [] && next.header("link") == nil)
            #expect(try await ids(node.get("/api/v1/accounts/\(bob.id)/lists", token: ada.token)) == [made.id])
            let removed = try await node.call("DELETE", path + "/accounts", token: ada.token, json: members)
            #expect(removed.status == 200 && removed.json == [:])
            #expect(try await ids(node.get(path + "/accounts", token: ada.token)) == ["\(eve.id)"])
            let changed = try await node.call("PUT", path, token: ada.token, json: ["title": "Milk", "exclusive": "1"])
            #expect(changed["title"]?.string == "Milk" && changed["exclusive"]?.bool == true)
            #expect(changed["replies_policy"]?.string == "none")
            #expect(try await node.get(path, token: bob.token).status == 404)
            let deleted = try await node.call("DELETE", path, token: ada.token)
            #expect(deleted.status == 200 && deleted.json == [:])
            #expect(try await node.get(path, token: ada.token).status == 404)
        }
    }

    @Test("a title is needed, and the policy is one of three words")
    func wrong() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let empty = try await node.post("/api/v1/lists", token: ada.token, ["title": " "])
            #expect(empty.status == 422 && empty.error == "Validation failed: Title can't be blank")
            let policy: JSON = ["title": "Tea", "replies_policy": "some"]
            #expect(try await node.post("/api/v1/lists", token: ada.token, policy).status == 422)
        }
    }

    @Test("a group that one follows is a list, and nobody changes it", arguments: TestEngine.available)
    func groups(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let lists = try await node.get("/api/v1/lists", token: ada.token)
            let group = try #require(lists.json.array?.first)
            let path = "/api/v1/lists/\(group["id"]?.string ?? "")"
            #expect(group["replies_policy"]?.string == "list" && group["exclusive"]?.bool == false)
            #expect(group["title"]?.string?.isEmpty == false)
            #expect(try await node.get(path, token: ada.token).json == group)
            #expect(try await node.get(path + "/accounts?limit=0", token: ada.token).json == [])
            let members: JSON = ["account_ids": [.string("\(ada.id)")]]
            for (method, place, body) in [
                ("PUT", path, ["title": "Mine"]), ("DELETE", path, nil), ("POST", path + "/accounts", members),
                ("DELETE", path + "/accounts", members),
            ] as [(String, String, JSON?)] {
                #expect(try await node.call(method, place, token: ada.token, json: body).status == 403)
            }
        }
    }

    private func ids(_ reply: Reply) -> [String] { reply.json.array?.compactMap { $0["id"]?.string } ?? [] }
}
