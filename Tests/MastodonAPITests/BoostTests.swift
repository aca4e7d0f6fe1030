// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Boosts in client apps")
struct BoostTests {
    private static func boost(
        _ post: Reply, _ token: String, _ node: ClientNode, to visibility: String? = nil
    ) async throws -> Reply {
        try await node.post(
            "/api/v1/statuses/\(post.id)/reblog", token: token, visibility.map { ["visibility": JSON($0)] })
    }

    @Test("a boost has the visibility that was asked for, or the person's own", arguments: TestEngine.available)
    func visibility(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let (cleo, dora) = (try await node.guest("cleo"), try await node.guest("dora"))
            _ = try await node.post("/api/v1/accounts/\(bob.id)/follow", token: cleo.token)
            let post = try await node.post("/api/v1/statuses", token: ada.token, ["status": "tea"])
            for wrong in ["direct", "friends"] {
                let reply = try await Self.boost(post, bob.token, node, to: wrong)
                #expect(reply.status == 422 && reply["details"]?["visibility"]?[0]?["error"]?.string == "ERR_INCLUSION")
            }
            let boost = try await Self.boost(post, bob.token, node, to: "private")
            #expect(boost["visibility"]?.string == "private")
            #expect(boost["reblog"]?["visibility"]?.string == "public")
            func sees(_ token: String?) async throws -> [Bool] {
                let page = try await node.get("/api/v1/accounts/\(bob.id)/statuses", token: token).json.array ?? []
                let people = try await node.get("/api/v1/statuses/\(post.id)/reblogged_by", token: token).json.array
                let one = try await node.get("/api/v1/statuses/\(boost.id)", token: token)
                return [!page.isEmpty, people?.isEmpty == false, one.status == 200]
            }
            for token in [bob.token, cleo.token] { #expect(try await sees(token) == [true, true, true]) }
            for token in [dora.token, ada.token, nil] { #expect(try await sees(token) == [false, false, false]) }
            let home = try await node.get("/api/v1/timelines/home", token: cleo.token).json
            #expect(home[0]?["id"]?.string == boost.id && home[0]?["visibility"]?.string == "private")

            _ = try await node.post("/api/v1/statuses/\(post.id)/unreblog", token: bob.token)
            _ = try await node.call(
                "PATCH", "/api/v1/accounts/update_credentials", token: bob.token,
                json: ["source": ["privacy": "private"]])
            #expect(try await Self.boost(post, bob.token, node)["visibility"]?.string == "private")
            #expect(try await Self.boost(post, ada.token, node)["visibility"]?.string == "public")
        }
    }

    @Test("one boosts one's own post for followers, and nobody else's", arguments: TestEngine.available)
    func ownPost(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            _ = try await node.post("/api/v1/accounts/\(ada.id)/follow", token: bob.token)
            let post = try await node.post(
                "/api/v1/statuses", token: ada.token, ["status": "tea", "visibility": "private"])
            #expect(try await Self.boost(post, bob.token, node).status == 403)
            let boost = try await Self.boost(post, ada.token, node, to: "public")
            #expect(boost.status == 200 && boost["visibility"]?.string == "private")
            #expect(try await node.get("/api/v1/statuses/\(boost.id)").status == 404)
            #expect(try await node.get("/api/v1/statuses/\(boost.id)", token: bob.token).status == 200)
            let direct = try await node.post(
                "/api/v1/statuses", token: ada.token, ["status": "tea", "visibility": "direct"])
            #expect(try await Self.boost(direct, ada.token, node).status == 403)
        }
    }

    @Test("who deletes one's own boost undoes it", arguments: TestEngine.available)
    func deletion(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let post = try await node.post("/api/v1/statuses", token: ada.token, ["status": "tea"])
            let boost = try await Self.boost(post, bob.token, node)
            let path = "/api/v1/statuses/\(boost.id)"
            #expect(try await node.call("DELETE", path, token: ada.token).status == 404)
            let deleted = try await node.call("DELETE", path, token: bob.token)
            #expect(deleted.status == 200 && deleted["reblog"]?["id"]?.string == post.id)
            #expect(try await node.call("DELETE", path, token: bob.token).status == 404)
            let kept = try await node.get("/api/v1/statuses/\(post.id)", token: bob.token)
            #expect(kept["reblogged"]?.bool == false && kept["reblogs_count"]?.int == 0)
        }
    }

    @Test("a visibility that is unknown here publishes nothing", arguments: TestEngine.available)
    func unknown(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            for name in ["followers", "local", "mutuals_only", "members", "list", "limited", "Public"] {
                let reply = try await node.call(
                    "POST", "/api/v1/statuses", token: ada.token, form: [("status", "x"), ("visibility", name)])
                #expect(reply.status == 422 && reply["details"]?["visibility"] != nil)
            }
            #expect(try await node.get("/api/v1/accounts/\(ada.id)/statuses").json.array?.isEmpty == true)
            let empty = try await node.post("/api/v1/statuses", token: ada.token, ["status": "x", "visibility": ""])
            #expect(empty["visibility"]?.string == "public")
        }
    }

    @Test("the posts of a group are those that it boosted", arguments: TestEngine.available)
    func groups(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let group = try await node.database.read { db in try Accounts.groups(in: db).first { $0.isLocal } }
            let id = try #require(group).id
            func count() async throws -> Int64? {
                try await node.get("/api/v1/accounts/\(id)", token: ada.token)["statuses_count"]?.int
            }
            var draft = PostDraft(text: "tea")
            draft.group = id
            let first = try await node.services.publishPost(draft, as: .member(ada.id))
            _ = try await node.services.publishPost(draft, as: .member(ada.id))
            #expect(try await count() == 2)
            try await node.services.deletePost(first, as: .member(ada.id))
            #expect(try await count() == 1)
        }
    }
}
