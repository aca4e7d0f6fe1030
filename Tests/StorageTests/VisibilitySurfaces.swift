// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Testing
import Vocabulary

/// A surface: a function that shows posts or events to readers.
enum Surface: String, CaseIterable {
    // Timelines of pages, feeds and client apps.
    case home, list, group, groupPage, account, everyone, tag, discussions, mentions, quotes, bookmarks, favourites
    case agenda
    // A single item: in a client app, as the group's boost, on its page. Signed fetches of other servers use the page,
    // too.
    case status, boost, page
    // The context of an item: its discussion, the ancestors of its reply, and a quote of it.
    case thread, context, quoted
    case search, notification
    // Streams of client apps.
    case homeStream, boostStream, listStream
    // What strangers and other servers get.
    case feed, groupFeed, calendar, collection

    /// Whether the surface can show such items to such readers at all.
    func exists(for kind: Seen.Kind, _ reader: Reader) -> Bool {
        switch self {
        case .tag, .discussions, .mentions, .quotes, .thread, .context, .quoted, .groupPage: kind == .post
        case .agenda: kind == .event
        case .feed, .groupFeed, .collection: kind == .post && reader == .visitor
        case .calendar: kind == .event && reader == .visitor
        default: true
        }
    }

    /// Whether the surface is for members only.
    var needsAccount: Bool {
        switch self {
        case .home, .list, .mentions, .bookmarks, .favourites, .search, .notification, .homeStream, .boostStream,
            .listStream:
            true
        default: false
        }
    }
}

extension VisibilityCast {
    /// The surfaces that show the item to a reader, as returned by the functions that pages, client apps and other
    /// servers call.
    func surfaces(
        showing one: Seen, to reader: Reader, in db: some Queryable
    ) throws -> Set<Surface> {
        let viewer = people[reader]
        var found: Set<Surface> = []
        for surface in Surface.allCases where surface.exists(for: one.kind, reader) {
            guard let viewer else {
                if try !surface.needsAccount && isShown(one, on: surface, to: nil, in: db) { found.insert(surface) }
                continue
            }
            if surface.needsAccount {
                if try isShown(one, on: surface, toMember: viewer, reader, in: db) { found.insert(surface) }
            } else if try isShown(one, on: surface, to: viewer, in: db) {
                found.insert(surface)
            }
        }
        return found
    }

    private func isShown(
        _ one: Seen, on surface: Surface, to viewer: ID<Account>?, in db: some Queryable
    ) throws -> Bool {
        let (page, mode) = (PageRequest(limit: 80), FederationMode.open)
        switch surface {
        case .group: return one.isIn(try Timelines.group(group.id, page, viewer: viewer, mode: mode, in: db))
        case .groupPage, .groupFeed:
            let list = try Timelines.group(group.id, page, viewer: viewer, mode: mode, onlyPosts: true, in: db)
            return try isShown(list.posts, one, viewer, in: db)
        case .account: return one.isIn(try Timelines.account(author.id, AccountFilter(), page, viewer: viewer, in: db))
        case .everyone:
            return one.isIn(try Timelines.everyone(PublicFilter(), page, viewer: viewer, mode: mode, in: db))
        case .tag: return one.isIn(try Timelines.tagged(TagFilter("tag"), page, viewer: viewer, mode: mode, in: db))
        case .discussions, .feed:
            let list = try Timelines.discussions(page, viewer: viewer, mode: mode, in: db)
            return try isShown(list.posts, one, viewer, in: db)
        case .quotes: return one.isIn(try Timelines.quotes(of: quoted.id, page, viewer: viewer, in: db))
        case .agenda, .calendar:
            let ids = try Events.upcoming(
                from: Scene.start, scope: .community, limit: 50, after: nil, viewer: viewer, mode: mode, in: db)
            return try EventViews.load(ids, viewer: viewer, in: db).contains { $0.id == one.event?.id }
        case .status: return try StatusViews.one(one.item, viewer: viewer, in: db) != nil
        case .boost: return try StatusViews.one(one.boost, viewer: viewer, in: db) != nil
        case .page:
            if let event = one.event { return try EventViews.one(event.id, viewer: viewer, with: .page, in: db) != nil }
            return try PostViews.one(try #require(one.post).id, viewer: viewer, in: db) != nil
        case .thread, .collection:
            return try Threads.load(try #require(one.post).thread, viewer: viewer, in: db).contains {
                $0 == one.post?.id
            }
        case .context:
            let around = try Conversations.around(.post(try #require(one.answer).id), viewer: viewer, in: db)
            return try StatusViews.load(around.above, viewer: viewer, in: db).contains { $0.id == one.item }
        case .quoted:
            let view = try StatusViews.ofPosts([try #require(one.quoting)], viewer: viewer, in: db).first
            return try #require(view).quoted != nil
        default: return false
        }
    }

    private func isShown(
        _ one: Seen, on surface: Surface, toMember viewer: ID<Account>, _ reader: Reader, in db: some Queryable
    ) throws -> Bool {
        let page = PageRequest(limit: 80)
        let list = try #require(lists[reader])
        switch surface {
        case .home: return one.isIn(try Timelines.home(viewer, page, in: db))
        case .list: return one.isIn(try Timelines.list(list, replies: .list, viewer: viewer, page, in: db))
        case .mentions: return one.isIn(try Timelines.mentions(viewer, page, in: db))
        case .bookmarks: return one.isIn(try Timelines.bookmarks(of: viewer, page, in: db))
        case .favourites: return one.isIn(try Timelines.favourites(of: viewer, page, in: db))
        case .search:
            var query = StatusQuery()
            query.terms = [String(describing: one.item)]
            return try Searches.statuses(query, viewer: viewer, offset: 0, limit: 5, in: db).contains {
                $0.id == one.item
            }
        case .notification:
            let told = try db.rows(
                "SELECT id FROM notification WHERE account_id = \(viewer) AND subject_id = \(one.item)")
            let row = try #require(told.first)
            let notification = try #require(try Notifications.find(try row.id("id"), of: viewer, in: db))
            return try NotificationViews.load([notification], viewer: viewer, in: db).first?.status != nil
        case .homeStream: return try streamed(one.item, viewer, list, in: db)?.readers[viewer] == true
        case .boostStream: return try streamed(one.boost, viewer, list, in: db)?.readers[viewer] == true
        case .listStream: return try streamed(one.item, viewer, list, in: db)?.lists.contains(list) == true
        default: return false
        }
    }

    private func streamed(
        _ item: ID<TimelineItem>, _ viewer: ID<Account>, _ list: ID<AccountList>, in db: some Queryable
    ) throws -> StreamedItem? {
        try StreamAudience.load(item, listeners: [viewer], lists: [list], mode: .open, in: db)
    }

    private func isShown(
        _ posts: [ID<Post>], _ one: Seen, _ viewer: ID<Account>?, in db: some Queryable
    ) throws -> Bool {
        try PostViews.load(posts, viewer: viewer, with: .page, in: db).contains { $0.id == one.post?.id }
    }
}

extension Seen {
    func isIn(_ page: TimelinePage) -> Bool { page.items.contains { $0.subject == subject } }
}
