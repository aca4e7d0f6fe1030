// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Statuses that were rendered before")
struct RenderedStatusTests {
    private static let home = "/api/v1/timelines/home"

    /// Commits a change that no status shows, so that the response cache is invalid.
    private func commit(_ node: ClientNode, _ number: Int) async throws {
        try await node.database.write { tx in
            try tx.run("INSERT INTO setting (key, value) VALUES (\("test.\(number)"), 'x')")
        }
    }

    private func home(_ node: ClientNode, _ token: String) async throws -> [JSON] {
        try #require(try await node.get(Self.home, token: token).json.array)
    }

    @Test(
        "are the same, member by member, as those that were written from their views", arguments: TestEngine.available)
    func equal(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bea) = (try await node.guest("ada"), try await node.guest("bea"))
            let statuses: [JSON] = [
                ["status": "Plain, with a #tag and @bea"], ["status": "Hidden", "spoiler_text": "warning"],
                ["status": "For few", "visibility": "private"],
                [
                    "status": "Tea?",
                    "poll": [
                        "options": ["yes", "no"], "expires_in": 300,
                    ],
                ], ["status": "Français", "language": "fr", "sensitive": true],
            ]
            var ids: [String] = []
            for status in statuses {
                ids.append(try await node.post("/api/v1/statuses", token: ada.token, status).id)
            }
            _ = try await node.post(
                "/api/v1/statuses", token: ada.token,
                [
                    "status": "An answer", "in_reply_to_id": .string(ids[0]),
                ])
            _ = try await node.post(
                "/api/v1/statuses", token: bea.token,
                [
                    "status": "A quote", "quoted_status_id": .string(ids[0]),
                ])
            _ = try await node.post("/api/v1/accounts/\(ada.id)/follow", token: bea.token)
            _ = try await node.post("/api/v1/statuses/\(ids[4])/reblog", token: bea.token)
            _ = try await node.post("/api/v1/statuses/\(ids[0])/favourite", token: bea.token)
            for (number, reader) in [ada, bea, ada, bea].enumerated() {
                let first = try await home(node, reader.token)
                try await commit(node, number)
                let second = try await home(node, reader.token)
                #expect(first.count >= 6)
                #expect(first == second)
            }
        }
    }

    @Test("are the same for a stranger, in a timeline and in a context", arguments: TestEngine.available)
    func equalForStranger(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let root = try await node.post("/api/v1/statuses", token: ada.token, ["status": "Who comes?"])
            let answer = try await node.post(
                "/api/v1/statuses", token: ada.token, ["status": "I do", "in_reply_to_id": .string(root.id)])
            _ = try await node.post("/api/v1/statuses/\(root.id)/favourite", token: ada.token)
            for path in ["/api/v1/timelines/public", "/api/v1/statuses/\(root.id)/context"] {
                let first = try await node.get(path).json
                try await commit(node, path.count)
                let second = try await node.get(path).json
                #expect(first == second)
                let statuses = try #require(second.array ?? second["descendants"]?.array)
                #expect(statuses.first?["id"]?.string == (second.array == nil ? answer.id : root.id))
                #expect(statuses.first?["favourited"]?.bool == false)
            }
        }
    }

    @Test("show each change in the next answer", arguments: TestEngine.available)
    func changes(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bea) = (try await node.guest("ada"), try await node.guest("bea"))
            _ = try await node.post("/api/v1/accounts/\(ada.id)/follow", token: bea.token)
            let post = try await node.post("/api/v1/statuses", token: ada.token, ["status": "First"])
            func shown(_ token: String) async throws -> JSON {
                let list = try await home(node, token)
                return try #require(list.first { $0["id"]?.string == post.id })
            }
            for token in [ada.token, bea.token] { _ = try await shown(token) }
            _ = try await node.call("PUT", "/api/v1/statuses/\(post.id)", token: ada.token, json: ["status": "Second"])
            #expect(try await shown(bea.token)["content"]?.string?.contains("Second") == true)
            _ = try await node.post("/api/v1/statuses/\(post.id)/favourite", token: bea.token)
            #expect(try await shown(bea.token)["favourited"]?.bool == true)
            #expect(try await shown(ada.token)["favourited"]?.bool == false)
            #expect(try await shown(ada.token)["favourites_count"]?.int == 1)
            _ = try await node.call(
                "PATCH", "/api/v1/accounts/update_credentials", token: ada.token, json: ["display_name": "Ada L."])
            #expect(try await shown(bea.token)["account"]?["display_name"]?.string == "Ada L.")
            #expect(try await shown(bea.token)["account"]?["followers_count"]?.int == 1)
            _ = try await node.post("/api/v1/accounts/\(ada.id)/unfollow", token: bea.token)
            #expect(try await shown(ada.token)["account"]?["followers_count"]?.int == 0)
        }
    }

    @Test("are hidden or marked for a reader with filters as if they had never been shown")
    func filters() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            _ = try await node.post("/api/v1/statuses", token: ada.token, ["status": "Nothing but tea"])
            for number in 0..<2 {
                #expect(try await home(node, ada.token).first?["filtered"]?.array?.isEmpty == true)
                try await commit(node, number)
            }
            let filter = try await node.post(
                "/api/v2/filters", token: ada.token,
                [
                    "title": "tea", "context": ["home"], "filter_action": "warn",
                    "keywords_attributes": [["keyword": "tea", "whole_word": true]],
                ])
            #expect(filter.status == 200)
            #expect(try await home(node, ada.token).first?["filtered"]?.array?.count == 1)
        }
    }

    @Test("stay within the bytes of their cache")
    func bounds() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            for number in 1...30 {
                _ = try await node.post("/api/v1/statuses", token: ada.token, ["status": .string("Post \(number)")])
            }
            let items = try await node.database.read { db in
                try Timelines.home(ada.id, PageRequest(limit: 40), at: node.clock.now, in: db).items
            }
            let cache = StatusCache(limitBytes: 20_000)
            let node = (database: node.database, rendering: Rendering(node.services.community), reader: ada.id)
            for item in items {
                let (view, state) = try await node.database.read { db in
                    (
                        try StatusViews.load([item], viewer: node.reader, in: db).first,
                        try StatusStates.load([item.id], viewer: node.reader, in: db)[item.id]
                    )
                }
                let states = [item.id: try #require(state)]
                cache.keep(try #require(view), try #require(state), node.rendering, now: 0)
                #expect(cache.find(states, now: 0).count == 1)
                #expect(cache.find(states, now: StatusCache.age).isEmpty)
                #expect(cache.bytes < 25_000)
            }
        }
    }
}
