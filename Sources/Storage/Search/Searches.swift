// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// A search for posts and events.
public struct StatusQuery: Sendable, Hashable {
    /// The search terms, all of which must occur, as `SearchTerms` makes them.
    public var terms: [String] = []
    /// Only items of this author.
    public var author: ID<Account>?
    /// Only items with media.
    public var hasMedia = false
    /// Only items with a smaller id.
    public var before = Int64.max
    /// Only items with a larger id.
    public var after: Int64 = 0

    /// Creates a query that matches everything.
    public init() {}
}

/// A search for accounts.
public struct AccountQuery: Sendable, Hashable {
    /// The prefixes of words, all of which must occur, as `SearchTerms` makes them.
    public var terms: [String]
    /// Only accounts of this host; empty for local accounts, nil for any host.
    public var host: String?
    /// The folded user name whose exact match comes first.
    public var name: String
    /// Only accounts that the viewer follows.
    public var onlyFollowed = false

    /// Creates a query for these terms.
    public init(terms: [String], host: String? = nil, name: String = "") {
        self.terms = terms
        self.host = host
        self.name = name
    }
}

/// Full-text search for posts, events and accounts.
public enum Searches {
    /// The maximum number of matches that are checked, the newest ones. It bounds the cost of a search.
    private static let depth = 5_000

    /// Posts and events, newest first.
    ///
    /// Found are items that the viewer wrote, is mentioned in, favourited, boosted or bookmarked. Other items are found
    /// only when they are public and their author is local or agreed to be found.
    public static func statuses(
        _ query: StatusQuery, viewer: ID<Account>, offset: Int, limit: Int, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [TimelineItem] {
        var conditions = [Conditions.mayRead, Conditions.isWanted(at: now), isWithinReach]
        if let author = query.author { conditions.append("e.account_id = \(author)") }
        if query.hasMedia { conditions.append(Conditions.hasMedia) }
        let rows = try db.rows(
            """
            SELECT \(TimelineItems.columns) FROM (\(try candidates(query, in: db))) y
            CROSS JOIN \(Conditions.reader(viewer))
            JOIN entry e ON e.id = y.id \(Conditions.itemTables)
            WHERE \(SQL.joined(conditions, separator: " AND "))
            ORDER BY e.id DESC LIMIT \(limit) OFFSET \(offset)
            """)
        var items: [TimelineItem] = []
        for row in rows { items.append(try TimelineItems.read(row)) }
        return items
    }

    /// `SELECT id`: what has the words, newest first.
    ///
    /// SQLite reads its index of words from the newest item on. PostgreSQL's index of words has no order, so it is used
    /// for rare words only: for a common word the items are read from the newest on until enough of them have the word.
    /// Whether a word is common is counted, because the server's own estimate needs statistics that may be old or
    /// missing.
    private static func candidates(_ query: StatusQuery, in db: some Queryable) throws(DatabaseError) -> SQL {
        if query.terms.isEmpty { return walk(query, limit: depth) }
        let wanted = expression(query.terms, isPrefix: false, db.engine)
        if db.engine == .sqlite {
            return """
                SELECT s.rowid AS id FROM entry_words s
                WHERE s.words MATCH \(wanted) AND s.rowid < \(query.before) AND s.rowid > \(query.after)
                ORDER BY s.rowid DESC LIMIT \(depth)
                """
        }
        guard try isCommon(wanted, in: db) else { return hits(wanted, query) }
        // `OFFSET 0` keeps PostgreSQL from using the index of words here. With a lower bound it would expect few rows and
        // sort them all, so the bound is written only when the client sent one.
        if query.author != nil {
            return """
                SELECT w.id FROM (\(walk(query, limit: nil)) OFFSET 0) w JOIN entry_words s ON s.rowid = w.id
                WHERE s.words @@ \(wanted) ORDER BY w.id DESC LIMIT \(depth)
                """
        }
        return """
            SELECT w.id FROM (
                SELECT s.rowid AS id, s.words FROM entry_words s
                WHERE s.rowid < \(query.before)\(query.after > 0 ? " AND s.rowid > \(query.after)" : "" as SQL)
                ORDER BY s.rowid DESC OFFSET 0) w
            WHERE w.words @@ \(wanted) ORDER BY w.id DESC LIMIT \(depth)
            """
    }

    /// The author's timeline items, newest first.
    private static func walk(_ query: StatusQuery, limit: Int?) -> SQL {
        """
        SELECT x.id FROM entry x WHERE x.account_id = \(query.author ?? .first) AND NOT x.is_boost
            AND x.id < \(query.before) AND x.id > \(query.after)
        ORDER BY x.id DESC \(limit.map { "LIMIT \($0)" as SQL } ?? "")
        """
    }

    /// What PostgreSQL's index of words finds, sorted afterwards.
    private static func hits(_ wanted: String, _ query: StatusQuery) -> SQL {
        """
        WITH h AS MATERIALIZED (SELECT s.rowid AS id FROM entry_words s WHERE s.words @@ \(wanted))
        SELECT h.id FROM h WHERE h.id < \(query.before) AND h.id > \(query.after) ORDER BY h.id DESC LIMIT \(depth)
        """
    }

    /// Whether the words stand in one of two hundred of the newest posts.
    private static func isCommon(_ wanted: String, in db: some Queryable) throws(DatabaseError) -> Bool {
        let row = try db.row(
            """
            SELECT count(*) AS n FROM (SELECT s.words FROM entry_words s ORDER BY s.rowid DESC LIMIT \(sample)) w
            WHERE w.words @@ \(wanted)
            """)
        return try row?.count("n") ?? 0 >= sample / 200
    }

    /// How many of the newest posts tell how common a word is.
    private static let sample = 2_000

    private static let isWithinReach: SQL = """
        (a.id = r.id OR (coalesce(p.visibility, v.visibility) = 'public' AND (a.host = '' OR a.indexable))
        OR EXISTS (SELECT 1 FROM mention x WHERE x.post_id = e.post_id AND x.account_id = r.id \(.rowByRow))
        OR EXISTS (SELECT 1 FROM post_like x WHERE x.post_id = e.post_id AND x.account_id = r.id \(.rowByRow))
        OR EXISTS (SELECT 1 FROM boost x WHERE x.post_id = e.post_id AND x.account_id = r.id \(.rowByRow))
        OR EXISTS (SELECT 1 FROM bookmark x WHERE x.account_id = r.id
                   AND (x.post_id = e.post_id OR x.event_id = e.event_id) \(.rowByRow))
        OR EXISTS (SELECT 1 FROM event_like x WHERE x.event_id = e.event_id AND x.account_id = r.id \(.rowByRow)))
        """

    /// Accounts in this order: the one with exactly this name, those that the viewer follows, local accounts, then by
    /// the number of followers.
    ///
    /// - Parameter viewer: nil for a stranger, who only finds accounts that agreed to be found.
    public static func accounts(
        _ query: AccountQuery, viewer: ID<Account>?, offset: Int, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        guard !query.terms.isEmpty else { return [] }
        let asker = viewer ?? .first
        var conditions = [
            Conditions.isShown,
            // Accounts that the viewer blocked would have to be found to be unblocked.
            "NOT EXISTS (SELECT 1 FROM block x WHERE x.account_id = a.id AND x.target_id = \(asker))",
            """
            (a.host <> '' OR a.kind = 'group' OR EXISTS (
                SELECT 1 FROM local_account m WHERE m.account_id = a.id AND m.approved_at IS NOT NULL \(.rowByRow)))
            """,
        ]
        if viewer == nil { conditions.append("a.discoverable") }
        if let host = query.host { conditions.append("a.host = \(host)") }
        if query.onlyFollowed { conditions.append(Conditions.follows(asker, "a.id")) }
        return try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM (
                WITH h AS MATERIALIZED (
                    SELECT s.rowid AS id FROM account_words s
                    WHERE s.words \(.matches) \(expression(query.terms, isPrefix: true, db.engine)))
                SELECT h.id FROM h ORDER BY h.id LIMIT \(depth)) y
            JOIN account a ON a.id = y.id WHERE \(SQL.joined(conditions, separator: " AND "))
            ORDER BY CASE WHEN a.username_folded = \(query.name) THEN 0 ELSE 1 END,
                CASE WHEN \(Conditions.follows(asker, "a.id")) THEN 0 ELSE 1 END,
                CASE WHEN a.host = '' THEN 0 ELSE 1 END, a.follower_count DESC, a.id
            LIMIT \(limit) OFFSET \(offset)
            """, in: db)
    }

    /// The full-text expression that requires all terms. Terms consist of letters and digits, so no escaping is needed.
    private static func expression(_ terms: [String], isPrefix: Bool, _ engine: Engine) -> String {
        let terms = terms.prefix(16)
        return switch engine {
        case .sqlite: terms.map { "\"\($0)\"" + (isPrefix ? " *" : "") }.joined(separator: " ")
        case .postgres: terms.map { "'\($0)'" + (isPrefix ? ":*" : "") }.joined(separator: " & ")
        }
    }
}
