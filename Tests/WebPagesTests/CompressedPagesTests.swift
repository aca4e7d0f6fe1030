// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import WebPages

@Suite("Compressed pages", .serialized)
struct CompressedPagesTests {
    private static let gzip = ("Accept-Encoding", "gzip")

    private func token(_ page: TestResponse) -> String? {
        Markup(page.text).values(of: "value", in: "name=\"form_token\"").first
    }

    @Test("a stranger gets the same page as without compression, with the own token, also out of the cache")
    func strangers() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            for path in ["/sign-in", "/", "/events/\(cafe.event)", "/discussions.atom"] {
                let plain = try await browser.get(path)
                let packed = try await browser.get(path, headers: [Self.gzip])
                #expect(packed.header("content-encoding") == "gzip" && plain.header("content-encoding") == nil)
                #expect(packed.text == plain.text, "\(path)")
                #expect(packed.header("vary")?.contains("Accept-Encoding") == true)
                #expect(plain.header("vary") == packed.header("vary"))
                let head = try await browser.send("HEAD", path, headers: [Self.gzip, ("Accept-Language", "fr")], nil)
                #expect(head.header("content-encoding") == "gzip")
                #expect(try #require(Int(head.header("content-length") ?? "")) < plain.body.count / 2)
            }
            let other = Browser(origin: browser.origin)
            let (first, second) = (
                try await browser.get("/sign-in", headers: [Self.gzip]),
                try await other.get("/sign-in", headers: [Self.gzip])
            )
            #expect(try #require(token(first)) != #require(token(second)))
            let form = ["name": "lina", "password": Cafe.password, "form_token": try #require(token(second))]
            #expect(try await other.post("/sign-in", form).status == 303)
        }
    }

    @Test("a member's page is compressed only when the member asked for it, not when another site did")
    func members() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let plain = try await browser.get("/settings").text
            for (site, isPacked) in [
                ("same-origin", true), ("none", true), ("cross-site", false), ("same-site", false), ("", false),
            ] {
                let headers = [Self.gzip] + (site.isEmpty ? [] : [("Sec-Fetch-Site", site)])
                let page = try await browser.get("/settings", headers: headers)
                #expect((page.header("content-encoding") == "gzip") == isPacked, "\(site)")
                #expect(page.text == plain)
            }
        }
    }

    @Test("a form that is refused, an error page and a page of another coding are not compressed")
    func refused() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let home = [Self.gzip, ("Sec-Fetch-Site", "same-origin")]
            let refused = try await browser.post(
                "/sign-in", ["name": "lina", "password": "no"], from: "/sign-in", headers: home)
            #expect(refused.status == 422 && refused.body.count > 1_024 && refused.header("content-encoding") == nil)
            let missing = try await browser.get("/nowhere", headers: home)
            #expect(missing.status == 404 && missing.header("content-encoding") == nil)
            let other = try await browser.get("/", headers: [("Accept-Encoding", "br")])
            #expect(other.status == 200 && other.header("content-encoding") == nil)
        }
    }

    @Test("a feed is still current under the tag of either form")
    func feeds() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let plain = try #require(try await browser.get("/events.ics").header("etag"))
            let packed = try #require(try await browser.get("/events.ics", headers: [Self.gzip]).header("etag"))
            #expect(packed == "W/\(plain)")
            for tag in [plain, packed] {
                let again = try await browser.get("/events.ics", headers: [Self.gzip, ("If-None-Match", tag)])
                #expect(again.status == 304 && again.header("etag") == tag)
            }
        }
    }
}
