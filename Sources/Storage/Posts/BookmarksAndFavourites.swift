// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The bookmarks of members; they are private.
public enum Bookmarks {
    /// Bookmarks a post or an event. A second time changes nothing.
    public static func add(
        _ id: Int64, account: ID<Account>, subject: TimelineItem.Subject, in tx: Transaction
    ) throws(DatabaseError) {
        switch subject {
        case .post(let post):
            try tx.run(
                """
                INSERT INTO bookmark (id, account_id, post_id, event_id) VALUES (\(id), \(account), \(post), NULL)
                ON CONFLICT (account_id, post_id) DO NOTHING
                """)
        case .event(let event):
            try tx.run(
                """
                INSERT INTO bookmark (id, account_id, post_id, event_id) VALUES (\(id), \(account), NULL, \(event))
                ON CONFLICT (account_id, event_id) DO NOTHING
                """)
        }
    }

    /// Removes a bookmark.
    public static func remove(
        account: ID<Account>, subject: TimelineItem.Subject, in tx: Transaction
    ) throws(DatabaseError) {
        switch subject {
        case .post(let post): try tx.run("DELETE FROM bookmark WHERE account_id = \(account) AND post_id = \(post)")
        case .event(let event): try tx.run("DELETE FROM bookmark WHERE account_id = \(account) AND event_id = \(event)")
        }
    }
}

/// A favourite: who favourited what.
public struct FavouriteKey: Sendable, Hashable {
    /// The account.
    public var account: ID<Account>
    /// The post or event.
    public var subject: TimelineItem.Subject

    /// Creates the value.
    public init(account: ID<Account>, subject: TimelineItem.Subject) {
        self.account = account
        self.subject = subject
    }
}

/// Favourites of posts and events. The favourite of an event means interest in it.
public enum Favourites {
    /// Records that an account is interested in an event (table `event_like`). A second time changes nothing.
    ///
    /// - Parameters:
    ///   - activity: the id of the `Like` activity, which an `Undo` names; nil when there is none.
    ///   - emoji: the emoji that was sent with it, or the shortcode of a custom emoji between colons.
    /// - Returns: whether it is the first time.
    @discardableResult
    public static func addEvent(
        _ id: Int64, account: ID<Account>, event: ID<Event>, activity: IRI? = nil, with emoji: String? = nil,
        in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed(
            """
            INSERT INTO event_like (id, account_id, event_id, activity_iri, emoji)
            VALUES (\(id), \(account), \(event), \(activity), \(emoji))
            ON CONFLICT (event_id, account_id) DO NOTHING
            """) == 1
    }

    /// Removes the interest.
    ///
    /// - Returns: the id of its `Like` activity; nil when there was none.
    @discardableResult
    public static func removeEvent(
        account: ID<Account>, event: ID<Event>, in tx: Transaction
    ) throws(DatabaseError) -> IRI? {
        let row = try tx.row(
            "DELETE FROM event_like WHERE account_id = \(account) AND event_id = \(event) RETURNING activity_iri")
        try Notifications.remove(.favourite, from: account, about: .event(event), in: tx)
        return try row?.iriOrNil("activity_iri")
    }

    /// The event in which the account was interested by the `Like` activity with this id.
    public static func event(
        ofActivity activity: IRI, by account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> ID<Event>? {
        try db.row("SELECT event_id FROM event_like WHERE activity_iri = \(activity) AND account_id = \(account)")?
            .id("event_id")
    }

    /// The emoji that some accounts sent with their favourites. One statement.
    ///
    /// - Parameter favourites: at most 500 accounts, each with the post or event.
    public static func emojis(
        of favourites: [(account: ID<Account>, subject: TimelineItem.Subject)], in db: some Queryable
    ) throws(DatabaseError) -> [FavouriteKey: String] {
        guard !favourites.isEmpty else { return [:] }
        var (posts, events): ([ID<Post>], [ID<Event>]) = ([], [])
        for favourite in favourites {
            switch favourite.subject {
            case .post(let id): posts.append(id)
            case .event(let id): events.append(id)
            }
        }
        let accounts = favourites.map(\.account)
        let rows = try db.rows(
            """
            SELECT l.account_id, l.post_id, NULL AS event_id, l.emoji FROM post_like l
            WHERE l.post_id IN (\(list: posts)) AND l.account_id IN (\(list: accounts)) AND l.emoji IS NOT NULL
            UNION ALL
            SELECT l.account_id, NULL AS post_id, l.event_id, l.emoji FROM event_like l
            WHERE l.event_id IN (\(list: events)) AND l.account_id IN (\(list: accounts)) AND l.emoji IS NOT NULL
            """)
        var emojis: [FavouriteKey: String] = [:]
        for row in rows {
            let subject: TimelineItem.Subject
            if let post: ID<Post> = try row.idOrNil("post_id") {
                subject = .post(post)
            } else {
                subject = .event(try row.id("event_id"))
            }
            emojis[FavouriteKey(account: try row.id("account_id"), subject: subject)] = try row.text("emoji")
        }
        return emojis
    }

    /// One page of the accounts that favourited a post or an event, newest account first.
    ///
    /// Whoever answers the invitation of an event in an app favourites it. So the list of an event has only the accounts
    /// that agreed to be shown, and the viewer's own.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func accounts(
        of subject: TimelineItem.Subject, _ page: PageRequest, viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        let source: SQL =
            switch subject {
            case .post(let post): "post_like l JOIN account a ON a.id = l.account_id WHERE l.post_id = \(post)"
            case .event(let event):
                """
                event_like l JOIN account a ON a.id = l.account_id
                WHERE l.event_id = \(event) AND (a.discoverable OR a.id = \(viewer ?? .first))
                """
            }
        return try AccountRow.page("FROM \(source)", page, in: db)
    }
}

extension TimelineItems {
    /// One page of the accounts that boosted a post or shared an event, newest account first. Boosts that the viewer may
    /// not see are left out.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func boosters(
        of subject: TimelineItem.Subject, viewer: ID<Account>?, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        let condition: SQL =
            switch subject {
            case .post(let post): "e.post_id = \(post)"
            case .event(let event): "e.event_id = \(event)"
            }
        return try AccountRow.page(
            """
            FROM \(Conditions.reader(viewer)) CROSS JOIN entry e JOIN account a ON a.id = e.account_id
            WHERE \(condition) AND e.is_boost AND \(Conditions.boostIsForReader)
            """, page, in: db)
    }
}
