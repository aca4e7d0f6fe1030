// SPDX-License-Identifier: Apache-2.0

import HTTPSupport
import HTTPTypes
import TestSupport
import Testing

@Suite("The request pipeline, through a socket")
struct ServerTests {
    @Test(
        "every answer has the security headers, errors too",
        arguments: ["/", "/things/cup", "/missing", "/broken", "/broken-page", "//", "/go?to=/x"],
        ["text/html", "application/activity+json"])
    func securityHeaders(target: String, accept: String) async throws {
        try await Server.run { server async throws in
            let response = try await server.get(target, [("accept", accept)])
            let policies = response.headers.filter { $0.name.lowercased() == "content-security-policy" }
            #expect(policies.count == 1)
            let policy = response.header("content-security-policy") ?? ""
            for rule in ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
                #expect(policy.contains(rule))
            }
            #expect(!policy.contains("unsafe"))
            #expect(response.header("x-content-type-options") == "nosniff")
            #expect(response.header("referrer-policy") == "same-origin")
            #expect(response.header("strict-transport-security") == nil)
        }
    }

    @Test("a node on https says so, and shows pictures of https alone")
    func transportSecurity() async throws {
        try await Server.run(change: { $0.origin = "https://cafe.example" }) { server async throws in
            let response = try await server.get("/")
            #expect(response.header("strict-transport-security") == "max-age=31536000")
            #expect(response.header("content-security-policy")?.contains("http:") == false)
        }
    }

    @Test("an error is a page for people and a code for programs, and says nothing of the inside")
    func errors() async throws {
        try await Server.run { server async throws in
            let page = try await server.get("/broken-page", [("accept", "text/html")])
            #expect(page.status == 500)
            #expect(page.text == "<h1>500 internal_error</h1>")
            let document = try await server.get("/broken")
            #expect(document.status == 500)
            #expect(document.text == "{\"error\":\"internal_error\"}")
            #expect(document.header("cache-control") == "no-store")
        }
    }

    @Test(
        "an unknown path is a page only for those who show pages",
        arguments: [
            ("text/html", "<h1>404 not_found</h1>"), ("application/activity+json", "{\"error\":\"not_found\"}"),
            ("*/*", "{\"error\":\"not_found\"}"), ("application/activity+json, text/html", "{\"error\":\"not_found\"}"),
        ])
    func unknown(accept: String, expected: String) async throws {
        try await Server.run { server async throws in
            let response = try await server.get("/things/cup/handle", [("accept", accept)])
            #expect(response.status == 404)
            #expect(response.text == expected)
        }
    }

    @Test(
        "a method that a known path does not have is told which it has",
        arguments: [
            ("GET", "/inbox", "POST"), ("DELETE", "/inbox", "POST"), ("POST", "/things/cup", "GET, HEAD"),
            ("PUT", "/@ada", "GET, HEAD"), ("POST", "/", "GET, HEAD"), ("PROPFIND", "/me", "GET, HEAD"),
        ])
    func methods(method: String, target: String, allowed: String) async throws {
        try await Server.run { server async throws in
            let response = try await TestHTTPClient.send(method, server.url(target))
            #expect(response.status == 405)
            #expect(response.header("allow") == allowed)
            #expect(response.text == "{\"error\":\"method_not_allowed\"}")
        }
    }

    @Test("HEAD is GET without the body")
    func head() async throws {
        try await Server.run { server async throws in
            let head = try await TestHTTPClient.send("HEAD", server.url("/things/cup"))
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.header("content-length") == "6")
        }
    }

    @Test("a parameter is decoded, and one that is no text is nothing")
    func parameters() async throws {
        try await Server.run { server async throws in
            #expect(try await server.get("/things/caf%C3%A9", [("accept", "text/html")]).text == "<p>café")
            #expect(try await server.get("/things/%FF", [("accept", "text/html")]).text == "<p>?")
            #expect(try await server.get("/@ada").text == "profile of ada")
        }
    }

    @Test("a session's token signs in, another one does not, and a document never asks")
    func sessions() async throws {
        try await Server.run { server async throws in
            #expect(try await server.get("/me", [("cookie", "session=valid")]).text == "ada")
            #expect(try await server.get("/me", [("cookie", "session=other")]).text == "nobody")
            #expect(try await server.get("/me", [("cookie", "session=valid; session=other")]).text == "nobody")
            #expect(try await server.get("/me").text == "nobody")
        }
    }

    @Test(
        "a form of another site is refused",
        arguments: [
            ([("origin", "https://evil.example")], 403), ([("origin", "null")], 403),
            ([("sec-fetch-site", "cross-site")], 403), ([("sec-fetch-site", "same-site")], 403),
            ([("origin", "http://cafe.example.evil.example")], 403),
            ([("origin", "http://cafe.example"), ("sec-fetch-site", "cross-site")], 403),
            ([("origin", "http://cafe.example")], 200), ([("sec-fetch-site", "same-origin")], 200), ([], 200),
        ] as [([(String, String)], Int)])
    func crossSite(headers: [(String, String)], status: Int) async throws {
        try await Server.run { server async throws in
            let response = try await server.post("/write", "text=x", headers + [("cookie", "session=valid")])
            #expect(response.status == status)
        }
    }

    @Test("the node under another of its names takes its own forms")
    func otherName() async throws {
        try await Server.run { server async throws in
            let response = try await server.post("/write", "text=x", [("origin", "http://127.0.0.1:\(server.port)")])
            #expect(response.status == 200)
        }
    }

    @Test("a file of the program is kept for ever under a name that holds its content")
    func assets() async throws {
        let assets = StaticAssets([
            .init(name: "style.css", contentType: "text/css; charset=utf-8", bytes: Array("a{}".utf8))
        ])
        let changed = StaticAssets([.init(name: "style.css", contentType: "text/css", bytes: Array("b{}".utf8))])
        #expect(assets.path("style.css") != changed.path("style.css"))
        #expect(assets.path("missing.css") == "/")
        try await Server.run(routes: assets.routes) { server async throws in
            let response = try await server.get(assets.path("style.css"))
            #expect(response.text == "a{}")
            #expect(response.header("content-type") == "text/css; charset=utf-8")
            #expect(response.header("cache-control") == "public, max-age=31536000, immutable")
        }
    }

    @Test("a reader's copy is recognised by its tag")
    func tags() async throws {
        let routes = [
            Route.get("/feed") { request, _ in
                Responses.isCurrent("\"1\"", for: request)
                    ? Responses.notModified(etag: "\"1\"")
                    : Responses.calendar(Array("BEGIN".utf8), filename: "a b\".ics")
            }
        ]
        try await Server.run(routes: routes) { server async throws in
            for tag in ["\"1\"", "W/\"1\"", "\"0\", \"1\"", "*"] {
                #expect(try await server.get("/feed", [("if-none-match", tag)]).status == 304)
            }
            let fresh = try await server.get("/feed", [("if-none-match", "\"2\"")])
            #expect(fresh.status == 200)
            #expect(fresh.header("content-disposition") == "attachment; filename=\"a-b-.ics\"")
        }
    }
}
