// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import TestSupport
import Testing

@testable import HTTPSupport

@Suite("Paths")
struct PathTests {
    @Test(
        "a path has one spelling",
        arguments: [
            ("/", true), ("/?q=1", true), ("/things/cup", true), ("/things/cup?next=//evil/../..", true),
            ("/@ada", true), ("/tags/caf%C3%A9", true), ("/.well-known/nodeinfo", true), ("/nodeinfo/2.0", true),
            ("/a/...", true), ("", false), ("things", false), ("//", false), ("//things/cup", false),
            ("/things//cup", false), ("/things/cup/", false), ("/./things", false), ("/things/..", false),
            ("/things/../inbox", false), ("/%69nbox", false), ("/things%2Fcup", false), ("/things%2fcup", false),
            ("/%2e%2e/inbox", false), ("/things/%00", false), ("/things/%0a", false), ("/things/%5c", false),
            ("/things\\cup", false), ("/%40ada", false), ("/things/%", false), ("/things/%4", false),
            ("/things/%zz", false), ("/things/caf\u{e9}", false), ("/things cup", false), ("/a#b", false),
        ])
    func canonical(target: String, isCanonical: Bool) {
        #expect(PathRules.isCanonical(target) == isCanonical)
    }

    @Test(
        "no other spelling of an address reaches it",
        arguments: [
            "//things/cup", "/things//cup", "/things/cup/", "/./things/cup", "/x/../things/cup", "/thing%73/cup",
            "/things%2Fcup", "/things/%63up", "/things/cup/.", "/things/cup%2f", "/Things/cup", "/things/cup%00",
        ])
    func spellings(target: String) async throws {
        try await Server.run { server async throws in
            let response = try await server.get(target, [("accept", "application/activity+json")])
            #expect(response.status == 404)
            #expect(response.text == "{\"error\":\"not_found\"}")
        }
    }

    @Test("a redirect stays on the node", arguments: ["/", "/settings", "/posts/1?x=%20y#z", "/tags/caf%C3%A9"])
    func localPath(text: String) {
        #expect(LocalPath(text)?.string == text)
    }

    @Test(
        "a redirect never leaves the node",
        arguments: [
            "", "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "evil.example",
            "javascript:alert(1)", "/%2F/evil.example", "/%2f%2fevil.example", "/%5Cevil.example", "/%5cevil",
            "/\t/evil.example", "/\n/evil.example", " //evil.example", "/a//evil.example", "/a%0d%0aset-cookie:x",
            "///evil.example", "/%09/evil.example", "/.//evil.example", "?next=/", "#x", "/caf\u{e9}", "/%", "/%ff",
            "http:/evil.example", "/\u{0}", "data:text/html,x", "/a b", "/\u{2028}/evil", "/web/%2F%2Fevil",
        ])
    func foreignPath(text: String) {
        #expect(LocalPath(text) == nil)
        let location = Responses.redirect(to: text).headers[.location]
        #expect(location == "/")
    }

    @Test("an address abroad is one of the web and on one line")
    func abroad() {
        #expect(Responses.redirect(abroad: "https://peer.example/x").headers[.location] == "https://peer.example/x")
        for bad in ["javascript:alert(1)", "//peer.example", "https://a\r\nx: y", "https://a\\b", ""] {
            #expect(Responses.redirect(abroad: bad).headers[.location] == "/")
        }
    }
}
