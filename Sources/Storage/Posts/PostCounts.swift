// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

/// Counter columns in the rows of `post` and `account`, so that a page of posts needs no counting. They change in the
/// transaction that changes what they count.
enum PostCounts {
    /// Counts a post that was stored.
    static func added(_ post: Post, in tx: Transaction) {
        let author = post.author
        tx.deferUntilCommit(
            on: "account", row: author.rawValue, for: "post_count", value: post.publishedAt.milliseconds
        ) { times in
            let latest = Timestamp(times.max() ?? 0)
            return """
                UPDATE account SET post_count = post_count + \(times.count),
                    last_post_at = CASE WHEN coalesce(last_post_at, 0) < \(latest) THEN \(latest) ELSE last_post_at END
                WHERE id = \(author)
                """
        }
        if let parent = post.inReplyTo { change("reply_count", of: parent, by: 1, in: tx) }
        if isCounted(post.id, in: post.thread, post.visibility) {
            change("thread_reply_count", of: post.thread, by: 1, in: tx)
        }
    }

    /// Counts a post that a group boosted, or no longer boosts: the page of a group lists what it boosted as its posts.
    /// The boosts of people are not counted.
    static func relayed(by account: ID<Account>, _ amount: Int, in tx: Transaction) {
        tx.deferUntilCommit(on: "account", row: account.rawValue, for: "relayed", value: Int64(amount)) { amounts in
            """
            UPDATE account SET post_count = post_count + \(sum(amounts)) WHERE id = \(account) AND kind = 'group'
            """
        }
    }

    /// Adjusts the counters before the row of a post is updated to `post`: its thread and its visibility may change.
    static func updating(_ post: Post, in tx: Transaction) throws(DatabaseError) {
        guard let row = try tx.row("SELECT thread_id, visibility FROM post WHERE id = \(post.id)") else { return }
        let thread: ID<Post> = try row.id("thread_id")
        let wasCounted = isCounted(post.id, in: thread, try row.choice("visibility"))
        let isCounted = isCounted(post.id, in: post.thread, post.visibility)
        guard wasCounted != isCounted || (wasCounted && thread != post.thread) else { return }
        if wasCounted { change("thread_reply_count", of: thread, by: -1, in: tx) }
        if isCounted { change("thread_reply_count", of: post.thread, by: 1, in: tx) }
    }

    /// Whether a post is counted in `thread_reply_count` of its thread's first post: it is a reply that everybody may
    /// read.
    private static func isCounted(_ post: ID<Post>, in thread: ID<Post>, _ visibility: Visibility) -> Bool {
        post != thread && visibility.isOpen
    }

    /// The condition that the post `p` is counted in `thread_reply_count` of its thread's first post.
    private static let isCounted: SQL = "p.thread_id <> p.id AND p.visibility IN ('public', 'unlisted')"

    /// Adjusts the counters before posts move into a thread together with the replies below them.
    ///
    /// - Parameter branch: a `SELECT id` of all of them.
    static func moving(_ branch: SQL, to thread: ID<Post>, in tx: Transaction) throws(DatabaseError) {
        let row = try tx.row(
            """
            SELECT count(*) AS answers FROM post p
            WHERE p.id IN (\(branch)) AND p.id <> \(thread) AND p.thread_id <> \(thread)
                AND p.visibility IN ('public', 'unlisted')
            """)
        guard let answers = try row?.count("answers"), answers > 0 else { return }
        change("thread_reply_count", of: thread, by: answers, in: tx)
        try DiscussionOrder.moving(branch, to: thread, in: tx)
    }

    /// Adds `amount` to a counter column of a post.
    ///
    /// - Parameter column: a literal of this source code, because it becomes part of SQL text.
    static func change(_ column: String, of post: ID<Post>, by amount: Int, in tx: Transaction) {
        tx.deferUntilCommit(on: "post", row: post.rawValue, for: column, value: Int64(amount)) { amounts in
            let column = SQL(stringLiteral: column)
            return "UPDATE post SET \(column) = \(column) + \(sum(amounts)) WHERE id = \(post)"
        }
    }

    /// Adjusts the counters before a post is deleted.
    static func removing(_ id: ID<Post>, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE account SET post_count = post_count - 1
            WHERE id = (SELECT p.author_id FROM post p WHERE p.id = \(id))
            """)
        // The expression keeps PostgreSQL from starting with all groups of all servers.
        try tx.run(
            """
            UPDATE account SET post_count = post_count - 1
            WHERE id IN (SELECT b.account_id FROM boost b WHERE b.post_id = \(id)) AND kind || '' = 'group'
            """)
        try tx.run(
            """
            UPDATE post SET reply_count = reply_count - 1
            WHERE id = (SELECT p.in_reply_to_id FROM post p WHERE p.id = \(id))
            """)
        try tx.run(
            """
            UPDATE post SET thread_reply_count = thread_reply_count - 1
            WHERE id = (SELECT p.thread_id FROM post p WHERE p.id = \(id) AND \(isCounted))
            """)
    }
}

/// The counters `follower_count` and `following_count` of `account`. Only accepted follows count.
enum FollowCounts {
    /// Counts a follow that became accepted, or that is no longer accepted.
    static func changed(
        by amount: Int, follower: ID<Account>, target: ID<Account>, in tx: Transaction
    ) {
        tx.deferUntilCommit(on: "account", row: target.rawValue, for: "follower_count", value: Int64(amount)) {
            "UPDATE account SET follower_count = follower_count + \(sum($0)) WHERE id = \(target)"
        }
        tx.deferUntilCommit(on: "account", row: follower.rawValue, for: "following_count", value: Int64(amount)) {
            "UPDATE account SET following_count = following_count + \(sum($0)) WHERE id = \(follower)"
        }
    }
}

/// The sum of changes to a counter, each as large as a number of rows.
private func sum(_ amounts: [Int64]) -> Int64 { amounts.reduce(0, &+) }
