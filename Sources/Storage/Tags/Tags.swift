// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The use of a hashtag on one day.
public struct TagDay: Sendable, Hashable {
    /// The start of the day, UTC.
    public var day: Timestamp
    /// The number of posts.
    public var uses: Int
    /// The number of authors.
    public var accounts: Int
}

/// A hashtag as one viewer sees it.
public struct TagView: Sendable, Hashable {
    /// The folded name without `#`.
    public var name: String
    /// The last seven days, today first.
    public var history: [TagDay]
    /// Whether the viewer follows it.
    public var isFollowed = false
    /// Whether the viewer features it on their profile.
    public var isFeatured = false
}

/// A followed hashtag, and its position in the list of followed hashtags.
public struct FollowedTag: Sendable, Hashable {
    /// The position; grows with time.
    public var mark: Int64
    /// The folded name without `#`.
    public var tag: String
}

/// The tables `tag` and `hashtag`: hashtags and their use.
public enum Tags {
    private static let day: Int64 = 86_400_000

    /// Forgets the hashtags that only this post uses, before the post or its hashtags are deleted.
    static func removing(_ post: ID<Post>, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            DELETE FROM tag WHERE name IN (SELECT h.tag FROM hashtag h WHERE h.post_id = \(post))
                AND NOT EXISTS (SELECT 1 FROM hashtag o WHERE o.tag = tag.name AND o.post_id <> \(post))
            """)
    }

    /// The hashtags as a viewer sees them, in the order of `names`. An unknown hashtag has no use on any day. Three
    /// statements.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func views(
        _ names: [String], viewer: ID<Account>?, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [TagView] {
        let names = Array(names.prefix(listLimit))
        let today = now.milliseconds - now.milliseconds % day
        var used: [String: [Int64: TagDay]] = [:]
        // The upper bits of a post's id are the time of its arrival.
        let length = day * 65_536
        let rows = try db.rows(
            """
            SELECT y.tag, y.day_number, count(*) AS uses, count(DISTINCT y.author_id) AS people
            FROM (SELECT h.tag, h.post_id / \(length) AS day_number, p.author_id
                  FROM hashtag h JOIN post p ON p.id = h.post_id
                  WHERE h.tag IN (\(list: names)) AND h.post_id >= \((today - 6 * day) * 65_536)
                      AND p.visibility = 'public') y
            GROUP BY y.tag, y.day_number
            """)
        for row in rows {
            let number = try row.int("day_number")
            used[try row.text("tag"), default: [:]][number] = TagDay(
                day: Timestamp(number * day), uses: try row.count("uses"), accounts: try row.count("people"))
        }
        let viewer = viewer ?? .first
        let followed = try tags(
            "SELECT tag FROM followed_tag WHERE account_id = \(viewer) AND tag IN (\(list: names))", in: db)
        let featured = try tags(
            "SELECT tag FROM featured_tag WHERE account_id = \(viewer) AND tag IN (\(list: names))", in: db)
        return names.map { name in
            let history = (0..<7).map { back in
                let start = today - Int64(back) * day
                return used[name]?[start / day] ?? TagDay(day: Timestamp(start), uses: 0, accounts: 0)
            }
            return TagView(
                name: name, history: history, isFollowed: followed.contains(name), isFeatured: featured.contains(name))
        }
    }

    /// The hashtags of public posts that begin with `start`, in byte order.
    ///
    /// - Parameter start: the folded prefix without `#`.
    public static func names(
        beginning start: String, offset: Int, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [String] {
        guard !start.isEmpty else { return [] }
        var found: [String] = []
        let rows = try db.rows(
            """
            SELECT t.name FROM tag t WHERE t.name >= \(start) AND t.name < \(start + "\u{10FFFF}")
                AND EXISTS (SELECT 1 FROM hashtag h JOIN post p ON p.id = h.post_id
                            WHERE h.tag = t.name AND p.visibility IN ('public', 'unlisted'))
            ORDER BY t.name LIMIT \(limit) OFFSET \(offset)
            """)
        for row in rows { found.append(try row.text("name")) }
        return found
    }

    /// Stores that posts have these hashtags, and the hashtags themselves. Two statements for each hundred.
    ///
    /// The names are sorted, so that two transactions that bring the same new ones never wait for each other both ways.
    static func add(_ names: [String], to post: ID<Post>, in tx: Transaction) throws(DatabaseError) {
        var rest = Set(names).sorted()[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(100)).paddedToPowerOfTwo
            rest = rest.dropFirst(100)
            try tx.run(
                """
                INSERT INTO hashtag (post_id, tag)
                VALUES \(SQL.joined(part.map { "(\(post), \($0))" }, separator: ", "))
                ON CONFLICT (tag, post_id) DO NOTHING
                """)
            try tx.run(
                """
                INSERT INTO tag (name) VALUES \(SQL.joined(part.map { "(\($0))" }, separator: ", "))
                ON CONFLICT (name) DO NOTHING
                """)
        }
    }

    private static func tags(_ sql: SQL, in db: some Queryable) throws(DatabaseError) -> Set<String> {
        var names: Set<String> = []
        for row in try db.rows(sql) { names.insert(try row.text("tag")) }
        return names
    }
}

/// The table `followed_tag`: the hashtags that members follow.
public enum FollowedTags {
    /// Follows a hashtag. A second time changes nothing.
    public static func add(
        _ tag: String, by account: ID<Account>, mark: Int64, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO followed_tag (id, account_id, tag) VALUES (\(mark), \(account), \(tag))
            ON CONFLICT (account_id, tag) DO NOTHING
            """)
    }

    /// Unfollows a hashtag.
    public static func remove(_ tag: String, by account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM followed_tag WHERE account_id = \(account) AND tag = \(tag)")
    }

    /// One page of the hashtags that an account follows, the latest first.
    public static func list(
        of account: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [FollowedTag] {
        var tags: [FollowedTag] = []
        let rows = try db.rows(
            """
            SELECT id, tag FROM followed_tag
            WHERE account_id = \(account) AND id < \(page.before) AND id > \(page.after)
            ORDER BY id \(page.direction) LIMIT \(page.limit)
            """)
        for row in rows { tags.append(FollowedTag(mark: try row.int("id"), tag: try row.text("tag"))) }
        return tags.sorted { $0.mark > $1.mark }
    }
}

/// A hashtag that is featured on a profile.
public struct FeaturedTag: Sendable, Hashable, Identifiable {
    /// The local id.
    public let id: ID<FeaturedTag>
    /// The folded name without `#`.
    public var tag: String
    /// How many public posts of the account contain it.
    public var postCount: Int
    /// When the latest of these posts was published.
    public var lastPostAt: Timestamp?
}

/// The table `featured_tag`: the hashtags that members feature on their profiles.
public enum FeaturedTags {
    /// Features a hashtag. A second time changes nothing.
    public static func add(
        _ id: ID<FeaturedTag>, _ tag: String, by account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO featured_tag (id, account_id, tag) VALUES (\(id), \(account), \(tag))
            ON CONFLICT (account_id, tag) DO NOTHING
            """)
    }

    /// Removes a featured hashtag.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func remove(
        _ id: ID<FeaturedTag>, by account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed("DELETE FROM featured_tag WHERE id = \(id) AND account_id = \(account)") == 1
    }

    /// Removes a featured hashtag by its name.
    public static func remove(_ tag: String, by account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM featured_tag WHERE tag = \(tag) AND account_id = \(account)")
    }

    /// The featured hashtags of an account, by name, with their use in the account's posts.
    public static func list(of account: ID<Account>, in db: some Queryable) throws(DatabaseError) -> [FeaturedTag] {
        var tags: [FeaturedTag] = []
        let rows = try db.rows(
            """
            SELECT t.id, t.tag, count(y.id) AS posts, max(y.published_at) AS last_at FROM featured_tag t
            LEFT JOIN (SELECT h.tag, p.id, p.published_at FROM post p JOIN hashtag h ON h.post_id = p.id
                       WHERE p.author_id = \(account) AND p.visibility IN ('public', 'unlisted')) y ON y.tag = t.tag
            WHERE t.account_id = \(account) GROUP BY t.id, t.tag
            """)
        for row in rows {
            tags.append(
                FeaturedTag(
                    id: try row.id("id"), tag: try row.text("tag"), postCount: try row.count("posts"),
                    lastPostAt: try row.timeOrNil("last_at")))
        }
        return tags.sorted { $0.tag < $1.tag }
    }

    /// The hashtags that an account used most in its last 200 posts, except those that it already features.
    public static func suggestions(for account: ID<Account>, in db: some Queryable) throws(DatabaseError) -> [String] {
        var tags: [String] = []
        let rows = try db.rows(
            """
            SELECT h.tag FROM (SELECT p.id FROM post p WHERE p.author_id = \(account) ORDER BY p.id DESC LIMIT 200) y
            JOIN hashtag h ON h.post_id = y.id
            WHERE h.tag NOT IN (SELECT t.tag FROM featured_tag t WHERE t.account_id = \(account))
            GROUP BY h.tag ORDER BY count(*) DESC, h.tag LIMIT 10
            """)
        for row in rows { tags.append(try row.text("tag")) }
        return tags
    }
}
