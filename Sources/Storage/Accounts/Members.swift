// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The size of the server, as NodeInfo reports it.
public struct NodeCounts: Sendable, Hashable {
    /// Approved members.
    public var members: Int
    /// Members who signed in or posted within a month.
    public var activeMonth: Int
    /// Members who signed in or posted within half a year.
    public var activeHalfYear: Int
    /// Posts written on this server.
    public var localPosts: Int
    /// Events planned on this server.
    public var localEvents: Int
}

// MARK: - Lists of local accounts

extension Accounts {
    /// The active local groups, oldest first.
    public static func groups(in db: some Queryable) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM account a
            WHERE a.host = '' AND a.kind = 'group' AND \(AccountRow.isActive) ORDER BY a.id
            """, in: db)
    }

    /// The groups of other nodes that an account follows, the longest known first; 100 at the most.
    public static func followedGroups(
        of account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM follow f JOIN account a ON a.id = f.target_id
            WHERE f.follower_id = \(account) AND f.state = 'accepted' AND a.host <> '' AND a.kind = 'group'
              AND \(AccountRow.isActive)
            ORDER BY a.id LIMIT 100
            """, in: db)
    }

    /// One page of the approved members, newest account first.
    ///
    /// - Parameter onlyListed: whether members who did not choose to be shown to everybody are left out.
    public static func members(
        _ page: PageRequest, onlyListed: Bool, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        let listed: SQL = onlyListed ? "AND a.discoverable" : ""
        return try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM account a JOIN local_account l ON l.account_id = a.id
            WHERE \(isMember) \(listed) AND a.id < \(page.before) ORDER BY a.id DESC LIMIT \(page.limit)
            """, in: db)
    }

    /// The suspended accounts, local and remote, the latest suspension first.
    public static func suspended(limit: Int = 100, in db: some Queryable) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM account a WHERE a.suspended_at IS NOT NULL AND a.deleted_at IS NULL
            ORDER BY a.suspended_at DESC, a.id LIMIT \(limit)
            """, in: db)
    }

    /// The members who were approved after `start` and may be listed, the latest first.
    public static func newcomers(
        since start: Timestamp, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM account a JOIN local_account l ON l.account_id = a.id
            WHERE \(isMember) AND a.discoverable AND l.approved_at >= \(start)
            ORDER BY l.approved_at DESC, a.id DESC LIMIT \(limit)
            """, in: db)
    }

    /// The members who replied in another account's discussion after `start`, and may be listed.
    ///
    /// The member with the latest reply comes first; there is no ranking. Replies that strangers may not read do not
    /// count.
    public static func helpers(
        since start: Timestamp, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain)
            FROM (SELECT p.author_id AS author_id, max(p.id) AS answer_id
                  FROM post p JOIN post opening ON opening.id = p.thread_id
                  WHERE p.id >= \(firstPost(at: start)) AND p.is_local AND p.author_id <> opening.author_id
                      AND p.visibility IN ('public', 'unlisted') AND opening.visibility IN ('public', 'unlisted')
                  GROUP BY p.author_id) h
            JOIN account a ON a.id = h.author_id
            JOIN local_account l ON l.account_id = a.id
            WHERE \(isMember) AND a.discoverable ORDER BY h.answer_id DESC LIMIT \(limit)
            """, in: db)
    }

    /// Counts members, posts and events for NodeInfo.
    ///
    /// - Parameters:
    ///   - month: the instant one month ago.
    ///   - halfYear: the instant half a year ago.
    public static func counts(
        activeSince month: Timestamp, halfYear: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> NodeCounts {
        NodeCounts(
            members: try number(
                "SELECT count(*) AS n FROM account a JOIN local_account l ON l.account_id = a.id WHERE \(isMember)",
                in: db),
            activeMonth: try number(active(since: month), in: db),
            activeHalfYear: try number(active(since: halfYear), in: db),
            localPosts: try number("SELECT count(*) AS n FROM post WHERE is_local", in: db),
            localEvents: try number("SELECT count(*) AS n FROM event WHERE is_local", in: db))
    }

    private static let isMember: SQL =
        "a.host = '' AND a.kind IN ('person', 'service') AND l.approved_at IS NOT NULL AND \(AccountRow.isActive)"

    private static func active(since start: Timestamp) -> SQL {
        """
        SELECT count(*) AS n
        FROM (SELECT s.account_id AS account_id FROM session s WHERE s.seen_at >= \(start)
              UNION
              SELECT p.author_id AS account_id FROM post p WHERE p.id >= \(firstPost(at: start)) AND p.is_local) seen
        JOIN account a ON a.id = seen.account_id
        JOIN local_account l ON l.account_id = a.id
        WHERE \(isMember)
        """
    }

    /// The smallest id that a post of this instant can have. Ids contain the time, so a period is a range of the
    /// primary key.
    private static func firstPost(at instant: Timestamp) -> ID<Post> {
        ID(min(max(instant.milliseconds, 0), Int64.max >> 16) << 16)
    }

    private static func number(_ sql: SQL, in db: some Queryable) throws(DatabaseError) -> Int {
        try db.row(sql)?.count("n") ?? 0
    }
}
