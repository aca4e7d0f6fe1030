// SPDX-License-Identifier: Apache-2.0

internal import Calendar
import Database
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import NIOCore
internal import Services
internal import Storage

/// Discussions as Atom feeds. The calendar feeds are in `CalendarFeeds`.
///
/// A feed is public: it contains only what a visitor who is not signed in may read.
/// Spec: RFC 4287.
enum Feeds {
    static func routes(_ pages: WebPages) -> [Route] {
        [
            pages.get("/discussions.atom", all), pages.get("/groups/:name/feed.atom", group),
            pages.get("/events.ics", CalendarFeeds.all), pages.get("/groups/:name/events.ics", CalendarFeeds.group),
            pages.get("/events/:id/event.ics", CalendarFeeds.one),
        ]
    }

    static func discussions(_ t: Texts) -> Page.Feed {
        Page.Feed(kind: .atom, path: "/discussions.atom", title: t(.feed))
    }

    static func agenda(_ t: Texts) -> Page.Feed {
        Page.Feed(kind: .calendar, path: "/events.ics", title: t(.calendar))
    }

    static func ofNode(_ t: Texts) -> [Page.Feed] { [discussions(t), agenda(t)] }

    private static func all(_ visit: Visit) async throws -> Response {
        let (mode, now) = (visit.community.mode, visit.now)
        let views = try await visit.database.read { db in
            let page = try Timelines.discussions(PageRequest(limit: 30), viewer: nil, mode: mode, at: now, in: db)
            return try PostViews.load(page.posts, viewer: nil, in: db)
        }
        return respond(visit, title: visit.community.name, page: "/discussions", views)
    }

    private static func group(_ visit: Visit) async throws -> Response {
        let group = try await GroupPage.find(visit)
        let (mode, now) = (visit.community.mode, visit.now)
        let views = try await visit.database.read { db in
            let page = try Timelines.group(
                group.id, PageRequest(limit: 30), viewer: nil, mode: mode, onlyPosts: true, at: now, in: db)
            return try PostViews.load(page.posts, viewer: nil, in: db)
        }
        return respond(visit, title: group.shownName, page: group.path, views)
    }

    private static func respond(_ visit: Visit, title: String, page: String, _ views: [PostView]) -> Response {
        let address = visit.community.address
        let changed = views.map { $0.post.editedAt ?? $0.post.publishedAt }.max() ?? Timestamp(0)
        let feed: HTML = """
            <?xml version="1.0" encoding="utf-8"?>
            <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="\(visit.community.language)">
            <id>\(address + visit.path)</id><title>\(title)</title><updated>\(changed)</updated>
            <link rel="self" type="application/atom+xml" href="\(address + visit.path)"/>
            <link rel="alternate" type="text/html" href="\(address + page)"/><generator>Troquet</generator>
            \(each(views) { entry($0, visit) })</feed>
            """
        return conditional(visit, Array(feed.string.utf8), type: "application/atom+xml; charset=utf-8")
    }

    private static func entry(_ view: PostView, _ visit: Visit) -> HTML {
        let post = view.post
        let address = post.isLocal ? visit.community.address + post.path : String(describing: post.url ?? post.iri)
        let title = post.headline.isEmpty ? visit.t(.pictureOnly) : post.headline
        // HTML in Atom is escaped once more as text. Content with a warning is left out: only the warning is in the
        // feed.
        let content = post.warning.isEmpty ? post.content.string : HTML(escaping: post.warning).string
        return """
            <entry><id>\(String(describing: post.iri))</id><title>\(title)</title>
            <link rel="alternate" type="text/html" href="\(address)"/>
            <published>\(post.publishedAt)</published><updated>\(post.editedAt ?? post.publishedAt)</updated>
            <author><name>\(view.author.shownName)</name><uri>\(String(describing: view.author.iri))</uri></author>
            \(each(view.hashtags) { "<category term=\"\($0)\"/>" })
            <content type="html"\("xml:lang", post.language)>\(content)</content></entry>
            """
    }

    /// Returns the bytes, or `304 Not Modified` when the client's copy is still current.
    static func conditional(_ visit: Visit, _ bytes: [UInt8], type: String) -> Response {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let etag = "\"\(String(hash, radix: 16))\""
        if Responses.isCurrent(etag, for: visit.request) { return Responses.notModified(etag: etag) }
        let headers: HTTPFields = [.eTag: etag, .cacheControl: "public, max-age=300"]
        return Responses.bytes(ByteBuffer(bytes: bytes), contentType: type, status: .ok, headers: headers)
    }
}
