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
        "where registration is open the token works at once, whatever digits the name has",
        arguments: TestEngine.available)
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
            let early = try await node.get("/api/v1/emails/check_confirmation", token: token)
            #expect(early.json == false)
            let ada = try await node.database.read { db in try LocalAccounts.byName("ada", in: db)?.account.id }
            try await node.services.approveSignUp(try #require(ada), as: .operator)
            #expect(try await node.get("/api/v1/accounts/verify_credentials", token: token).status == 200)
            let checked = try await node.get("/api/v1/emails/check_confirmation", token: token)
            #expect(checked.json == true)
        }
    }

    @Test("who waits for a steward is shown to nobody, and to everybody afterwards", arguments: TestEngine.available)
    func waitingIsHidden(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine, ClientNode.Setup(registration: .approval)) { node in
            let (app, bob) = (try await node.appToken("read write"), try await node.guest("bob"))
            _ = try await node.post("/api/v1/accounts", token: app, Self.body("ada"))
            let found = try await node.database.read { db in try LocalAccounts.byName("ada", in: db)?.account.id }
            let ada = try #require(found)
            func statuses() async throws -> [Int] {
                var statuses: [Int] = []
                for token in [nil, bob.token] {
                    for path in ["lookup?acct=ada", "\(ada)", "\(ada)/statuses", "\(ada)/followers"] {
                        statuses.append(try await node.get("/api/v1/accounts/\(path)", token: token).status)
                    }
                    let several = try await node.get("/api/v1/accounts?id[]=\(ada)&id[]=\(bob.id)", token: token)
                    statuses.append(several.json.array?.count ?? -1)
                }
                statuses.append(try await node.post("/api/v1/accounts/\(ada)/follow", token: bob.token).status)
                return statuses
            }
            #expect(try await statuses() == [404, 404, 404, 404, 1, 404, 404, 404, 404, 1, 404])
            try await node.services.approveSignUp(ada, as: .operator)
            #expect(try await statuses() == [200, 200, 200, 200, 2, 200, 200, 200, 200, 2, 200])
        }
    }

    @Test(
        "who waits has the e-mail sent again, to a better address too; who is in has not",
        arguments: TestEngine.available)
    func letterAgain(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine, ClientNode.Setup(registration: .approval, limits: true)) { node in
            let app = try await node.appToken("read write")
            _ = try await node.post("/api/v1/accounts", token: app, Self.body("bob"))
            let made = try await node.post("/api/v1/accounts", token: app, Self.body("ada"))
            let token = made["access_token"]?.string
            let path = "/api/v1/emails/confirmations"
            #expect(try await node.recipients() == ["bob@mail.example", "ada@mail.example"])
            #expect(try await node.post(path, token: app).status == 422)
            let cases = [("nowhere", "ERR_INVALID"), ("", "ERR_BLANK"), ("Bob@mail.example", "ERR_TAKEN")]
            for (email, code) in cases {
                let refused = try await node.post(path, token: token, ["email": JSON(email)])
                #expect(refused.status == 422)
                #expect(refused["details"]?["email"]?.array?.first?["error"]?.string == code)
            }
            let better = try await node.post(path, token: token, ["email": "ada@tea.example"])
            #expect(better.status == 200)
            #expect(better.json == [:])
            #expect(try await node.post(path, token: token).status == 200)
            #expect(try await node.post(path, token: token).status == 429)
            node.clock.pass(.minutes(11))
            #expect(try await node.post(path, token: token).status == 200)
            let sent = try await node.recipients()
            #expect(sent.suffix(2) == ["ada@tea.example", "ada@tea.example"])
            let ada = try await node.database.read { db in try LocalAccounts.byName("ada", in: db) }
            #expect(ada?.email == "ada@tea.example")
            try await node.services.approveSignUp(try #require(ada?.account.id), as: .operator)
            let late = try await node.post(path, token: token, ["email": "ada@else.example"])
            #expect(late.status == 403)
            let kept = try await node.database.read { db in try LocalAccounts.byName("ada", in: db)?.email }
            #expect(kept == "ada@tea.example")
        }
    }

    @Test("a password that was reset takes sessions, links, codes and the tokens of all apps along; a new one does not")
    func reset() async throws {
        for engine in TestEngine.available {
            try await ClientNode.open(engine) { node in
                let ada = try await node.member("ada", .moderator)
                let app = try await node.app("read")
                let group = try await node.services.createGroup(
                    GroupDraft(name: "lyon", title: "Lyon"), as: .member(ada))
                let tokens = [
                    try await node.personToken(app, "read", of: ada),
                    try await node.personToken(app, "read", of: ada, as: group.id),
                ]
                let code = try await node.code(app, "read", of: ada)
                _ = try await node.services.changePassword("a long first word", as: .member(ada))
                let session = try await node.services.signIn(name: "ada", password: "a long first word")
                let old = try await node.services.makeSignInLink(for: ada, as: .operator)
                for token in tokens { #expect(try await node.get("/api/v1/preferences", token: token).status == 200) }
                let link = try await node.services.resetPassword(of: ada, as: .operator)
                for token in tokens { #expect(try await node.get("/api/v1/preferences", token: token).status == 401) }
                #expect(try await node.services.session(session) == nil)
                let traded = try await node.post(
                    "/oauth/token",
                    app.json([
                        ("grant_type", "authorization_code"), ("redirect_uri", OAuthTests.back), ("code", code),
                    ]))
                #expect(traded.error == "invalid_grant")
                await #expect(throws: ServiceError.notAllowed) {
                    try await node.services.signIn(name: "ada", password: "a long first word")
                }
                await #expect(throws: ServiceError.conflict("link_used_or_old")) {
                    try await node.services.useSignInLink(String(old.split(separator: "=").last ?? ""))
                }
                let back = try await node.services.useSignInLink(String(link.split(separator: "=").last ?? ""))
                #expect(try await node.services.session(back)?.account.id == ada)
            }
        }
    }

    @Test("who is refused leaves nothing behind, also no token", arguments: TestEngine.available)
    func refusal(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine, ClientNode.Setup(registration: .approval)) { node in
            let app = try await node.appToken("read write")
            let made = try await node.post("/api/v1/accounts", token: app, Self.body("ada"))
            let ada = try await node.database.read { db in try LocalAccounts.byName("ada", in: db)?.account.id }
            try await node.services.refuseSignUp(try #require(ada), as: .operator)
            let reply = try await node.get(
                "/api/v1/accounts/verify_credentials", token: made["access_token"]?.string)
            #expect(reply.status == 401)
        }
    }

    @Test("who is gone has no tokens left", arguments: TestEngine.available)
    func farewell(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            try await node.services.deleteAccount(ada.id, as: .operator)
            #expect(try await node.services.connectedApps(of: ada.id).isEmpty)
            #expect(try await node.get("/api/v1/preferences", token: ada.token).status == 401)
        }
    }

    @Test("closed registration is closed to apps too, and a person's token makes nobody")
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

extension ClientNode {
    /// The recipients of queued e-mails, oldest first.
    fileprivate func recipients() async throws -> [String] {
        try await database.read { db in
            try db.rows("SELECT recipient FROM mail ORDER BY id").map { try $0.text("recipient") }
        }
    }
}
