// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// Who likes which post.
public enum Likes {
    /// Records a like. A second one of the same post by the same account changes nothing.
    ///
    /// - Parameter activity: the id of the `Like` on the wire: an `Undo` names it.
    /// - Returns: whether it is the first.
    @discardableResult
    public static func add(
        account: ID<Account>, post: ID<Post>, activity: IRI, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.run(
            """
            INSERT INTO post_like (account_id, post_id, activity_iri, created_at)
            VALUES (\(account), \(post), \(activity), \(now))
            ON CONFLICT (post_id, account_id) DO NOTHING
            """) == 1
    }

    /// Takes a like back.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public static func remove(
        account: ID<Account>, post: ID<Post>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.run("DELETE FROM post_like WHERE account_id = \(account) AND post_id = \(post)") == 1
    }

    /// Whose like of which post the `Like` was.
    public static func byActivity(
        _ activity: IRI, in db: some Queryable
    ) throws(DatabaseError) -> (account: ID<Account>, post: ID<Post>)? {
        let row = try db.row(
            "SELECT account_id, post_id FROM post_like WHERE activity_iri = \(activity) ORDER BY created_at")
        guard let row else { return nil }
        return (try row.id("account_id"), try row.id("post_id"))
    }

    /// The `Like` of an account for a post, when there is one.
    public static func find(
        account: ID<Account>, post: ID<Post>, in db: some Queryable
    ) throws(DatabaseError) -> IRI? {
        try db.row("SELECT activity_iri FROM post_like WHERE account_id = \(account) AND post_id = \(post)")?
            .iri("activity_iri")
    }

    /// How many accounts like a post.
    public static func count(of post: ID<Post>, in db: some Queryable) throws(DatabaseError) -> Int {
        try db.row("SELECT count(*) AS likes FROM post_like WHERE post_id = \(post)")?.count("likes") ?? 0
    }
}
