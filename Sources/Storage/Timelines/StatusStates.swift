// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The key of an account's cached rendering: its version and its counters.
public struct AccountState: Sendable, Hashable {
    /// The account.
    public var id: ID<Account>
    /// The version (column `account.version`). It changes with every visible change of the account except these
    /// counters.
    public var version: Int64
    /// The column `follower_count`.
    public var followerCount: Int64
    /// The column `following_count`.
    public var followingCount: Int64
    /// The column `post_count`.
    public var postCount: Int64
    /// The column `last_post_at` in milliseconds; nil when the account never posted.
    public var lastPostAt: Int64?
}

/// The parts of a status that depend on its reader or change often, and the version of everything else.
public struct StatusState: Sendable, Hashable {
    /// The timeline item.
    public var item: ID<TimelineItem>
    /// The post of the timeline item.
    public var post: ID<Post>
    /// The version (column `post.version`). It changes with every change that all readers see, except these counters.
    public var version: Int64
    /// The author.
    public var author: AccountState
    /// The account that boosted it, when the item is a boost.
    public var booster: AccountState?
    /// The number of favourites.
    public var likeCount = 0
    /// The number of boosts.
    public var boostCount = 0
    /// The number of direct replies.
    public var replyCount = 0
    /// The number of quotes.
    public var quoteCount = 0
    /// The reader's interactions with it.
    public var interactions = ViewerInteractions()
    /// Whether the reader is the author.
    public var isOwn = false
    /// Whether the reader follows the author.
    public var followsAuthor = false
}

/// Loads the states of a page's statuses with one statement of narrow rows. ``StatusViews`` needs eight statements for
/// complete views.
public enum StatusStates {
    /// The states of timeline items, by item id. One statement for each 500 items.
    ///
    /// Left out are items that the reader may not read, events, posts with a poll or a quote, and boosts
    /// with a visibility of their own; the caller renders
    /// those from their views. When the reader has filters, nothing is returned, because filters search the text.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func load(
        _ items: [ID<TimelineItem>], viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> [ID<TimelineItem>: StatusState] {
        var states: [ID<TimelineItem>: StatusState] = [:]
        for list in items.inLists() {
            for row in try db.rows(statement(Array(list), viewer)) {
                guard try row.int("is_plain") == 1 else { continue }
                let state = try read(row, viewer ?? .first)
                states[state.item] = state
            }
        }
        return states
    }

    /// The conditions are a column and not in the `WHERE`. PostgreSQL would estimate that hardly any post satisfies them,
    /// and search all posts of the server for those that do instead of starting from the ids.
    private static func statement(_ items: [ID<TimelineItem>], _ viewer: ID<Account>?) -> SQL {
        let filters: SQL =
            viewer.map { "EXISTS (SELECT 1 FROM content_filter x WHERE x.account_id = \($0))" } ?? "1 = 0"
        return """
            SELECT e.id AS id, p.id AS post_id, p.version AS version, e.is_boost AS is_boost,
                a.id AS a_id, a.version AS a_version, a.follower_count AS a_followers, a.following_count AS a_following,
                a.post_count AS a_posts, a.last_post_at AS a_last,
                b.id AS b_id, b.version AS b_version, b.follower_count AS b_followers, b.following_count AS b_following,
                b.post_count AS b_posts, b.last_post_at AS b_last,
                p.like_count AS likes, p.boost_count AS boosts, p.reply_count AS replies,
                (SELECT count(*) FROM post q WHERE q.quoted_id = p.id AND q.quote_state = 'accepted') AS quotes,
                \(interactions(of: viewer)),
                CASE WHEN p.quoted_iri IS NULL AND NOT EXISTS (SELECT 1 FROM poll x WHERE x.post_id = p.id)
                    AND e.visibility IS NULL AND NOT \(filters) AND \(Conditions.mayRead) THEN 1 ELSE 0 END AS is_plain
            FROM \(Conditions.reader(viewer)) CROSS JOIN entry e JOIN post p ON p.id = e.post_id
                JOIN account a ON a.id = p.author_id JOIN account b ON b.id = e.account_id
            LEFT JOIN event v ON v.id = e.event_id
            WHERE e.id IN (\(list: items))
            """
    }

    /// The columns that depend on the viewer. A stranger has no interactions, so nothing is searched.
    private static func interactions(of viewer: ID<Account>?) -> SQL {
        guard let viewer else {
            let no: SQL = "1 = 0"
            return """
                \(no) AS is_liked, \(no) AS is_boosted, \(no) AS is_kept, \(no) AS is_pinned, \(no) AS is_muted,
                \(no) AS is_followed
                """
        }
        return """
            EXISTS (SELECT 1 FROM post_like x WHERE x.post_id = p.id AND x.account_id = \(viewer) \(.rowByRow)) AS is_liked,
            EXISTS (SELECT 1 FROM boost x WHERE x.post_id = p.id AND x.account_id = \(viewer) \(.rowByRow)) AS is_boosted,
            EXISTS (SELECT 1 FROM bookmark x WHERE x.post_id = p.id AND x.account_id = \(viewer) \(.rowByRow)) AS is_kept,
            EXISTS (SELECT 1 FROM pin x WHERE x.post_id = p.id AND x.account_id = \(viewer) \(.rowByRow)) AS is_pinned,
            EXISTS (SELECT 1 FROM thread_mute x
                    WHERE x.thread_id = p.thread_id AND x.account_id = \(viewer) \(.rowByRow)) AS is_muted,
            \(Conditions.follows(viewer, "p.author_id")) AS is_followed
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
