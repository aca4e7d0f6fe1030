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

/// Lists of posts, newest arrival first: one query each, paged by the post's id.
///
/// Public lists hold public posts only. All of them leave out suspended and deleted authors, and those with whom the
/// viewer shares a block. A boost shows a post; it does not move it: each post stands once, at its own arrival.
public enum Timelines {
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
        return try list([isPublic(viewer, mode), Conditions.isTopLevel, isOurs], page, in: db)
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
        return try list([isPublic(viewer ?? .first, mode), Conditions.isTopLevel, isInGroup], page, in: db)
    }

    /// What an account wrote and the viewer may read, answers included; direct messages are no part of a profile.
    public static func account(
        _ author: ID<Account>, _ page: PageRequest, viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> ListedPage<ID<Post>> {
        try list(
            [
                "p.author_id = \(author) AND p.visibility <> 'direct'", Conditions.isShown,
                Conditions.mayRead(viewer ?? .first),
            ], page, in: db)
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
        return try list([Conditions.isShown, Conditions.mayRead(viewer), isFollowed], page, in: db)
    }

    /// Public posts with a hashtag, answers included.
    ///
    /// - Parameter tag: folded, without `#`.
    public static func tag(
        _ tag: String, _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode, in db: some Queryable
    ) throws(DatabaseError) -> ListedPage<ID<Post>> {
        let isTagged: SQL = "p.id IN (SELECT h.post_id FROM hashtag h WHERE h.tag = \(tag))"
        return try list([isTagged, isPublic(viewer ?? .first, mode)], page, in: db)
    }

    /// Posts that name the viewer, direct messages included.
    public static func mentions(
        _ viewer: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> ListedPage<ID<Post>> {
        let isNamed: SQL = "p.id IN (SELECT m.post_id FROM mention m WHERE m.account_id = \(viewer))"
        return try list([isNamed, Conditions.isShown, Conditions.mayRead(viewer)], page, in: db)
    }

    /// The post is public, and public lists show its author to this viewer.
    private static func isPublic(_ viewer: ID<Account>, _ mode: FederationMode) -> SQL {
        """
        p.visibility = 'public' AND \(AccountRow.isActive) AND \(Conditions.isListed("a.host", mode))
        AND \(Conditions.noBlock(between: viewer, and: "p.author_id"))
        """
    }

    /// The posts for which all conditions hold. One more than asked for is read: it tells whether a page follows.
    private static func list(
        _ conditions: [SQL], _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> ListedPage<ID<Post>> {
        let ids: [ID<Post>] = try PostRow.ids(
            """
            SELECT p.id AS id FROM post p JOIN account a ON a.id = p.author_id
            WHERE p.id < \(page.before) AND \(SQL.joined(conditions, separator: " AND "))
            ORDER BY p.id DESC LIMIT \(page.limit + 1)
            """, in: db)
        let items = Array(ids.prefix(page.limit))
        return ListedPage(items: items, next: ids.count > items.count ? items.last?.rawValue : nil)
    }
}
