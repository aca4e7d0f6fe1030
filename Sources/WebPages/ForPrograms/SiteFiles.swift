// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import NIOCore
internal import Services
internal import Storage

/// The files that programs look for at a fixed path: for search engines, password managers, telephones and people who
/// found a hole.
///
/// Spec: RFC 9309 (robots.txt), RFC 9116 (security.txt), RFC 8615 (`/.well-known`), Web Application Manifest, the W3C's
/// "A Well-Known URL for Changing Passwords".
struct SiteFiles: Sendable {
    let services: Services

    private var community: Community { services.community }

    static func routes(_ services: Services) -> [Route] {
        let files = SiteFiles(services: services)
        return [
            .document("/robots.txt") { _, _ in files.robots },
            .document("/manifest.webmanifest") { _, _ in files.manifest },
            .document("/.well-known/security.txt") { _, _ in try await files.security() },
            .document("/.well-known/change-password") { _, _ in Responses.redirect(to: "/settings#password") },
        ] + Icons.routes + Icons.assets.routes + Sitemap.routes(services)
    }

    // MARK: - Search engines

    /// Beginnings of paths that search engines are asked not to visit: what needs a session, what changes something,
    /// what is for other servers and apps, and lists without an end.
    static let closed = [
        "/api/", "/oauth/", "/auth/", "/activities/", "/inbox", "/users/*/", "/groups/*/inbox", "/groups/*/outbox",
        "/groups/*/followers", "/groups/*/edit", "/accounts/", "/tags/", "/search", "/sign-in", "/sign-up",
        "/settings", "/moderation", "/notifications", "/my-events", "/kept", "/report", "/write", "/language",
        "/authorize_interaction", "/events/new", "/events/*/manage", "/events/*/guests", "/posts/*/edit",
        "/*?*before=", "/*?*after=", "/*?*past=", "/*?*view=", "/*?*done=", "/*?*going=", "/*?*waiting=",
    ]

    private var robots: Response {
        let rules = Self.closed.map { "Disallow: \($0)" }
        let lines = ["User-agent: *"] + rules + ["", "Sitemap: \(community.address)/sitemap.xml", ""]
        return Self.text(lines, "public, max-age=3600")
    }

    // MARK: - Holes

    /// Names the steward who has been here longest, like the description of the node for apps.
    private func security() async throws -> Response {
        let steward = try await services.database.read { db in try LocalAccounts.firstSteward(in: db) }
        guard let email = steward?.email, !email.isEmpty, email.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw RequestError.notFound
        }
        // Whole days, so that the file does not change with each request.
        let day = Duration.days(1).milliseconds
        let today = Timestamp(services.clock.now.milliseconds / day * day)
        let lines = [
            "Contact: mailto:\(email)", "Expires: \(today + .days(180))", "Preferred-Languages: fr, en",
            "Canonical: \(community.address)/.well-known/security.txt", "",
        ]
        return Self.text(lines, "public, max-age=3600")
    }

    private static func text(_ lines: [String], _ caching: String) -> Response {
        Responses.bytes(
            ByteBuffer(string: lines.joined(separator: "\n")), contentType: "text/plain; charset=utf-8", status: .ok,
            headers: [.cacheControl: caching])
    }

    // MARK: - Telephones

    /// The path of the manifest.
    static let manifestPath = "/manifest.webmanifest"

    private var manifest: Response {
        let json = JSONText.object([
            ("name", .text(community.name)), ("short_name", .text(community.name)),
            ("description", .some(community.tagline)), ("lang", .text(community.language)), ("id", "/"),
            ("start_url", "/"), ("scope", "/"), ("display", "minimal-ui"),
            ("background_color", .some(Styles.day["paper"])), ("theme_color", .some(Styles.day["slate"])),
            (
                "icons",
                .list([
                    Self.icon(Styles.iconPath, "any", "image/svg+xml"), Self.icon(Icons.path(.small), "192x192"),
                    Self.icon(Icons.path(.large), "512x512"),
                    Self.icon(Icons.path(.maskable), "512x512", purpose: "maskable"),
                ])
            ),
        ])
        return Responses.json(
            Array(json.string.utf8), contentType: "application/manifest+json",
            headers: [.cacheControl: "public, max-age=3600"])
    }

    private static func icon(
        _ path: String, _ sizes: String, _ type: String = "image/png", purpose: String = "any"
    ) -> JSONText {
        .object([
            ("src", .text(path)), ("sizes", .text(sizes)), ("type", .text(type)), ("purpose", .text(purpose)),
        ])
    }
}
