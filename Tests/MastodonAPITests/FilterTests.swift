// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Filters of client apps")
struct FilterTests {
    @Test("a filter is made with its words, changed, and removed", arguments: TestEngine.available)
    func life(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let made = try await node.call(
                "POST", "/api/v2/filters", token: ada.token,
                form: [
                    ("title", "Tea"), ("context[]", "home"), ("context[]", "public"), ("filter_action", "hide"),
                    ("expires_in", "3600"), ("keywords_attributes[][keyword]", "tea"),
                    ("keywords_attributes[][whole_word]", "false"), ("keywords_attributes[][keyword]", "milk"),
                ])
            #expect(made.status == 200)
            #expect(made["context"]?.array?.compactMap(\.string) == ["home", "public"])
            #expect(made["filter_action"]?.string == "hide")
            #expect(made["expires_at"]?.string?.hasSuffix(".000Z") == true)
            #expect(made["statuses"] == [])
            let words = made["keywords"]?.array ?? []
            #expect(words.map { $0["keyword"]?.string } == ["tea", "milk"])
            #expect(words.map { $0["whole_word"]?.bool } == [false, true])
            let path = "/api/v2/filters/\(made.id)"
            let first = words.first?["id"]?.string ?? ""
            let change: JSON = [
                "title": "Drinks", "expires_in": "",
                "keywords_attributes": [["id": .string(first), "_destroy": true], ["keyword": "cocoa"]],
            ]
            let changed = try await node.call("PUT", path, token: ada.token, json: change)
            #expect(changed["title"]?.string == "Drinks" && changed["expires_at"] == .null)
            #expect(changed["keywords"]?.array?.map { $0["keyword"]?.string } == ["milk", "cocoa"])
            #expect(changed["context"]?.array?.count == 2)
            #expect(try await node.get("/api/v2/filters", token: ada.token).json == [changed.json])
            let eve = try await node.guest("eve")
            #expect(try await node.get(path, token: eve.token).status == 404)
            #expect(try await node.call("DELETE", path, token: eve.token).status == 404)
            #expect(try await node.call("DELETE", path, token: ada.token).json == [:])
            #expect(try await node.get(path, token: ada.token).status == 404)
        }
    }

    @Test("words and statuses are added and taken out one by one")
    func parts() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let made = try await node.post(
                "/api/v2/filters", token: ada.token, ["title": "Tea", "context": ["home"]])
            #expect(made["filter_action"]?.string == "warn")
            let path = "/api/v2/filters/\(made.id)"
            let word = try await node.post(path + "/keywords", token: ada.token, ["keyword": "tea", "whole_word": "0"])
            #expect(word["whole_word"]?.bool == false)
            let place = "/api/v2/filters/keywords/\(word.id)"
            #expect(try await node.get(place, token: ada.token).json == word.json)
            let changed = try await node.call("PUT", place, token: ada.token, json: ["keyword": "milk"])
            #expect(changed["keyword"]?.string == "milk" && changed.id == word.id)
            #expect(try await node.get(path + "/keywords", token: ada.token).json == [changed.json])
            #expect(try await node.call("DELETE", place, token: ada.token).json == [:])
            #expect(try await node.call("DELETE", place, token: ada.token).status == 404)
            let post = try await node.services.publishPost(PostDraft(text: "Hello"), as: .member(ada.id))
            let named = try await node.post(path + "/statuses", token: ada.token, ["status_id": .string("\(post)")])
            #expect(named["status_id"]?.string == "\(post)")
            let again = try await node.post(path + "/statuses", token: ada.token, ["status_id": .string("\(post)")])
            #expect(again.status == 422)
            let status = try await node.get("/api/v1/statuses/\(post)", token: ada.token)
            let result = status["filtered"]?.array?.first
            #expect(result?["status_matches"]?.array?.compactMap(\.string) == ["\(post)"])
            #expect(result?["keyword_matches"] == [])
            #expect(try await node.get("/api/v2/filters/statuses/\(named.id)", token: ada.token).json == named.json)
            #expect(try await node.get(path + "/statuses", token: ada.token).json == [named.json])
            #expect(try await node.call("DELETE", "/api/v2/filters/statuses/\(named.id)", token: ada.token).json == [:])
            #expect(try await node.get(path + "/statuses", token: ada.token).json == [])
        }
    }

    @Test("what a filter finds is told to its owner alone, until it ends", arguments: TestEngine.available)
    func effect(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let post = try await node.services.publishPost(PostDraft(text: "A pot of TEA"), as: .member(bob.id))
            let body: JSON = [
                "title": "Tea", "context": ["home"], "expires_in": 60, "filter_action": "hide",
                "keywords_attributes": [["keyword": "tea", "whole_word": true]],
            ]
            let filter = try await node.post("/api/v2/filters", token: ada.token, body)
            let timeline = try await node.get("/api/v1/timelines/public", token: ada.token)
            let results = timeline.json.array?.first?["filtered"]?.array ?? []
            #expect(results.map { $0["filter"]?["id"]?.string } == [filter.id])
            #expect(results.first?["keyword_matches"]?.array?.compactMap(\.string) == ["tea"])
            #expect(results.first?["filter"]?["filter_action"]?.string == "hide")
            let path = "/api/v1/statuses/\(post)"
            #expect(try await node.get(path, token: bob.token)["filtered"] == [])
            #expect(try await node.get(path)["filtered"] == [])
            node.clock.pass(.seconds(61))
            #expect(try await node.get(path, token: ada.token)["filtered"] == [])
            #expect(try await node.get("/api/v2/filters", token: ada.token).json.array?.count == 1)
        }
    }

    @Test("an app that did not choose it never hears of blur")
    func blur() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            var draft = FilterDraft()
            draft.title = "Pictures"
            draft.places = ["home"]
            draft.action = .blur
            draft.maker = 77
            let made = try await node.services.makeFilter(draft, as: .member(ada.id))
            let told = try await node.get("/api/v2/filters/\(made.id)", token: ada.token)
            #expect(told["filter_action"]?.string == "warn")
            let own = try await node.post(
                "/api/v2/filters", token: ada.token, ["title": "Own", "context": ["home"], "filter_action": "blur"])
            #expect(own["filter_action"]?.string == "blur")
        }
    }

    @Test("older apps see one word of a filter as a filter", arguments: TestEngine.available)
    func old(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let made = try await node.call(
                "POST", "/api/v1/filters", token: ada.token,
                form: [
                    ("phrase", "tea"), ("context[]", "home"), ("context[]", "notifications"), ("irreversible", "1"),
                    ("whole_word", "1"),
                ])
            #expect(made["phrase"]?.string == "tea" && made["irreversible"]?.bool == true)
            #expect(made["whole_word"]?.bool == true && made["expires_at"] == .null)
            let path = "/api/v1/filters/\(made.id)"
            #expect(try await node.get("/api/v1/filters", token: ada.token).json == [made.json])
            #expect(try await node.get(path, token: ada.token).json == made.json)
            let changed = try await node.call(
                "PUT", path, token: ada.token, json: ["phrase": "milk", "context": ["thread"], "irreversible": "0"])
            #expect(changed["phrase"]?.string == "milk" && changed["irreversible"]?.bool == false)
            #expect(changed["context"] == ["thread"] && changed.id == made.id)
            let new = try await node.get("/api/v2/filters", token: ada.token)
            #expect(new.json.array?.first?["title"]?.string == "milk")
            #expect(try await node.call("DELETE", path, token: ada.token).json == [:])
            #expect(try await node.get("/api/v2/filters", token: ada.token).json == [])
        }
    }

    @Test("a filter needs a title and a place that exists")
    func wrong() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            for body in [
                ["title": "Tea"], ["title": "", "context": ["home"]], ["title": "Tea", "context": ["kitchen"]],
                ["title": "Tea", "context": ["home"], "filter_action": "burn"],
            ] as [JSON] {
                #expect(try await node.post("/api/v2/filters", token: ada.token, body).status == 422)
            }
        }
    }
}
