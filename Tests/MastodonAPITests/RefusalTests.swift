// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("What client apps are refused, and how they are told")
struct RefusalTests {
    @Test("every 422 has the details of the fields")
    func details() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let post = try await node.post("/api/v1/statuses", token: ada.token, ["status": "tea"])
            let filter = try await node.post(
                "/api/v2/filters", token: ada.token, ["title": "tea", "context": ["home"], "filter_action": "hide"])
            let cases: [(String, String, JSON)] = [
                ("POST", "/api/v1/markers", ["home": ["last_read_id": "x"]]),
                ("POST", "/api/v1/push/subscription", [:]),
                ("POST", "/api/v1/statuses/\(post.id)/translate", [:]),
                ("POST", "/api/v2/filters/\(filter.id)/statuses", [:]),
                ("PUT", "/api/v1/statuses/\(post.id)/interaction_policy", ["quote_approval_policy": "x"]),
                ("PUT", "/api/v2/filters/\(filter.id)", ["filter_action": "x"]),
            ]
            for (method, path, body) in cases {
                let reply = try await node.call(method, path, token: ada.token, json: body)
                #expect(reply.status == 422 && reply["details"]?.object != nil && reply.error != nil, "\(path)")
            }
        }
    }

    @Test(
        "an error is told in the reader's language",
        arguments: [
            ("fr-FR,fr;q=0.9,en;q=0.8", "La validation a échoué : La visibilité n’est pas une valeur connue"),
            ("de, en;q=0.5, fr;q=0.1", "Validation failed: Visibility is not included in the list"),
            ("", "Validation failed: Visibility is not included in the list"),
        ])
    func language(header: String, expected: String) async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let reply = try await node.call(
                "POST", "/api/v1/statuses", token: ada.token, json: ["status": "x", "visibility": "y"],
                headers: [("Accept-Language", header)])
            #expect(reply.error == expected)
        }
    }

    @Test("the headers of a 429 are those of the limit that struck")
    func limits() async throws {
        try await ClientNode.open(.sqlite, ClientNode.Setup(limits: true)) { node in
            let app: JSON = ["client_name": "x", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"]
            var reply = try await node.post("/api/v1/apps", app)
            for _ in 1...10 { reply = try await node.post("/api/v1/apps", app) }
            #expect(reply.status == 429)
            #expect(reply.header("x-ratelimit-limit") == "10" && reply.header("x-ratelimit-remaining") == "0")
            #expect(reply.header("retry-after") == "30")
        }
    }

    @Test("a token in the address opens streams only")
    func tokenInQuery() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let path = "/api/v1/accounts/verify_credentials?access_token=\(ada.token)"
            #expect(try await node.get(path).status == 401)
            // The stream knows the person, and misses only the name of the stream.
            #expect(try await node.get("/api/v1/streaming?stream=nonsense&access_token=\(ada.token)").status == 400)
        }
    }

    @Test("a token without an app is told about itself", arguments: TestEngine.available)
    func withoutApp(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let reply = try await node.get("/api/v1/apps/verify_credentials", token: ada.token)
            #expect(reply.status == 200 && reply["name"]?.string == "Troquet" && reply["id"]?.string == "0")
            #expect(try await node.get("/api/v1/apps/verify_credentials", token: "x").status == 401)
        }
    }

    @Test(
        "an app without encryption is reached on the person's own machine only",
        arguments: [
            ("http://localhost:4567/cb", true), ("http://127.0.0.1/cb", true), ("http://[::1]:8/cb", true),
            ("https://app.example/cb", true), ("my-app://cb", true), ("http://app.example/cb", false),
            ("http://127.0.0.1.app.example/cb", false), ("http://localhost.app.example/", false),
            ("http://[::2]/cb", false), ("http://10.0.0.1/cb", false),
        ])
    func redirects(address: String, isAllowed: Bool) async throws {
        try await ClientNode.open { node in
            let reply = try await node.post("/api/v1/apps", ["client_name": "x", "redirect_uris": JSON(address)])
            #expect(reply.status == (isAllowed ? 200 : 422))
        }
    }

    @Test("a search needs something to search for")
    func search() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            for query in ["", "?q=", "?q=%20&type=accounts"] {
                let reply = try await node.get("/api/v2/search\(query)", token: ada.token)
                #expect(reply.status == 400 && reply.error?.hasSuffix("q") == true)
            }
        }
    }

    @Test("accounts are searched page by page", arguments: TestEngine.available)
    func pages(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("tea-lover1".replacing("-", with: "_"))
            for number in 2...3 { try await node.member("tea_lover\(number)") }
            var found: [String] = []
            for offset in 0...3 {
                let page = try await node.get(
                    "/api/v1/accounts/search?q=tea_lover&limit=1&offset=\(offset)", token: ada.token)
                found += page.json.array?.compactMap { $0["username"]?.string } ?? []
            }
            #expect(found.sorted() == ["tea_lover1", "tea_lover2", "tea_lover3"])
        }
    }

    @Test("characters count as announced: a link 23, a mention without its host", arguments: [0, 1])
    func characters(over: Int) async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let link = "https://far.example/" + String(repeating: "x", count: 300)
            let mention = "@somebody@" + String(repeating: "far.", count: 30) + "example"
            // The blank, the link, the blank and the mention without its host.
            let rest = 10_000 - 1 - 23 - 1 - 9
            let text = String(repeating: "z", count: rest + over) + " \(link) \(mention)"
            let reply = try await node.post("/api/v1/statuses", token: ada.token, ["status": JSON(text)])
            #expect(reply.status == (over == 0 ? 200 : 422))
        }
    }

    @Test("a language that does not exist gives way to the default")
    func languages() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            for (sent, stored) in [("xx-nonsense", "fr"), ("", "fr"), ("pt-BR", "pt-BR"), ("ast", "ast")] {
                let post = try await node.post(
                    "/api/v1/statuses", token: ada.token, ["status": "x", "language": JSON(sent)])
                #expect(post["language"]?.string == stored)
            }
            let list = try await node.get("/api/v1/instance/languages").json.array ?? []
            #expect(list.contains { $0["code"]?.string == "fr" && $0["name"]?.string == "Français" })
            for entry in list { #expect(entry["code"]?.string.map(Languages.exists) == true) }
        }
    }

    @Test("further choices are added where several may be chosen", arguments: TestEngine.available)
    func choices(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let poll: JSON = ["options": ["a", "b", "c"], "expires_in": 600, "multiple": true]
            let status = try await node.post("/api/v1/statuses", token: ada.token, ["status": "?", "poll": poll])
            let path = "/api/v1/polls/\(status.id)/votes"
            for (choices, own) in [([0], [0]), ([2], [0, 2]), ([0, 1], [0, 1, 2])] as [([Int64], [Int64])] {
                let reply = try await node.post(
                    path, token: bob.token, ["choices": .array(choices.map { JSON($0) })])
                #expect(reply["own_votes"]?.array?.compactMap(\.int) == own && reply["voters_count"]?.int == 1)
            }
            #expect(try await node.post(path, token: bob.token, ["choices": [1]]).status == 422)
        }
    }

    @Test("a block forgets that a sender was accepted", arguments: TestEngine.available)
    func acceptance(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, dora) = (try await node.guest("ada"), try await node.guest("dora"))
            _ = try await node.call(
                "PATCH", "/api/v2/notifications/policy", token: ada.token, json: ["for_not_following": "filter"])
            func requests() async throws -> [JSON] {
                try await node.get("/api/v1/notifications/requests", token: ada.token).json.array ?? []
            }
            _ = try await node.post("/api/v1/statuses", token: dora.token, ["status": "@ada one"])
            let waiting = try #require(try await requests().first?["id"]?.string)
            _ = try await node.post("/api/v1/notifications/requests/\(waiting)/accept", token: ada.token)
            _ = try await node.post("/api/v1/statuses", token: dora.token, ["status": "@ada two"])
            #expect(try await requests().isEmpty)
            for action in ["block", "unblock"] {
                _ = try await node.post("/api/v1/accounts/\(dora.id)/\(action)", token: ada.token)
            }
            _ = try await node.post("/api/v1/statuses", token: dora.token, ["status": "@ada three"])
            #expect(try await requests().count == 1)
        }
    }

    @Test("a mute ends on time, in every list", arguments: TestEngine.available)
    func mutes(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            _ = try await node.post("/api/v1/accounts/\(bob.id)/follow", token: ada.token)
            _ = try await node.post("/api/v1/statuses", token: bob.token, ["status": "tea"])
            let muted = try await node.post("/api/v1/accounts/\(bob.id)/mute", token: ada.token, ["duration": 3])
            #expect(muted["muting"]?.bool == true)
            func seen() async throws -> [Int?] {
                let relation = try await node.get("/api/v1/accounts/relationships?id[]=\(bob.id)", token: ada.token)
                return [
                    relation.json[0]?["muting"]?.bool == true ? 1 : 0,
                    try await node.get("/api/v1/mutes", token: ada.token).json.array?.count,
                    try await node.get("/api/v1/timelines/home", token: ada.token).json.array?.count,
                    try await node.get("/api/v1/timelines/public", token: ada.token).json.array?.count,
                ]
            }
            #expect(try await seen() == [1, 1, 0, 0])
            node.clock.pass(.seconds(4))
            #expect(try await seen() == [0, 0, 1, 1])
        }
    }

    @Test("an account that moved names the account to which it moved", arguments: TestEngine.available)
    func moved(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (old, new) = (try await node.stranger("old"), try await node.stranger("new", at: "near.example"))
            var changed = old
            changed.movedTo = new.iri
            let stored = changed
            try await node.database.write { tx in _ = try Accounts.upsertRemote(stored, in: tx) }
            let shown = try await node.get("/api/v1/accounts/\(old.id)")
            #expect(shown["moved"]?["acct"]?.string == "new@near.example")
            #expect(shown["moved"]?["moved"]?.isNull == true)
        }
    }
}
