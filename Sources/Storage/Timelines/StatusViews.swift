// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// A timeline item with everything that is shown of it: a status of the client API.
public struct StatusView: Sendable, Hashable, Identifiable {
    /// The post or the event. Both are large, so the cases are indirect.
    public enum Subject: Sendable, Hashable {
        indirect case post(PostView)
        indirect case event(EventView)
    }

    /// The item.
    public var item: TimelineItem
    /// The account that boosted it, when the item is a boost.
    public var booster: Account?
    /// The post or event that it shows.
    public var subject: Subject
    /// The matches of the viewer's filters, including expired filters.
    public var filtered: [FilterMatch] = []
    private var quotation: Subject?

    /// The item's id.
    public var id: ID<TimelineItem> { item.id }

    init(item: TimelineItem, booster: Account?, subject: Subject, quoted: PostView?) {
        self.item = item
        self.booster = booster
        self.subject = subject
        self.quotation = quoted.map { .post($0) }
    }

    /// The quoted post, when its author agreed to the quote and the viewer may read it.
    public var quoted: PostView? {
        guard case .post(let post)? = quotation else { return nil }
        return post
    }

    /// The post, when the item shows one.
    public var post: PostView? {
        guard case .post(let post) = subject else { return nil }
        return post
    }

    /// The event, when the item shows one.
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

/// Loads the views of timeline items in a fixed number of statements.
public enum StatusViews {
    /// The views of items, in their order. Items that the viewer may not read are left out.
    ///
    /// Six statements for each 500 items, four more when some of them quote, three more when there are events among
    /// them. PostgreSQL gets them in two round trips; quotes and events need more.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func load(
        _ items: [TimelineItem], viewer: ID<Account>?, with details: ViewDetails = .app, in db: some Queryable
    ) throws(DatabaseError) -> [StatusView] {
        var loader = PostLoader(viewer: viewer, details: details)
        try loader.add(Array(Set(items.compactMap(\.post))), in: db)
        try loader.add(loader.missingQuotes, in: db)
        let people = loader.people(boosters: items.filter(\.isBoost).map(\.account))
        let answers = try db.rows(ofEach: people + FilterMatcher.questions(for: viewer))
        let (posts, boosters) = try loader.finish(answers.prefix(people.count))
        let matcher = try FilterMatcher(answers.dropFirst(people.count))
        var events: [ID<Event>: EventView] = [:]
        for view in try EventViews.load(
            Array(Set(items.compactMap(\.event))), viewer: viewer, with: details, in: db)
        {
            events[view.id] = view
        }
        let friends = try visibleBoosters(of: items, to: viewer, in: db)
        return items.compactMap { item in
            if let visibility = item.visibility, !visibility.isOpen, !friends.contains(item.account) { return nil }
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

    /// Those who boosted for their followers, and whose boosts the viewer may see: `Conditions.boostIsForReader`. One
    /// statement, when there are such boosts.
    private static func visibleBoosters(
        of items: [TimelineItem], to viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> Set<ID<Account>> {
        let accounts = Set(items.filter { $0.visibility?.isOpen == false }.map(\.account))
        guard let viewer, !accounts.isEmpty else { return [] }
        var found = accounts.intersection([viewer])
        for list in Array(accounts).inLists() {
            let rows = try db.rows(
                """
                SELECT target_id FROM follow
                WHERE follower_id = \(viewer) AND state = 'accepted' AND target_id IN (\(list: list))
                """)
            for row in rows { found.insert(try row.id("target_id")) }
        }
        return found
    }

    /// The views of posts by their post ids, in the order of `ids`.
    public static func ofPosts(
        _ ids: [ID<Post>], viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> [StatusView] {
        try load(try TimelineItems.byIDs(ids.map { ID($0.rawValue) }, in: db), viewer: viewer, in: db)
    }

    /// The view of one item; nil when it does not exist or the viewer may not read it.
    public static func one(
        _ id: ID<TimelineItem>, viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> StatusView? {
        guard let item = try TimelineItems.byID(id, in: db) else { return nil }
        return try load([item], viewer: viewer, in: db).first
    }

    /// The view of a post for its author; nil when the account has not written such a post. The timeline item follows
    /// from the post and is not read.
    public static func own(
        _ id: ID<Post>, of author: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> StatusView? {
        let item = TimelineItem(id: ID(id.rawValue), account: author, subject: .post(id), isBoost: false)
        let view = try load([item], viewer: author, in: db).first
        return view?.author.id == author ? view : nil
    }
}
