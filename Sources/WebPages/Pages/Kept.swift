// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The posts and events that the person keeps, and the commands that keep one and let it go. Nobody else sees them.
enum Kept {
    static func show(_ visit: Visit) async throws -> Response {
        let me = try visit.member().account.id
        let request = visit.listPage()
        let (views, older) = try await visit.database.read { db in
            let page = try Timelines.bookmarks(of: me, request, in: db)
            return (try PageItems.load(page.items, viewer: me, in: db), page.older)
        }
        let t = visit.t
        let content: HTML = """
            <h1>\(t(.kept))</h1><p class="intro">\(t(.keptIntro))</p>
            \(when(views.isEmpty && older == nil, visit.empty(.keptNone, .keptNoneInvite, Pictures.emptyCounter, link: ("/discussions", .discussions))))
            <ul class="list">\(each(views) { item in
                switch item {
                case .post(let view): visit.discussionCard(view, heading: .second)
                case .event(let view): visit.eventCard(view, heading: .second)
                }
            })</ul>\(visit.older(older))
            """
        let page = Page(t(.kept), content: content).with {
            $0.isHidden = true
            $0.hasCorner = false
        }
        return visit.respond(page)
    }

    static func keep(_ sent: Submission) async throws -> Response {
        try await sent.visit.services.bookmark(try subject(sent), as: try sent.visit.principal())
        return sent.visit.redirect(sent.next(or: "/kept"), flash: .kept)
    }

    static func release(_ sent: Submission) async throws -> Response {
        try await sent.visit.services.unbookmark(try subject(sent), as: try sent.visit.principal())
        return sent.visit.redirect(sent.next(or: "/kept"), flash: .released)
    }

    private static func subject(_ sent: Submission) throws -> TimelineItem.Subject {
        if let post = ID<Post>(sent["post"]) { return .post(post) }
        guard let event = ID<Event>(sent["event"]) else { throw ServiceError.notFound }
        return .event(event)
    }
}

/// The cards of a list with posts and events.
enum PageItems {
    enum Item: Sendable {
        case post(PostView)
        case event(EventView)
    }

    /// Loads the views of the items, in their order.
    static func load(
        _ items: [TimelineItem], viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [Item] {
        var posts: [ID<Post>: PostView] = [:]
        for view in try PostViews.load(items.compactMap(\.post), viewer: viewer, with: .page, in: db) {
            posts[view.post.id] = view
        }
        var events: [ID<Event>: EventView] = [:]
        for view in try EventViews.load(items.compactMap(\.event), viewer: viewer, with: .page, in: db) {
            events[view.id] = view
        }
        return items.compactMap { item in
            item.post.flatMap { posts[$0] }.map { .post($0) } ?? item.event.flatMap { events[$0] }.map { .event($0) }
        }
    }
}

extension Visit {
    /// Returns the button that keeps a post or an event, or lets it go.
    ///
    /// - Parameter next: the page to which the button returns.
    func keepButton(_ subject: TimelineItem.Subject, isKept: Bool, next: String) -> HTML {
        let field: HTML =
            switch subject {
            case .post(let id): hidden("post", String(describing: id))
            case .event(let id): hidden("event", String(describing: id))
            }
        return form(
            isKept ? "/kept/release" : "/kept", style: "inline",
            """
            \(field)\(hidden("next", next))<button class="button quiet small" type="submit" \
            aria-pressed="\(isKept ? "true" : "false")">\(t(isKept ? .isKept : .keep))</button>
            """)
    }
}
