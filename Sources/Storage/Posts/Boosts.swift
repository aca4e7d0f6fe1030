// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The entity type of a boost's id.
public enum Boost {}

/// The table `boost`: which account boosted which post. Groups relay posts by boosts.
public enum Boosts {
    /// Records a boost. A second one of the same post by the same account changes nothing.
    ///
    /// - Parameters:
    ///   - id: when a post has several boosts, the one with the smallest id counts as the way by which it arrived.
    ///   - activity: the id of the `Announce` activity, which an `Undo` names.
    /// - Returns: whether it is the first time.
    @discardableResult
    public static func add(
        _ id: ID<Boost>, account: ID<Account>, post: ID<Post>, activity: IRI, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let inserted = try tx.changed(
            """
            INSERT INTO boost (id, account_id, post_id, activity_iri, created_at)
            VALUES (\(id), \(account), \(post), \(activity), \(now))
            ON CONFLICT (account_id, post_id) DO NOTHING
            """)
        guard inserted == 1 else { return false }
        try TimelineItems.putBoost(id, of: post, by: account, in: tx)
        PostCounts.change("boost_count", of: post, by: 1, in: tx)
        try DiscussionOrder.boosted(post, by: account, in: tx)
        return true
    }

    /// Removes a boost.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func remove(
        account: ID<Account>, post: ID<Post>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let removed = try tx.changed("DELETE FROM boost WHERE account_id = \(account) AND post_id = \(post)")
        guard removed == 1 else { return false }
        try TimelineItems.removeBoost(of: post, by: account, in: tx)
        try Notifications.remove(.reblog, from: account, about: .post(post), in: tx)
        PostCounts.change("boost_count", of: post, by: -1, in: tx)
        return true
    }

    /// The account and the post of the boost with this `Announce` id.
    public static func byActivity(
        _ activity: IRI, in db: some Queryable
    ) throws(DatabaseError) -> (account: ID<Account>, post: ID<Post>)? {
        let row = try db.row("SELECT account_id, post_id FROM boost WHERE activity_iri = \(activity) ORDER BY id")
        guard let row else { return nil }
        return (try row.id("account_id"), try row.id("post_id"))
    }

    /// The id of the `Announce` with which an account boosted a post; nil when there is no boost.
    public static func find(
        account: ID<Account>, post: ID<Post>, in db: some Queryable
    ) throws(DatabaseError) -> IRI? {
        try db.row("SELECT activity_iri FROM boost WHERE account_id = \(account) AND post_id = \(post)")?
            .iri("activity_iri")
    }

    /// The number of accounts that boosted a post.
    public static func count(of post: ID<Post>, in db: some Queryable) throws(DatabaseError) -> Int {
        try db.row("SELECT boost_count FROM post WHERE id = \(post)")?.count("boost_count") ?? 0
    }
}
