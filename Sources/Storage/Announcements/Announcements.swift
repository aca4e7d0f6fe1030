// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// An announcement of the stewards to all members.
public struct Announcement: Sendable, Hashable {
    /// The id.
    public let id: ID<Announcement>
    /// The steward who published it.
    public var author: ID<Account>
    /// The event that everybody is invited to; nil for a plain announcement.
    public var event: ID<Event>?
    /// The text.
    public var content: SanitizedHTML
    /// The start of the event, when it is about one.
    public var startsAt: Timestamp?
    /// The instant after which it is no longer shown; nil when it is shown until it is removed.
    public var endsAt: Timestamp?
    /// When it was published.
    public var publishedAt: Timestamp

    /// Creates a new announcement.
    public init(
        id: ID<Announcement>, author: ID<Account>, event: ID<Event>?, content: SanitizedHTML, endsAt: Timestamp?,
        publishedAt: Timestamp
    ) {
        self.id = id
        self.author = author
        self.event = event
        self.content = content
        self.endsAt = endsAt
        self.publishedAt = publishedAt
    }
}

/// An announcement as one member sees it.
public struct AnnouncementView: Sendable, Hashable {
    /// An emoji reaction to an announcement, with its count.
    public struct Reaction: Sendable, Hashable {
        /// The emoji.
        public var name: String
        /// How many accounts reacted with it.
        public var count: Int
        /// Whether the viewer is one of them.
        public var isMine: Bool
    }

    /// The announcement.
    public var announcement: Announcement
    /// Whether the viewer has dismissed it.
    public var isRead: Bool
    /// The reactions, in the order of their first use.
    public var reactions: [Reaction] = []
    /// The event that it is about.
    public var event: Event?
    /// The id of the announcement.
    public var id: ID<Announcement> { announcement.id }
}

/// The table `announcement`, with its reactions and dismissals.
public enum Announcements {
    /// The maximum number of different emojis on one announcement.
    public static let reactionLimit = 8

    /// Stores an announcement.
    public static func insert(_ a: Announcement, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO announcement (id, author_id, event_id, content_html, ends_at, published_at)
            VALUES (\(a.id), \(a.author), \(a.event), \(a.content), \(a.endsAt), \(a.publishedAt))
            """)
        tx.announce(StreamEvent.announced(a.id.rawValue))
    }

    /// Deletes an announcement.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func remove(_ id: ID<Announcement>, in tx: Transaction) throws(DatabaseError) -> Bool {
        guard try tx.changed("DELETE FROM announcement WHERE id = \(id)") == 1 else { return false }
        tx.announce(StreamEvent.withdrawn(id.rawValue))
        return true
    }

    /// All current announcements, newest first, in three statements. Only stewards make them.
    ///
    /// - Parameter withRead: whether announcements that the viewer has dismissed are included.
    public static func list(
        viewer: ID<Account>, withRead: Bool, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [AnnouncementView] {
        let views = try load("WHERE \(isPresent(at: now))", viewer: viewer, in: db)
        return withRead ? views : views.filter { !$0.isRead }
    }

    /// The announcement with this id, when it is still shown.
    public static func find(
        _ id: ID<Announcement>, viewer: ID<Account>, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> AnnouncementView? {
        try load("WHERE n.id = \(id) AND \(isPresent(at: now))", viewer: viewer, in: db).first
    }

    /// Dismisses an announcement for one account.
    public static func dismiss(
        _ id: ID<Announcement>, by account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO announcement_read (announcement_id, account_id) VALUES (\(id), \(account))
            ON CONFLICT (announcement_id, account_id) DO NOTHING
            """)
    }

    /// Adds a reaction of an account. A second time changes nothing.
    public static func react(
        _ name: String, to id: ID<Announcement>, by account: ID<Account>, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        let added = try tx.changed(
            """
            INSERT INTO announcement_reaction (announcement_id, account_id, name, created_at)
            VALUES (\(id), \(account), \(name), \(now))
            ON CONFLICT (announcement_id, name, account_id) DO NOTHING
            """)
        if added == 1 { tx.announce(StreamEvent.reacted(name, announcement: id.rawValue)) }
    }

    /// Removes a reaction of an account.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func unreact(
        _ name: String, to id: ID<Announcement>, by account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let removed = try tx.changed(
            """
            DELETE FROM announcement_reaction
            WHERE announcement_id = \(id) AND name = \(name) AND account_id = \(account)
            """)
        guard removed == 1 else { return false }
        tx.announce(StreamEvent.reacted(name, announcement: id.rawValue))
        return true
    }

    private static func isPresent(at now: Timestamp) -> SQL {
        "coalesce(v.ends_at, n.ends_at, \(Int64.max)) > \(now)"
    }

    private static func load(
        _ condition: SQL, viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [AnnouncementView] {
        let rows = try db.rows(
            """
            SELECT n.id, n.author_id, n.event_id, n.content_html, n.published_at, v.starts_at,
                coalesce(v.ends_at, n.ends_at) AS ends_at,
                EXISTS (SELECT 1 FROM announcement_read x
                        WHERE x.announcement_id = n.id AND x.account_id = \(viewer) \(.rowByRow)) AS is_read
            FROM announcement n LEFT JOIN event v ON v.id = n.event_id \(condition) ORDER BY n.id DESC
            """)
        var views: [AnnouncementView] = []
        for row in rows {
            var announcement = Announcement(
                id: try row.id("id"), author: try row.id("author_id"), event: try row.idOrNil("event_id"),
                content: try row.html("content_html"), endsAt: try row.timeOrNil("ends_at"),
                publishedAt: try row.time("published_at"))
            announcement.startsAt = try row.timeOrNil("starts_at")
            views.append(AnnouncementView(announcement: announcement, isRead: try row.bool("is_read")))
        }
        try addReactions(to: &views, viewer, in: db)
        try addEvents(to: &views, in: db)
        return views
    }

    private static func addReactions(
        to views: inout [AnnouncementView], _ viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) {
        let rows = try db.rows(
            """
            SELECT x.announcement_id, x.name, count(*) AS size, min(x.created_at) AS first,
                sum(CASE WHEN x.account_id = \(viewer) THEN 1 ELSE 0 END) AS mine
            FROM announcement_reaction x WHERE x.announcement_id IN (\(list: views.map(\.id)))
            GROUP BY x.announcement_id, x.name ORDER BY min(x.created_at), x.name
            """)
        var reactions: [ID<Announcement>: [AnnouncementView.Reaction]] = [:]
        for row in rows {
            reactions[try row.id("announcement_id"), default: []].append(
                .init(
                    name: try row.text("name"), count: try row.count("size"), isMine: try row.int("mine") > 0))
        }
        for index in views.indices { views[index].reactions = reactions[views[index].id] ?? [] }
    }

    private static func addEvents(
        to views: inout [AnnouncementView], in db: some Queryable
    ) throws(DatabaseError) {
        let ids = views.compactMap(\.announcement.event)
        var events: [ID<Event>: Event] = [:]
        for row in try db.rows("SELECT \(EventRow.columns) FROM event v WHERE v.id IN (\(list: ids))") {
            let event = try EventRow.read(row)
            events[event.id] = event
        }
        for index in views.indices {
            views[index].event = views[index].announcement.event.flatMap { events[$0] }
        }
    }
}
