// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The context of a post: its ancestors and its replies, as apps show them on one screen.
///
/// The client API has no pages of a context. Therefore the number of replies is limited as Mastodon limits it: an app
/// gets enough to read most discussions whole, and the cost of a response does not grow with the discussion beyond
/// that. ``Threads`` reaches every reply page by page.
public enum Conversations {
    /// The maximum number of ancestors, and of reply levels below a reply.
    private static let depth = 60
    /// The maximum number of replies for a viewer who is signed in.
    public static let memberLimit = 500
    /// The maximum number of replies for a stranger, as in Mastodon.
    public static let strangerLimit = 60

    /// The ancestors of a post or an event, oldest first, and its replies in reading order: each reply before its own
    /// replies, otherwise by their publication. Items that the viewer may not read are included; the caller filters
    /// them.
    ///
    /// When a discussion has more replies than ``memberLimit`` or ``strangerLimit``, those published first are
    /// returned. Below a post that is a reply itself, these are the replies on the levels nearest to it.
    public static func around(
        _ subject: TimelineItem.Subject, viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> (above: [TimelineItem], below: [TimelineItem]) {
        let limit = viewer == nil ? strangerLimit : memberLimit
        guard case .post(let post) = subject else {
            return ([], inReadingOrder(try Threads.firstAnswers(to: subject, limit: limit, in: db)))
        }
        let (above, startsThread) = try above(post, in: db)
        let answers =
            startsThread
            ? try Threads.firstAnswers(to: subject, limit: limit, in: db) : try below(post, limit: limit, in: db)
        return (above, inReadingOrder(answers))
    }

    /// The ancestors, and whether the post starts a discussion. For a post that replies to an event directly, the event
    /// is the first ancestor. Deleted ancestors are skipped.
    private static func above(
        _ post: ID<Post>, in db: some Queryable
    ) throws(DatabaseError) -> (items: [TimelineItem], startsThread: Bool) {
        let rows = try db.rows(
            """
            WITH RECURSIVE above (id, parent_id, event_id, thread_id, depth) AS (
                SELECT p.id, coalesce(p.in_reply_to_id, p.ancestor_id), p.event_id, p.thread_id, 0
                FROM post p WHERE p.id = \(post)
                UNION ALL
                SELECT q.id, coalesce(q.in_reply_to_id, q.ancestor_id), q.event_id, q.thread_id, w.depth + 1
                FROM above w JOIN post q ON q.id = w.parent_id WHERE w.depth < \(depth))
            SELECT id, event_id, thread_id, depth FROM above ORDER BY depth DESC
            """)
        var ids: [ID<TimelineItem>] = []
        var startsThread = false
        for (index, row) in rows.enumerated() {
            if index == 0 {
                if let event: ID<TimelineItem> = try row.idOrNil("event_id") { ids.append(event) }
                // The posts between it and the first post of the discussion were deleted.
                let (top, first): (ID<TimelineItem>, ID<TimelineItem>) = (try row.id("id"), try row.id("thread_id"))
                if top != first, try row.int("depth") < depth { ids.append(first) }
            }
            if try row.int("depth") > 0 {
                ids.append(try row.id("id"))
            } else {
                startsThread = try row.id("thread_id") == post
            }
        }
        return (try TimelineItems.byIDs(ids, in: db), startsThread)
    }

    /// The replies below a reply, by their publication, from the levels nearest to it. The engine stops when it has
    /// found as many as the limit.
    private static func below(
        _ post: ID<Post>, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [Answer] {
        let rows = try db.rows(
            """
            WITH RECURSIVE below (id, iri, author_id, parent_id, published_at, depth) AS (
                SELECT p.id, p.iri, p.author_id, coalesce(p.in_reply_to_id, p.ancestor_id), p.published_at, 1 FROM post p
                WHERE p.in_reply_to_iri = (SELECT q.iri FROM post q WHERE q.id = \(post)) OR p.ancestor_id = \(post)
                UNION
                SELECT r.id, r.iri, r.author_id, coalesce(r.in_reply_to_id, r.ancestor_id), r.published_at, w.depth + 1
                FROM below w JOIN post r ON r.in_reply_to_iri = w.iri OR r.ancestor_id = w.id
                WHERE w.depth < \(depth))
            SELECT z.id, z.author_id, z.parent_id FROM (
                SELECT * FROM below LIMIT \(RangeScan.literal(limit))) z ORDER BY z.published_at, z.id
            """)
        var answers: [Answer] = []
        for row in rows {
            let answer = Answer(
                post: try row.id("id"), author: try row.id("author_id"), parent: try row.idOrNil("parent_id"))
            if answer.post != post { answers.append(answer) }
        }
        return answers
    }

    /// The items of replies: each before its own replies, otherwise in the order of `answers`. A reply whose parent is
    /// not among them stands as if it answered the subject.
    private static func inReadingOrder(_ answers: [Answer]) -> [TimelineItem] {
        let known = Set(answers.map(\.post))
        var children: [ID<Post>: [Answer]] = [:]
        var waiting: [Answer] = []
        for answer in answers.reversed() {
            if let parent = answer.parent, known.contains(parent) {
                children[parent, default: []].append(answer)
            } else {
                waiting.append(answer)
            }
        }
        var seen: Set<ID<Post>> = []
        var items: [TimelineItem] = []
        func take(_ first: [Answer]) {
            var waiting = first
            while let next = waiting.popLast() {
                guard seen.insert(next.post).inserted else { continue }
                items.append(
                    TimelineItem(
                        id: ID(next.post.rawValue), account: next.author, subject: .post(next.post), isBoost: false))
                waiting += children[next.post] ?? []
            }
        }
        take(waiting)
        // What is left are posts that reply to each other in a circle.
        take(answers.reversed())
        return items
    }
}
