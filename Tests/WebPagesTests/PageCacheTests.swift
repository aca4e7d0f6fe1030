// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing

@testable import WebPages

@Suite("Pages that are kept", .serialized)
struct PageCacheTests {
    private func tokens(_ page: String) -> Set<String> {
        Set(Markup(page).values(of: "value", in: "name=\"form_token\""))
    }

    @Test("two strangers see the same page, each with a token of their own, and both may send its forms")
    func strangers() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { lina in
            let karim = Browser(origin: lina.origin)
            let (first, second) = (try await lina.get("/sign-in"), try await karim.get("/sign-in"))
            let (own, other) = (tokens(first.text), tokens(second.text))
            #expect(own.count == 1 && other.count == 1 && own != other)
            #expect(own.first?.utf8.count == 64)
            #expect(first.text.replacing(try #require(own.first), with: try #require(other.first)) == second.text)
            #expect(first.header("set-cookie") != second.header("set-cookie"))
            try await lina.signIn("lina")
            try await karim.signIn("karim")
            #expect(try await lina.get("/").text.contains("Bonjour Lina"))
            #expect(try await karim.get("/").text.contains("Bonjour Karim"))
        }
    }

    @Test("languages and sessions do not mix")
    func languages() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            for _ in 0..<2 {
                #expect(try await browser.get("/about").text.contains("lang=\"fr\""))
                let english = try await TestHTTPClient.send(
                    "GET", browser.origin + "/about", headers: [("Accept", "text/html"), ("Accept-Language", "en")])
                #expect(english.text.contains("lang=\"en\""))
            }
            let signedIn = Browser(origin: browser.origin)
            try await signedIn.signIn("lina")
            for _ in 0..<2 {
                #expect(try await signedIn.get("/").text.contains("Bonjour Lina"))
                #expect(!(try await browser.get("/").text.contains("Bonjour Lina")))
            }
        }
    }

    @Test("what was just written stands on the next page, for its author and for strangers")
    func ownWrites() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let stranger = Browser(origin: browser.origin)
            try await browser.signIn("karim")
            for number in 1...3 {
                let text = "Nouvelle discussion \(number)"
                for reader in [browser, stranger] {
                    #expect(!(try await reader.get("/discussions").text.contains(text)))
                }
                #expect(try await browser.post("/posts", ["text": text], from: "/write").status == 303)
                for reader in [browser, stranger] {
                    #expect(try await reader.get("/discussions").text.contains(text))
                }
            }
        }
    }

    @Test("who signed out is a stranger on the next page")
    func signOut() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            for _ in 0..<2 { #expect(try await browser.get("/").text.contains("Bonjour Lina")) }
            _ = try await browser.post("/sign-out", [:], from: "/")
            #expect(!(try await browser.get("/").text.contains("Bonjour Lina")))
        }
    }
}
