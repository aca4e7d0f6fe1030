// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// A favourite from another node that was just recorded: who is told of it, and who relays it.
public struct ArrivedLike {
    let news: [NewNotification]
    let recipients: [Row]
    /// The group of the post, when everybody may read the post.
    public let audience: RelayAudience?
}

extension Notifications {
    /// Creates the notifications for a favourite from another node.
    public static func favoured(
        _ like: ArrivedLike, at now: Timestamp, ids: IDMaker, in tx: Transaction
    ) throws(DatabaseError) {
        try add(like.news, to: like.recipients, at: now, ids: ids, in: tx)
    }
}

/// The table `post_like`: which account favourited which post.
public enum Likes {
    /// Records a favourite. A second one of the same post by the same account changes nothing.
    ///
    /// - Parameter activity: the id of the `Like` activity, which an `Undo` names.
    /// - Returns: whether it is the first time.
    @discardableResult
    public static func add(
        account: ID<Account>, post: ID<Post>, activity: IRI, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        guard try tx.changed(insertion(account, post, activity, now)) == 1 else { return false }
        PostCounts.change("like_count", of: post, by: 1, in: tx)
        return true
    }

    /// Records a favourite from another node, and reads to whom it is told and relayed. PostgreSQL answers in one round
    /// trip.
    ///
    /// - Parameter emoji: the emoji that was sent with it, or the shortcode of a custom emoji between colons.
    /// - Returns: nil when it is not the first time.
    public static func receive(
        from account: ID<Account>, of post: Post, activity: IRI, with emoji: String? = nil, at now: Timestamp,
        in tx: Transaction
    ) throws(DatabaseError) -> ArrivedLike? {
        // Nobody here is told of a favourite of a post of another node.
        let news = post.isLocal ? [NewNotification.favourite(of: post, by: account)] : []
        let group = post.visibility == .everyone ? post.group : nil
        let answers = try tx.rows(
            ofEach: ["\(insertion(account, post.id, activity, now, emoji)) RETURNING post_id"]
                + (news.isEmpty ? [] : [Notifications.question(news, at: now)])
                + (group.map { RelayAudience.questions($0, for: account, at: now) } ?? []))
        guard answers.first?.isEmpty == false else { return nil }
        PostCounts.change("like_count", of: post.id, by: 1, in: tx)
        return ArrivedLike(
            news: news, recipients: news.isEmpty || answers.count < 2 ? [] : answers[1],
            audience: group == nil ? nil : try RelayAudience(answers.suffix(2)))
    }

    private static func insertion(
        _ account: ID<Account>, _ post: ID<Post>, _ activity: IRI, _ now: Timestamp, _ emoji: String? = nil
    ) -> SQL {
        """
        INSERT INTO post_like (account_id, post_id, activity_iri, created_at, id, emoji)
        VALUES (\(account), \(post), \(activity), \(now), \(place(of: post, at: now)), \(emoji))
        ON CONFLICT (post_id, account_id) DO NOTHING
        """
    }

    /// The sort key of an account's favourites: the time, then the post.
    private static func place(of post: ID<Post>, at now: Timestamp) -> Int64 {
        ((now.milliseconds & 0x3FFF_FFFF_FFFF) << 16) | (post.rawValue & 0xFFFF)
    }

    /// Removes a favourite.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func remove(
        account: ID<Account>, post: ID<Post>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let removed = try tx.changed("DELETE FROM post_like WHERE account_id = \(account) AND post_id = \(post)")
        guard removed == 1 else { return false }
        try Notifications.remove(.favourite, from: account, about: .post(post), in: tx)
        PostCounts.change("like_count", of: post, by: -1, in: tx)
        return true
    }

    /// The account and the post of the favourite with this `Like` id.
    public static func byActivity(
        _ activity: IRI, in db: some Queryable
    ) throws(DatabaseError) -> (account: ID<Account>, post: ID<Post>)? {
        let row = try db.row(
            "SELECT account_id, post_id FROM post_like WHERE activity_iri = \(activity) ORDER BY created_at")
        guard let row else { return nil }
        return (try row.id("account_id"), try row.id("post_id"))
    }

    /// The id of the `Like` with which an account favourited a post; nil when there is none.
    public static func find(
        account: ID<Account>, post: ID<Post>, in db: some Queryable
    ) throws(DatabaseError) -> IRI? {
        try db.row("SELECT activity_iri FROM post_like WHERE account_id = \(account) AND post_id = \(post)")?
            .iri("activity_iri")
    }

    /// The number of accounts that favourited a post.
    public static func count(of post: ID<Post>, in db: some Queryable) throws(DatabaseError) -> Int {
        try db.row("SELECT like_count FROM post WHERE id = \(post)")?.count("like_count") ?? 0
    }
}
