// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import NIOCore
internal import Storage
internal import Vocabulary

/// A discussion with thousands of replies, compared with a small one. The cost of a page should not grow with the thread.
///
/// The node caches whole responses by their address. So each address gets a query that no response depends on, and it is
/// repeated only after ``addresses`` others.
struct ThreadsPhase: Sendable {
    let node: Node
    let meter: Meter
    let population: Population

    private static let addresses = 10_000
    private static let memberContext = "member's context"

    /// The measurements of one page for the small and for the large discussion.
    struct Pair: Sendable {
        var small: Reading
        var large: Reading
        /// The numbers of statuses in the two responses, when a response may hold many more than a page; else nil.
        var statuses: (small: Int, large: Int)?
    }

    func run(answers: (small: Int, large: Int)) async throws -> [Pair] {
        let small = try await population.answer(discussionIn: node.smallGroup, times: answers.small, slot: 62)
        let large = try await population.answer(discussionIn: node.largeGroup, times: answers.large, slot: 63)
        let pages: [(String, (Int64, String, Int) -> ByteBuffer)] = [
            ("group page", { _, group, number in node.request("/groups/\(group)?n=\(number)", accept: "text/html") }),
            ("thread page", { status, _, number in node.request("/posts/\(status)?n=\(number)", accept: "text/html") }),
            (
                "stranger's context",
                { status, _, number in node.request(Self.context(status, number), accept: "application/json") }
            ),
            (Self.memberContext, { status, _, number in node.read(Self.context(status, number)) }),
        ]
        var pairs: [Pair] = []
        for (name, request) in pages {
            func measure(_ answers: Int, _ status: Int64, _ group: String) async throws -> Reading {
                let requests = (1...Self.addresses).map { request(status, group, $0) }
                return try await meter.measure("\(name), \(answers) answers", requests)
            }
            var pair = Pair(
                small: try await measure(answers.small, small, node.smallGroup),
                large: try await measure(answers.large, large, node.largeGroup))
            if name == Self.memberContext {
                pair.statuses = (answers.small, min(answers.large, Conversations.memberLimit))
            }
            pairs.append(pair)
        }
        return pairs
    }

    private static func context(_ status: Int64, _ number: Int) -> String {
        "/api/v1/statuses/\(status)/context?n=\(number)"
    }
}

extension Population {
    /// Adds replies to the newest discussion of a group. Their authors are accounts that the member does not follow. Every
    /// fourth reply is to the discussion itself, the others are to the previous reply.
    ///
    /// - Parameter slot: the slot of the ids, as in `IDMaker`. It differs from the slot of the node and from that of other
    ///   discussions, because the ids belong to the four seconds after the discussion.
    /// - Returns: the id of the discussion.
    func answer(discussionIn group: String, times count: Int, slot: Int64) async throws -> Int64 {
        let (actor, count, strangers) = (node.actor(of: group), Int64(count), Int64(accounts - followed))
        return try await node.database.write { [followed] tx in
            let row = try tx.row(
                """
                SELECT p.id, p.iri, p.author_id, p.group_id FROM post p JOIN account g ON g.id = p.group_id
                WHERE g.iri = \(actor) AND p.in_reply_to_iri IS NULL ORDER BY p.id DESC LIMIT 1
                """)
            guard let row else { throw BenchError("\(group) has no discussion.") }
            let (root, iri) = (try row.int("id"), try row.text("iri"))
            let prefix = "https://h.example/answers/\(root)/"
            let first = root & ~0xFFFF | slot << 10
            let author: SQL = "((i % \(strangers)) + \(Int64(followed)) + 1) * 65536"
            let parent: SQL = "CASE WHEN i % 4 = 1 THEN \(root) ELSE \(first) + (i - 1) * 65536 END"
            try tx.run(
                """
                INSERT INTO post (id, iri, author_id, group_id, in_reply_to_id, in_reply_to_iri, thread_id, kind, title,
                    content_html, warning, visibility, published_at, is_local)
                WITH RECURSIVE n (i) AS (
                    SELECT CAST(1 AS \(.integer)) UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
                SELECT \(first) + i * 65536, \(prefix) || i, \(author), \(try row.int("group_id")), \(parent),
                    CASE WHEN i % 4 = 1 THEN \(iri) ELSE \(prefix) || (i - 1) END, \(root), 'note', '',
                    '<p>I would come, and bring number ' || i || ' of the list.</p>', '', 'public',
                    (\(root) >> 16) + i, \(false)
                FROM n
                """)
            try tx.run(
                """
                INSERT INTO entry (id, account_id, post_id, event_id, is_boost, is_reply, replied_to_id, is_listed, is_local)
                SELECT p.id, p.author_id, p.id, NULL, \(false), \(true),
                    (SELECT q.author_id FROM post q WHERE q.id = p.in_reply_to_id), \(false), \(false)
                FROM post p WHERE p.thread_id = \(root) AND p.id > \(root)
                """)
            try tx.run(
                """
                UPDATE post SET reply_count = (SELECT count(*) FROM post r WHERE r.in_reply_to_id = post.id)
                WHERE thread_id = \(root)
                """)
            return root
        }
    }
}
