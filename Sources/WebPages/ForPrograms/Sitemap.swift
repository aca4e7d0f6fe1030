// SPDX-License-Identifier: Apache-2.0

internal import Calendar
internal import Database
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import NIOCore
internal import Services
internal import Storage

/// The list of public pages for search engines: one part for the pages that are always there, and one for each month
/// with the discussions and events that were begun in it.
///
/// No page of a person is in it: people are found through what they wrote.
///
/// Spec: sitemaps.org 0.9.
struct Sitemap: Sendable {
    let services: Services

    /// The protocol allows 50,000 addresses; no café begins so many discussions in a month.
    private static let addressLimit = 2_000
    /// Twenty years.
    private static let monthLimit = 240
    private static let fixedPages = ["/", "/about", "/events", "/discussions", "/groups", "/networks"]

    static func routes(_ services: Services) -> [Route] {
        let map = Sitemap(services: services)
        return [
            .document("/sitemap.xml") { _, _ in try await map.index() },
            .document("/sitemaps/{part}.xml") { _, context in
                guard let part = context.parameter("part") else { throw RequestError.notFound }
                if part == "pages" { return try await map.pages() }
                guard let month = Month(part) else { throw RequestError.notFound }
                return try await map.page(of: month)
            },
        ]
    }

    private var address: String { services.community.address }

    private func index() async throws -> Response {
        let oldest = try await services.database.read { db in try PublicPages.oldest(in: db) }
        var parts = ["pages"]
        if let oldest {
            let first = Month(oldest)
            var month = Month(services.clock.now)
            while month.number >= first.number, parts.count <= Self.monthLimit {
                parts.append(month.name)
                month = Month(number: month.number - 1)
            }
        }
        return Self.respond(
            """
            <sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
            \(each(parts) { "<sitemap><loc>\(address)/sitemaps/\($0).xml</loc></sitemap>" })</sitemapindex>
            """)
    }

    private func pages() async throws -> Response {
        let groups = try await services.database.read { db in try Accounts.groups(in: db) }
        return Self.list(Self.fixedPages + groups.map(\.path)) { "<url><loc>\(address)\($0)</loc></url>" }
    }

    private func page(of month: Month) async throws -> Response {
        let (mode, now) = (services.community.mode, services.clock.now)
        let found = try await services.database.read { db in
            try PublicPages.list(
                from: month.start, to: Month(number: month.number + 1).start, limit: Self.addressLimit, mode: mode,
                at: now, in: db)
        }
        return Self.list(found) { page in
            let path = page.event.map { "/events/\($0)" } ?? page.post.map { "/posts/\($0)" } ?? "/"
            return "<url><loc>\(address)\(path)</loc><lastmod>\(page.changedAt)</lastmod></url>"
        }
    }

    private static func list<Value>(_ values: [Value], _ make: (Value) -> HTML) -> Response {
        respond(
            """
            <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
            \(each(values, make))</urlset>
            """)
    }

    private static func respond(_ content: HTML) -> Response {
        let document: HTML = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\(content)\n"
        return Responses.bytes(
            ByteBuffer(string: document.string), contentType: "application/xml; charset=utf-8", status: .ok,
            headers: [.cacheControl: "public, max-age=3600"])
    }
}

/// A month in UTC.
private struct Month {
    /// Months since the year 0.
    let number: Int

    init(number: Int) {
        self.number = number
    }

    init(_ instant: Timestamp) {
        let fields = ZonedTime.fields(instant, in: "UTC")
        number = fields.year * 12 + fields.month - 1
    }

    /// - Parameter name: `2026-09`.
    init?(_ name: String) {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
            let year = Int(parts[0]), let month = Int(parts[1]), year >= 1_970, (1...12).contains(month)
        else { return nil }
        number = year * 12 + month - 1
    }

    var name: String {
        let month = number % 12 + 1
        return "\(number / 12)-\(month < 10 ? "0" : "")\(month)"
    }

    var start: Timestamp { ZonedTime.parse("\(name)-01T00:00", in: "UTC") ?? Timestamp(0) }
}
