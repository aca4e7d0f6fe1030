// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Responses that are kept while nothing changes")
struct KeptResponseTests {
    private static let home = "/api/v1/timelines/home"

    @Test("who wrote something reads it in the next answer", arguments: TestEngine.available)
    func ownWrites(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            for number in 1...5 {
                for _ in 0..<2 {
                    #expect(try await node.get(Self.home, token: ada.token).json.array?.count == number - 1)
                }
                let post = try await node.post(
                    "/api/v1/statuses", token: ada.token, ["status": .string("post \(number)")])
                #expect(post.status == 200)
                let newest = try await node.get(Self.home, token: ada.token).json.array?.first
                #expect(newest?["id"]?.string == post.id)
                #expect(newest?["favourited"]?.bool == false)
                _ = try await node.post("/api/v1/statuses/\(post.id)/favourite", token: ada.token)
                #expect(try await node.get(Self.home, token: ada.token).json.array?.first?["favourited"]?.bool == true)
            }
        }
    }

    @Test("what another process wrote is in the next answer here", arguments: TestEngine.available)
    func otherProcess(_ engine: TestEngine) async throws {
        let place = try await engine.makePlace(migrations: Schema.migrations)
        try await ClientNode.pair(at: place) { here, there in
            let ada = try await here.guest("ada")
            for number in 1...10 {
                #expect(try await there.get(Self.home, token: ada.token).json.array?.count == number - 1)
                let post = try await here.post(
                    "/api/v1/statuses", token: ada.token, ["status": .string("post \(number)")])
                #expect(try await there.get(Self.home, token: ada.token).json.array?.first?["id"]?.string == post.id)
            }
        }
        await place.remove()
    }

    @Test(
        "a timeline reads the same compressed and plain, in whatever order they are asked for",
        arguments: TestEngine.available)
    func compressed(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            for number in 1...8 {
                _ = try await node.post("/api/v1/statuses", token: ada.token, ["status": .string("post \(number)")])
            }
            let plain = try await node.get(Self.home, token: ada.token)
            for _ in 0..<2 {
                let packed = try await node.call(
                    "GET", Self.home, token: ada.token, headers: [("Accept-Encoding", "gzip")])
                #expect(packed.response.header("content-encoding") == "gzip" && packed.json == plain.json)
                let again = try await node.get(Self.home, token: ada.token)
                #expect(again.response.header("content-encoding") == nil && again.json == plain.json)
            }
        }
    }

    @Test("each reader gets the own answer, and a token that was taken back gets none", arguments: TestEngine.available)
    func readers(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bea) = (try await node.guest("ada"), try await node.guest("bea"))
            let path = "/api/v1/accounts/verify_credentials"
            for _ in 0..<2 {
                #expect(try await node.get(path, token: ada.token)["username"]?.string == "ada")
                #expect(try await node.get(path, token: bea.token)["username"]?.string == "bea")
                #expect(try await node.get(path).status == 401)
            }
            let identity = try #require(try await node.services.identity(ofToken: ada.token))
            try await node.database.write { tx in
                try tx.run("DELETE FROM access_token WHERE id = \(identity.token)")
            }
            #expect(try await node.get(path, token: ada.token).status == 401)
        }
    }

    @Test("parameters in the body of one request do not change the answer to the next")
    func body() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let post = try await node.post("/api/v1/statuses", token: ada.token, ["status": "Tea?"])
            for token in [nil, ada.token] {
                let path = "/api/v1/timelines/public"
                // Nobody has asked this address before, so that the first answer is the one that could be kept.
                let hidden = try await node.call("GET", path, token: token, form: [("max_id", "1")])
                #expect(hidden.json.array?.isEmpty == true)
                #expect(try await node.get(path, token: token).json.array?.first?["id"]?.string == post.id)
                let json = try await node.call("GET", path, token: token, json: ["max_id": "1"])
                #expect(json.json.array?.isEmpty == true)
            }
        }
    }

    @Test("a poll ends on time although nothing is written")
    func time() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let post = try await node.post(
                "/api/v1/statuses", token: ada.token,
                ["status": "Tea?", "poll": ["options": ["yes", "no"], "expires_in": 300]])
            let path = "/api/v1/statuses/\(post.id)"
            #expect(try await node.get(path, token: ada.token)["poll"]?["expired"]?.bool == false)
            node.clock.pass(.seconds(301))
            #expect(try await node.get(path, token: ada.token)["poll"]?["expired"]?.bool == true)
        }
    }

    @Test("an answer that is given again counts like any other")
    func counted() async throws {
        try await ClientNode.open(.sqlite, ClientNode.Setup(limits: true)) { node in
            let ada = try await node.guest("ada")
            var remaining: [Int] = []
            for _ in 0..<3 {
                let reply = try await node.get(Self.home, token: ada.token)
                remaining.append(try #require(reply.header("x-ratelimit-remaining").flatMap { Int($0) }))
            }
            #expect(remaining == [remaining[0], remaining[0] - 1, remaining[0] - 2])
            for _ in 0..<297 { _ = try await node.get(Self.home, token: ada.token) }
            #expect(try await node.get(Self.home, token: ada.token).status == 429)
        }
    }
}
