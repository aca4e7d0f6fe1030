// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The table `scheduled`: posts that wait for their time. A post is published in the transaction that deletes its row,
/// so it is never published twice.
public enum Scheduled {
    /// The queue: eight attempts, five minutes apart. After that the post is parked, and its author must act.
    public static let queue = LeasedQueue(
        "scheduled", table: "scheduled", parked: .set("run_at = NULL"), isByCalendar: true,
        retry: RetryPolicy(steps: [.minutes(5)], attempts: 8))

    /// Stores a scheduled post.
    public static func insert(_ post: ScheduledPost, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO scheduled (id, account_id, due_at, run_at, attempts, parameters)
            VALUES (\(post.id), \(post.author), \(post.dueAt), \(post.dueAt), 0, \(post.parameters))
            """)
    }

    /// The author's scheduled post with this id.
    public static func find(
        _ id: ID<ScheduledPost>, by author: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> ScheduledPost? {
        try all("WHERE id = \(id) AND account_id = \(author)", in: db).first
    }

    /// One page of an author's scheduled posts, the latest written first.
    public static func list(
        of author: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [ScheduledPost] {
        let found = try all(
            """
            WHERE account_id = \(author) AND id < \(page.before) AND id > \(page.after)
            ORDER BY id \(page.direction) LIMIT \(page.limit)
            """, in: db)
        return page.fromOldest ? found.reversed() : found
    }

    /// The number of an author's scheduled posts: all of them, and those that are due between two instants.
    public static func count(
        of author: ID<Account>, from start: Timestamp, to end: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> (all: Int, within: Int) {
        let row = try db.row(
            """
            SELECT count(*) AS n, coalesce(sum(CASE WHEN due_at >= \(start) AND due_at < \(end) THEN 1 ELSE 0 END), 0)
                AS within
            FROM scheduled WHERE account_id = \(author)
            """)
        return (try row?.count("n") ?? 0, try row?.count("within") ?? 0)
    }

    /// Changes the time of a scheduled post.
    ///
    /// - Returns: whether it existed.
    public static func move(
        _ id: ID<ScheduledPost>, of author: ID<Account>, to time: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed(
            """
            UPDATE scheduled SET due_at = \(time), run_at = \(time), attempts = 0, lease_until = NULL,
                lease_holder = NULL
            WHERE id = \(id) AND account_id = \(author)
            """) == 1
    }

    /// Deletes a scheduled post.
    ///
    /// - Returns: whether it existed. Only the caller that gets true may publish the post.
    public static func remove(
        _ id: ID<ScheduledPost>, of author: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed("DELETE FROM scheduled WHERE id = \(id) AND account_id = \(author)") == 1
    }

    /// Leases the posts that are due.
    public static func lease(
        _ limit: Int, _ lease: Lease, in tx: Transaction
    ) throws(DatabaseError) -> [ScheduledPost] {
        var leased: [ScheduledPost] = []
        for row in try queue.lease(limit, lease, returning: columns, in: tx) { leased.append(try read(row)) }
        return leased.sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }
    }

    /// Schedules the next attempt. Any worker may take it.
    public static func postpone(
        _ id: ID<ScheduledPost>, until instant: Timestamp, by holder: LeaseHolder = .thisProcess, in tx: Transaction
    ) throws(DatabaseError) {
        try queue.postpone(QueueKey(id), until: instant, by: holder, in: tx)
    }

    /// Stops the attempts. The post stays in its author's list.
    public static func park(
        _ id: ID<ScheduledPost>, by holder: LeaseHolder = .thisProcess, in tx: Transaction
    ) throws(DatabaseError) {
        try queue.park(QueueKey(id), by: holder, in: tx)
    }

    private static let columns: SQL = "id, account_id, due_at, attempts, parameters"

    private static func all(_ condition: SQL, in db: some Queryable) throws(DatabaseError) -> [ScheduledPost] {
        var posts: [ScheduledPost] = []
        for row in try db.rows("SELECT \(columns) FROM scheduled \(condition)") { posts.append(try read(row)) }
        return posts
    }

    private static func read(_ row: Row) throws(DatabaseError) -> ScheduledPost {
        var post = ScheduledPost(
            id: try row.id("id"), author: try row.id("account_id"), dueAt: try row.time("due_at"),
            parameters: try row.text("parameters"))
        post.attempts = try row.count("attempts")
        return post
    }
}

/// The table `idempotency`: idempotency keys of client requests, so that a repeated request is executed once.
public enum SentOnce {
    /// Claims a key. When two transactions claim it at the same time, the second one waits for the first.
    ///
    /// - Returns: nil when the key is new; otherwise the id of what the first request created.
    public static func claim(
        _ key: String, by account: ID<Account>, for subject: Int64, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Int64? {
        let claimed = try tx.changed(
            """
            INSERT INTO idempotency (account_id, key, subject_id, created_at)
            VALUES (\(account), \(key), \(subject), \(now))
            ON CONFLICT (account_id, key) DO UPDATE SET subject_id = excluded.subject_id,
                created_at = excluded.created_at
            WHERE idempotency.created_at <= \(now - .hours(1))
            """)
        guard claimed == 0 else { return nil }
        let row = try tx.row("SELECT subject_id FROM idempotency WHERE account_id = \(account) AND key = \(key)")
        return try row?.int("subject_id")
    }

    /// The id of what a request with this key created within the last hour.
    public static func find(
        _ key: String, by account: ID<Account>, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> Int64? {
        let row = try db.row(
            """
            SELECT subject_id FROM idempotency
            WHERE account_id = \(account) AND key = \(key) AND created_at > \(now - .hours(1))
            """)
        return try row?.int("subject_id")
    }
}
