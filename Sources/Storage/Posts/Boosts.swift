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
    ///   - visibility: who may see the boost; nil for everybody who may read the post.
    /// - Returns: whether it is the first time.
    @discardableResult
    public static func add(
        _ id: ID<Boost>, account: ID<Account>, post: ID<Post>, activity: IRI, to visibility: Visibility? = nil,
        at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        guard try tx.changed(insertion(id, account, post, activity, now)) == 1 else { return false }
        try count(id, account: account, post: post, to: visibility, in: tx)
        return true
    }

    /// Records a boost of a post that was stored in the same transaction, so that it is the first one by this account.
    /// The result of the statement is not waited for.
    public static func addFirst(
        _ id: ID<Boost>, account: ID<Account>, post: ID<Post>, activity: IRI, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(insertion(id, account, post, activity, now))
        try count(id, account: account, post: post, to: nil, in: tx)
    }

    private static func insertion(
        _ id: ID<Boost>, _ account: ID<Account>, _ post: ID<Post>, _ activity: IRI, _ now: Timestamp
    ) -> SQL {
        """
        INSERT INTO boost (id, account_id, post_id, activity_iri, created_at)
        VALUES (\(id), \(account), \(post), \(activity), \(now))
        ON CONFLICT (account_id, post_id) DO NOTHING
        """
    }

    private static func count(
        _ id: ID<Boost>, account: ID<Account>, post: ID<Post>, to visibility: Visibility?, in tx: Transaction
    ) throws(DatabaseError) {
        try TimelineItems.putBoost(id, of: post, by: account, to: visibility, in: tx)
        PostCounts.change("boost_count", of: post, by: 1, in: tx)
        PostCounts.relayed(by: account, 1, in: tx)
        try DiscussionOrder.boosted(post, by: account, in: tx)
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
        PostCounts.relayed(by: account, -1, in: tx)
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

    /// A stored boost: the id of its `Announce`, and when it was made; nil when there is none.
    public static func stored(
        account: ID<Account>, post: ID<Post>, in db: some Queryable
    ) throws(DatabaseError) -> (activity: IRI, createdAt: Timestamp)? {
        let row = try db.row(
            "SELECT activity_iri, created_at FROM boost WHERE account_id = \(account) AND post_id = \(post)")
        guard let row else { return nil }
        return (try row.iri("activity_iri"), try row.time("created_at"))
    }

    /// The local accounts that boosted a post, in the order of their boosts.
    public static func localBoosters(
        of post: ID<Post>, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM boost b JOIN account a ON a.id = b.account_id
            WHERE b.post_id = \(post) AND a.host = '' AND a.deleted_at IS NULL ORDER BY b.id
            """, in: db)
    }

    /// The number of accounts that boosted a post.
    public static func count(of post: ID<Post>, in db: some Queryable) throws(DatabaseError) -> Int {
        try db.row("SELECT boost_count FROM post WHERE id = \(post)")?.count("boost_count") ?? 0
    }
}
