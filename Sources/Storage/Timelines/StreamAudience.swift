// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// A timeline item with the facts that decide to which streams it is sent.
public struct StreamedItem: Sendable, Hashable {
    /// The timeline item.
    public var item: TimelineItem
    /// Whether strangers may see it.
    public var isOpen: Bool
    /// Whether it belongs to public timelines, which contain no replies.
    public var isListed: Bool
    /// Whether it belongs to the timelines of its hashtags.
    public var isTagged: Bool
    /// Whether its post or event is local.
    public var isLocal: Bool
    /// Whether it has media.
    public var hasMedia: Bool
    /// Whether it is a reply.
    public var isReply: Bool
    /// Its hashtags, folded, without `#`.
    public var hashtags: [String] = []
    /// The listeners who may read it and want it; the value says whether it belongs to their home timeline.
    public var readers: [ID<Account>: Bool] = [:]
    /// The requested lists that it belongs to.
    public var lists: Set<ID<AccountList>> = []
}

/// Finds the listeners of an announcement with a few statements for all of them.
public enum StreamAudience {
    /// A timeline item and its listeners; nil when the item no longer exists.
    ///
    /// Three statements, and one more for each 500 listeners.
    ///
    /// - Parameters:
    ///   - listeners: the accounts whose client apps have an open stream.
    ///   - lists: the lists with an open stream.
    ///   - now: a mute that ended before hides nothing.
    public static func load(
        _ id: ID<TimelineItem>, listeners: [ID<Account>], lists: [ID<AccountList>], mode: FederationMode,
        at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> StreamedItem? {
        guard var streamed = try facts(id, mode, in: db) else { return nil }
        if let post = streamed.item.post {
            for row in try db.rows("SELECT tag FROM hashtag WHERE post_id = \(post) ORDER BY tag") {
                streamed.hashtags.append(try row.text("tag"))
            }
        }
        for some in listeners.inLists() {
            for row in try db.rows(readers(of: id, among: Array(some), at: now)) {
                streamed.readers[try row.id("id")] = try row.bool("is_at_home")
            }
        }
        if !lists.isEmpty {
            for row in try db.rows(places(of: id, among: lists, at: now)) { streamed.lists.insert(try row.id("id")) }
        }
        return streamed
    }

    /// The listeners who could have seen the items of an account.
    public static func followers(
        of account: ID<Account>, among listeners: [ID<Account>], in db: some Queryable
    ) throws(DatabaseError) -> Set<ID<Account>> {
        var found: Set<ID<Account>> = []
        for some in listeners.inLists() {
            let rows = try db.rows(
                """
                SELECT follower_id FROM follow
                WHERE target_id = \(account) AND state = 'accepted' AND follower_id IN (\(list: some))
                """)
            for row in rows { found.insert(try row.id("follower_id")) }
        }
        return found
    }

    /// The tokens that are still valid: they are not revoked, and neither their account nor the person who granted them
    /// is suspended.
    public static func living(
        _ tokens: [ID<AccessToken>], in db: some Queryable
    ) throws(DatabaseError) -> Set<ID<AccessToken>> {
        var found: Set<ID<AccessToken>> = []
        for some in tokens.inLists() {
            let rows = try db.rows(
                """
                SELECT t.id FROM access_token t JOIN account a ON a.id = t.account_id
                JOIN account w ON w.id = t.person_id
                WHERE t.id IN (\(list: some)) AND \(AccountRow.isActive)
                    AND w.suspended_at IS NULL AND w.deleted_at IS NULL
                """)
            for row in rows { found.insert(try row.id("id")) }
        }
        return found
    }

    private static func facts(
        _ id: ID<TimelineItem>, _ mode: FederationMode, in db: some Queryable
    ) throws(DatabaseError) -> StreamedItem? {
        let row = try db.row(
            """
            SELECT \(TimelineItems.columns), coalesce(e.visibility, p.visibility, v.visibility) AS visibility, e.is_listed, e.is_local,
                e.is_reply, \(Conditions.hasMedia) AS has_media,
                (\(Conditions.isListed("a.host", mode))) AS is_shown
            FROM entry e \(Conditions.itemTables) WHERE e.id = \(id)
            """)
        guard let row else { return nil }
        let item = try TimelineItems.read(row)
        let visibility: Visibility = try row.choice("visibility")
        let isShown = try row.bool("is_shown")
        return StreamedItem(
            item: item, isOpen: visibility.isOpen, isListed: try row.bool("is_listed") && isShown,
            isTagged: visibility == .everyone && !item.isBoost && isShown, isLocal: try row.bool("is_local"),
            hasMedia: try row.bool("has_media"), isReply: try row.bool("is_reply"))
    }

    private static func readers(
        of id: ID<TimelineItem>, among listeners: [ID<Account>], at now: Timestamp
    ) -> SQL {
        """
        SELECT r.id, CASE WHEN \(Conditions.isForHome) THEN 1 ELSE 0 END AS is_at_home
        FROM entry e \(Conditions.itemTables) JOIN account r ON r.id IN (\(list: listeners))
        WHERE e.id = \(id) AND \(Conditions.mayRead) AND \(Conditions.isWanted(at: now))
        """
    }

    private static func places(
        of id: ID<TimelineItem>, among lists: [ID<AccountList>], at now: Timestamp
    ) -> SQL {
        """
        SELECT l.id FROM entry e \(Conditions.itemTables)
        JOIN account_list_member m ON m.account_id = e.account_id
        JOIN account_list l ON l.id = m.list_id AND l.id IN (\(list: lists)) JOIN account r ON r.id = l.account_id
        WHERE e.id = \(id) AND \(Conditions.isInList("l.id", replies: "l.replies_policy", at: now))
        """
    }
}
