// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The tables `poll`, `poll_option` and `poll_vote`: the polls of posts and their votes.
public enum Polls {
    /// The statement that loads the polls of at most 500 posts, with the viewer's choices. ``read(_:)`` takes its
    /// result.
    ///
    /// - Parameter viewer: nil for a stranger.
    static func question(_ posts: [ID<Post>], viewer: ID<Account>?) -> SQL {
        """
        SELECT l.post_id, l.expires_at, l.is_multiple, l.hides_totals, l.voters_count, o.position, o.title, o.name, o.votes,
            EXISTS (SELECT 1 FROM poll_vote v WHERE v.post_id = o.post_id AND v.position = o.position
                    AND v.account_id = \(viewer ?? .first) \(.rowByRow)) AS is_chosen
        FROM poll l JOIN poll_option o ON o.post_id = l.post_id
        WHERE l.post_id IN (\(list: posts)) ORDER BY l.post_id, o.position
        """
    }

    /// The polls in the result of ``question(_:viewer:)``.
    static func read(_ rows: [Row]) throws(DatabaseError) -> [ID<Post>: Poll] {
        var polls: [ID<Post>: Poll] = [:]
        for row in rows { try add(row, to: &polls[try row.id("post_id")]) }
        return polls
    }

    /// The poll of one post; nil when the post has none.
    public static func one(
        _ post: ID<Post>, viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> Poll? {
        try read(try db.rows(question([post], viewer: viewer)))[post]
    }

    private static func add(_ row: Row, to poll: inout Poll?) throws(DatabaseError) {
        var known = Poll(
            options: [], isMultiple: try row.bool("is_multiple"), hidesTotals: try row.bool("hides_totals"),
            expiresAt: try row.timeOrNil("expires_at"), votersCount: try row.count("voters_count"))
        if let poll { known = poll }
        if try row.bool("is_chosen") { known.ownVotes.append(known.options.count) }
        known.options.append(
            Poll.Option(
                title: try row.text("title"), votes: try row.count("votes"), name: try row.textOrNil("name")))
        poll = known
    }

    // MARK: - Storing a poll

    /// Stores the poll of a post. When `isMultiple` and the titles of the options are unchanged, the votes stay, and
    /// the counts of a remote poll are replaced by the given ones. Otherwise all votes are deleted and everybody may
    /// vote again.
    ///
    /// - Parameter poll: nil when the post has no poll.
    public static func set(_ poll: Poll?, of post: ID<Post>, in tx: Transaction) throws(DatabaseError) {
        let known = try one(post, viewer: nil, in: tx)
        guard let poll else {
            if known != nil { try tx.run("DELETE FROM poll WHERE post_id = \(post)") }
            return
        }
        if let known, known.asksTheSame(as: poll) { return try refresh(known, to: poll, of: post, in: tx) }
        if known != nil { try tx.run("DELETE FROM poll WHERE post_id = \(post)") }
        try tx.run(
            """
            INSERT INTO poll (post_id, expires_at, is_multiple, hides_totals, voters_count, changed_at, ended_at)
            VALUES (\(post), \(poll.expiresAt), \(poll.isMultiple), \(poll.hidesTotals), \(poll.votersCount), NULL, NULL)
            """)
        for (position, option) in poll.options.enumerated() {
            try tx.run(
                """
                INSERT INTO poll_option (post_id, position, title, name, votes)
                VALUES (\(post), \(position), \(option.title), \(name(of: option)), \(option.votes))
                """)
        }
    }

    private static func refresh(
        _ known: Poll, to poll: Poll, of post: ID<Post>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE poll SET expires_at = \(poll.expiresAt), hides_totals = \(poll.hidesTotals),
                voters_count = \(poll.votersCount) WHERE post_id = \(post)
            """)
        for (position, option) in poll.options.enumerated() where option != known.options[position] {
            try tx.run(
                """
                UPDATE poll_option SET votes = \(option.votes), name = \(name(of: option))
                WHERE post_id = \(post) AND position = \(position)
                """)
        }
    }

    /// The value of the column `name`: NULL when it is the title.
    private static func name(of option: Poll.Option) -> String? {
        option.name.utf8.elementsEqual(option.title.utf8) ? nil : option.name
    }

    // MARK: - Votes

    /// Counts a vote with all its choices at once. A second vote of the same account is refused.
    public static func vote(
        _ choices: [Int], by account: ID<Account>, on post: ID<Post>, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> VoteOutcome {
        guard try lock(post, in: tx), let poll = try one(post, viewer: account, in: tx) else { return .noSuchChoice }
        let chosen = Set(choices)
        guard !chosen.isEmpty, chosen.allSatisfy(poll.options.indices.contains) else { return .noSuchChoice }
        guard !poll.isOver(at: now) else { return .over }
        let added = chosen.subtracting(poll.ownVotes)
        guard poll.isMultiple ? !added.isEmpty : poll.ownVotes.isEmpty && chosen.count == 1 else {
            return .alreadyVoted
        }
        try count(added.sorted(), by: account, on: post, isFirst: poll.ownVotes.isEmpty, at: now, in: tx)
        return .counted
    }

    /// Counts one choice of a remote account, named by the label of the option. Several choices arrive one after the
    /// other.
    public static func vote(
        for name: String, by account: ID<Account>, on post: ID<Post>, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> VoteOutcome {
        guard try lock(post, in: tx), let poll = try one(post, viewer: account, in: tx),
            let position = poll.position(named: name)
        else { return .noSuchChoice }
        guard !poll.isOver(at: now) else { return .over }
        guard !poll.ownVotes.contains(position), poll.isMultiple || poll.ownVotes.isEmpty else { return .alreadyVoted }
        try count([position], by: account, on: post, isFirst: poll.ownVotes.isEmpty, at: now, in: tx)
        return .counted
    }

    private static func count(
        _ positions: [Int], by account: ID<Account>, on post: ID<Post>, isFirst: Bool, at now: Timestamp,
        in tx: Transaction
    ) throws(DatabaseError) {
        for position in positions {
            try tx.run(
                """
                INSERT INTO poll_vote (post_id, account_id, position, created_at)
                VALUES (\(post), \(account), \(position), \(now))
                """)
        }
        try tx.run(
            """
            UPDATE poll_option SET votes = votes + 1 WHERE post_id = \(post) AND position IN (\(list: positions))
            """)
        try tx.run(
            """
            UPDATE poll SET voters_count = voters_count + \(isFirst ? 1 : 0), changed_at = coalesce(changed_at, \(now))
            WHERE post_id = \(post)
            """)
    }

    /// Locks the poll's row until the transaction ends, so that votes are counted one after the other.
    private static func lock(_ post: ID<Post>, in tx: Transaction) throws(DatabaseError) -> Bool {
        try tx.changed("UPDATE poll SET is_multiple = is_multiple WHERE post_id = \(post)") == 1
    }

    // MARK: - Scheduled work

    /// The local polls whose counts changed since the last announcement, the oldest change first. They are marked as
    /// announced (`changed_at` becomes NULL).
    public static func takeChanged(limit: Int, in tx: Transaction) throws(DatabaseError) -> [ID<Post>] {
        let posts: [ID<Post>] = try PostRow.ids(
            """
            SELECT l.post_id AS id FROM poll l JOIN post p ON p.id = l.post_id
            WHERE l.changed_at IS NOT NULL AND p.is_local ORDER BY l.changed_at, l.post_id LIMIT \(limit)
            """, in: tx)
        try tx.run("UPDATE poll SET changed_at = NULL WHERE post_id IN (\(list: posts))")
        return posts
    }

    /// The polls that ended and were not yet processed, the oldest first. They are marked as processed, so that only
    /// one caller gets each poll.
    public static func takeEnded(
        at now: Timestamp, limit: Int, in tx: Transaction
    ) throws(DatabaseError) -> [ID<Post>] {
        let posts: [ID<Post>] = try PostRow.ids(
            """
            SELECT l.post_id AS id FROM poll l WHERE l.ended_at IS NULL AND l.expires_at <= \(now)
            ORDER BY l.expires_at, l.post_id LIMIT \(limit)
            """, in: tx)
        var taken: [ID<Post>] = []
        for post in posts {
            let isMine = try tx.changed(
                """
                UPDATE poll SET ended_at = \(now), changed_at = NULL, hides_totals = \(false)
                WHERE post_id = \(post) AND ended_at IS NULL
                """)
            if isMine == 1 { taken.append(post) }
        }
        return taken
    }

    /// The local accounts that voted, by id.
    public static func localVoters(
        of post: ID<Post>, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Account>] {
        try PostRow.ids(
            """
            SELECT DISTINCT v.account_id AS id FROM poll_vote v JOIN account a ON a.id = v.account_id
            WHERE v.post_id = \(post) AND a.host = '' ORDER BY v.account_id
            """, in: db)
    }

    /// The remote accounts that voted. They receive the result.
    public static func remoteVoters(of post: ID<Post>, in db: some Queryable) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM account a
            WHERE a.host <> '' AND a.id IN (SELECT v.account_id FROM poll_vote v WHERE v.post_id = \(post)) ORDER BY a.id
            """, in: db)
    }
}
