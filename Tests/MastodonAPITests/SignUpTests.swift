// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Becoming a member through an app")
struct SignUpTests {
    private static func body(_ name: String, _ changes: JSON.Object = [:]) -> JSON {
        var object: JSON.Object = [
            "username": JSON(name), "email": JSON("\(name)@mail.example"), "password": "correct horse battery",
            "agreement": true, "locale": "en",
        ]
        for (key, value) in changes { object[key] = value }
        return .object(object)
    }

    @Test(
        "where the door is open the token works at once, whatever digits the name has", arguments: TestEngine.available)
    func open(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let app = try await node.appToken("read write")
            for name in ["0123456789", "12345e6789", "abcdef0123"] {
                let made = try await node.post("/api/v1/accounts", token: app, Self.body(name))
                #expect(made.status == 200)
                #expect(made["scope"]?.string == "read write")
                let own = try await node.get(
                    "/api/v1/accounts/verify_credentials", token: made["access_token"]?.string)
                #expect(own["acct"]?.string == name)
                #expect(own["display_name"]?.string == "")
                let found = try await node.get("/api/v1/accounts/lookup?acct=\(name)")
                #expect(found["display_name"]?.string == "")
            }
            let confirmed = try await node.get("/api/v1/emails/check_confirmation", token: app)
            #expect(confirmed.status == 422)
        }
    }

    @Test("every wrong field is named with its code", arguments: TestEngine.available)
    func errors(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let app = try await node.appToken("read write")
            _ = try await node.post("/api/v1/accounts", token: app, Self.body("ada"))
            let cases: [(JSON, String, String)] = [
                (Self.body("ada", ["email": "b@mail.example"]), "username", "ERR_TAKEN"),
                (Self.body("admin"), "username", "ERR_RESERVED"), (Self.body("a b"), "username", "ERR_INVALID"),
                (Self.body("bob", ["username": ""]), "username", "ERR_BLANK"),
                (Self.body("bob", ["email": "ada@mail.example"]), "email", "ERR_TAKEN"),
                (Self.body("bob", ["email": "nowhere"]), "email", "ERR_INVALID"),
                (Self.body("bob", ["email": ""]), "email", "ERR_BLANK"),
                (Self.body("bob", ["password": "short"]), "password", "ERR_TOO_SHORT"),
                (Self.body("bob", ["password": ""]), "password", "ERR_BLANK"),
                (Self.body("bob", ["agreement": false]), "agreement", "ERR_ACCEPTED"),
                (Self.body("bob", ["reason": JSON(String(repeating: "x", count: 1_001))]), "reason", "ERR_TOO_LONG"),
            ]
            for (body, field, code) in cases {
                let reply = try await node.post("/api/v1/accounts", token: app, body)
                #expect(reply.status == 422)
                #expect(reply.error?.hasPrefix("Validation failed: ") == true)
                #expect(reply["details"]?[field]?.array?.first?["error"]?.string == code)
                #expect(reply["details"]?[field]?.array?.first?["description"]?.string?.isEmpty == false)
            }
        }
    }

    @Test("where a steward decides the token waits too", arguments: TestEngine.available)
    func approval(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine, ClientNode.Setup(registration: .approval)) { node in
            let app = try await node.appToken("read write")
            let made = try await node.post("/api/v1/accounts", token: app, Self.body("ada", ["reason": "Tea."]))
            let token = made["access_token"]?.string
            let waiting = try await node.get("/api/v1/accounts/verify_credentials", token: token)
            #expect(waiting.status == 403)
            #expect(waiting.error == "Your login is currently pending approval")
            let again = try await node.post("/api/v1/emails/confirmations", token: token)
            #expect(again.status == 403)
            let checked = try await node.get("/api/v1/emails/check_confirmation", token: token)
            #expect(checked.json == true)
            let ada = try await node.database.read { db in try LocalAccounts.byName("ada", in: db)?.account.id }
            try await node.services.approveSignUp(try #require(ada), as: nil)
            #expect(try await node.get("/api/v1/accounts/verify_credentials", token: token).status == 200)
        }
    }

    @Test("a closed door is closed to apps too, and a person's token makes nobody")
    func closed() async throws {
        try await ClientNode.open(.sqlite, ClientNode.Setup(registration: .closed)) { node in
            let app = try await node.appToken("read write")
            #expect(try await node.post("/api/v1/accounts", token: app, Self.body("ada")).status == 422)
            let eve = try await node.guest("eve")
            #expect(try await node.post("/api/v1/accounts", token: eve.token, Self.body("ada")).status == 403)
            let reader = try await node.appToken("read")
            #expect(try await node.post("/api/v1/accounts", token: reader, Self.body("ada")).status == 403)
            #expect(try await node.post("/api/v1/accounts", Self.body("ada")).status == 401)
        }
    }
}
