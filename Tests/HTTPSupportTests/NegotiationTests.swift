// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import TestSupport
import Testing

@testable import HTTPSupport

@Suite("Negotiation")
struct NegotiationTests {
    static let profile = "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""

    @Test(
        "Accept decides between the document and the page",
        arguments: [
            ("application/activity+json", true), (profile, true), ("application/ld+json", true),
            ("application/activity+json, \(profile)", true), ("application/json", true),
            ("APPLICATION/Activity+JSON", true), ("application/activity+json;q=0.9, text/html;q=0.8", true),
            ("application/activity+json, text/html", true), ("text/html;q=0.1, application/activity+json", true),
            ("text/html, application/activity+json", false), ("text/html", false), ("*/*", false), ("", false),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false),
            ("application/activity+json;q=0", false), ("image/png", false), ("application/*", false),
            ("text/html;q=0.5, application/activity+json;q=0.4", false), (",,;;,", false), ("application", false),
            ("application/activity+json;q=nan, text/html;q=2", false),
        ])
    func accept(header: String, isDocument: Bool) {
        #expect(Negotiation.prefersDocument(header) == isDocument)
    }

    @Test(
        "what fits neither the document nor the page is refused with 406",
        arguments: [
            ("image/png", 406), ("application/pdf, image/*", 406), ("text/html;q=0, image/png", 406), ("*/*", 200),
            ("text/*", 200), ("image/png, */*;q=0.1", 200), ("", 200), (",;", 200), ("application/*", 200),
        ])
    func notAcceptable(header: String, status: Int) async throws {
        try await Server.run { server async throws in
            let response = try await server.get("/things/cup", [("accept", header)])
            #expect(response.status == status)
            #expect(try await server.get("/me", [("accept", header)]).status == 200)
        }
    }

    @Test("no Accept, or one of absurd length, means the page")
    func withoutAccept() {
        #expect(!Negotiation.prefersDocument(nil))
        let long = String(repeating: "application/activity+json,", count: 10_000)
        #expect(!Negotiation.prefersDocument(long))
        #expect(!Negotiation.acceptsPage(String(repeating: "text/html,", count: 10_000)))
    }

    @Test("one address gives the page to a browser and the document to a peer, and says that it varies")
    func bothFaces() async throws {
        try await Server.run { server async throws in
            let page = try await server.get("/things/cup", [("accept", "text/html")])
            #expect(page.text == "<p>cup")
            let document = try await server.get("/things/cup", [("accept", Self.profile)])
            #expect(document.text == "\"cup\"")
            #expect(page.header("vary") == "Accept")
            #expect(document.header("vary") == "Accept")
        }
    }

    @Test("what has only one form shows it to everybody")
    func oneFace() async throws {
        try await Server.run { server async throws in
            let response = try await server.get("/me", [("accept", "application/activity+json")])
            #expect(response.status == 200)
            #expect(response.text == "nobody")
        }
    }

    @Test("a name is added to Vary once")
    func vary() {
        var headers: HTTPFields = [:]
        Vary.add("Accept", to: &headers)
        Vary.add("Signature", to: &headers)
        Vary.add("accept", to: &headers)
        #expect(headers[.vary] == "Accept, Signature")
    }
}
