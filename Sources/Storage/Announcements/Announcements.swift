// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What the stewards say to everybody here.
public struct Announcement: Sendable, Hashable {
    /// The number.
    public let id: ID<Announcement>
    /// Who said it.
    public var author: ID<Account>
    /// The event that everybody is invited to.
    public var event: ID<Event>?
    /// The text.
    public var content: SanitizedHTML
    /// When it begins, for an event.
    public var startsAt: Timestamp?
    /// When it is over, and shown no more; nil until it is taken back.
    public var endsAt: Timestamp?
    /// When it was said.
    public var publishedAt: Timestamp

    /// Creates the value as it is announced.
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

/// An announcement as one person sees it.
public struct AnnouncementView: Sendable, Hashable {
    /// What people answer to it with one sign.
    public struct Reaction: Sendable, Hashable {
        /// An emoji.
        public var name: String
        /// How many.
        public var count: Int
        /// Whether the viewer is among them.
        public var isMine: Bool
    }

    /// What was announced.
    public var announcement: Announcement
    /// Whether the viewer has put it away.
    public var isRead: Bool
    /// In the order in which they first came.
    public var reactions: [Reaction] = []
    /// The event that it is about.
    public var event: Event?
    /// The number.
    public var id: ID<Announcement> { announcement.id }
}

/// What the stewards announce.
public enum Announcements {
    /// Different signs under one announcement, at the most.
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

    /// Takes an announcement back.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public static func remove(_ id: ID<Announcement>, in tx: Transaction) throws(DatabaseError) -> Bool {
        guard try tx.changed("DELETE FROM announcement WHERE id = \(id)") == 1 else { return false }
        tx.announce(StreamEvent.withdrawn(id.rawValue))
        return true
    }

    /// What is announced at present, newest first. Three statements.
    ///
    /// - Parameter withRead: whether those are shown too that the viewer has put away.
    public static func list(
        viewer: ID<Account>, withRead: Bool, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [AnnouncementView] {
        let views = try load("WHERE \(isPresent(at: now))", viewer: viewer, in: db)
        return withRead ? views : views.filter { !$0.isRead }
    }

    /// An announcement of this number that is not over.
    public static func find(
        _ id: ID<Announcement>, viewer: ID<Account>, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> AnnouncementView? {
        try load("WHERE n.id = \(id) AND \(isPresent(at: now))", viewer: viewer, in: db).first
    }

    /// Puts an announcement away for one person.
    public static func dismiss(
        _ id: ID<Announcement>, by account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO announcement_read (announcement_id, account_id) VALUES (\(id), \(account))
            ON CONFLICT (announcement_id, account_id) DO NOTHING
            """)
    }

    /// Answers with one sign. A second time changes nothing.
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

    /// Takes a sign back.
    ///
    /// - Returns: whether there was one.
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
                        WHERE x.announcement_id = n.id AND x.account_id = \(viewer)) AS is_read
            FROM announcement n LEFT JOIN event v ON v.id = n.event_id \(condition) ORDER BY n.id DESC LIMIT 40
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
