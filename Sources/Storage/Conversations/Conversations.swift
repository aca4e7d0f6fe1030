// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The context of a post: its ancestors and its replies.
public enum Conversations {
    /// The maximum number of ancestors, and of reply levels.
    private static let depth = 60
    /// The maximum number of replies.
    private static let limit = 500

    /// The ancestors of a post or an event, oldest first, and its replies in reading order: each reply before its own
    /// replies. Items that the viewer may not read are included; the caller filters them.
    public static func around(
        _ subject: TimelineItem.Subject, viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> (above: [TimelineItem], below: [TimelineItem]) {
        switch subject {
        case .post(let id): return (try above(id, in: db), try below(id, in: db))
        case .event:
            let answers = try Threads.answers(to: subject, viewer: viewer, limit: limit, in: db)
            return ([], try TimelineItems.byIDs(answers.posts.map { ID($0.rawValue) }, in: db))
        }
    }

    /// For a post that replies to an event directly, the event is the first ancestor.
    private static func above(_ post: ID<Post>, in db: some Queryable) throws(DatabaseError) -> [TimelineItem] {
        let rows = try db.rows(
            """
            WITH RECURSIVE above (id, parent_id, event_id, depth) AS (
                SELECT p.id, p.in_reply_to_id, p.event_id, 0 FROM post p WHERE p.id = \(post)
                UNION ALL
                SELECT q.id, q.in_reply_to_id, q.event_id, w.depth + 1
                FROM above w JOIN post q ON q.id = w.parent_id WHERE w.depth < \(depth))
            SELECT id, event_id, depth FROM above ORDER BY depth DESC
            """)
        var ids: [ID<TimelineItem>] = []
        for (index, row) in rows.enumerated() {
            if index == 0, let event: ID<TimelineItem> = try row.idOrNil("event_id") { ids.append(event) }
            if try row.int("depth") > 0 { ids.append(try row.id("id")) }
        }
        return try TimelineItems.byIDs(ids, in: db)
    }

    /// The replies on the levels nearest to the post, at most ``limit``. The engine stops when it has found that many.
    private static func below(_ post: ID<Post>, in db: some Queryable) throws(DatabaseError) -> [TimelineItem] {
        let rows = try db.rows(
            """
            WITH RECURSIVE below (id, parent_id, depth) AS (
                SELECT p.id, p.in_reply_to_id, 1 FROM post p WHERE p.in_reply_to_iri =
                    (SELECT q.iri FROM post q WHERE q.id = \(post))
                UNION
                SELECT r.id, r.in_reply_to_id, w.depth + 1
                FROM below w JOIN post q ON q.id = w.id JOIN post r ON r.in_reply_to_iri = q.iri
                WHERE w.depth < \(depth))
            SELECT id, parent_id FROM below LIMIT \(limit)
            """)
        var answers: [Int64: [Int64]] = [:]
        for row in rows {
            answers[try row.intOrNil("parent_id") ?? post.rawValue, default: []].append(try row.int("id"))
        }
        var ordered: [ID<TimelineItem>] = []
        var seen: Set<Int64> = []
        var waiting = (answers[post.rawValue] ?? []).sorted(by: >)
        while let next = waiting.popLast() {
            guard seen.insert(next).inserted else { continue }
            ordered.append(ID(next))
            waiting += (answers[next] ?? []).sorted(by: >)
        }
        return try TimelineItems.byIDs(ordered, in: db)
    }
}
