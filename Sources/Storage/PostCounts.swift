// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

/// Numbers that stand beside what they count, so that a page of posts reads them with the rows themselves. They change in
/// the transaction that changes what they count.
enum PostCounts {
    /// A post was stored.
    static func added(_ post: Post, in tx: Transaction) {
        tx.runLast(
            on: "account", row: post.author.rawValue,
            """
            UPDATE account SET post_count = post_count + 1,
                last_post_at = CASE WHEN coalesce(last_post_at, 0) < \(post.publishedAt) THEN \(post.publishedAt)
                                    ELSE last_post_at END
            WHERE id = \(post.author)
            """)
        guard let parent = post.inReplyTo else { return }
        change("reply_count", of: parent, by: 1, in: tx)
    }

    /// One more, or one less, of something that is counted beside a post.
    static func change(_ column: SQL, of post: ID<Post>, by amount: Int, in tx: Transaction) {
        tx.runLast(
            on: "post", row: post.rawValue,
            "UPDATE post SET \(column) = \(column) + \(amount) WHERE id = \(post)")
    }

    /// A post is about to be deleted.
    static func removing(_ id: ID<Post>, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE account SET post_count = post_count - 1
            WHERE id = (SELECT p.author_id FROM post p WHERE p.id = \(id))
            """)
        try tx.run(
            """
            UPDATE post SET reply_count = reply_count - 1
            WHERE id = (SELECT p.in_reply_to_id FROM post p WHERE p.id = \(id))
            """)
    }

    /// All that an account wrote, thanked for and boosted is about to be deleted.
    static func removingAll(by author: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE account SET post_count = 0, last_post_at = NULL WHERE id = \(author)")
        try tx.run(
            """
            UPDATE post SET reply_count = reply_count
                - (SELECT count(*) FROM post r WHERE r.in_reply_to_id = post.id AND r.author_id = \(author))
            WHERE id IN (SELECT p.in_reply_to_id FROM post p WHERE p.author_id = \(author))
            """)
        try tx.run(
            """
            UPDATE post SET boost_count = boost_count - 1
            WHERE id IN (SELECT b.post_id FROM boost b WHERE b.account_id = \(author))
            """)
        try tx.run(
            """
            UPDATE post SET like_count = like_count - 1
            WHERE id IN (SELECT l.post_id FROM post_like l WHERE l.account_id = \(author))
            """)
    }
}

/// How many follow an account, and how many it follows: the accepted ones.
enum FollowCounts {
    /// A follow became accepted, or is accepted no more.
    static func changed(
        by amount: Int, follower: ID<Account>, target: ID<Account>, in tx: Transaction
    ) {
        tx.runLast(
            on: "account", row: target.rawValue,
            "UPDATE account SET follower_count = follower_count + \(amount) WHERE id = \(target)")
        tx.runLast(
            on: "account", row: follower.rawValue,
            "UPDATE account SET following_count = following_count + \(amount) WHERE id = \(follower)")
    }

    /// Every follow by and of an account is about to end.
    static func removingAll(of account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE account SET follower_count = follower_count - 1
            WHERE id IN (SELECT f.target_id FROM follow f WHERE f.follower_id = \(account) AND f.state = 'accepted')
            """)
        try tx.run(
            """
            UPDATE account SET following_count = following_count - 1
            WHERE id IN (SELECT f.follower_id FROM follow f WHERE f.target_id = \(account) AND f.state = 'accepted')
            """)
        try tx.run("UPDATE account SET follower_count = 0, following_count = 0 WHERE id = \(account)")
    }
}
