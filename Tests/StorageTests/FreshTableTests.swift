// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing

/// PostgreSQL has no statistics about these tables, because they were just filled. The tests count the rows that a page
/// reads, because times depend on the machine.
@Suite("Tables that were just filled", .enabled(if: TestEngine.available.contains(.postgres)))
struct FreshTableTests {
    /// Accounts, and posts by them.
    private static let size: Int64 = 20_000
    /// Replies in the discussion that post 1 starts in group 2.
    private static let answers: Int64 = 5_000
    /// Rows that a page of twenty, or a response of five hundred statuses, may read.
    private static let limit: Int64 = 4_500

    private typealias Read = (name: String, found: Int, read: @Sendable (Transaction) throws -> Int)

    private static let viewer = ID<Account>(7)
    /// An account that interacted with all posts, follows all accounts and blocks half of them.
    private static let eager = ID<Account>(3)

    private static func search(
        _ words: [String], by author: ID<Account>? = nil, before: Int64 = .max, _ tx: Transaction
    ) throws -> Int {
        var query = StatusQuery()
        query.terms = words
        query.author = author
        query.before = before
        return try Searches.statuses(query, viewer: viewer, offset: 0, limit: 20, in: tx).count
    }

    private static func reads() -> [Read] {
        let (viewer, eager) = (viewer, eager)
        let ids: [ID<Post>] = (1...20).map { ID($0 * 900 + 1) }
        return [
            ("statuses", 20, { try StatusViews.ofPosts((1...20).map { ID($0 * 900) }, viewer: viewer, in: $0).count }),
            ("statuses for an eager reader", 20, { try StatusViews.ofPosts(ids, viewer: eager, in: $0).count }),
            (
                "states for an eager reader", 20,
                { try StatusStates.load(ids.map { ID($0.rawValue) }, viewer: eager, in: $0).count }
            ),
            (
                "a group", 1,
                { try Timelines.group(ID(5), PageRequest(), viewer: viewer, mode: .open, in: $0).items.count }
            ),
            ("relations of an eager reader", 20, { try eagerRelations($0) }),
            ("a rare word", 4, { try search(["word4999"], $0) }),
            ("a common word", 20, { try search(["tea"], $0) }),
            ("a common word, from a status on", 20, { try search(["tea"], before: 19_000, $0) }),
            ("a common word and a rare one", 4, { try search(["tea", "word4999"], $0) }),
            ("a word that nobody said", 0, { try search(["coffee"], $0) }),
            ("a common word of one author", 1, { try search(["tea"], by: ID(4_000), $0) }),
            (
                "people", 1,
                { tx in
                    try Searches.accounts(AccountQuery(terms: ["u4999"]), viewer: viewer, offset: 0, limit: 20, in: tx)
                        .count
                }
            ),
        ]
    }

    /// Reads of one discussion with thousands of replies, of its group, and of hundreds of statuses.
    private static func largeReads() -> [Read] {
        let viewer = viewer
        let root = TimelineItem.Subject.post(ID(1))
        return [
            (
                "states of many statuses", 500,
                { try StatusStates.load((1...500).map { ID($0 * 40) }, viewer: viewer, in: $0).count }
            ),
            (
                "the page of the group", 2,
                { try Timelines.group(ID(2), PageRequest(), viewer: viewer, mode: .open, in: $0).items.count }
            ),
            (
                "the card of the discussion", 1,
                { try PostViews.load([ID(1)], viewer: viewer, with: .page, in: $0).count }
            ),
            ("its first page", Threads.pageSize, { try Threads.answers(to: root, viewer: viewer, in: $0).posts.count }),
            (
                "its context", Conversations.memberLimit,
                { try Conversations.around(root, viewer: viewer, in: $0).below.count }
            ),
        ]
    }

    private static func eagerRelations(_ tx: Transaction) throws -> Int {
        try AccountRelations.load((1...20).map { ID($0 * 900 + 1) }, viewer: eager, in: tx).count
    }

    @Test("a page reads few rows of them, also of a discussion with thousands of replies")
    func rows() async throws {
        try await Scene.with(.postgres, readers: 1) { scene in
            try await scene.db.write { tx in
                try Self.seed(tx)
                try Self.seedDiscussion(tx)
            }
            for (name, found, read) in Self.reads() + Self.largeReads() {
                let (count, rows) = try await scene.db.write { tx in
                    let before = try Self.rowsRead(tx)
                    return (try read(tx), try Self.rowsRead(tx) - before)
                }
                #expect(count == found, "\(name)")
                #expect(rows <= Self.limit, "\(name)")
            }
        }
    }

    @Test("leased activities are found by their keys, however many wait")
    func leases() async throws {
        try await Scene.with(.postgres, readers: 1) { scene in
            try await scene.db.write { tx in
                try Self.seed(tx)
                try tx.run(
                    """
                    INSERT INTO received (id, activity_iri, activity_type, signer_id, key_id, body, received_at, run_at,
                        attempts, state, outcome)
                    SELECT p.id, p.iri, 'Like', row_number() OVER (ORDER BY p.id) % 4 + 1, '', '{}', 0, 0, 0, 'waiting', '' FROM post p
                    """)
            }
            let lease = Lease(now: Scene.start, until: Scene.start + .minutes(2))
            let (ids, extended, rows) = try await scene.db.write { tx in
                let before = try Self.rowsRead(tx)
                let ids = try InboxQueue.lease(signers: 4, lease, in: tx).map(\.id)
                let keys = ids.map { QueueKey($0) }
                let extended = try InboxQueue.queue.extend(keys, lease, in: tx)
                try InboxQueue.queue.release(Array(keys.suffix(4)), by: .thisProcess, in: tx)
                for id in ids.prefix(1) { try InboxQueue.postpone(id, until: lease.until, reason: "", in: tx) }
                _ = try InboxQueue.finish(Array(ids.dropFirst().prefix(8)), outcome: "applied", in: tx)
                return (ids, extended, try Self.rowsRead(tx) - before)
            }
            // All signers are of one host, which gets one place of four.
            #expect(ids.count == 16)
            #expect(extended == ids.count)
            #expect(rows <= 2_000)
        }
    }

    /// How many rows this transaction has read so far.
    private static func rowsRead(_ tx: Transaction) throws -> Int64 {
        let sum: SQL =
            "SELECT CAST(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) AS BIGINT) AS n FROM pg_stat_xact_user_tables"
        return try tx.row(sum)?.intOrNil("n") ?? 0
    }

    private static func seed(_ tx: Transaction) throws {
        let numbers: SQL = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(size))"
        let statements: [SQL] = [
            """
            INSERT INTO account (id, kind, username, username_folded, host, iri, display_name, summary_html,
                approves_followers, discoverable, indexable, created_at, updated_at)
            \(numbers) SELECT i, 'person', 'u' || i, 'u' || i, 'far.example', 'https://far.example/users/' || i, '', '',
                \(false), \(true), \(true), 0, 0 FROM n
            """,
            "INSERT INTO account_words (rowid, words) SELECT a.id, CAST(a.username AS tsvector) FROM account a",
            """
            INSERT INTO post (id, iri, author_id, thread_id, kind, title, content_html, warning, visibility,
                published_at, is_local)
            \(numbers) SELECT i, 'https://far.example/p/' || i, i, i, 'note', '', '<p>tea</p>', '', 'public', 0, \(false)
            FROM n
            """,
            """
            INSERT INTO entry (id, account_id, post_id, event_id, is_boost, is_reply, replied_to_id, is_listed, is_local)
            SELECT p.id, p.author_id, p.id, NULL, \(false), \(false), NULL, \(true), \(false) FROM post p
            """,
            "INSERT INTO newest_entry (account_id, entry_id) SELECT e.account_id, e.id FROM entry e",
            """
            INSERT INTO entry_words (rowid, words)
            SELECT p.id, CAST('tea word' || (p.id % 5000) AS tsvector) FROM post p
            """,
        ]
        for statement in statements + interactions { try tx.run(statement) }
    }

    /// Adds the replies to post 1, all of them in group 2.
    private static func seedDiscussion(_ tx: Transaction) throws {
        try tx.run("UPDATE post SET group_id = 2 WHERE id = 1")
        try tx.run(
            """
            INSERT INTO post (id, iri, author_id, group_id, in_reply_to_id, in_reply_to_iri, thread_id, kind, title,
                content_html, warning, visibility, published_at, is_local)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(answers))
            SELECT \(size) + i, 'https://far.example/answers/' || i, i, 2, 1, 'https://far.example/p/1', 1, 'note', '',
                '<p>tea</p>', '', 'public', i, \(false)
            FROM n
            """)
        try tx.run(
            """
            INSERT INTO entry (id, account_id, post_id, event_id, is_boost, is_reply, replied_to_id, is_listed, is_local)
            SELECT p.id, p.author_id, p.id, NULL, \(false), \(true), 1, \(false), \(false) FROM post p
            WHERE p.id > \(size)
            """)
    }

    /// What ``eager`` did. The accounts that it blocked have even ids.
    private static let interactions: [SQL] = [
        """
        INSERT INTO post_like (id, account_id, post_id, activity_iri, created_at)
        SELECT p.id, \(eager), p.id, 'https://far.example/likes/' || p.id, 0 FROM post p
        """,
        """
        INSERT INTO boost (id, account_id, post_id, activity_iri, created_at)
        SELECT p.id, \(eager), p.id, 'https://far.example/boosts/' || p.id, 0 FROM post p
        """,
        "INSERT INTO bookmark (id, account_id, post_id, event_id) SELECT p.id, \(eager), p.id, NULL FROM post p",
        "INSERT INTO mention (post_id, account_id) SELECT p.id, \(eager) FROM post p",
        "INSERT INTO thread_mute (account_id, thread_id) SELECT \(eager), p.id FROM post p",
        """
        INSERT INTO follow (follower_id, target_id, activity_iri, state, created_at)
        SELECT \(eager), a.id, 'https://far.example/follows/' || a.id, 'accepted', 0 FROM account a
        """,
        """
        INSERT INTO block (account_id, target_id, activity_iri, created_at)
        SELECT \(eager), a.id, 'https://far.example/blocks/' || a.id, 0 FROM account a WHERE a.id % 2 = 0
        """,
    ]
}
