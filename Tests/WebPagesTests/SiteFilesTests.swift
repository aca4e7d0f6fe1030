// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import TextEncoding

@testable import WebPages

@Suite("Files for programs", .serialized)
struct SiteFilesTests {
    @Test("robots.txt lets search engines read what is public, and closes what is not or never ends")
    func robots() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let robots = try await browser.get("/robots.txt")
            #expect(robots.status == 200 && robots.header("content-type") == "text/plain; charset=utf-8")
            #expect(robots.header("set-cookie") == nil)
            let lines = robots.text.split(separator: "\n")
            #expect(lines.first == "User-agent: *" && lines.last == "Sitemap: http://cafe.example/sitemap.xml")
            func isClosed(_ path: String) -> Bool {
                lines.contains { line in
                    guard line.hasPrefix("Disallow: ") else { return false }
                    return Self.matches(path, line.dropFirst(10))
                }
            }
            for path in [
                "/", "/events", "/events/\(cafe.event)", "/posts/\(cafe.post)", "/groups/lyon", "/users/lina", "/about",
                "/discussions", "/media/a.webp", "/assets/troquet.css", "/favicon.ico", "/events.ics",
            ] {
                #expect(!isClosed(path), "\(path)")
            }
            for path in [
                "/sign-in", "/sign-in?next=%2F", "/settings/password", "/search?q=a", "/api/v1/timelines/public",
                "/activities/7", "/discussions?before=9", "/events?after=1-2", "/events?past=1&after=1-2",
                "/events/\(cafe.event)?view=print", "/events/\(cafe.event)/manage", "/users/lina/outbox",
                "/groups/lyon/outbox?page=1", "/tags/a", "/write", "/events/new",
            ] {
                #expect(isClosed(path), "\(path)")
            }
        }
    }

    /// Whether a rule of robots.txt holds for a path. `*` stands for any text, and the rest of the path may be anything.
    private static func matches(_ path: String, _ rule: Substring) -> Bool {
        var rest = path[...]
        for (number, part) in rule.split(separator: "*", omittingEmptySubsequences: false).enumerated() {
            guard let range = rest.firstRange(of: part) else {
                guard part.isEmpty else { return false }
                continue
            }
            if number == 0, range.lowerBound != rest.startIndex { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }

    @Test("the sitemap leads to every public discussion and event, by the month, and to nothing else")
    func sitemap() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let index = try await browser.get("/sitemap.xml")
            #expect(index.header("content-type") == "application/xml; charset=utf-8")
            let parts = Self.addresses(index.text)
            #expect(parts.count == 2 && parts.first == "http://cafe.example/sitemaps/pages.xml")
            var pages: [String] = []
            for part in parts {
                let list = try await browser.get(part.replacing("http://cafe.example", with: ""))
                #expect(list.status == 200 && list.text.hasPrefix("<?xml"))
                pages += Self.addresses(list.text).map { $0.replacing("http://cafe.example", with: "") }
            }
            for path in ["/", "/events", "/groups/lyon", "/posts/\(cafe.post)", "/events/\(cafe.event)"] {
                #expect(pages.contains(path), "\(path)")
            }
            for path in ["/posts/\(cafe.answer)", "/posts/\(cafe.remotePost)", "/events/\(cafe.remoteEvent)"] {
                #expect(!pages.contains(path), "\(path)")
            }
            #expect(Set(pages).count == pages.count)
            for path in pages {
                let page = try await browser.get(path)
                #expect(page.status == 200 && !page.text.contains("content=\"noindex\""), "\(path)")
            }
        }
    }

    private static func addresses(_ xml: String) -> [String] {
        xml.split(separator: "<loc>").dropFirst().map { String($0.prefix { $0 != "<" }) }
    }

    @Test(
        "a part of the sitemap that does not exist is not found, an empty month is empty",
        arguments: [
            ("2026-13", 404), ("2026-1", 404), ("26-01", 404), ("x", 404), ("2026-01-01", 404), ("-026-01", 404),
            ("+026-01", 404), ("9999-12", 200), ("1970-01", 200),
        ])
    func parts(name: String, status: Int) async throws {
        let cafe = try await Cafe.open()
        try await cafe.serve { browser in
            let part = try await browser.get("/sitemaps/\(name).xml")
            #expect(part.status == status)
            if status == 200 { #expect(part.text.contains("<urlset") && !part.text.contains("<url>")) }
        }
    }

    @Test("security.txt names the first steward until a day that is always ahead; without an address there is none")
    func security() async throws {
        let cafe = try await Cafe.furnished()
        let (lina, now) = (cafe.lina, cafe.services.clock.now)
        try await cafe.serve { browser in
            let file = try await browser.get("/.well-known/security.txt")
            #expect(file.header("content-type") == "text/plain; charset=utf-8")
            let lines = file.text.split(separator: "\n").map(String.init)
            #expect(lines.contains("Contact: mailto:lina@mail.example"))
            #expect(lines.contains("Canonical: http://cafe.example/.well-known/security.txt"))
            let expiry = try #require(lines.first { $0.hasPrefix("Expires: ") }?.dropFirst(9))
            let day = try #require(ZonedTime.parse(String(expiry.prefix(16)), in: "UTC"))
            #expect(day > now + .days(100) && day < now + .days(365) && expiry.hasSuffix("Z"))
            try await cafe.services.database.write { tx in
                try tx.run("UPDATE local_account SET email = NULL WHERE account_id = \(lina)")
            }
            #expect(try await browser.get("/.well-known/security.txt").status == 404)
        }
    }

    @Test("password managers are led to the form for a new password")
    func changePassword() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let answer = try await browser.get("/.well-known/change-password")
            #expect(answer.status == 303 && answer.header("location") == "/settings#password")
            try await browser.signIn("lina")
            #expect(try await browser.get("/settings").text.contains("id=\"password\""))
        }
    }

    @Test("every icon that a page or the manifest names is there and is what it says")
    func icons() async throws {
        let cafe = try await Cafe.furnished { $0.name = "Le \"Zinc\" </script>" }
        try await cafe.serve { browser in
            let home = Markup(try await browser.get("/").text)
            let manifest = try await browser.get(try #require(home.values(of: "href", in: "rel=\"manifest\"").first))
            #expect(manifest.header("content-type") == "application/manifest+json")
            let json = manifest.text
            #expect(json.contains(#""name":"Le \"Zinc\" \u003c/script\u003e""#) && json.contains(#""start_url":"/""#))
            let sources = json.split(separator: "\"src\":\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
            #expect(sources.count == 4 && json.contains(#""sizes":"512x512","type":"image/png","purpose":"maskable""#))
            for path in sources + home.values(of: "href", in: "icon\"") {
                let icon = try await browser.get(path)
                #expect(icon.status == 200 && icon.header("cache-control")?.hasPrefix("public") == true, "\(path)")
                switch icon.header("content-type") {
                case "image/png": #expect(icon.body.starts(with: [0x89, 0x50, 0x4E, 0x47]), "\(path)")
                case "image/x-icon": #expect(icon.body.starts(with: [0, 0, 1, 0, 2, 0]), "\(path)")
                case let type: #expect(type == "image/svg+xml", "\(path)")
                }
            }
        }
    }

    @Test("the pixels of each icon are as many as it says")
    func sizes() throws {
        for (text, size) in [
            (IconBytes.touch, 180), (IconBytes.small, 192), (IconBytes.large, 512), (IconBytes.maskable, 512),
        ] {
            let bytes = try #require(Base64.decode(text.utf8))
            // The width and the height follow after the signature and the head of the first part.
            let width = Int(bytes[18]) << 8 | Int(bytes[19])
            let height = Int(bytes[22]) << 8 | Int(bytes[23])
            #expect(width == size && height == size)
        }
    }
}
