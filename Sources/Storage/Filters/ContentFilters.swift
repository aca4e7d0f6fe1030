// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

extension ContentFilter.Action: SQLBindable {}

/// The table `content_filter`: what members hide or cover in timelines.
public enum ContentFilters {
    /// The filters of an account with their keywords, oldest first, in one statement.
    public static func of(_ owner: ID<Account>, in db: some Queryable) throws(DatabaseError) -> [ContentFilter] {
        try read("f.account_id = \(owner)", in: db)
    }

    /// One filter of an account.
    public static func find(
        _ id: ID<ContentFilter>, owner: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> ContentFilter? {
        try read("f.account_id = \(owner) AND f.id = \(id)", in: db).first
    }

    /// The account's filter that contains this keyword.
    public static func find(
        keyword id: ID<ContentFilter.Keyword>, owner: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> ContentFilter? {
        try read(
            """
            f.account_id = \(owner)
            AND f.id = (SELECT x.filter_id FROM content_filter_keyword x WHERE x.id = \(id))
            """, in: db
        ).first
    }

    /// The account's filter that names a post or event by this row.
    public static func find(
        named id: ID<ContentFilter.Named>, owner: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> ContentFilter? {
        try read(
            """
            f.account_id = \(owner)
            AND f.id = (SELECT x.filter_id FROM content_filter_entry x WHERE x.id = \(id))
            """, in: db
        ).first
    }

    /// Stores a new filter or replaces a stored one. Keywords that the new value does not contain are deleted.
    public static func put(_ filter: ContentFilter, in tx: Transaction) throws(DatabaseError) {
        let places = filter.places.map(\.rawValue).joined(separator: " ")
        try tx.run(
            """
            INSERT INTO content_filter (id, account_id, title, places, action, expires_at, maker_id)
            VALUES (\(filter.id), \(filter.owner), \(filter.title), \(places), \(filter.action), \(filter.expiresAt),
                \(filter.maker))
            ON CONFLICT (id) DO UPDATE SET title = excluded.title, places = excluded.places,
                action = excluded.action, expires_at = excluded.expires_at
            """)
        tx.announce(StreamEvent.filtersChanged(filter.owner))
        try tx.run("DELETE FROM content_filter_keyword WHERE filter_id = \(filter.id)")
        try tx.run("DELETE FROM content_filter_entry WHERE filter_id = \(filter.id)")
        for keyword in filter.keywords {
            try tx.run(
                """
                INSERT INTO content_filter_keyword (id, filter_id, keyword, is_whole_word)
                VALUES (\(keyword.id), \(filter.id), \(keyword.text), \(keyword.wholeWord))
                """)
        }
        for named in filter.named {
            try tx.run(
                """
                INSERT INTO content_filter_entry (id, filter_id, entry_id)
                VALUES (\(named.id), \(filter.id), \(named.item)) ON CONFLICT (filter_id, entry_id) DO NOTHING
                """)
        }
    }

    /// Deletes a filter with its keywords.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func delete(
        _ id: ID<ContentFilter>, owner: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        tx.announce(StreamEvent.filtersChanged(owner))
        return try tx.changed("DELETE FROM content_filter WHERE id = \(id) AND account_id = \(owner)") == 1
    }

    private static let columns: SQL = """
        f.id AS f_id, f.account_id AS f_owner, f.title AS f_title, f.places AS f_places, f.action AS f_action,
        f.expires_at AS f_expires_at, f.maker_id AS f_maker
        """

    private static func read(_ condition: SQL, in db: some Queryable) throws(DatabaseError) -> [ContentFilter] {
        try filters(in: try db.rows(question(condition)))
    }

    /// The statement that loads filters with their keywords. ``filters(in:)`` takes its result.
    static func question(_ condition: SQL) -> SQL {
        """
        SELECT \(columns), k.id AS part_id, k.keyword AS part_text, k.is_whole_word AS part_flag,
            0 AS part_entry
        FROM content_filter f LEFT JOIN content_filter_keyword k ON k.filter_id = f.id WHERE \(condition)
        UNION ALL
        SELECT \(columns), s.id AS part_id, '' AS part_text, \(.no) AS part_flag, s.entry_id AS part_entry
        FROM content_filter f JOIN content_filter_entry s ON s.filter_id = f.id WHERE \(condition)
        ORDER BY f_id, part_id
        """
    }

    /// The filters in the result of ``question(_:)``.
    static func filters(in rows: [Row]) throws(DatabaseError) -> [ContentFilter] {
        var filters: [ContentFilter] = []
        for row in rows {
            let id: ID<ContentFilter> = try row.id("f_id")
            if filters.last?.id != id { filters.append(try filter(id, row)) }
            guard let part = try row.intOrNil("part_id") else { continue }
            let item = try row.int("part_entry")
            if item != 0 {
                filters[filters.count - 1].named.append(ContentFilter.Named(id: ID(part), item: ID(item)))
            } else {
                filters[filters.count - 1].keywords.append(
                    ContentFilter.Keyword(
                        id: ID(part), text: try row.text("part_text"), wholeWord: try row.bool("part_flag")))
            }
        }
        return filters
    }

    private static func filter(_ id: ID<ContentFilter>, _ row: Row) throws(DatabaseError) -> ContentFilter {
        var filter = ContentFilter(
            id: id, owner: try row.id("f_owner"), title: try row.text("f_title"),
            places: try row.text("f_places").split(separator: " ").compactMap {
                ContentFilter.Place(rawValue: String($0))
            }, action: try row.choice("f_action"))
        filter.expiresAt = try row.timeOrNil("f_expires_at")
        filter.maker = try row.intOrNil("f_maker")
        return filter
    }
}

/// Matches one viewer's filters against the items of a page.
struct FilterMatcher {
    private let filters: [(filter: ContentFilter, patterns: [(text: String, pattern: KeywordPattern)])]

    /// The statement that loads the viewer's filters; none for a stranger.
    static func questions(for viewer: ID<Account>?) -> [SQL] {
        viewer.map { [ContentFilters.question("f.account_id = \($0)")] } ?? []
    }

    /// - Parameter loaded: the results of ``questions(for:)``.
    init(_ loaded: some Sequence<[Row]>) throws(DatabaseError) {
        var found: [ContentFilter] = []
        for rows in loaded { found += try ContentFilters.filters(in: rows) }
        filters = found.map { filter in
            (filter, filter.keywords.map { ($0.text, KeywordPattern($0.text, wholeWord: $0.wholeWord)) })
        }
    }

    /// The filters that match a post or an event.
    func matches(in subject: StatusView.Subject) -> [FilterMatch] {
        guard !filters.isEmpty else { return [] }
        let (number, text) = Self.text(of: subject)
        let folded = FoldedText(text)
        return filters.compactMap { filter, patterns in
            let keywords = patterns.filter { $0.pattern.isFound(in: folded) }.map(\.text)
            let named = filter.named.map(\.item).filter { $0 == number }
            guard !keywords.isEmpty || !named.isEmpty else { return nil }
            return FilterMatch(filter: filter, keywords: keywords, named: named)
        }
    }

    /// All text of the item that people read, joined by lines.
    private static func text(of subject: StatusView.Subject) -> (ID<TimelineItem>, String) {
        switch subject {
        case .post(let status):
            let post = status.post
            let lines =
                [post.title, post.warning, post.content.plainText] + status.attachments.map(\.description)
                + status.hashtags.map { "#" + $0 } + (status.poll?.options.map(\.title) ?? [])
            return (ID(post.id.rawValue), lines.joined(separator: "\n"))
        case .event(let status):
            let event = status.event
            let lines = [event.title, event.place?.name ?? "", event.content.plainText]
            return (ID(event.id.rawValue), lines.joined(separator: "\n"))
        }
    }
}
