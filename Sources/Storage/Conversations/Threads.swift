// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The position of a reply in its discussion, by its time of publication.
public struct AnswerPosition: Sendable, Hashable {
    /// When the reply was published.
    public var publishedAt: Timestamp
    /// The post's id. Of two replies with the same time, the one with the smaller id comes first.
    public var post: ID<Post>

    /// Creates the value.
    public init(publishedAt: Timestamp, post: ID<Post>) {
        self.publishedAt = publishedAt
        self.post = post
    }
}

/// The requested page of a discussion's replies.
public enum AnswerRange: Sendable, Hashable {
    /// The first page.
    case beginning
    /// The page after a position.
    case after(AnswerPosition)
    /// The page before a position.
    case before(AnswerPosition)
    /// The page that contains a reply.
    case around(AnswerPosition)
}

/// One page of a discussion's replies, oldest first.
public struct AnswerPage: Sendable, Hashable {
    /// The replies.
    public var posts: [ID<Post>]
    /// The position before which the page of earlier replies ends; nil when there are none.
    public var earlier: AnswerPosition?
    /// The position after which the page of later replies begins; nil when there are none.
    public var later: AnswerPosition?
}

/// One page of the ids of replies, as other servers are told them.
public struct ReplyPage: Sendable, Hashable {
    /// The most ids of a page.
    public static let size = 100

    /// The ids, oldest first.
    public var iris: [IRI] = []
    /// The last reply of this page when there are more.
    public var next: AnswerPosition?

    /// Creates an empty page.
    public init() {}
}

/// A reply, with what its place in a tree of replies depends on.
struct Answer: Sendable, Hashable {
    var post: ID<Post>
    var author: ID<Account>
    /// The post that it replies to, or the nearest one above when that was deleted; nil when it replies to an event, and
    /// when nothing above is stored.
    var parent: ID<Post>?
}

/// The replies of discussions in reading order, as far as the viewer may read them.
public enum Threads {
    /// How many replies of a discussion a page shows.
    public static let pageSize = 50
    /// How many earlier replies a page shows before the requested reply.
    private static let lead = 20

    /// One page of the replies to a post that starts a discussion, or of all posts about an event.
    ///
    /// The cost does not depend on the number of replies.
    ///
    /// - Parameters:
    ///   - viewer: nil for a stranger.
    ///   - limit: how many replies the page holds.
    public static func answers(
        to subject: TimelineItem.Subject, _ range: AnswerRange = .beginning, viewer: ID<Account>?,
        limit: Int = pageSize,
        in db: some Queryable
    ) throws(DatabaseError) -> AnswerPage {
        let thread = Thread(subject: subject, viewer: viewer, limit: limit)
        switch range {
        case .beginning: return try thread.page(after: nil, in: db)
        case .after(let place): return try thread.page(after: place, in: db)
        case .before(let place): return try thread.page(before: place, in: db)
        case .around(let place): return try thread.page(after: try thread.start(for: place, lead: lead, in: db), in: db)
        }
    }

    /// The replies that were published first, oldest first, whoever may read them. It reads no others, see
    /// ``Thread/slice(from:isForward:_:in:)`` about the limit.
    static func firstAnswers(
        to subject: TimelineItem.Subject, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [Answer] {
        let rows = try db.rows(
            """
            SELECT y.id, y.author_id, coalesce(y.in_reply_to_id, y.ancestor_id) AS parent_id FROM post y WHERE \(isAnswer(to: subject))
            ORDER BY y.published_at, y.id LIMIT \(limit)
            """)
        var answers: [Answer] = []
        for row in rows {
            answers.append(
                Answer(
                    post: try row.id("id"), author: try row.id("author_id"), parent: try row.idOrNil("parent_id")))
        }
        return answers
    }

    /// The condition that the post `y` is one of the replies.
    fileprivate static func isAnswer(to subject: TimelineItem.Subject) -> SQL {
        switch subject {
        case .post(let thread): "y.thread_id = \(thread) AND y.id <> \(thread)"
        case .event(let event): "y.event_id = \(event)"
        }
    }

    /// The posts of a thread. The first post always comes first, even when the clock of another server gave a reply an
    /// earlier time.
    ///
    /// - Parameters:
    ///   - viewer: nil for a stranger.
    ///   - limit: the maximum number; the oldest posts are returned.
    public static func load(
        _ thread: ID<Post>, viewer: ID<Account>?, limit: Int = 500, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Post>] {
        let first: [ID<Post>] = try PostRow.ids(
            """
            SELECT p.id AS id FROM \(Conditions.reader(viewer)) CROSS JOIN post p JOIN account a ON a.id = p.author_id
            WHERE p.id = \(thread) AND p.thread_id = p.id AND \(Conditions.mayReadPost)
            """, in: db)
        let rest = try answers(to: .post(thread), viewer: viewer, limit: limit - first.count, in: db)
        return first + rest.posts
    }

    /// One page of the direct replies that everybody may read, oldest first: the `replies` collection of a post or an
    /// event.
    ///
    /// - Parameters:
    ///   - object: the IRI of the parent, which may be unknown to this server.
    ///   - place: the last reply of the page before; nil for the first page.
    public static func replyIRIs(
        to object: IRI, after place: AnswerPosition? = nil, limit: Int = ReplyPage.size, in db: some Queryable
    ) throws(DatabaseError) -> ReplyPage {
        let (time, post) = place.map { ($0.publishedAt, $0.post) } ?? (Timestamp(.min), .first)
        let rows = try db.rows(
            """
            SELECT p.iri, p.id, p.published_at
            FROM \(Conditions.reader(nil)) CROSS JOIN post p JOIN account a ON a.id = p.author_id
            WHERE p.in_reply_to_iri = \(object) AND (p.published_at, p.id) > (\(time), \(post))
              AND \(Conditions.mayReadPost)
            ORDER BY p.published_at, p.id LIMIT \(limit + 1)
            """)
        var page = ReplyPage()
        for row in rows.prefix(limit) { page.iris.append(try row.iri("iri")) }
        if rows.count > limit, let last = rows.prefix(limit).last {
            page.next = AnswerPosition(publishedAt: try last.time("published_at"), post: try last.id("id"))
        }
        return page
    }

    /// The number of direct replies that everybody may read.
    public static func replyCount(to object: IRI, in db: some Queryable) throws(DatabaseError) -> Int {
        try count(where: "p.in_reply_to_iri = \(object)", in: db)
    }

    /// The number of posts of a thread that everybody may read, with its first post.
    public static func postCount(of thread: ID<Post>, in db: some Queryable) throws(DatabaseError) -> Int {
        try count(where: "p.thread_id = \(thread)", in: db)
    }

    private static func count(where condition: SQL, in db: some Queryable) throws(DatabaseError) -> Int {
        try db.row(
            """
            SELECT count(*) AS n FROM \(Conditions.reader(nil)) CROSS JOIN post p JOIN account a ON a.id = p.author_id
            WHERE \(condition) AND \(Conditions.mayReadPost)
            """)?.count("n") ?? 0
    }

    /// The followers of a group on other servers who wrote in a thread, and the author of its first post. Accounts that
    /// have a block with the author of the new post are left out.
    ///
    /// - Parameter author: the author of the new post.
    /// - Returns: 100 accounts at the most.
    public static func remoteParticipants(
        in thread: ID<Post>, ofGroup group: ID<Account>, forPostBy author: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM account a
            WHERE a.id IN (SELECT p.author_id FROM post p
                           WHERE p.thread_id = \(thread) AND p.visibility IN ('public', 'unlisted'))
              AND a.host <> '' AND \(AccountRow.isActive)
              AND (a.id = (SELECT q.author_id FROM post q WHERE q.id = \(thread))
                   OR EXISTS (SELECT 1 FROM follow f WHERE f.follower_id = a.id AND f.target_id = \(group)
                              AND f.state = 'accepted'))
              AND \(Conditions.noBlock(between: author, and: "a.id"))
            ORDER BY a.id LIMIT 100
            """, in: db)
    }
}

/// The replies of one discussion, as one reader sees them.
private struct Thread {
    let subject: TimelineItem.Subject
    let viewer: ID<Account>?
    let limit: Int

    private typealias Slice = RangeScan.Slice<AnswerPosition, ID<Post>>
    private typealias Found = RangeScan.Found<AnswerPosition, ID<Post>>

    /// The replies after a position.
    func page(after place: AnswerPosition?, in db: some Queryable) throws(DatabaseError) -> AnswerPage {
        let found = try RangeScan.read(limit: limit) { mark, length throws(DatabaseError) -> Slice in
            try slice(from: mark ?? place, isForward: true, length, in: db)
        }
        // A position always comes from a page of replies before it, so an earlier page exists.
        return AnswerPage(
            posts: found.shown.map(\.item), earlier: place == nil ? nil : found.shown.first?.mark ?? place,
            later: found.next)
    }

    /// The replies before a position.
    func page(before place: AnswerPosition, in db: some Queryable) throws(DatabaseError) -> AnswerPage {
        let found = try RangeScan.read(limit: limit) { mark, length throws(DatabaseError) -> Slice in
            try slice(from: mark ?? place, isForward: false, length, in: db)
        }
        return AnswerPage(
            posts: found.shown.reversed().map(\.item), earlier: found.next, later: found.shown.first?.mark ?? place)
    }

    /// The position after which the page that contains this reply begins; nil when that is the first page.
    func start(
        for place: AnswerPosition, lead: Int, in db: some Queryable
    ) throws(DatabaseError) -> AnswerPosition? {
        let before = try slice(from: place, isForward: false, limit, in: db).rows
        guard limit > 0, before.count >= limit else { return nil }
        return before[min(lead, limit - 1)].mark
    }

    /// The next replies in one direction, before the reader's permissions are applied.
    ///
    /// The length is a parameter. PostgreSQL then expects that a tenth of the replies is needed, and reads
    /// `post_thread_time` in its order. If it saw the number, it would compare it with the usual number of replies of a
    /// discussion, which is small, and read and sort all replies of a long one.
    private func slice(
        from place: AnswerPosition?, isForward: Bool, _ length: Int, in db: some Queryable
    ) throws(DatabaseError) -> Slice {
        let start: (Timestamp, ID<Post>) =
            place.map { ($0.publishedAt, $0.post) } ?? (Timestamp(isForward ? .min : .max), isForward ? .first : .last)
        let direction: SQL = isForward ? "ASC" : "DESC"
        let comparison: SQL = isForward ? ">" : "<"
        let rows = try db.rows(
            """
            SELECT p.id, p.published_at, CASE WHEN \(Conditions.mayReadPost) THEN 1 ELSE 0 END AS is_shown
            FROM \(Conditions.reader(viewer)) CROSS JOIN (
                SELECT y.id FROM post y
                WHERE \(Threads.isAnswer(to: subject)) AND (y.published_at, y.id) \(comparison) (\(start.0), \(start.1))
                ORDER BY y.published_at \(direction), y.id \(direction) LIMIT \(length)) c
            JOIN post p ON p.id = c.id JOIN account a ON a.id = p.author_id
            ORDER BY p.published_at \(direction), p.id \(direction)
            """)
        var slice = Slice(rows: [], end: nil)
        for row in rows {
            let mark = AnswerPosition(publishedAt: try row.time("published_at"), post: try row.id("id"))
            slice.rows.append(Found(mark: mark, item: mark.post, isShown: try row.int("is_shown") == 1))
        }
        if rows.count == length { slice.end = slice.rows.last?.mark }
        return slice
    }
}
