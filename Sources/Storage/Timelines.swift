// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// One page of a list, and where the next one begins.
public struct ListedPage<Item: Sendable>: Sendable {
    /// What is on the page, newest first.
    public var items: [Item]
    /// `PageRequest.before` of the next page; nil when this is the last.
    public var next: Int64?

    /// Creates the value.
    public init(items: [Item], next: Int64?) {
        self.items = items
        self.next = next
    }
}

extension ListedPage: Equatable where Item: Equatable {}

/// Lists of posts, newest arrival first, paged by the post's id: one query each, two where groups relay.
///
/// Public lists hold public posts only. All of them leave out suspended and deleted authors, and those with whom the
/// viewer shares a block. A boost shows a post; it does not move it: each post stands once, at its own arrival.
public enum Timelines {
    /// More groups than this are not asked one by one: then all posts are walked.
    private static let relayLimit = 200

    /// Where the posts of a list stand together; each is read in pieces, see ``Pieces``.
    private enum Source {
        case everything
        case local
        case author(ID<Account>)
        case writtenInto(group: ID<Account>)
        case boosted(by: ID<Account>)
        case tagged(String)
        case naming(ID<Account>)
    }

    /// Discussions of the community: begun here, or relayed by a group of ours or by one that a group of ours follows.
    public static func discussions(
        _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode, in db: some Queryable
    ) throws(DatabaseError) -> ListedPage<ID<Post>> {
        let viewer = viewer ?? .first
        let isOurs: SQL = """
            (p.is_local OR EXISTS (
                SELECT 1 FROM boost b JOIN account g ON g.id = b.account_id
                WHERE b.post_id = p.id AND \(Conditions.isOurRelay(mode))
                    AND \(Conditions.noBlock(between: viewer, and: "g.id"))))
            """
        let relays = try relays(
            """
            SELECT g.id FROM account g WHERE g.host = '' AND g.kind = 'group' AND g.deleted_at IS NULL
            UNION SELECT f.target_id AS id FROM account l JOIN follow f ON f.follower_id = l.id
            WHERE l.host = '' AND l.kind = 'group' AND f.state = 'accepted'
            """, in: db)
        return try list(
            relays.map { [.local] + $0 } ?? [.everything], [isPublic(viewer, mode), Conditions.isTopLevel, isOurs],
            page,
            in: db)
    }

    /// Discussions of a group: written into it, or relayed by it or by a group that it follows.
    public static func group(
        _ group: ID<Account>, _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode, in db: some Queryable
    ) throws(DatabaseError) -> ListedPage<ID<Post>> {
        let isInGroup: SQL = """
            (p.group_id = \(group) OR EXISTS (
                SELECT 1 FROM boost b JOIN account g ON g.id = b.account_id
                WHERE b.post_id = p.id AND (g.id = \(group) OR (
                    g.kind = 'group' AND g.suspended_at IS NULL AND g.deleted_at IS NULL
                    AND \(Conditions.isListed("g.host", mode)) AND \(Conditions.follows(group, "g.id"))))))
            """
        let relays = try relays(
            """
            SELECT g.id FROM account g WHERE g.id = \(group)
            UNION SELECT f.target_id AS id FROM follow f WHERE f.follower_id = \(group) AND f.state = 'accepted'
            """, in: db)
        return try list(
            relays.map { [.writtenInto(group: group)] + $0 } ?? [.everything],
            [isPublic(viewer ?? .first, mode), Conditions.isTopLevel, isInGroup], page, in: db)
    }

    /// What an account wrote and the viewer may read, answers included; direct messages are no part of a profile.
    public static func account(
        _ author: ID<Account>, _ page: PageRequest, viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> ListedPage<ID<Post>> {
        try list(
            [.author(author)],
            ["p.visibility <> 'direct'", Conditions.isShown, Conditions.mayRead(viewer ?? .first)], page, in: db)
    }

    /// The viewer's own posts, those of followed people and into followed groups, and what these boosted.
    ///
    /// Of what groups relay, discussions only: their answers are read in the thread. Following is a choice: hosts
    /// that public lists leave out are shown here, blocked ones are not.
    public static func home(
        _ viewer: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> ListedPage<ID<Post>> {
        let isFollowed: SQL = """
            (p.author_id = \(viewer) OR \(Conditions.follows(viewer, "p.author_id"))
             OR (\(Conditions.isTopLevel) AND \(Conditions.follows(viewer, "p.group_id")))
             OR (p.visibility IN ('public', 'unlisted') AND EXISTS (
                SELECT 1 FROM boost b JOIN account g ON g.id = b.account_id
                WHERE b.post_id = p.id AND g.suspended_at IS NULL AND g.deleted_at IS NULL
                    AND (g.kind <> 'group' OR (\(Conditions.isTopLevel)))
                    AND \(Conditions.follows(viewer, "g.id")))))
            """
        return try list([.everything], [Conditions.isShown, Conditions.mayRead(viewer), isFollowed], page, in: db)
    }

    /// Public posts with a hashtag, answers included.
    ///
    /// - Parameter tag: folded, without `#`.
    public static func tag(
        _ tag: String, _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode, in db: some Queryable
    ) throws(DatabaseError) -> ListedPage<ID<Post>> {
        try list([.tagged(tag)], [isPublic(viewer ?? .first, mode)], page, in: db)
    }

    /// Posts that name the viewer, direct messages included.
    public static func mentions(
        _ viewer: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> ListedPage<ID<Post>> {
        try list([.naming(viewer)], [Conditions.isShown, Conditions.mayRead(viewer)], page, in: db)
    }

    /// The post is public, and public lists show its author to this viewer.
    private static func isPublic(_ viewer: ID<Account>, _ mode: FederationMode) -> SQL {
        """
        p.visibility = 'public' AND \(AccountRow.isActive) AND \(Conditions.isListed("a.host", mode))
        AND \(Conditions.noBlock(between: viewer, and: "p.author_id"))
        """
    }

    /// The boosts of these accounts; nil when they are too many. Whether one of them counts, the conditions say.
    private static func relays(_ accounts: SQL, in db: some Queryable) throws(DatabaseError) -> [Source]? {
        let ids: [ID<Account>] = try PostRow.ids("\(accounts) LIMIT \(Pieces.literal(relayLimit + 1))", in: db)
        return ids.count > relayLimit ? nil : ids.map { .boosted(by: $0) }
    }

    /// The posts of some sources for which all conditions hold. One more than asked for is read: it tells whether a page
    /// follows.
    private static func list(
        _ sources: [Source], _ conditions: [SQL], _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> ListedPage<ID<Post>> {
        var wider = page
        wider.limit += 1
        let rows = try Pieces.read(wider) { window, length throws(DatabaseError) in
            try db.rows(
                """
                SELECT p.id AS id, CASE WHEN \(SQL.joined(conditions, separator: " AND ")) THEN 1 ELSE 0 END AS is_shown
                FROM (\(Pieces.union(sources.map { cut($0, window, length) }, window, length))) c
                JOIN post p ON p.id = c.id JOIN account a ON a.id = p.author_id
                ORDER BY p.id \(window.direction)
                """)
        }
        var ids: [ID<Post>] = []
        for row in rows { ids.append(try row.id("id")) }
        let items = Array(ids.prefix(page.limit))
        return ListedPage(items: items, next: ids.count > items.count ? items.last?.rawValue : nil)
    }

    private static func cut(_ source: Source, _ window: PageRequest, _ length: SQL) -> SQL {
        func rows(_ table: SQL, _ column: SQL, where condition: SQL) -> SQL {
            """
            SELECT \(column) AS id FROM \(table) WHERE \(condition) AND \(window.holds(column))
            ORDER BY \(column) \(window.direction) LIMIT \(length)
            """
        }
        return switch source {
        case .everything: rows("post p", "p.id", where: "p.id > 0")
        case .local: rows("post p", "p.id", where: "p.is_local")
        case .author(let id): rows("post p", "p.id", where: "p.author_id = \(id)")
        case .writtenInto(let group): rows("post p", "p.id", where: "p.group_id = \(group)")
        case .boosted(let id): rows("boost b", "b.post_id", where: "b.account_id = \(id)")
        case .tagged(let tag): Tags.posts(with: tag, window, length)
        case .naming(let id): rows("mention m", "m.post_id", where: "m.account_id = \(id)")
        }
    }
}
