// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

/// A busy fediverse in the node's database: accounts of other hosts, posts by them, and a member who follows many.
///
/// Rows are written in bulk, as a node of some years would hold them; every hundredth post answers the one before.
struct Population: Sendable {
    let node: Node
    /// Accounts of other hosts; the first `followed` of them are followed.
    let accounts: Int
    let followed: Int

    private static let start: Int64 = 1_700_000_000_000
    /// Milliseconds between two posts.
    private static let step: Int64 = 1_500
    private static let chunk: Int64 = 50_000

    /// Stores the accounts, and the follows of the member. A second call changes nothing.
    func settle() async throws {
        let member = node.person(node.member)
        let (count, followed) = (Int64(accounts), Int64(followed))
        try await node.database.write { tx in
            guard let reader = try Accounts.byIRI(member, in: tx) else { throw BenchError("\(member) is not there.") }
            try tx.run(
                """
                INSERT INTO account (id, kind, username, username_folded, host, iri, display_name, summary_html, url, inbox,
                    shared_inbox, outbox, followers, approves_followers, discoverable, indexable, created_at, updated_at,
                    fetched_at)
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST(\(count) AS \(.integer)))
                SELECT i * 65536, 'person', 'p' || i, 'p' || i, 'h' || (i % 200) || '.example',
                    'https://h' || (i % 200) || '.example/users/p' || i, 'Person ' || i, '<p>Hello</p>',
                    'https://h' || (i % 200) || '.example/@p' || i, 'https://h' || (i % 200) || '.example/inbox/p' || i,
                    'https://h' || (i % 200) || '.example/inbox', NULL, NULL, \(false), \(true), \(true), \(Self.start),
                    \(Self.start), \(Self.start)
                FROM n WHERE true ON CONFLICT DO NOTHING
                """)
            try tx.run(
                """
                INSERT INTO follow (follower_id, target_id, activity_iri, state, created_at)
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST(\(followed) AS \(.integer)))
                SELECT \(reader.id), i * 65536, 'https://here.example/follows/' || i, 'accepted', \(Self.start) FROM n
                WHERE true ON CONFLICT DO NOTHING
                """)
        }
    }

    /// Stores the posts with these numbers, from 1 on, oldest first.
    func write(_ numbers: ClosedRange<Int>) async throws {
        var first = Int64(numbers.lowerBound)
        let end = Int64(numbers.upperBound)
        while first <= end {
            let last = min(end, first + Self.chunk - 1)
            let (from, to, count) = (first, last, Int64(accounts))
            try await node.database.write { tx in
                try tx.run(
                    """
                    INSERT INTO post (id, iri, author_id, in_reply_to_id, in_reply_to_iri, thread_id, kind, title,
                        content_html, warning, visibility, published_at, is_local)
                    WITH RECURSIVE n (i) AS (
                        SELECT CAST(\(from) AS \(.integer)) UNION ALL SELECT i + 1 FROM n WHERE i < \(to))
                    SELECT \(Self.id("i")), 'https://h.example/posts/' || i, \(Self.author("i", count)),
                        CASE WHEN i % 100 = 0 THEN \(Self.id("i - 1")) END,
                        CASE WHEN i % 100 = 0 THEN 'https://h.example/posts/' || (i - 1) END,
                        CASE WHEN i % 100 = 0 THEN \(Self.id("i - 1")) ELSE \(Self.id("i")) END, 'note', '',
                        '<p>On the counter tonight: number ' || i || ', with tea, and word' || (i % 5000) || '.</p>', '',
                        'public', \(Self.start) + i * \(Self.step), \(false)
                    FROM n
                    """)
                try tx.run(
                    """
                    INSERT INTO entry (id, account_id, post_id, event_id, is_boost, is_reply, replied_to_id, is_listed,
                        is_local)
                    SELECT p.id, p.author_id, p.id, NULL, \(false), p.in_reply_to_id IS NOT NULL,
                        (SELECT q.author_id FROM post q WHERE q.id = p.in_reply_to_id), p.in_reply_to_id IS NULL, \(false)
                    FROM post p WHERE p.id >= \(Self.id(of: from)) AND p.id <= \(Self.id(of: to))
                        AND p.iri LIKE 'https://h.example/posts/%'
                    """)
                let words: SQL = "'on the counter tonight number ' || i || ' with tea and word' || (i % 5000)"
                try tx.run(
                    """
                    INSERT INTO entry_words (rowid, words)
                    WITH RECURSIVE n (i) AS (
                        SELECT CAST(\(from) AS \(.integer)) UNION ALL SELECT i + 1 FROM n WHERE i < \(to))
                    SELECT \(Self.id("i")), \(tx.engine == .postgres ? "CAST(\(words) AS tsvector)" : words) FROM n
                    """)
                try tx.run(
                    """
                    INSERT INTO newest_entry (account_id, entry_id)
                    SELECT e.account_id, max(e.id) FROM entry e WHERE e.id >= \(Self.id(of: from)) GROUP BY e.account_id
                    ON CONFLICT (account_id) DO UPDATE SET entry_id = excluded.entry_id
                    """)
            }
            first = last + 1
        }
    }

    /// The number of a post that has answers.
    static func answered(below count: Int) -> Int64 { id(of: Int64(count / 100 * 100 - 1)) }

    /// Posts are spread over the accounts as if by lot, the same in each run.
    private static func author(_ i: SQL, _ accounts: Int64) -> SQL {
        "((\(i) * 7919) % \(accounts) + 1) * 65536"
    }

    private static func id(_ i: SQL) -> SQL { "(\(start) + (\(i)) * \(step)) * 65536" }

    private static func id(of number: Int64) -> Int64 { (start + number * step) << 16 }
}
