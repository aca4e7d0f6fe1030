// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import TextEncoding
import Vocabulary

@testable import MastodonAPI

@Suite("Push subscriptions of apps")
struct PushEndpointTests {
    private static let path = "/api/v1/push/subscription"
    private static let point = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    private static let auth = "BTBZMqHH6r4Tts7J_aSIgg"

    private static func wish(_ standard: Bool? = nil) -> JSON {
        var subscription: [(String, JSON)] = [
            ("endpoint", "https://push.example/send/abc?d=1"),
            ("keys", ["p256dh": .string(point + "="), "auth": .string(auth + "==")]),
        ]
        if let standard { subscription.append(("standard", .bool(standard))) }
        return [
            "subscription": .object(.init(subscription)),
            "data": ["alerts": ["mention": true, "follow": "true", "reblog": false], "policy": "followed"],
        ]
    }

    @Test(
        "a token subscribes, reads, changes and ends, and has one subscription at a time",
        arguments: TestEngine.available)
    func life(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let key = PushServerKey(privatePEM: "secret", publicKey: "BP4=")
            try await node.database.write { tx in _ = try PushServerKeys.keep(key, in: tx) }
            #expect(try await node.get(Self.path, token: ada.token).status == 404)
            let made = try await node.post(Self.path, token: ada.token, Self.wish())
            #expect(made.status == 200)
            // The id is a number. Some apps read it into 32 bits and fail on a string.
            #expect(made["id"]?.int == 1)
            #expect(made["endpoint"]?.string == "https://push.example/send/abc?d=1")
            #expect(made["server_key"]?.string == "BP4=" && made["standard"]?.bool == false)
            #expect(made["policy"]?.string == "followed")
            let alerts = try #require(made["alerts"]?.object)
            #expect(Set(alerts.keys) == Set(PushSubscription.alertNames))
            #expect(alerts.allSatisfy { $0.value.bool == ["mention", "follow"].contains($0.key) })
            #expect(try await node.get(Self.path, token: ada.token).json == made.json)

            let renewed = try await node.post(Self.path, token: ada.token, Self.wish(true))
            #expect(renewed["id"]?.int == 1 && renewed["standard"]?.bool == true)
            let changed = try await node.call(
                "PUT", Self.path, token: ada.token, json: ["data": ["alerts": ["poll": true]], "policy": "all"])
            #expect(changed["alerts"]?["poll"]?.bool == true && changed["alerts"]?["mention"]?.bool == false)
            #expect(changed["policy"]?.string == "all")
            let other = try await node.token(of: ada.id)
            #expect(try await node.get(Self.path, token: other).status == 404)
            #expect(try await node.call("DELETE", Self.path, token: ada.token).status == 200)
            #expect(try await node.get(Self.path, token: ada.token).status == 404)
            #expect(try await node.call("PUT", Self.path, token: ada.token, json: ["data": [:]]).status == 404)
        }
    }

    @Test("everything may stand in the query of a request without a body")
    func query() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let query =
                "?subscription%5Bendpoint%5D=https%3A%2F%2Frelay.example%2Fx&subscription%5Bkeys%5D%5Bp256dh%5D=\(Self.point)"
                + "&subscription%5Bkeys%5D%5Bauth%5D=\(Self.auth)&data%5Balerts%5D%5Bmention%5D=true&data%5Bpolicy%5D=all"
            let made = try await node.call("POST", Self.path + query, token: ada.token)
            #expect(made.status == 200 && made["alerts"]?["mention"]?.bool == true)
            #expect(made["endpoint"]?.string == "https://relay.example/x")
        }
    }

    @Test("what cannot be used is refused, and so is a token without the scope")
    func refused() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let good: JSON = ["p256dh": .string(Self.point), "auth": .string(Self.auth)]
            let offCurve: JSON = [
                "p256dh": .string(Base64URL.encode([4] + [UInt8](repeating: 1, count: 64))),
                "auth": .string(Self.auth),
            ]
            let bad: [JSON] = [
                [:], ["subscription": ["endpoint": "https://push.example/1"]], ["subscription": ["keys": good]],
                ["subscription": ["endpoint": "push", "keys": good]],
                [
                    "subscription": [
                        "endpoint": "https://p.example/", "keys": ["p256dh": "AAAA", "auth": .string(Self.auth)],
                    ]
                ],
                ["subscription": ["endpoint": "https://p.example/", "keys": good], "data": ["policy": "friends"]],
                ["subscription": ["endpoint": "https://p.example/", "keys": offCurve]],
            ]
            for wish in bad {
                let reply = try await node.post(Self.path, token: ada.token, wish)
                #expect(reply.status == 422 && reply.error?.hasPrefix("Validation failed") == true)
                #expect(reply["details"]?.object?.isEmpty == false)
            }
            let reader = try await node.token(of: ada.id, Scopes(["read", "write"]))
            #expect(try await node.post(Self.path, token: reader, Self.wish()).status == 403)
            #expect(try await node.get(Self.path).status == 401)
        }
    }

    @Test(
        "a token that is taken back takes its subscription along; a mention is queued for the others",
        arguments: TestEngine.available)
    func told(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, ben) = (try await node.guest("ada"), try await node.guest("ben"))
            let other = try await node.token(of: ada.id)
            for token in [ada.token, other] {
                var wish = try #require(Self.wish().object)
                wish["data"] = ["alerts": ["mention": true]]
                #expect(try await node.post(Self.path, token: token, .object(wish)).status == 200)
            }
            let identity = try #require(try await node.services.identity(ofToken: other))
            try await node.database.write { tx in _ = try AccessTokens.delete(identity.token, in: tx) }
            try await node.post("/api/v1/statuses", token: ben.token, ["status": "tea, @ada?"]).expect(200)
            let now = node.clock.now
            let queued = try await node.database.write { tx in
                try PushQueue.lease(apps: 9, Lease(now: now + .minutes(1), until: now + .minutes(2)), in: tx)
            }
            #expect(queued.map(\.subscription.id.rawValue) == [1] && queued.first?.type == "mention")
            let words = try await node.services.text(for: try #require(queued.first))
            #expect(words?.title == "ben mentioned you" && words?.body == "tea, @ada?" && words?.language == "en")
        }
    }
}
