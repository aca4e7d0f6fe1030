// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What of an account's entries a list asks for.
public struct AccountFilter: Sendable, Hashable {
    /// Answers are left out.
    public var withoutReplies = false
    /// Boosts are left out.
    public var withoutBoosts = false
    /// Only what comes with pictures or files.
    public var onlyMedia = false
    /// Only posts with this hashtag; folded, without `#`.
    public var tag: String?

    /// Everything.
    public init() {}
}

/// Which public posts a list asks for.
public struct PublicFilter: Sendable, Hashable {
    /// Where they were written: nil for anywhere, else on this node or on others.
    public var isLocal: Bool?
    /// Only what comes with pictures or files.
    public var onlyMedia = false

    /// Everything.
    public init() {}
}

/// Which hashtags a list asks for; all folded, without `#`.
public struct TagFilter: Sendable, Hashable {
    /// One of these at least.
    public var any: [String]
    /// Each of these.
    public var all: [String] = []
    /// None of these.
    public var none: [String] = []
    /// As in ``PublicFilter``.
    public var source = PublicFilter()

    /// Posts with one hashtag.
    public init(_ tag: String) {
        any = [tag]
    }
}

/// Lists of entries as client apps scroll them: newest first, paged by the entry's id, one or two statements each.
public enum EntryLists {
    /// What the viewer wrote, and what those whom the viewer follows put before their followers; posts with followed
    /// hashtags too. What stands in a list that keeps to itself is left out.
    public static func home(
        _ viewer: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [Entry] {
        let sources: SQL = """
            SELECT f.target_id AS account_id, f.shows_boosts AS with_boosts FROM follow f
            WHERE f.follower_id = \(viewer) AND f.state = 'accepted'
                AND f.target_id NOT IN (SELECT m.account_id FROM account_list l
                    JOIN account_list_member m ON m.list_id = l.id WHERE l.account_id = \(viewer) AND l.is_exclusive)
            UNION ALL SELECT \(viewer) AS account_id, \(true) AS with_boosts
            """
        let merge = EntryMerge(
            sources: sources, tags: "SELECT t.tag FROM followed_tag t WHERE t.account_id = \(viewer)",
            condition: """
                \(EntryConditions.mayRead(viewer)) AND \(EntryConditions.isWanted(viewer))
                AND \(EntryConditions.isFollowable(viewer)) AND \(EntryConditions.isNoRelayedAnswer)
                """, page: page)
        return try merge.entries(in: db)
    }

    /// What the members of one of the viewer's lists put before their followers.
    ///
    /// - Parameter replies: `followed`: answers to people whom the viewer follows; `list`: to members; `none`: no answers
    ///   but to oneself.
    public static func list(
        _ list: ID<AccountList>, replies: AccountList.RepliesPolicy, viewer: ID<Account>, _ page: PageRequest,
        in db: some Queryable
    ) throws(DatabaseError) -> [Entry] {
        let sources: SQL = """
            SELECT m.account_id, coalesce(f.shows_boosts, \(true)) AS with_boosts FROM account_list_member m
            LEFT JOIN follow f ON f.follower_id = \(viewer) AND f.target_id = m.account_id
            WHERE m.list_id = \(list)
            """
        let isMember: SQL = """
            EXISTS (SELECT 1 FROM account_list_member x WHERE x.list_id = \(list) AND x.account_id = e.replied_to_id)
            """
        let isAnswered: SQL =
            switch replies {
            case .followed: EntryConditions.isFollowable(viewer)
            case .list: "(e.is_boost OR NOT e.is_reply OR e.replied_to_id = e.account_id OR \(isMember))"
            case .none: "(e.is_boost OR NOT e.is_reply OR e.replied_to_id = e.account_id)"
            }
        let merge = EntryMerge(
            sources: sources,
            condition: """
                \(EntryConditions.mayRead(viewer)) AND \(EntryConditions.isWanted(viewer)) AND \(isAnswered)
                AND \(EntryConditions.isNoRelayedAnswer)
                """, page: page)
        return try merge.entries(in: db)
    }

    /// What a group relayed and what the groups that it follows did, without the wrappers: discussions and events.
    public static func group(
        _ group: ID<Account>, viewer: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [Entry] {
        let sources: SQL = """
            SELECT \(group) AS account_id, \(true) AS with_boosts
            UNION ALL SELECT f.target_id AS account_id, \(true) AS with_boosts
            FROM follow f JOIN account g ON g.id = f.target_id
            WHERE f.follower_id = \(group) AND f.state = 'accepted' AND g.kind = 'group'
            """
        let merge = EntryMerge(
            sources: sources,
            condition: """
                \(EntryConditions.mayRead(viewer)) AND \(EntryConditions.isWanted(viewer)) AND NOT e.is_reply
                """, page: page)
        return try unwrapped(try merge.entries(in: db), in: db)
    }

    /// What an account put before its followers, as far as the viewer may read it; letters are no part of a profile.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func account(
        _ account: ID<Account>, _ filter: AccountFilter, viewer: ID<Account>?, _ page: PageRequest,
        in db: some Queryable
    ) throws(DatabaseError) -> [Entry] {
        var rows: [SQL] = ["e.account_id = \(account)"]
        if filter.withoutReplies {
            rows.append("(e.is_boost OR NOT e.is_reply OR e.replied_to_id = e.account_id)")
        }
        if filter.withoutBoosts { rows.append("NOT e.is_boost") }
        if filter.onlyMedia { rows.append(EntryConditions.hasMedia) }
        if let tag = filter.tag { rows.append(hasTag(tag)) }
        let condition: SQL = """
            (p.id IS NULL OR p.visibility <> 'direct') AND \(EntryConditions.mayRead(viewer ?? .first))
            AND \(EntryConditions.isNoRelayedAnswer)
            """
        return try walk(page, condition, in: db) { cut(rows, $0, $1) }
    }

    /// Public posts and events, answers left out.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func everyone(
        _ filter: PublicFilter, viewer: ID<Account>?, mode: FederationMode, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [Entry] {
        var rows: [SQL] = ["e.is_listed"]
        if let isLocal = filter.isLocal { rows.append(isLocal ? "e.is_local" : "NOT e.is_local") }
        if filter.onlyMedia { rows.append(EntryConditions.hasMedia) }
        return try walk(page, EntryConditions.isPublic(viewer ?? .first, mode), in: db) { cut(rows, $0, $1) }
    }

    /// Public posts with hashtags, answers included.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func tagged(
        _ filter: TagFilter, viewer: ID<Account>?, mode: FederationMode, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [Entry] {
        var conditions: [SQL] = ["p.visibility = 'public'", EntryConditions.isPublic(viewer ?? .first, mode)]
        for tag in filter.all { conditions.append(hasTag(tag)) }
        for tag in filter.none { conditions.append("NOT \(hasTag(tag))") }
        if let isLocal = filter.source.isLocal { conditions.append(isLocal ? "e.is_local" : "NOT e.is_local") }
        if filter.source.onlyMedia { conditions.append(EntryConditions.hasMedia) }
        return try walk(page, SQL.joined(conditions, separator: " AND "), in: db) { window, length in
            Pieces.union(filter.any.map { Tags.posts(with: $0, window, length) }, window, length)
        }
    }

    private static func hasTag(_ tag: String) -> SQL {
        "EXISTS (SELECT 1 FROM hashtag h WHERE h.post_id = e.post_id AND h.tag = \(tag))"
    }

    /// A piece of the entries for which all of `conditions` hold; they speak of `e` alone.
    private static func cut(_ conditions: [SQL], _ window: PageRequest, _ length: SQL) -> SQL {
        """
        SELECT e.id FROM entry e WHERE \(window.holds("e.id")) AND \(SQL.joined(conditions, separator: " AND "))
        ORDER BY e.id \(window.direction) LIMIT \(length)
        """
    }

    /// The entries of a piece after the other for which `condition` holds, in the words of ``EntryConditions``.
    private static func walk(
        _ page: PageRequest, _ condition: SQL, in db: some Queryable, _ cut: (PageRequest, SQL) -> SQL
    ) throws(DatabaseError) -> [Entry] {
        let rows = try Pieces.read(page) { window, length throws(DatabaseError) in
            try db.rows(
                """
                SELECT \(Entries.columns), e.id AS id, CASE WHEN \(condition) THEN 1 ELSE 0 END AS is_shown
                FROM (\(cut(window, length))) c JOIN entry e ON e.id = c.id \(EntryConditions.joins)
                ORDER BY e.id \(window.direction)
                """)
        }
        var entries: [Entry] = []
        for row in rows { entries.append(try Entries.read(row)) }
        return page.fromOldest ? entries.reversed() : entries
    }

    /// The posts and events themselves in place of those who relayed them.
    private static func unwrapped(
        _ entries: [Entry], in db: some Queryable
    ) throws(DatabaseError) -> [Entry] {
        try Entries.byIDs(
            entries.map { entry in
                switch entry.subject {
                case .post(let id): ID(id.rawValue)
                case .event(let id): ID(id.rawValue)
                }
            }, in: db)
    }
}
