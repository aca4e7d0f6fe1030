// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import Storage
import TestSupport
import Testing
import TextEncoding

@testable import WebPages

@Suite("Letting an app in")
struct AuthorizeTests {
    private static let back = "icecubesapp://"

    /// The address of the page, as an app builds it.
    private static func page(
        _ app: ClientApp, back: String = back, scope: String = "read write:statuses", more: String = ""
    ) -> String {
        "/oauth/authorize?response_type=code&client_id=\(app.clientID)&redirect_uri=\(back.percentEncoded)"
            + "&scope=\(scope.replacing(" ", with: "+"))&state=a%26b\(more)"
    }

    private static func app(_ cafe: Cafe, _ addresses: [String] = [back]) async throws -> ClientApp {
        var draft = AppDraft(name: "Glaçon <b>", redirectURIs: addresses)
        draft.scopes = Scopes(["read", "write:statuses", "write:lists", "push"])
        draft.website = "https://app.example/"
        return try await cafe.services.registerApp(draft).app
    }

    /// The values that the form on a page sends.
    private static func fields(of page: String) -> [String: String] {
        var fields: [String: String] = [:]
        for tag in Markup(page).all("input") {
            guard let name = Markup.value("name", in: tag), name != "form_token", fields[name] == nil else { continue }
            fields[name] = Markup.value("value", in: tag)
        }
        return fields
    }

    @Test("a stranger signs in and comes back with everything that the app asked")
    func door() async throws {
        let cafe = try await Cafe.furnished()
        let page = Self.page(try await Self.app(cafe), more: "&force_login=true")
        try await cafe.serve { browser in
            let sent = try await browser.get(page)
            #expect(sent.status == 303)
            let door = try #require(sent.header("location"))
            #expect(door.hasPrefix("/sign-in?next=%2Foauth%2Fauthorize"))
            let form = try await browser.get(door)
            let next = try #require(Self.fields(of: form.text)["next"])
            let entered = try await browser.post(
                "/sign-in", ["name": "lina", "password": Cafe.password, "next": next], from: door)
            let back = try #require(entered.header("location"))
            let consent = try await browser.get(back)
            #expect(consent.status == 200)
            let fields = Self.fields(of: consent.text)
            #expect(fields["state"] == "a&b")
            #expect(fields["redirect_uri"] == Self.back)
            #expect(fields["scope"] == "read write:statuses")
            #expect(fields["force_login"] == "true")
        }
    }

    @Test("the page names the app and what it may do, in both languages, and shows nothing unescaped")
    func consent() async throws {
        let cafe = try await Cafe.furnished()
        let app = try await Self.app(cafe)
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            for path in [Self.page(app), Self.page(app).replacing("authorize?", with: "authorize/?")] {
                let answer = try await browser.get(path)
                #expect(answer.status == 200)
                #expect(answer.text.contains("Glaçon &lt;b&gt;"))
                #expect(answer.text.contains("https://app.example/"))
                #expect(answer.text.contains("Lire tout ce que tu peux lire"))
                #expect(answer.text.contains("Changer\u{202F}: discussions."))
                #expect(answer.text.contains("@karim@cafe.example"))
                #expect(answer.header("cache-control") == "no-store")
                let policy = try #require(answer.header("content-security-policy"))
                #expect(policy.contains("form-action 'self' icecubesapp:;"))
                #expect(answer.header("x-frame-options") == "DENY")
            }
            let english = try await browser.get(Self.page(app, more: "&lang=en-GB"))
            #expect(english.text.contains("Read everything that you can read"))
        }
    }

    @Test(
        "the answer goes where the app said, keeps the query there, and carries code and state",
        arguments: [
            ("icecubesapp://", "icecubesapp://?code=", "icecubesapp:"),
            ("https://app.example:8443/cb?x=1", "https://app.example:8443/cb?x=1&code=", "https://app.example:8443"),
            ("http://localhost:4567/cb", "http://localhost:4567/cb?code=", "http://localhost:4567"),
            ("http://[::1]:4567/cb", "http://[::1]:4567/cb?code=", "http:"),
        ])
    func allow(back: String, start: String, target: String) async throws {
        let cafe = try await Cafe.furnished()
        let app = try await Self.app(cafe, [back])
        let page = Self.page(app, back: back)
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let shown = try await browser.get(page)
            #expect(shown.header("content-security-policy")?.contains("form-action 'self' \(target);") == true)
            let fields = Self.fields(of: shown.text).merging(["decision": "allow"]) { $1 }
            let answer = try await browser.post("/oauth/authorize", fields, from: page)
            #expect(answer.status == 303)
            let location = try #require(answer.header("location"))
            #expect(location.hasPrefix(start))
            #expect(location.hasSuffix("&state=a%26b"))
            let refused = try await browser.post("/oauth/authorize/deny", fields, from: page)
            #expect(refused.header("location")?.contains("error=access_denied&state=a%26b") == true)
        }
    }

    @Test("without a way back the code is shown to be copied")
    func byHand() async throws {
        let cafe = try await Cafe.furnished()
        let oob = RedirectURI.outOfBand
        let page = Self.page(try await Self.app(cafe, [oob]), back: oob)
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let fields = Self.fields(of: try await browser.get(page).text)
            let answer = try await browser.post("/oauth/authorize", fields, from: page)
            #expect(answer.status == 200)
            let code = Markup(answer.text).values(of: "value", in: "readonly").first ?? ""
            #expect(code.count > 10)
        }
    }

    @Test("who runs groups chooses as whom the app acts; nobody else can")
    func choice() async throws {
        let cafe = try await Cafe.furnished()
        let app = try await Self.app(cafe)
        let page = Self.page(app)
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let shown = Markup(try await browser.get(page).text)
            let radios = shown.values(of: "value", in: "type=\"radio\"")
            #expect(radios.first == "\(cafe.lina)")
            #expect(radios.contains("\(cafe.group)"))
            let other = Browser(origin: browser.origin)
            try await other.signIn("karim")
            var fields = Self.fields(of: try await other.get(page).text)
            #expect(fields["account"] == "\(cafe.karim)")
            fields["account"] = "\(cafe.group)"
            let foreign = try await other.post("/oauth/authorize", fields, from: page)
            #expect(foreign.status == 404)
            let unnamed = try await other.post("/oauth/authorize", fields)
            #expect(unnamed.status == 403)
        }
    }

    @Test("what is wrong is said on a page, and leads nowhere")
    func problems() async throws {
        let cafe = try await Cafe.furnished()
        let app = try await Self.app(cafe)
        let pages = [
            Self.page(app).replacing(app.clientID, with: "nobody"), Self.page(app, back: "https://evil.example/"),
            Self.page(app, scope: "read write"), Self.page(app, scope: "read nonsense"), "/oauth/authorize",
            Self.page(app).replacing("response_type=code", with: "response_type=token"),
            Self.page(app, more: "&code_challenge=x&code_challenge_method=plain"),
        ]
        try await cafe.serve { browser in
            for signedIn in [false, true] {
                if signedIn { try await browser.signIn("karim") }
                for page in pages {
                    let answer = try await browser.get(page)
                    #expect(answer.status == 400)
                    #expect(answer.text.contains("L’application ne peut pas entrer"))
                    #expect(answer.header("location") == nil)
                }
            }
        }
    }

    @Test("with another account: signed out, and back by the sign-in page")
    func otherPerson() async throws {
        let cafe = try await Cafe.furnished()
        let page = Self.page(try await Self.app(cafe))
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let fields = Self.fields(of: try await browser.get(page).text)
            let answer = try await browser.post("/sign-in/other", fields, from: page)
            #expect(answer.header("location")?.hasPrefix("/sign-in?next=%2Foauth%2Fauthorize") == true)
            let settings = try await browser.get("/settings")
            #expect(settings.status == 303)
        }
    }

    @Test("settings show what is connected, and disconnect it")
    func settings() async throws {
        let cafe = try await Cafe.furnished()
        let app = try await Self.app(cafe)
        let token = try await cafe.services.makeToken(
            Scopes(["read"]), app: app.id, account: cafe.karim, person: cafe.karim, as: .operator)
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let shown = try await browser.get("/settings")
            #expect(shown.text.contains("Glaçon &lt;b&gt;"))
            let id = try #require(Markup(shown.text).values(of: "value", in: "name=\"token\"").first)
            let other = Browser(origin: browser.origin)
            try await other.signIn("lina")
            let refused = try await other.post("/settings/apps/revoke", ["token": id], from: "/settings")
            #expect(refused.status == 404)
            let done = try await browser.post("/settings/apps/revoke", ["token": id], from: "/settings")
            #expect(done.header("location") == "/settings?done=appRevoked#apps")
            let identity = try await cafe.services.identity(ofToken: token)
            #expect(identity == nil)
        }
    }

    @Test(
        "the sign-in pages at the addresses that apps know lead to ours",
        arguments: [
            ("/auth/sign_in", "/sign-in"), ("/auth/password/new", "/sign-in"), ("/auth/edit", "/settings"),
        ])
    func doors(path: String, target: String) async throws {
        try await Cafe.open().serve { browser in
            let answer = try await browser.get(path)
            #expect(answer.header("location") == target)
        }
    }
}
