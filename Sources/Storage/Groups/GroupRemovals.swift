// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// Why a post is not shown in a group to which it was addressed.
public enum GroupRemovalState: String, Sendable, CaseIterable {
    /// It waits until a moderator of the group lets it in.
    case held
    /// A moderator took it out.
    case removed
    /// Its author was suspended here.
    case suspended
}

extension GroupRemovalState: SQLBindable {}

/// The table `group_removal`: posts that were taken out of a group, or that wait to be let in. The row of the post has no
/// group meanwhile.
public enum GroupRemovals {
    /// Takes a post out of a group, and remembers it, so that it can be put back.
    ///
    /// - Returns: whether the post was in the group.
    @discardableResult
    public static func add(
        _ post: ID<Post>, group: ID<Account>, _ state: GroupRemovalState, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        guard try Posts.remove(post, from: group, in: tx) else { return false }
        try note(post, group: group, state, at: now, in: tx)
        return true
    }

    /// Remembers that a post, which is in no group, may be let into a group later.
    public static func note(
        _ post: ID<Post>, group: ID<Account>, _ state: GroupRemovalState, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO group_removal (post_id, group_id, state, created_at)
            VALUES (\(post), \(group), \(state), \(now))
            ON CONFLICT (post_id, group_id) DO UPDATE SET state = excluded.state
            """)
    }

    /// Puts a post back into a group.
    ///
    /// - Returns: whether it had been taken out of this group, and is in no other group now.
    public static func restore(
        _ post: ID<Post>, to group: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        guard try forget(post, group: group, in: tx) else { return false }
        return try Posts.put(post, into: group, in: tx)
    }

    /// Forgets that a post was taken out of a group; the post stays outside.
    ///
    /// - Returns: whether it had been taken out.
    @discardableResult
    public static func forget(
        _ post: ID<Post>, group: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed("DELETE FROM group_removal WHERE post_id = \(post) AND group_id = \(group)") == 1
    }

    /// The state of a post that was taken out of a group; nil when it was not.
    public static func state(
        of post: ID<Post>, group: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> GroupRemovalState? {
        try db.row("SELECT state FROM group_removal WHERE post_id = \(post) AND group_id = \(group)")?.choice("state")
    }

    /// The local groups out of which a post was taken.
    public static func groups(
        of post: ID<Post>, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Account>] {
        try PostRow.ids(
            """
            SELECT r.group_id AS id FROM group_removal r JOIN account a ON a.id = r.group_id
            WHERE r.post_id = \(post) AND a.host = '' ORDER BY r.group_id
            """, in: db)
    }

    /// The posts of a group in one of these states, newest first.
    public static func posts(
        of group: ID<Account>, _ states: [GroupRemovalState], limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Post>] {
        try PostRow.ids(
            """
            SELECT r.post_id AS id FROM group_removal r
            WHERE r.group_id = \(group) AND r.state IN (\(list: states)) ORDER BY r.post_id DESC LIMIT \(limit)
            """, in: db)
    }

    /// Posts of an account that are in local groups, newest first, each with its group.
    public static func present(
        by author: ID<Account>, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [(post: ID<Post>, group: ID<Account>)] {
        try pairs(
            """
            SELECT p.id AS post_id, p.group_id FROM post p JOIN account g ON g.id = p.group_id
            WHERE p.author_id = \(author) AND g.host = '' ORDER BY p.id DESC LIMIT \(limit)
            """, in: db)
    }

    /// Posts of an account that were taken out of local groups because the account was suspended, oldest first.
    public static func suspended(
        by author: ID<Account>, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [(post: ID<Post>, group: ID<Account>)] {
        try pairs(
            """
            SELECT r.post_id, r.group_id FROM post p JOIN group_removal r ON r.post_id = p.id
            WHERE p.author_id = \(author) AND r.state = 'suspended' ORDER BY p.id LIMIT \(limit)
            """, in: db)
    }

    /// Public posts of a host and its subdomains that start a discussion in a local group and that the group has not
    /// boosted, oldest first: those that came while the host was unknown to a node in quarantine.
    ///
    /// - Parameter last: posts up to this one are left out.
    public static func unrelayed(
        of host: String, after last: ID<Post>, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [(post: ID<Post>, group: ID<Account>)] {
        try pairs(
            """
            SELECT p.id AS post_id, p.group_id FROM account a JOIN post p ON p.author_id = a.id
            JOIN account g ON g.id = p.group_id
            WHERE (a.host = \(host) OR a.host LIKE \("%.\(host)")) AND a.host <> '' AND \(AccountRow.isActive)
              AND p.id > \(last) AND p.visibility = 'public' AND p.in_reply_to_iri IS NULL
              AND g.host = '' AND g.suspended_at IS NULL AND g.deleted_at IS NULL
              AND NOT EXISTS (SELECT 1 FROM boost b WHERE b.post_id = p.id AND b.account_id = g.id)
            ORDER BY p.id LIMIT \(limit)
            """, in: db)
    }

    private static func pairs(
        _ sql: SQL, in db: some Queryable
    ) throws(DatabaseError) -> [(post: ID<Post>, group: ID<Account>)] {
        try db.rows(sql).map { row throws(DatabaseError) in (try row.id("post_id"), try row.id("group_id")) }
    }
}
