// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What the viewer did with a post or an event.
public struct ViewerMarks: Sendable, Hashable {
    /// Thanked for it.
    public var liked = false
    /// Boosted it.
    public var boosted = false
    /// Keeps it.
    public var bookmarked = false
    /// Shows it first on the own profile.
    public var pinned = false
    /// Wants to hear no more of its thread.
    public var muted = false

    /// Nothing.
    public init() {}
}

/// A post as client apps show it to one viewer.
public struct StatusPost: Sendable, Hashable {
    /// The post.
    public var post: Post
    /// Who wrote it.
    public var author: Account
    /// The group it was written into.
    public var group: Account?
    /// Who wrote what it answers, when we have that.
    public var answered: ID<Account>?
    /// Who is named in it, by id.
    public var mentions: [Account] = []
    /// Hashtags by letter, without `#`.
    public var hashtags: [String] = []
    /// Pictures and files, in their order.
    public var attachments: [Attachment] = []
    /// How many thanked for it.
    public var likeCount = 0
    /// How many boosted it.
    public var boostCount = 0
    /// How many answered it directly.
    public var replyCount = 0
    /// What the viewer did with it.
    public var marks = ViewerMarks()
    /// What it asks.
    public var poll: Poll?
    /// How many quote it.
    public var quoteCount = 0
    /// The app in which it was written: only its author sees that.
    public var app: AppName?
    /// Whether the viewer wrote it.
    public var isOwn = false
    /// Whether the viewer may quote it without asking.
    public var viewerMayQuote = false

    /// Creates the value with nothing around the post.
    public init(post: Post, author: Account) {
        self.post = post
        self.author = author
    }
}

/// How an app calls itself.
public struct AppName: Sendable, Hashable {
    /// What people read.
    public var name: String
    /// Its page.
    public var website: String?
}

/// An event as client apps show it to one viewer.
public struct StatusEvent: Sendable, Hashable {
    /// The event with its guests.
    public var view: EventView
    /// How many are interested.
    public var likeCount = 0
    /// How many answered it directly.
    public var replyCount = 0
    /// How many are interested and did not sign up.
    public var maybeCount = 0
    /// How many gave up their seat, or were refused.
    public var absentCount = 0
    /// What the viewer did with it.
    public var marks = ViewerMarks()
}

/// An entry with all that client apps show of it: what they call a status.
public struct StatusView: Sendable, Hashable, Identifiable {
    /// What is shown.
    public enum Subject: Sendable, Hashable {
        case post(StatusPost)
        case event(StatusEvent)
    }

    /// The entry.
    public var entry: Entry
    /// Who boosted it, for a boost.
    public var booster: Account?
    /// What it shows.
    public var subject: Subject
    /// What the viewer's filters find in it, also those that have ended.
    public var filtered: [FilterMatch] = []
    /// What the post quotes, when its author agreed and the viewer may read it.
    public var quoted: StatusPost?
    /// The entry's number.
    public var id: ID<Entry> { entry.id }

    /// The post, when it shows one.
    public var post: StatusPost? {
        guard case .post(let post) = subject else { return nil }
        return post
    }

    /// The author of the post or the owner of the event.
    public var author: Account {
        switch subject {
        case .post(let post): post.author
        case .event(let event): event.view.owner
        }
    }
}

/// Entries as client apps show them, in a fixed number of statements.
public enum StatusViews {
    /// The views of entries, in their order. What the viewer may not read has no view.
    ///
    /// Eight statements for each 500 entries, four more when there are events among them.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func load(
        _ entries: [Entry], viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> [StatusView] {
        let viewer = viewer ?? .first
        let shown = Set(entries.compactMap(\.post))
        let quoted = try Quotes.accepted(by: Array(shown), in: db)
        let posts = try StatusPosts.load(Array(shown.union(quoted.values)), viewer: viewer, in: db)
        let events = try StatusEvents.load(Array(Set(entries.compactMap(\.event))), viewer: viewer, in: db)
        let boosters = try Accounts.byIDs(entries.filter(\.isBoost).map(\.account), in: db)
        let sieve = try FilterSieve(viewer: viewer, in: db)
        return entries.compactMap { entry in
            let subject: StatusView.Subject
            switch entry.subject {
            case .post(let id):
                guard let post = posts[id] else { return nil }
                subject = .post(post)
            case .event(let id):
                guard let event = events[id] else { return nil }
                subject = .event(event)
            }
            let booster = entry.isBoost ? boosters[entry.account] : nil
            guard !entry.isBoost || booster?.isActive == true else { return nil }
            var view = StatusView(
                entry: entry, booster: booster, subject: subject, filtered: sieve.matches(in: subject))
            view.quoted = entry.post.flatMap { quoted[$0] }.flatMap { posts[$0] }
            return view
        }
    }

    /// The views of posts by their own numbers, in their order.
    public static func ofPosts(
        _ ids: [ID<Post>], viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> [StatusView] {
        try load(try Entries.byIDs(ids.map { ID($0.rawValue) }, in: db), viewer: viewer, in: db)
    }

    /// The view of one entry, when there is one that the viewer may read.
    public static func one(
        _ id: ID<Entry>, viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> StatusView? {
        guard let entry = try Entries.byID(id, in: db) else { return nil }
        return try load([entry], viewer: viewer, in: db).first
    }
}

/// The posts of a page while they are gathered: one function, one statement.
private struct StatusPosts {
    let viewer: ID<Account>
    var byID: [ID<Post>: StatusPost] = [:]
    private var ids: [ID<Post>] { Array(byID.keys) }

    static func load(
        _ ids: [ID<Post>], viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Post>: StatusPost] {
        var all: [ID<Post>: StatusPost] = [:]
        for list in ids.inLists() {
            var statuses = StatusPosts(viewer: viewer)
            try statuses.addPosts(Array(list), in: db)
            guard !statuses.byID.isEmpty else { continue }
            try statuses.addMentions(in: db)
            try statuses.addHashtags(in: db)
            try statuses.addAttachments(in: db)
            try statuses.addPolls(in: db)
            all.merge(statuses.byID) { first, _ in first }
        }
        return all
    }

    private mutating func addPosts(_ ids: [ID<Post>], in db: some Queryable) throws(DatabaseError) {
        let rows = try db.rows(
            """
            SELECT \(PostRow.columns), \(AccountRow.plain), \(AccountRow.columns(as: "g", prefix: "g_")),
                p.like_count AS likes, p.boost_count AS boosts, p.reply_count AS replies,
                (SELECT q.author_id FROM post q WHERE q.id = p.in_reply_to_id) AS answered,
                EXISTS (SELECT 1 FROM post_like x WHERE x.post_id = p.id AND x.account_id = \(viewer)) AS is_liked,
                EXISTS (SELECT 1 FROM boost x WHERE x.post_id = p.id AND x.account_id = \(viewer)) AS is_boosted,
                EXISTS (SELECT 1 FROM bookmark x WHERE x.post_id = p.id AND x.account_id = \(viewer)) AS is_kept,
                EXISTS (SELECT 1 FROM pin x WHERE x.post_id = p.id AND x.account_id = \(viewer)) AS is_pinned,
                EXISTS (SELECT 1 FROM thread_mute x
                        WHERE x.thread_id = p.thread_id AND x.account_id = \(viewer)) AS is_muted,
                (SELECT count(*) FROM post q WHERE q.quoted_id = p.id AND q.quote_state = 'accepted') AS quotes,
                \(Conditions.follows(viewer, "p.author_id")) AS is_followed, c.name AS app_name, c.website AS app_website
            FROM post p JOIN account a ON a.id = p.author_id LEFT JOIN account g ON g.id = p.group_id
                LEFT JOIN app c ON c.id = p.app_id AND p.author_id = \(viewer)
            WHERE p.id IN (\(list: ids)) AND \(Conditions.mayRead(viewer)) AND \(Conditions.isShown)
            """)
        for row in rows {
            var status = StatusPost(post: try PostRow.read(row), author: try AccountRow.read(row))
            if status.post.group != nil { status.group = try AccountRow.read(row, prefix: "g_") }
            status.answered = try row.idOrNil("answered")
            status.likeCount = try row.count("likes")
            status.boostCount = try row.count("boosts")
            status.replyCount = try row.count("replies")
            status.marks.liked = try row.bool("is_liked")
            status.marks.boosted = try row.bool("is_boosted")
            status.marks.bookmarked = try row.bool("is_kept")
            status.marks.pinned = try row.bool("is_pinned")
            status.marks.muted = try row.bool("is_muted")
            status.quoteCount = try row.count("quotes")
            let relation = PostRelation(
                isAuthor: status.post.author == viewer, followsAuthor: try row.bool("is_followed"), isMentioned: false,
                isBlocked: false)
            status.isOwn = relation.isAuthor
            status.viewerMayQuote = status.post.quotePolicy.admits(relation, to: status.post.visibility)
            if let name = try row.textOrNil("app_name") {
                status.app = AppName(name: name, website: try row.textOrNil("app_website"))
            }
            byID[status.post.id] = status
        }
    }

    private mutating func addMentions(in db: some Queryable) throws(DatabaseError) {
        let rows = try db.rows(
            """
            SELECT m.post_id, \(AccountRow.plain) FROM mention m JOIN account a ON a.id = m.account_id
            WHERE m.post_id IN (\(list: ids)) ORDER BY m.post_id, m.account_id
            """)
        for row in rows { byID[try row.id("post_id")]?.mentions.append(try AccountRow.read(row)) }
    }

    private mutating func addHashtags(in db: some Queryable) throws(DatabaseError) {
        let rows = try db.rows("SELECT post_id, tag FROM hashtag WHERE post_id IN (\(list: ids)) ORDER BY post_id, tag")
        for row in rows { byID[try row.id("post_id")]?.hashtags.append(try row.text("tag")) }
    }

    private mutating func addPolls(in db: some Queryable) throws(DatabaseError) {
        for (id, poll) in try Polls.load(ids, viewer: viewer, in: db) { byID[id]?.poll = poll }
    }

    private mutating func addAttachments(in db: some Queryable) throws(DatabaseError) {
        let rows = try db.rows(
            """
            SELECT post_id, \(AttachmentRow.columns) FROM attachment
            WHERE post_id IN (\(list: ids)) ORDER BY post_id, position
            """)
        for row in rows { byID[try row.id("post_id")]?.attachments.append(try AttachmentRow.read(row)) }
    }
}

/// The events of a page with what the viewer did with them.
private enum StatusEvents {
    static func load(
        _ ids: [ID<Event>], viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Event>: StatusEvent] {
        guard !ids.isEmpty else { return [:] }
        var statuses: [ID<Event>: StatusEvent] = [:]
        for view in try EventViews.load(ids, viewer: viewer, in: db) where view.owner.isActive {
            statuses[view.id] = StatusEvent(view: view)
        }
        for list in ids.inLists() { try addMarks(to: &statuses, Array(list), viewer, in: db) }
        return statuses
    }

    /// Those that the viewer may not read fall out here.
    private static func addMarks(
        to statuses: inout [ID<Event>: StatusEvent], _ ids: [ID<Event>], _ viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) {
        let rows = try db.rows(
            """
            SELECT v.id, (v.visibility IN ('public', 'unlisted') OR \(Conditions.follows(viewer, "v.owner_id")))
                    AND \(Conditions.noBlock(between: viewer, and: "v.owner_id")) AS is_readable,
                (SELECT count(*) FROM event_like x WHERE x.event_id = v.id) AS likes,
                (SELECT count(*) FROM event_like x WHERE x.event_id = v.id AND NOT EXISTS (
                    SELECT 1 FROM guest y WHERE y.event_id = v.id AND y.account_id = x.account_id
                        AND y.state IN ('asked', 'going', 'waiting'))) AS maybes,
                (SELECT count(*) FROM guest x
                 WHERE x.event_id = v.id AND x.state IN ('cancelled', 'declined')) AS absents,
                (SELECT count(*) FROM post x WHERE x.in_reply_to_iri = v.iri) AS replies,
                EXISTS (SELECT 1 FROM event_like x WHERE x.event_id = v.id AND x.account_id = \(viewer)) AS is_liked,
                EXISTS (SELECT 1 FROM bookmark x WHERE x.event_id = v.id AND x.account_id = \(viewer)) AS is_kept,
                EXISTS (SELECT 1 FROM event_share x
                        WHERE x.event_id = v.id AND x.account_id = \(viewer)) AS is_boosted
            FROM event v WHERE v.id IN (\(list: ids))
            """)
        for row in rows {
            let id: ID<Event> = try row.id("id")
            guard try row.bool("is_readable") else {
                statuses[id] = nil
                continue
            }
            statuses[id]?.likeCount = try row.count("likes")
            statuses[id]?.replyCount = try row.count("replies")
            statuses[id]?.maybeCount = try row.count("maybes")
            statuses[id]?.absentCount = try row.count("absents")
            statuses[id]?.marks.liked = try row.bool("is_liked")
            statuses[id]?.marks.bookmarked = try row.bool("is_kept")
            statuses[id]?.marks.boosted = try row.bool("is_boosted")
        }
    }
}
