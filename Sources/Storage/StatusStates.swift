// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// Which rendering of an account is current: its version, and the numbers that it shows.
public struct AccountState: Sendable, Hashable {
    /// Whose.
    public var id: ID<Account>
    /// Another after each change of what people see of the account, but for these numbers.
    public var version: Int64
    /// As it stands in the row.
    public var followerCount: Int64
    /// As it stands in the row.
    public var followingCount: Int64
    /// As it stands in the row.
    public var postCount: Int64
    /// Milliseconds; nil when it never posted.
    public var lastPostAt: Int64?
}

/// What of a status depends on its reader or changes often, and the version of the rest.
public struct StatusState: Sendable, Hashable {
    /// The timeline item that is shown.
    public var item: ID<TimelineItem>
    /// The post that it shows.
    public var post: ID<Post>
    /// Another after each change of what everybody sees of the post, but for the counts here.
    public var version: Int64
    /// Who wrote it.
    public var author: AccountState
    /// Who boosted it, for a boost.
    public var booster: AccountState?
    /// How many thanked for it.
    public var likeCount = 0
    /// How many boosted it.
    public var boostCount = 0
    /// How many answered it directly.
    public var replyCount = 0
    /// How many quote it.
    public var quoteCount = 0
    /// What the reader did with it.
    public var interactions = ViewerInteractions()
    /// Whether the reader wrote it.
    public var isOwn = false
    /// Whether the reader follows its author.
    public var followsAuthor = false
}

/// The states of the statuses of a page: one statement of narrow rows, where ``StatusViews`` reads everything in eight.
public enum StatusStates {
    /// The states of timeline items, by timeline item. One statement for each 500.
    ///
    /// Left out are what the reader may not read, events, and posts with a poll or a quote: these are shown from their
    /// views. So is everything when the reader has filters, which look for words.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func load(
        _ items: [ID<TimelineItem>], viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> [ID<TimelineItem>: StatusState] {
        var states: [ID<TimelineItem>: StatusState] = [:]
        for list in items.inLists() {
            for row in try db.rows(statement(Array(list), viewer ?? .first)) {
                let state = try read(row, viewer ?? .first)
                states[state.item] = state
            }
        }
        return states
    }

    private static func statement(_ items: [ID<TimelineItem>], _ viewer: ID<Account>) -> SQL {
        """
        SELECT e.id AS id, p.id AS post_id, p.version AS version, e.is_boost AS is_boost,
            a.id AS a_id, a.version AS a_version, a.follower_count AS a_followers, a.following_count AS a_following,
            a.post_count AS a_posts, a.last_post_at AS a_last,
            b.id AS b_id, b.version AS b_version, b.follower_count AS b_followers, b.following_count AS b_following,
            b.post_count AS b_posts, b.last_post_at AS b_last,
            p.like_count AS likes, p.boost_count AS boosts, p.reply_count AS replies,
            (SELECT count(*) FROM post q WHERE q.quoted_id = p.id AND q.quote_state = 'accepted') AS quotes,
            EXISTS (SELECT 1 FROM post_like x WHERE x.post_id = p.id AND x.account_id = \(viewer)) AS is_liked,
            EXISTS (SELECT 1 FROM boost x WHERE x.post_id = p.id AND x.account_id = \(viewer)) AS is_boosted,
            EXISTS (SELECT 1 FROM bookmark x WHERE x.post_id = p.id AND x.account_id = \(viewer)) AS is_kept,
            EXISTS (SELECT 1 FROM pin x WHERE x.post_id = p.id AND x.account_id = \(viewer)) AS is_pinned,
            EXISTS (SELECT 1 FROM thread_mute x
                    WHERE x.thread_id = p.thread_id AND x.account_id = \(viewer)) AS is_muted,
            \(Conditions.follows(viewer, "p.author_id")) AS is_followed
        FROM \(Conditions.reader(viewer)) CROSS JOIN entry e JOIN post p ON p.id = e.post_id
            JOIN account a ON a.id = p.author_id JOIN account b ON b.id = e.account_id
        LEFT JOIN event v ON v.id = e.event_id
        WHERE e.id IN (\(list: items)) AND p.quoted_iri IS NULL
            AND NOT EXISTS (SELECT 1 FROM poll x WHERE x.post_id = p.id)
            AND NOT EXISTS (SELECT 1 FROM content_filter x WHERE x.account_id = \(viewer))
            AND \(Conditions.mayRead)
        """
    }

    private static func read(_ row: Row, _ viewer: ID<Account>) throws(DatabaseError) -> StatusState {
        let author = try account(row, "a_")
        var state = StatusState(
            item: try row.id("id"), post: try row.id("post_id"), version: try row.int("version"), author: author,
            booster: try row.bool("is_boost") ? try account(row, "b_") : nil)
        state.likeCount = try row.count("likes")
        state.boostCount = try row.count("boosts")
        state.replyCount = try row.count("replies")
        state.quoteCount = try row.count("quotes")
        state.interactions.liked = try row.bool("is_liked")
        state.interactions.boosted = try row.bool("is_boosted")
        state.interactions.bookmarked = try row.bool("is_kept")
        state.interactions.pinned = try row.bool("is_pinned")
        state.interactions.muted = try row.bool("is_muted")
        state.isOwn = author.id == viewer
        state.followsAuthor = try row.bool("is_followed")
        return state
    }

    private static func account(_ row: Row, _ prefix: String) throws(DatabaseError) -> AccountState {
        AccountState(
            id: try row.id(prefix + "id"), version: try row.int(prefix + "version"),
            followerCount: try row.int(prefix + "followers"), followingCount: try row.int(prefix + "following"),
            postCount: try row.int(prefix + "posts"), lastPostAt: try row.intOrNil(prefix + "last"))
    }
}
