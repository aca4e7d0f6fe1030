// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import NIOCore
internal import Services
internal import Storage

/// The file that members take with them: their profile, what they have written, their seats and whom they follow, as one
/// page that opens everywhere.
///
/// It is read and sent in parts, so that a member who wrote much costs no more memory than one who wrote little.
enum ExportPage {
    static let path = "/settings/export"
    /// How many posts, or accounts, one read takes.
    private static let part = 80
    /// The most parts of each kind.
    private static let parts = 2_000

    static func download(_ visit: Visit) async throws -> Response {
        let me = try visit.member().account
        var headers: HTTPFields = [.contentType: "text/html; charset=utf-8", .cacheControl: "private, no-store"]
        headers[.contentDisposition] = "attachment; filename=\"\(me.username).html\""
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: head(me, visit).string))
                try await writePosts(of: me, visit) { try await writer.write(ByteBuffer(string: $0.string)) }
                try await writer.write(ByteBuffer(string: try await seats(of: me, visit).string))
                try await writeFollowed(by: me, visit) { try await writer.write(ByteBuffer(string: $0.string)) }
                try await writer.write(ByteBuffer(string: "</body></html>\n"))
                try await writer.finish(nil)
            })
    }

    private static func head(_ me: Account, _ visit: Visit) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="\(visit.t.language.rawValue)"><head><meta charset="utf-8"><title>\(me.shownName)</title></head>
        <body><h1>\(me.shownName)</h1><p>\(me.fullHandle(visit.community)) · \(visit.community.name)</p>
        <div dir="auto">\(me.summary)</div>

        """
    }

    private static func writePosts(
        of me: Account, _ visit: Visit, _ write: (HTML) async throws -> Void
    ) async throws {
        try await write("<h2>\(visit.t(.theirWords))</h2>\n<p>\(visit.t(.exportWithoutDirect))</p>\n")
        var before: Int64?
        for _ in 0..<parts {
            let request = PageRequest(before: before, limit: part)
            let (views, older) = try await visit.database.read { db in
                var filter = AccountFilter()
                filter.withoutBoosts = true
                filter.onlyPosts = true
                let page = try Timelines.account(me.id, filter, request, viewer: me.id, in: db)
                return (try PostViews.load(page.posts, viewer: me.id, in: db), page.older)
            }
            for view in views { try await write(article(view, visit)) }
            guard let older else { return }
            before = older
        }
    }

    private static func article(_ view: PostView, _ visit: Visit) -> HTML {
        let post = view.post
        return """
            <article>\(when(!post.title.isEmpty, "<h3 dir=\"auto\">\(post.title)</h3>"))
            <p>\(visit.moments.exact(post.publishedAt))\(maybe(view.group) { " · \($0.shownName)" }) · <a href="\(String(describing: post.url ?? post.iri))">\(String(describing: post.url ?? post.iri))</a></p>
            \(when(!post.warning.isEmpty, "<p>\(post.warning)</p>"))<div dir="auto">\(post.content)</div>
            \(each(view.attachments) { "<p><a href=\"\(String(describing: $0.url))\">\($0.description.isEmpty ? visit.t(.file) : $0.description)</a></p>" })</article>

            """
    }

    private static func seats(of me: Account, _ visit: Visit) async throws -> HTML {
        let now = visit.now
        let views = try await visit.database.read { db in
            try EventViews.load(
                try GuestLists.of(me.id, from: now, in: db).map { $0.0 }, viewer: me.id, with: .page, in: db)
        }
        return """
            <h2>\(visit.t(.myEvents))</h2>
            <ul>\(each(views) { "<li><a href=\"\(String(describing: $0.event.iri))\">\($0.event.title)</a>, \(visit.span(of: $0.event))</li>" })</ul>

            """
    }

    private static func writeFollowed(
        by me: Account, _ visit: Visit, _ write: (HTML) async throws -> Void
    ) async throws {
        try await write("<h2>\(visit.t(.followedByMe))</h2>\n<ul>\n")
        var before: Int64?
        for _ in 0..<parts {
            let request = PageRequest(before: before, limit: part)
            let accounts = try await visit.database.read { db in try Follows.following(of: me.id, request, in: db) }
            for account in accounts {
                try await write("<li>\(account.shownName) \(account.fullHandle(visit.community))</li>\n")
            }
            guard accounts.count == request.limit, let last = accounts.last else { break }
            before = last.id.rawValue
        }
        try await write("</ul>\n")
    }
}
