// SPDX-License-Identifier: Apache-2.0

import HTTPSignatures
import Model
import Services
import Storage
import TestSupport
import Testing
import TextEncoding
import Vocabulary

@testable import MastodonAPI

@Suite("Apps and their tokens")
struct OAuthTests {
    static let back = "icecubesapp://"

    // MARK: - Registration

    @Test(
        "an app may name its own scheme, a place on the machine, or no way back",
        arguments: [
            "icecubesapp://", "com.tapbots.Ivory.10217:/request_token", "tuba://auth_code",
            "org.joinmastodon.android-auth://callback", "oauth2redirect://app.example/x", "http://localhost:4567/cb",
            "https://elk.zone/api/mas.to/oauth?x=1", "urn:ietf:wg:oauth:2.0:oob",
        ])
    func goodAddresses(_ address: String) async throws {
        try await ClientNode.open { node in
            let reply = try await node.post("/api/v1/apps", ["client_name": "App", "redirect_uris": JSON(address)])
            #expect(reply.status == 200)
            #expect(reply["redirect_uri"]?.string == address)
            #expect(reply["redirect_uris"]?.array == [JSON(address)])
            #expect(reply["scopes"]?.array == ["read"])
            #expect(reply["client_secret_expires_at"]?.int == 0)
            #expect(reply["website"] == .null)
            for key in ["id", "name", "client_id", "client_secret", "vapid_key"] { #expect(reply[key]?.string != nil) }
        }
    }

    @Test(
        "an app may not name what a browser would run, nor what is no address",
        arguments: [
            "javascript:alert(1)", "JavaScript://x", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "https://",
            "nothing", "", "https://a.example/#part", "http://a.example/\u{7f}", "https://a.example/;form-action",
        ])
    func badAddresses(_ address: String) async throws {
        try await ClientNode.open { node in
            let reply = try await node.post(
                "/api/v1/apps", ["client_name": "App", "redirect_uris": [JSON(address)]])
            #expect(reply.status == 422)
            #expect(reply["details"]?["redirect_uris"] != nil)
        }
    }

    @Test("an app registers by query, form, or JSON, with one address or several, and with known scopes only")
    func registration() async throws {
        try await ClientNode.open { node in
            let query = "client_name=A&redirect_uris=a%3A%2F%2Fb%20c%3A%2F%2Fd&scopes=read+write%3Astatuses"
            let byQuery = try await node.post("/api/v1/apps?\(query)")
            #expect(byQuery["redirect_uris"]?.array == ["a://b", "c://d"])
            #expect(byQuery["scopes"]?.array == ["read", "write:statuses"])
            let byForm = try await node.call(
                "POST", "/api/v1/apps",
                form: [("client_name", "A"), ("redirect_uris", "a://b\nc://d"), ("website", "https://a.example/x")])
            #expect(byForm["redirect_uri"]?.string == "a://b\nc://d")
            #expect(byForm["website"]?.string == "https://a.example/x")
            let unknown = try await node.post(
                "/api/v1/apps", ["client_name": "A", "redirect_uris": "a://b", "scopes": "read everything"])
            #expect(unknown.status == 422)
            let nameless = try await node.post("/api/v1/apps", ["redirect_uris": "a://b"])
            #expect(nameless["details"]?["client_name"]?.array?.first?["error"]?.string == "ERR_BLANK")
        }
    }

    // MARK: - The app's own token

    @Test("an app gets a token of its own, and is told who it is", arguments: TestEngine.available)
    func clientCredentials(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let app = try await node.app("read write")
            let reply = try await node.post(
                "/oauth/token",
                app.json([("grant_type", "client_credentials"), ("scope", "read write")]))
            #expect(reply.status == 200)
            #expect(reply["token_type"]?.string == "Bearer")
            #expect(reply["scope"]?.string == "read write")
            #expect(reply["created_at"]?.int == node.clock.now.milliseconds / 1_000)
            let token = try #require(reply["access_token"]?.string)
            #expect(token.utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || "-_".utf8.contains($0) })
            let own = try await node.get("/api/v1/apps/verify_credentials", token: token)
            #expect(own["name"]?.string == "App")
            #expect(own["client_secret"] == nil)
            let credentials = Base64.encode(Array("\(app.id):\(app.secret)".utf8))
            let basic = try await node.call(
                "POST", "/oauth/token", form: [("grant_type", "client_credentials")],
                headers: [("Authorization", "Basic \(credentials)")])
            #expect(basic["scope"]?.string == "read")
        }
    }

    @Test("a wrong request for a token is refused in the words of the protocol", arguments: TestEngine.available)
    func refusals(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let app = try await node.app("read")
            let wrong = App(id: app.id, secret: "wrong")
            let unknown = App(id: "nobody", secret: "x")
            let cases: [(App, [(String, String)], Int, String)] = [
                (
                    app, [("grant_type", "password"), ("username", "a"), ("password", "b")], 400,
                    "unsupported_grant_type"
                ),
                (app, [], 400, "invalid_request"),
                (wrong, [("grant_type", "client_credentials")], 401, "invalid_client"),
                (unknown, [("grant_type", "client_credentials")], 401, "invalid_client"),
                (app, [("grant_type", "client_credentials"), ("scope", "write")], 400, "invalid_scope"),
                (app, [("grant_type", "client_credentials"), ("scope", "nonsense")], 400, "invalid_scope"),
                (
                    app, [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", "a://b")], 400,
                    "invalid_grant"
                ),
            ]
            for (client, fields, status, error) in cases {
                let reply = try await node.post("/oauth/token", client.json(fields))
                #expect(reply.status == status)
                #expect(reply.error == error)
                #expect(reply["error_description"]?.string?.isEmpty == false)
            }
        }
    }

    // MARK: - A person's token

    @Test("a code is traded for a token once, within ten minutes, where it was sent", arguments: TestEngine.available)
    func codes(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.member("ada")
            let app = try await node.app("read write follow push")
            var fields = [("grant_type", "authorization_code"), ("redirect_uri", Self.back)]
            let late = try await node.code(app, "read", of: ada)
            node.clock.pass(.minutes(11))
            let expired = try await node.post("/oauth/token", app.json(fields + [("code", late)]))
            #expect(expired.error == "invalid_grant")
            fields.append(("code", try await node.code(app, "read write:statuses", of: ada)))
            let elsewhere = try await node.post("/oauth/token", app.json(fields + [("redirect_uri", "other://")]))
            #expect(elsewhere.error == "invalid_grant")
            let bare = try await node.post("/oauth/token", App(id: app.id, secret: "").json(fields))
            #expect(bare.error == "invalid_client")
            let given = try await node.post("/oauth/token", app.json(fields))
            #expect(given["scope"]?.string == "read write:statuses")
            let own = try await node.get("/api/v1/accounts/verify_credentials", token: given["access_token"]?.string)
            #expect(own["acct"]?.string == "ada")
            let again = try await node.post("/oauth/token", app.json(fields))
            #expect(again.error == "invalid_grant")
        }
    }

    @Test("a code that comes a second time costs the token that it gave, and no other", arguments: TestEngine.available)
    func replayedCode(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.member("ada")
            let (app, other) = (try await node.app("read"), try await node.app("read"))
            let kept = try await node.personToken(app, "read", of: ada)
            node.clock.pass(.seconds(1))
            let fields = [
                ("grant_type", "authorization_code"), ("redirect_uri", Self.back),
                ("code", try await node.code(app, "read", of: ada)),
            ]
            let given = try await node.post("/oauth/token", app.json(fields))
            let token = try #require(given["access_token"]?.string)
            for stranger in [other, App(id: app.id, secret: "wrong"), App(id: app.id, secret: "")] {
                #expect(try await node.post("/oauth/token", stranger.json(fields)).status != 200)
                #expect(try await node.get("/api/v1/preferences", token: token).status == 200)
            }
            node.clock.pass(.days(1))
            let again = try await node.post("/oauth/token", app.json(fields))
            #expect(again.status == 400)
            #expect(again.error == "invalid_grant")
            #expect(try await node.get("/api/v1/preferences", token: token).status == 401)
            #expect(try await node.get("/api/v1/preferences", token: kept).status == 200)
        }
    }

    @Test("an app without a secret proves itself by the word behind its challenge", arguments: TestEngine.available)
    func challenge(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.member("ada")
            let app = try await node.app("read")
            // The example of RFC 7636, appendix B.
            let code = try await node.code(
                app, "read", of: ada, challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
            let open = App(id: app.id, secret: "")
            let fields = [("grant_type", "authorization_code"), ("redirect_uri", Self.back), ("code", code)]
            for verifier in ["", "wrong"] {
                let refused = try await node.post("/oauth/token", open.json(fields + [("code_verifier", verifier)]))
                #expect(refused.error == "invalid_grant")
            }
            let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
            let given = try await node.post("/oauth/token", open.json(fields + [("code_verifier", verifier)]))
            #expect(given.status == 200)
            let token = given["access_token"]?.string
            _ = try await node.post("/oauth/token", open.json(fields + [("code_verifier", "wrong")]))
            #expect(try await node.get("/api/v1/preferences", token: token).status == 200)
            _ = try await node.post("/oauth/token", open.json(fields + [("code_verifier", verifier)]))
            #expect(try await node.get("/api/v1/preferences", token: token).status == 401)
        }
    }

    @Test("what an app asks a person for has to be what it registered", arguments: TestEngine.available)
    func questions(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.member("ada")
            let app = try await node.app("read write:statuses")
            let good = AuthorizationRequest.of(app, "read")
            let cases: [((inout AuthorizationRequest) -> Void, AuthorizationError)] = [
                ({ $0.clientID = "x" }, .invalidClient), ({ $0.redirectURI += "x" }, .invalidRedirect),
                ({ $0.redirectURI = "ICECUBESAPP://" }, .invalidRedirect), ({ $0.scope = "write" }, .invalidScope),
                ({ $0.scope = "write:statuses nonsense" }, .invalidScope),
                ({ $0.responseType = "token" }, .unsupportedResponse),
                (
                    {
                        $0.challenge = "short"; $0.challengeMethod = "S256"
                    }, .invalidRequest
                ),
                (
                    {
                        $0.challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
                        $0.challengeMethod = "plain"
                    }, .invalidRequest
                ),
            ]
            for (change, error) in cases {
                var request = good
                change(&request)
                await #expect(throws: error) { try await node.services.authorizationQuestion(request, of: ada) }
                await #expect(throws: error) { try await node.services.authorizeApp(request, as: .member(ada)) }
            }
            var granular = good
            granular.scope = "read:accounts write:statuses"
            #expect(try await node.services.authorizationQuestion(granular, of: ada).choices.map(\.id) == [ada])
        }
    }

    @Test("a token acts as a group that its giver runs, and for nobody else", arguments: TestEngine.available)
    func groups(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (mod, eve) = (try await node.member("mod", .moderator), try await node.member("eve"))
            let group = try await node.services.createGroup(GroupDraft(name: "lyon", title: "Lyon"), as: .member(mod))
            let app = try await node.app("read write")
            let request = AuthorizationRequest.of(app, "read")
            #expect(
                try await node.services.authorizationQuestion(request, of: mod).choices.contains { $0.id == group.id })
            #expect(try await node.services.authorizationQuestion(request, of: eve).choices.map(\.id) == [eve])
            await #expect(throws: ServiceError.notAllowed) {
                try await node.services.authorizeApp(request, as: .group(group.id, by: eve))
            }
            await #expect(throws: ServiceError.notAllowed) {
                try await node.services.authorizeApp(request, as: .group(mod, by: eve))
            }
            let token = try await node.personToken(app, "read write", of: mod, as: group.id)
            let own = try await node.get("/api/v1/accounts/verify_credentials", token: token)
            #expect(own["acct"]?.string == "lyon")
            #expect(own["group"]?.bool == true)
        }
    }

    @Test("an app gives its tokens back, and no other app's", arguments: TestEngine.available)
    func revocation(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.member("ada")
            let (app, other) = (try await node.app("read"), try await node.app("read"))
            let token = try await node.personToken(app, "read", of: ada)
            let foreign = try await node.post("/oauth/revoke", other.json([("token", token)]))
            #expect(foreign.status == 403)
            #expect(foreign.error == "unauthorized_client")
            let wrong = try await node.post("/oauth/revoke", App(id: app.id, secret: "x").json([("token", token)]))
            #expect(wrong.status == 403)
            #expect(try await node.get("/api/v1/preferences", token: token).status == 200)
            for _ in 1...2 {
                let done = try await node.post("/oauth/revoke", app.json([("token", token)]))
                #expect(done.status == 200)
                #expect(done.json == [:])
            }
            #expect(try await node.get("/api/v1/preferences", token: token).status == 401)
        }
    }

    @Test("a person sees which apps act for them, and takes back what was given", arguments: TestEngine.available)
    func connectedApps(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, eve) = (try await node.member("ada"), try await node.member("eve"))
            let app = try await node.app("read")
            let token = try await node.personToken(app, "read", of: ada)
            let list = try await node.services.connectedApps(of: ada)
            #expect(list.map { $0.app?.name } == ["App"])
            let id = try #require(list.first?.token.id)
            await #expect(throws: ServiceError.notFound) { try await node.services.revokeToken(id, as: .member(eve)) }
            try await node.services.revokeToken(id, as: .member(ada))
            #expect(try await node.get("/api/v1/preferences", token: token).status == 401)
            #expect(try await node.services.connectedApps(of: ada).isEmpty)
        }
    }

    @Test("what the server can do stands at the known address, and who one is behind the profile scope")
    func discovery() async throws {
        try await ClientNode.open { node in
            let server = try await node.get("/.well-known/oauth-authorization-server")
            #expect(server["issuer"]?.string == "http://cafe.example/")
            #expect(server["token_endpoint"]?.string == "http://cafe.example/oauth/token")
            #expect(server["code_challenge_methods_supported"]?.array == ["S256"])
            #expect(server.header("access-control-allow-origin") == "*")
            let ada = try await node.member("ada")
            let token = try await node.token(of: ada, Scopes(["profile"]))
            let person = try await node.get("/oauth/userinfo", token: token)
            #expect(person["preferred_username"]?.string == "ada")
            let other = try await node.token(of: ada, Scopes(["write"]))
            #expect(try await node.get("/oauth/userinfo", token: other).status == 403)
            let preflight = try await node.send("OPTIONS", "/oauth/token", headers: [("Origin", "https://a.example")])
            #expect(preflight.header("access-control-allow-origin") == "*")
        }
    }

    @Test("a post says to its author alone with which app it was written", arguments: TestEngine.available)
    func application(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, eve) = (try await node.member("ada"), try await node.guest("eve"))
            let app = try await node.app("read write")
            let token = try await node.personToken(app, "read write", of: ada)
            let post = try await node.post("/api/v1/statuses", token: token, ["status": "hello"])
            #expect(post["application"] == ["name": "App", "website": nil])
            let seen = try await node.get("/api/v1/statuses/\(post.id)", token: eve.token)
            #expect(seen["application"] == .null)
        }
    }
}

// MARK: - Apps of the tests

struct App: Sendable {
    let id: String
    let secret: String

    /// Makes a body with the app's credentials. Later fields replace earlier ones.
    func json(_ fields: [(String, String)]) -> JSON {
        var object: JSON.Object = ["client_id": JSON(id)]
        if !secret.isEmpty { object["client_secret"] = JSON(secret) }
        for (name, value) in fields { object[name] = JSON(value) }
        return .object(object)
    }
}

extension AuthorizationRequest {
    static func of(_ app: App, _ scope: String) -> AuthorizationRequest {
        var request = AuthorizationRequest()
        request.clientID = app.id
        request.redirectURI = OAuthTests.back
        request.scope = scope
        return request
    }
}

extension ClientNode {
    /// Registers an app.
    func app(_ scopes: String) async throws -> App {
        let reply = try await post(
            "/api/v1/apps",
            ["client_name": "App", "redirect_uris": JSON(OAuthTests.back), "scopes": JSON(scopes)])
        return App(id: reply["client_id"]?.string ?? "", secret: reply["client_secret"]?.string ?? "")
    }

    /// Returns the code after a person has authorized the app.
    func code(
        _ app: App, _ scope: String, of person: ID<Account>, as account: ID<Account>? = nil, challenge: String = ""
    ) async throws -> String {
        var request = AuthorizationRequest.of(app, scope)
        request.challenge = challenge
        request.challengeMethod = challenge.isEmpty ? "" : "S256"
        return try await services.authorizeApp(
            request, as: account.map { .group($0, by: person) } ?? .member(person))
    }

    /// Gets a token with a code, as apps do.
    func personToken(
        _ app: App, _ scope: String, of person: ID<Account>, as account: ID<Account>? = nil
    ) async throws -> String {
        let code = try await code(app, scope, of: person, as: account)
        let reply = try await post(
            "/oauth/token",
            app.json([
                ("grant_type", "authorization_code"), ("redirect_uri", OAuthTests.back), ("code", code),
            ]))
        return reply["access_token"]?.string ?? ""
    }

    /// Gets a token for the app itself.
    func appToken(_ scope: String) async throws -> String {
        let reply = try await post(
            "/oauth/token", try await app(scope).json([("grant_type", "client_credentials"), ("scope", scope)]))
        return reply["access_token"]?.string ?? ""
    }
}
