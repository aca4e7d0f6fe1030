// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Hashtags among client apps")
struct TagTests {
    @Test("a hashtag is read, followed, and followed no more", arguments: TestEngine.available)
    func follow(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            _ = try await node.services.publishPost(PostDraft(text: "#Foo"), as: .member(ada.id))
            let tag = try await node.get("/api/v1/tags/FOO/", token: ada.token)
            #expect(tag["name"]?.string == "foo" && tag["following"]?.bool == false)
            #expect(tag["url"]?.string == "http://cafe.example/tags/foo")
            let history = tag["history"]?.array ?? []
            #expect(history.count == 7)
            #expect(history.map { $0["uses"]?.string } == ["1", "0", "0", "0", "0", "0", "0"])
            #expect(history.first?["accounts"]?.string == "1")
            #expect(history.first?["day"]?.string == "1779926400")
            #expect(try await node.get("/api/v1/tags/unknown")["history"]?.array?.count == 7)
            for _ in 1...2 {
                #expect(try await node.post("/api/v1/tags/foo/follow", token: ada.token)["following"]?.bool == true)
            }
            let list = try await node.get("/api/v1/followed_tags", token: ada.token)
            #expect(list.json.array?.map { $0["following"]?.bool } == [true])
            #expect(list.header("link")?.hasPrefix("<http://cafe.example/api/v1/followed_tags?max_id=") == true)
            #expect(try await node.post("/api/v1/tags/foo/unfollow", token: ada.token)["following"]?.bool == false)
            #expect(try await node.get("/api/v1/followed_tags", token: ada.token).json == [])
            #expect(try await node.post("/api/v1/tags/a%20b/follow", token: ada.token).status == 422)
        }
    }

    @Test("hashtags are shown on a profile, by number and by name", arguments: TestEngine.available)
    func feature(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            _ = try await node.services.publishPost(PostDraft(text: "#foo #bar"), as: .member(ada.id))
            let asked = try await node.get("/api/v1/featured_tags/suggestions", token: ada.token)
            #expect(asked.json.array?.map { $0["name"]?.string } == ["bar", "foo"])
            let made = try await node.call("POST", "/api/v1/featured_tags", token: ada.token, form: [("name", "#Foo")])
            #expect(made["name"]?.string == "foo" && made["statuses_count"]?.string == "1")
            #expect(made["last_status_at"]?.string == "2026-05-28")
            #expect(made.id.allSatisfy(\.isNumber) && !made.id.isEmpty)
            #expect(try await node.get("/api/v1/accounts/\(ada.id)/featured_tags").json == [made.json])
            #expect(try await node.call("DELETE", "/api/v1/featured_tags/\(made.id)", token: ada.token).json == [:])
            #expect(try await node.get("/api/v1/featured_tags", token: ada.token).json == [])
            let named = try await node.post("/api/v1/tags/none/feature", token: ada.token)
            #expect(named["featuring"]?.bool == true)
            let list = try await node.get("/api/v1/featured_tags", token: ada.token)
            #expect(list.json.array?.first?["last_status_at"] == .null)
            #expect(list.json.array?.first?["statuses_count"]?.string == "0")
            #expect(try await node.post("/api/v1/tags/none/unfeature", token: ada.token)["featuring"]?.bool == false)
            #expect(try await node.post("/api/v1/featured_tags", token: ada.token, ["name": ""]).status == 422)
        }
    }
}

@Suite("Searching with client apps")
struct APISearchTests {
    @Test(
        "an answer always has all lists", arguments: ["nobody", "@no@far.example", "%23none", "https://x.example/"])
    func empty(text: String) async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            for path in ["/api/v2/search", "/api/v1/search"] {
                let reply = try await node.get("\(path)?q=\(text)&resolve=true", token: ada.token)
                #expect(reply.status == 200)
                #expect(reply.json == ["accounts": [], "statuses": [], "hashtags": [], "collections": []])
            }
        }
    }

    @Test("people, hashtags and statuses are found, each in its list", arguments: TestEngine.available)
    func everything(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let post = try await node.services.publishPost(PostDraft(text: "ada drinks #adatea"), as: .member(bob.id))
            let all = try await node.get("/api/v2/search?q=ADA", token: ada.token)
            #expect(all["accounts"]?.array?.map { $0["acct"]?.string } == ["ada"])
            #expect(all["statuses"]?.array?.map { $0["id"]?.string } == ["\(post)"])
            #expect(all["hashtags"]?.array?.map { $0["name"]?.string } == ["adatea"])
            let typed = try await node.get("/api/v2/search?q=ada&type=hashtags", token: ada.token)
            #expect(typed["accounts"] == [] && typed["statuses"] == [] && typed["hashtags"]?.array?.count == 1)
            let next = try await node.get("/api/v2/search?q=ada&type=hashtags&offset=1", token: ada.token)
            #expect(next["hashtags"] == [])
            let tags = try await node.get("/api/v2/search?q=%23ada", token: ada.token)
            #expect(tags["accounts"] == [] && tags["statuses"] == [] && tags["hashtags"]?.array?.count == 1)
            let people = try await node.get("/api/v1/accounts/search?q=@bo", token: ada.token)
            #expect(people.json.array?.map { $0["id"]?.string } == ["\(bob.id)"])
            let followed = try await node.get("/api/v1/accounts/search?q=bob&following=true", token: ada.token)
            #expect(followed.json == [])
            let theirs = try await node.get("/api/v2/search?q=ada&account_id=\(ada.id)", token: ada.token)
            #expect(theirs["statuses"] == [])
            #expect(try await node.get("/api/v1/accounts/search?q=bob").status == 401)
            #expect(try await node.get("/api/v2/search?q=ada")["statuses"] == [])
        }
    }
}
