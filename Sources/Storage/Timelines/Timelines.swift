// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// Which items of an account a timeline contains.
public struct AccountFilter: Sendable, Hashable {
    /// Whether replies are left out.
    public var withoutReplies = false
    /// Whether boosts are left out.
    public var withoutBoosts = false
    /// Whether events are left out.
    public var onlyPosts = false
    /// Whether only posts with media are included.
    public var onlyMedia = false
    /// Only posts with this hashtag (folded, without `#`).
    public var tag: String?

    /// Creates a filter that includes everything.
    public init() {}
}

/// Which public posts a timeline contains.
public struct PublicFilter: Sendable, Hashable {
    /// True for local posts only, false for remote posts only, nil for both.
    public var isLocal: Bool?
    /// Whether only posts with media are included.
    public var onlyMedia = false

    /// Creates a filter that includes everything.
    public init() {}
}

/// Which hashtags a timeline contains; all of them folded, without `#`.
public struct TagFilter: Sendable, Hashable {
    /// A post needs at least one of these.
    public var any: [String]
    /// A post needs all of these.
    public var all: [String] = []
    /// A post must have none of these.
    public var none: [String] = []
    /// The origin and media of the posts, as in ``PublicFilter``.
    public var source = PublicFilter()

    /// Creates a filter for posts with one hashtag.
    public init(_ tag: String) {
        any = [tag]
    }
}

/// Every timeline, for pages, feeds and client apps alike: items newest first, paged by id.
///
/// `now` is the time of reading: a mute that ended before it hides nothing.
///
/// A timeline consists of its sources and of a condition on its items. ``TimelineMerge`` reads both.
public enum Timelines {
    /// The home timeline: the items of the viewer and of the accounts that the viewer follows, and posts with followed
    /// hashtags. Items of members of an exclusive list are left out.
    ///
    /// - Parameter onlyPosts: whether events are left out.
    public static func home(
        _ viewer: ID<Account>, _ page: PageRequest, onlyPosts: Bool = false, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let accounts: SQL = """
            SELECT f.target_id AS account_id, f.shows_boosts AS with_boosts FROM follow f
            WHERE f.follower_id = \(viewer) AND f.state = 'accepted'
                AND f.target_id NOT IN (SELECT m.account_id FROM account_list l
                    JOIN account_list_member m ON m.list_id = l.id WHERE l.account_id = \(viewer) AND l.is_exclusive)
            UNION ALL SELECT \(viewer) AS account_id, \(true) AS with_boosts
            """
        let tags: SQL = "SELECT t.tag FROM followed_tag t WHERE t.account_id = \(viewer)"
        let merge = TimelineMerge(
            sources: [.items(ofEach: accounts), .tagged(withEach: tags)], viewer: viewer,
            condition: all([
                Conditions.mayRead, Conditions.isWanted(at: now), Conditions.isForHome, onlyPosts ? isPost : nil,
            ]), isNear: Conditions.isSubscribed,
            request: page)
        return try merge.page(in: db)
    }

    /// The items of the members of one of the viewer's lists.
    public static func list(
        _ list: ID<AccountList>, replies: AccountList.RepliesPolicy, viewer: ID<Account>, _ page: PageRequest,
        at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let members: SQL = """
            SELECT m.account_id, coalesce(f.shows_boosts, \(true)) AS with_boosts FROM account_list_member m
            LEFT JOIN follow f ON f.follower_id = \(viewer) AND f.target_id = m.account_id
            WHERE m.list_id = \(list)
            """
        let merge = TimelineMerge(
            sources: [.items(ofEach: members)], viewer: viewer,
            condition: Conditions.isInList("\(list)", replies: "\(replies.rawValue)", at: now), request: page)
        return try merge.page(in: db)
    }

    /// The discussions and events of a group: its own, those posted in it, and those that it or a group that it follows
    /// boosted. Items that are not public are shown to the group's followers who may read them.
    ///
    /// - Parameters:
    ///   - viewer: nil for a stranger.
    ///   - onlyPosts: whether events are left out.
    public static func group(
        _ group: ID<Account>, _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode, onlyPosts: Bool = false,
        at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        // With a CASE and not with OR, because PostgreSQL would search all groups of all servers for the second half.
        let relays: SQL = """
            SELECT g.id AS account_id, \(false) AS with_boosts FROM account g
            WHERE g.id IN (SELECT f.target_id FROM follow f WHERE f.follower_id = \(group) AND f.state = 'accepted'
                           UNION ALL SELECT \(group) AS target_id)
                AND CASE WHEN g.id = \(group) THEN 1 = 1 ELSE \(Conditions.isListedGroup(mode)) END
                AND \(Conditions.noBlock(between: viewer ?? .first, and: "g.id"))
            """
        let isForReader: SQL = """
            (coalesce(p.visibility, v.visibility) = 'public' OR (coalesce(p.visibility, v.visibility) <> 'direct'
                AND (r.id = \(group) OR \(Conditions.follows(by: "r.id", "\(group)")))))
            """
        let merge = TimelineMerge(
            sources: [
                .startedIn(group), .items(ofEach: relays), .boosted(byEach: relays), .shared(byEach: relays),
            ],
            viewer: viewer,
            condition: all([
                "NOT e.is_reply", isForReader, Conditions.isListed(mode, at: now), onlyPosts ? isPost : nil,
            ]), request: page)
        return try merge.page(in: db)
    }

    /// The items of an account, as far as the viewer may read them. Direct messages are left out.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func account(
        _ account: ID<Account>, _ filter: AccountFilter, _ page: PageRequest, viewer: ID<Account>?,
        in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let isNoReply: SQL = "(e.is_boost OR NOT e.is_reply OR e.replied_to_id = e.account_id)"
        let merge = TimelineMerge(
            sources: [.items(of: account, withBoosts: !filter.withoutBoosts)], viewer: viewer,
            condition: all([
                "coalesce(p.visibility, v.visibility) <> 'direct'", Conditions.mayRead, Conditions.isNotRelayedReply,
                filter.withoutReplies ? isNoReply : nil, filter.onlyPosts ? isPost : nil,
                filter.onlyMedia ? Conditions.hasMedia : nil, filter.tag.map(Conditions.hasTag),
            ]), request: page)
        return try merge.page(in: db)
    }

    /// Public posts and events without replies.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func everyone(
        _ filter: PublicFilter, _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode,
        at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let merge = TimelineMerge(
            sources: [filter.isLocal == true ? .listedHere : .listed], viewer: viewer,
            condition: all([Conditions.isListed(mode, at: now)] + conditions(filter)), request: page)
        return try merge.page(in: db)
    }

    /// The discussions of the community: started on this server, or boosted by a local group or by a group that a local
    /// group follows. The one with the last reply comes first: the cursors of its pages are ranks of `DiscussionOrder`.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func discussions(
        _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let isRelayed: SQL = """
            EXISTS (SELECT 1 FROM boost k JOIN account g ON g.id = k.account_id
                    WHERE k.post_id = e.post_id AND \(Conditions.isOurRelay(mode))
                        AND \(Conditions.noBlock(between: viewer ?? .first, and: "g.id")) \(.rowByRow))
            """
        let merge = TimelineMerge(
            sources: [.active], viewer: viewer,
            condition: all(["e.is_listed", isPost, "(e.is_local OR \(isRelayed))", Conditions.isListed(mode, at: now)]),
            request: page)
        return try merge.page(in: db)
    }

    /// Public posts with hashtags, including replies.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func tagged(
        _ filter: TagFilter, _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode, at now: Timestamp,
        in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let merge = TimelineMerge(
            sources: filter.any.map { .tagged($0) }, viewer: viewer,
            condition: all(
                ["p.visibility = 'public'", Conditions.isListed(mode, at: now)] + conditions(filter.source)
                    + filter.all.map(Conditions.hasTag) + filter.none.map { "NOT \(Conditions.hasTag($0))" }),
            request: page)
        return try merge.page(in: db)
    }

    /// Posts that mention the viewer, including direct messages.
    public static func mentions(
        _ viewer: ID<Account>, _ page: PageRequest, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let merge = TimelineMerge(
            sources: [.mentioning(viewer)], viewer: viewer,
            condition: all([Conditions.mayRead, Conditions.isWanted(at: now)]), request: page)
        return try merge.page(in: db)
    }

    /// Posts that quote a post with its author's consent, as far as the viewer may read them.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func quotes(
        of post: ID<Post>, _ page: PageRequest, viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let merge = TimelineMerge(
            sources: [.quoting(post)], viewer: viewer,
            condition: all(["p.quote_state = 'accepted'", Conditions.mayRead]), request: page)
        return try merge.page(in: db)
    }

    /// The viewer's bookmarks that the viewer may still read, in the order in which they were added.
    public static func bookmarks(
        of viewer: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let merge = TimelineMerge(
            sources: [.bookmarks(of: viewer)], viewer: viewer, condition: Conditions.mayRead, request: page)
        return try merge.page(in: db)
    }

    /// The posts that the viewer favourited and the events in which the viewer is interested, as far as the viewer may
    /// still read them, in the order of the favourites.
    public static func favourites(
        of viewer: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let merge = TimelineMerge(
            sources: [.likedPosts(of: viewer), .likedEvents(of: viewer)], viewer: viewer,
            condition: Conditions.mayRead, request: page)
        return try merge.page(in: db)
    }

    private static let isPost: SQL = "e.post_id IS NOT NULL"

    private static func conditions(_ filter: PublicFilter) -> [SQL?] {
        [filter.isLocal.map { $0 ? "e.is_local" : "NOT e.is_local" }, filter.onlyMedia ? Conditions.hasMedia : nil]
    }

    private static func all(_ conditions: [SQL?]) -> SQL {
        SQL.joined(conditions.compactMap { $0 }, separator: " AND ")
    }
}
