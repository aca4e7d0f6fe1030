// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

/// The table `discussion`: the order of lists of discussions, in which a discussion rises with each reply.
///
/// It has a row for each public post that starts a discussion here, or that a group boosted. The rank is the time of the
/// last reply that everybody may read, in the form of an id: milliseconds in the upper bits, and bits of the reply's id
/// below them, so that no two discussions have the same.
enum DiscussionOrder {
    /// The rank that a post gives its discussion.
    static func rank(_ post: Post) -> Int64 {
        let time = min(max(post.publishedAt.milliseconds, 0), Int64.max >> 17)
        return time << 16 | (post.id.rawValue & 0xFFFF)
    }

    /// The same for the post `q` of a statement.
    private static let rank: SQL = "q.published_at * 65536 + q.id % 65536"

    /// Adds a post that was just stored here, or lets the discussion rise to which it replies.
    static func added(_ post: Post, in tx: Transaction) throws(DatabaseError) {
        guard post.visibility.isOpen else { return }
        let (thread, rank) = (post.thread, rank(post))
        if post.id != thread { return rise(thread, to: rank, in: tx) }
        guard post.isLocal, post.isTopLevel, post.visibility == .everyone else { return }
        try tx.run("INSERT INTO discussion (post_id, rank) VALUES (\(post.id), \(rank)) ON CONFLICT DO NOTHING")
    }

    /// Adds a post that a group boosted.
    static func boosted(_ post: ID<Post>, by account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO discussion (post_id, rank)
            SELECT p.id, coalesce(
                (SELECT max(\(rank)) FROM post q
                 WHERE q.thread_id = p.id AND q.visibility IN ('public', 'unlisted')), 0)
            FROM post p JOIN account a ON a.id = \(account)
            WHERE p.id = \(post) AND a.kind = 'group' AND p.thread_id = p.id AND p.in_reply_to_iri IS NULL
                AND p.visibility = 'public'
            ON CONFLICT DO NOTHING
            """)
    }

    /// Lets a discussion rise before posts move into it.
    ///
    /// - Parameter branch: a `SELECT id` of all of them.
    static func moving(_ branch: SQL, to thread: ID<Post>, in tx: Transaction) throws(DatabaseError) {
        let row = try tx.row(
            """
            SELECT max(\(rank)) AS last FROM post q
            WHERE q.id IN (\(branch)) AND q.visibility IN ('public', 'unlisted')
            """)
        if let last = try row?.intOrNil("last") { rise(thread, to: last, in: tx) }
    }

    /// Lets a discussion rise to a rank, unless it is higher.
    private static func rise(_ thread: ID<Post>, to rank: Int64, in tx: Transaction) {
        tx.deferUntilCommit(on: "discussion", row: thread.rawValue, for: "rank", value: rank) { ranks in
            let last = ranks.max() ?? 0
            return "UPDATE discussion SET rank = \(last) WHERE post_id = \(thread) AND rank < \(last)"
        }
    }
}
