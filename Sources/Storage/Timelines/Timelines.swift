// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What of an account's items a timeline asks for.
public struct AccountFilter: Sendable, Hashable {
    /// Answers are left out.
    public var withoutReplies = false
    /// Boosts are left out.
    public var withoutBoosts = false
    /// Events are left out.
    public var onlyPosts = false
    /// Only what comes with pictures or files.
    public var onlyMedia = false
    /// Only posts with this hashtag; folded, without `#`.
    public var tag: String?

    /// Everything.
    public init() {}
}

/// Which public posts a timeline asks for.
public struct PublicFilter: Sendable, Hashable {
    /// Where they were written: nil for anywhere, else on this node or on others.
    public var isLocal: Bool?
    /// Only what comes with pictures or files.
    public var onlyMedia = false

    /// Everything.
    public init() {}
}

/// Which hashtags a timeline asks for; all folded, without `#`.
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

/// Every timeline, for pages, feeds and client apps alike: items newest first, paged by number.
///
/// A timeline is the sources in which its items stand, and a condition on an item. ``TimelineMerge`` reads both.
public enum Timelines {
    /// What the viewer wrote, and what those whom the viewer follows put before their followers; posts with followed
    /// hashtags too. What stands in a list that keeps to itself is left out.
    ///
    /// - Parameter onlyPosts: whether events are left out.
    public static func home(
        _ viewer: ID<Account>, _ page: PageRequest, onlyPosts: Bool = false, in db: some Queryable
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
                Conditions.mayRead, Conditions.isWanted, Conditions.isForHome, onlyPosts ? isPost : nil,
            ]), isNear: Conditions.isSubscribed,
            request: page)
        return try merge.page(in: db)
    }

    /// What the members of one of the viewer's lists put before their followers.
    public static func list(
        _ list: ID<AccountList>, replies: AccountList.RepliesPolicy, viewer: ID<Account>, _ page: PageRequest,
        in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let members: SQL = """
            SELECT m.account_id, coalesce(f.shows_boosts, \(true)) AS with_boosts FROM account_list_member m
            LEFT JOIN follow f ON f.follower_id = \(viewer) AND f.target_id = m.account_id
            WHERE m.list_id = \(list)
            """
        let merge = TimelineMerge(
            sources: [.items(ofEach: members)], viewer: viewer,
            condition: Conditions.isInList("\(list)", replies: "\(replies.rawValue)"), request: page)
        return try merge.page(in: db)
    }

    /// The discussions and events of a group: its own, those written into it, and what it or a group that it follows
    /// relayed. What is not public is shown to those of the group's followers who may read it.
    ///
    /// - Parameters:
    ///   - viewer: nil for a stranger.
    ///   - onlyPosts: whether events are left out.
    public static func group(
        _ group: ID<Account>, _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode, onlyPosts: Bool = false,
        in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let relays: SQL = """
            SELECT g.id AS account_id, \(false) AS with_boosts FROM account g
            WHERE (g.id = \(group) OR (\(Conditions.isListedGroup(mode)) AND g.id IN (
                SELECT f.target_id FROM follow f WHERE f.follower_id = \(group) AND f.state = 'accepted')))
                AND \(Conditions.noBlock(between: viewer ?? .first, and: "g.id"))
            """
        let isForReader: SQL = """
            (coalesce(p.visibility, v.visibility) = 'public' OR (coalesce(p.visibility, v.visibility) <> 'direct'
                AND (r.id = \(group) OR \(Conditions.follows(by: "r.id", "\(group)")))))
            """
        let merge = TimelineMerge(
            sources: [
                .writtenInto(group), .items(ofEach: relays), .boosted(byEach: relays), .shared(byEach: relays),
            ],
            viewer: viewer,
            condition: all([
                "NOT e.is_reply", isForReader, Conditions.isListed(mode), onlyPosts ? isPost : nil,
            ]), request: page)
        return try merge.page(in: db)
    }

    /// What an account put before its followers, as far as the viewer may read it; direct messages are no part of a
    /// profile.
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

    /// Public posts and events, answers left out.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func everyone(
        _ filter: PublicFilter, _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode,
        in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let merge = TimelineMerge(
            sources: [filter.isLocal == true ? .listedHere : .listed], viewer: viewer,
            condition: all([Conditions.isListed(mode)] + conditions(filter)), request: page)
        return try merge.page(in: db)
    }

    /// Discussions of the community: begun here, or relayed by a group of ours or by one that a group of ours follows.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func discussions(
        _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let relays: SQL = """
            SELECT g.id AS account_id FROM account g
            WHERE g.id IN (SELECT o.id FROM account o WHERE o.host = '' AND o.kind = 'group'
                           UNION SELECT f.target_id FROM account o JOIN follow f ON f.follower_id = o.id
                           WHERE o.host = '' AND o.kind = 'group' AND f.state = 'accepted')
                AND \(Conditions.isListedGroup(mode)) AND \(Conditions.noBlock(between: viewer ?? .first, and: "g.id"))
            """
        let merge = TimelineMerge(
            sources: [.listedHere, .boosted(byEach: relays)], viewer: viewer,
            condition: all(["e.is_listed", isPost, Conditions.isListed(mode)]), request: page)
        return try merge.page(in: db)
    }

    /// Public posts with hashtags, answers included.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func tagged(
        _ filter: TagFilter, _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let merge = TimelineMerge(
            sources: filter.any.map { .tagged($0) }, viewer: viewer,
            condition: all(
                ["p.visibility = 'public'", Conditions.isListed(mode)] + conditions(filter.source)
                    + filter.all.map(Conditions.hasTag) + filter.none.map { "NOT \(Conditions.hasTag($0))" }),
            request: page)
        return try merge.page(in: db)
    }

    /// Posts that name the viewer, direct messages included.
    public static func mentions(
        _ viewer: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let merge = TimelineMerge(
            sources: [.mentioning(viewer)], viewer: viewer,
            condition: all([Conditions.mayRead, Conditions.isWanted]), request: page)
        return try merge.page(in: db)
    }

    /// Posts that quote one with its author's consent, as far as the viewer may read them.
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

    /// What a person keeps for later and may still read, paged by when it was kept.
    public static func bookmarks(
        of viewer: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        let merge = TimelineMerge(
            sources: [.bookmarks(of: viewer)], viewer: viewer, condition: Conditions.mayRead, request: page)
        return try merge.page(in: db)
    }

    /// Posts that a person likes and events in which the person is interested, as far as the person may still read
    /// them, paged by when the person said so.
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
