// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

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
        let inserted = try tx.changed(
            """
            INSERT INTO post_like (account_id, post_id, activity_iri, created_at, id)
            VALUES (\(account), \(post), \(activity), \(now), \(place(of: post, at: now)))
            ON CONFLICT (post_id, account_id) DO NOTHING
            """)
        guard inserted == 1 else { return false }
        PostCounts.change("like_count", of: post, by: 1, in: tx)
        return true
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
