// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// An item with all that is shown of it: what client apps call a status.
public struct StatusView: Sendable, Hashable, Identifiable {
    /// What is shown. Both are large, so they stand behind a pointer.
    public enum Subject: Sendable, Hashable {
        indirect case post(PostView)
        indirect case event(EventView)
    }

    /// The item.
    public var item: TimelineItem
    /// Who boosted it, for a boost.
    public var booster: Account?
    /// What it shows.
    public var subject: Subject
    /// What the viewer's filters find in it, also those that have ended.
    public var filtered: [FilterMatch] = []
    private var quotation: Subject?

    /// The item's number.
    public var id: ID<TimelineItem> { item.id }

    init(item: TimelineItem, booster: Account?, subject: Subject, quoted: PostView?) {
        self.item = item
        self.booster = booster
        self.subject = subject
        self.quotation = quoted.map { .post($0) }
    }

    /// What the post quotes, when its author agreed and the viewer may read it.
    public var quoted: PostView? {
        guard case .post(let post)? = quotation else { return nil }
        return post
    }

    /// The post, when it shows one.
    public var post: PostView? {
        guard case .post(let post) = subject else { return nil }
        return post
    }

    /// The event, when it shows one.
    public var event: EventView? {
        guard case .event(let event) = subject else { return nil }
        return event
    }

    /// The author of the post or the owner of the event.
    public var author: Account {
        switch subject {
        case .post(let post): post.author
        case .event(let event): event.owner
        }
    }
}

/// Items with what they show, in a fixed number of statements.
public enum StatusViews {
    /// The views of items, in their order. What the viewer may not read has no view.
    ///
    /// Six statements for each 500 items, five more when some quote, three more when there are events among them.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func load(
        _ items: [TimelineItem], viewer: ID<Account>?, with details: ViewDetails = .app, in db: some Queryable
    ) throws(DatabaseError) -> [StatusView] {
        var loader = PostLoader(viewer: viewer, details: details)
        try loader.add(Array(Set(items.compactMap(\.post))), in: db)
        try loader.add(loader.missingQuotes, in: db)
        let (posts, boosters) = try loader.finish(boosters: items.filter(\.isBoost).map(\.account), in: db)
        var events: [ID<Event>: EventView] = [:]
        for view in try EventViews.load(
            Array(Set(items.compactMap(\.event))), viewer: viewer, with: details, in: db)
        {
            events[view.id] = view
        }
        let matcher = try FilterMatcher(viewer: viewer, in: db)
        return items.compactMap { item in
            let booster = item.isBoost ? boosters[item.account] : nil
            guard !item.isBoost || booster != nil else { return nil }
            let subject: StatusView.Subject
            var quoted: PostView?
            switch item.subject {
            case .post(let id):
                guard let post = posts[id] else { return nil }
                subject = .post(post)
                quoted = PostLoader.quoted(by: post.post).flatMap { posts[$0] }
            case .event(let id):
                guard let event = events[id] else { return nil }
                subject = .event(event)
            }
            var view = StatusView(item: item, booster: booster, subject: subject, quoted: quoted)
            view.filtered = matcher.matches(in: subject)
            return view
        }
    }

    /// The views of posts by their own numbers, in their order.
    public static func ofPosts(
        _ ids: [ID<Post>], viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> [StatusView] {
        try load(try TimelineItems.byIDs(ids.map { ID($0.rawValue) }, in: db), viewer: viewer, in: db)
    }

    /// The view of one item, when there is one that the viewer may read.
    public static func one(
        _ id: ID<TimelineItem>, viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> StatusView? {
        guard let item = try TimelineItems.byID(id, in: db) else { return nil }
        return try load([item], viewer: viewer, in: db).first
    }
}
