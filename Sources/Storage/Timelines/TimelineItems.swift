// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The table `entry`: one row for each post, boost, event and share of an event.
///
/// Every timeline of a client app reads these rows by account and id, so its cost depends on the length of the page and
/// not on the age of the server. The function that stores a post, boost or event stores its timeline item in the same
/// transaction.
public enum TimelineItems {
    static let columns: SQL =
        "e.id AS e_id, e.account_id AS e_account_id, e.post_id AS e_post_id, "
        + "e.event_id AS e_event_id, e.is_boost AS e_is_boost, e.visibility AS e_visibility"

    /// The timeline item with this id.
    public static func byID(_ id: ID<TimelineItem>, in db: some Queryable) throws(DatabaseError) -> TimelineItem? {
        guard let row = try db.row("SELECT \(columns) FROM entry e WHERE e.id = \(id)") else { return nil }
        return try read(row)
    }

    /// The timeline items with these ids, in the order of `ids`; unknown ids are left out.
    public static func byIDs(_ ids: [ID<TimelineItem>], in db: some Queryable) throws(DatabaseError) -> [TimelineItem] {
        var found: [ID<TimelineItem>: TimelineItem] = [:]
        for list in ids.inLists() {
            for row in try db.rows("SELECT \(columns) FROM entry e WHERE e.id IN (\(list: list))") {
                let item = try read(row)
                found[item.id] = item
            }
        }
        return ids.compactMap { found[$0] }
    }

    /// The item of an account's boost of a post; nil when there is none.
    public static func boost(
        of post: ID<Post>, by account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> TimelineItem? {
        let row = try db.row(
            """
            SELECT \(columns) FROM entry e
            WHERE e.post_id = \(post) AND e.account_id = \(account) AND e.is_boost ORDER BY e.id LIMIT 1
            """)
        guard let row else { return nil }
        return try read(row)
    }

    /// An id of the time when something was written that arrives much later, such as what a group had to show before it
    /// was followed. So timelines have it where it would stand if it had come in time.
    public static func pastID(at time: Timestamp, in tx: Transaction) throws(DatabaseError) -> ID<TimelineItem> {
        for _ in 0..<16 {
            // The lower bits are random, because the ids of that time were given long ago.
            let id = ID<TimelineItem>(
                ID<TimelineItem>.first(at: time).rawValue | Int64.random(in: 1...0xFFFF))
            if try byID(id, in: tx) == nil { return id }
        }
        throw DatabaseError(.other, "no id of the time is free")
    }

    /// Reads the timeline item from a row of a query over ``columns``.
    static func read(_ row: Row) throws(DatabaseError) -> TimelineItem {
        let subject: TimelineItem.Subject
        if let post: ID<Post> = try row.idOrNil("e_post_id") {
            subject = .post(post)
        } else {
            subject = .event(try row.id("e_event_id"))
        }
        return TimelineItem(
            id: try row.id("e_id"), account: try row.id("e_account_id"), subject: subject,
            isBoost: try row.bool("e_is_boost"), visibility: try visibility(row))
    }

    private static func visibility(_ row: Row) throws(DatabaseError) -> Visibility? {
        try row.textOrNil("e_visibility") == nil ? nil : try row.choice("e_visibility")
    }

    // MARK: - Called when posts, boosts and events are stored

    static func put(_ post: Post, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO entry (id, account_id, post_id, event_id, is_boost, is_reply, replied_to_id, is_listed, is_local)
            VALUES (\(post.id), \(post.author), \(post.id), NULL, \(false), \(!post.isTopLevel),
                (SELECT q.author_id FROM post q WHERE q.id = \(post.inReplyTo ?? .first)),
                \(post.visibility == .everyone && post.isTopLevel), \(post.isLocal))
            ON CONFLICT (id) DO UPDATE SET is_reply = excluded.is_reply, replied_to_id = excluded.replied_to_id,
                is_listed = excluded.is_listed
            """)
        note(ID(post.id.rawValue), asNewestOf: post.author, in: tx)
    }

    static func put(_ event: Event, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO entry (id, account_id, post_id, event_id, is_boost, is_reply, replied_to_id, is_listed, is_local)
            VALUES (\(event.id), \(event.owner), NULL, \(event.id), \(false), \(false), NULL,
                \(event.visibility == .everyone), \(event.isLocal))
            ON CONFLICT (id) DO UPDATE SET account_id = excluded.account_id, is_listed = excluded.is_listed
            """)
        note(ID(event.id.rawValue), asNewestOf: event.owner, in: tx)
    }

    static func putBoost(
        _ id: ID<Boost>, of post: ID<Post>, by account: ID<Account>, to visibility: Visibility?, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO entry
                (id, account_id, post_id, event_id, is_boost, is_reply, replied_to_id, is_listed, is_local, visibility)
            SELECT \(id), \(account), p.id, NULL, \(true), p.in_reply_to_iri IS NOT NULL, NULL, \(false), p.is_local,
                \(visibility?.rawValue)
            FROM post p WHERE p.id = \(post)
            """)
        note(ID(id.rawValue), asNewestOf: account, in: tx)
        tx.announce(StreamEvent.item(ID(id.rawValue)))
    }

    static func putShare(
        _ id: ID<TimelineItem>, of event: ID<Event>, by account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO entry (id, account_id, post_id, event_id, is_boost, is_reply, replied_to_id, is_listed, is_local)
            SELECT \(id), \(account), NULL, v.id, \(true), \(false), NULL, \(false), v.is_local
            FROM event v WHERE v.id = \(event)
            """)
        note(id, asNewestOf: account, in: tx)
        tx.announce(StreamEvent.item(id))
    }

    /// Stores the id of an account's newest timeline item in `newest_entry`. A deletion does not change it, see
    /// ``TimelineMerge``.
    private static func note(
        _ item: ID<TimelineItem>, asNewestOf account: ID<Account>, in tx: Transaction
    ) {
        tx.deferUntilCommit(
            on: "newest_entry", row: account.rawValue, for: "entry_id", value: item.rawValue
        ) { items in
            """
            INSERT INTO newest_entry (account_id, entry_id) VALUES (\(account), \(items.max() ?? 0))
            ON CONFLICT (account_id) DO UPDATE SET entry_id = excluded.entry_id
            WHERE newest_entry.entry_id < excluded.entry_id
            """
        }
    }

    static func removeBoost(of post: ID<Post>, by account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        let removed = try tx.rows(
            "DELETE FROM entry WHERE post_id = \(post) AND account_id = \(account) AND is_boost RETURNING id")
        try StreamDeletions.removed(removed, by: account, in: tx)
    }

    static func removeShare(of event: ID<Event>, by account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        let removed = try tx.rows(
            "DELETE FROM entry WHERE event_id = \(event) AND account_id = \(account) AND is_boost RETURNING id")
        try StreamDeletions.removed(removed, by: account, in: tx)
    }

    /// Sets `replied_to_id` of replies that arrived before their parent post.
    static func linkReplies(to post: Post, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE entry SET replied_to_id = \(post.author)
            WHERE NOT is_boost AND post_id IN (SELECT p.id FROM post p WHERE p.in_reply_to_id = \(post.id))
            """)
    }
}
