// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// Where an answer stands in its discussion: by when it was written.
public struct AnswerPosition: Sendable, Hashable {
    /// When it was written.
    public var publishedAt: Timestamp
    /// Its number: of two that were written at one time the smaller comes first.
    public var post: ID<Post>

    /// Creates the value.
    public init(publishedAt: Timestamp, post: ID<Post>) {
        self.publishedAt = publishedAt
        self.post = post
    }
}

/// Which page of a discussion's answers is asked for.
public enum AnswerRange: Sendable, Hashable {
    /// The first one.
    case beginning
    /// The one behind a place.
    case after(AnswerPosition)
    /// The one before a place.
    case before(AnswerPosition)
    /// The one on which an answer stands.
    case around(AnswerPosition)
}

/// One page of a discussion's answers, oldest first.
public struct AnswerPage: Sendable, Hashable {
    /// The answers.
    public var posts: [ID<Post>]
    /// Before what the page of earlier answers ends; nil when there are none.
    public var earlier: AnswerPosition?
    /// Behind what the page of later answers begins; nil when there are none.
    public var later: AnswerPosition?
}

/// Discussions from their beginning, as far as the viewer may read them.
public enum Threads {
    /// How many answers of a discussion a page shows.
    public static let pageSize = 100
    /// How many answers stand before the one for which a page was asked.
    private static let lead = 20

    /// One page of the answers to a post that starts a discussion, or of all that was said about an event.
    ///
    /// The cost does not depend on how many answers there are.
    ///
    /// - Parameters:
    ///   - viewer: nil for a stranger.
    ///   - limit: how many answers the page holds.
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

    /// The posts of a thread; the one that starts it comes first, whatever the clocks of its answerers say.
    ///
    /// - Parameters:
    ///   - viewer: nil for a stranger.
    ///   - limit: the oldest that many.
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

    /// The direct answers that everybody may read, oldest first: the `replies` collection of a post or an event.
    ///
    /// - Parameters:
    ///   - object: what is answered, known here or not.
    ///   - limit: the oldest that many.
    public static func replyIRIs(
        to object: IRI, limit: Int = 500, in db: some Queryable
    ) throws(DatabaseError) -> [IRI] {
        let rows = try db.rows(
            """
            SELECT p.iri FROM \(Conditions.reader(nil)) CROSS JOIN post p JOIN account a ON a.id = p.author_id
            WHERE p.in_reply_to_iri = \(object) AND \(Conditions.mayReadPost)
            ORDER BY p.published_at, p.id LIMIT \(limit)
            """)
        var iris: [IRI] = []
        for row in rows { iris.append(try row.iri("iri")) }
        return iris
    }
}

/// The answers of one discussion, as one reader sees them.
private struct Thread {
    let subject: TimelineItem.Subject
    let viewer: ID<Account>?
    let limit: Int

    private typealias Slice = RangeScan.Slice<AnswerPosition, ID<Post>>
    private typealias Found = RangeScan.Found<AnswerPosition, ID<Post>>

    /// The answers behind a place.
    func page(after place: AnswerPosition?, in db: some Queryable) throws(DatabaseError) -> AnswerPage {
        let found = try RangeScan.read(limit: limit) { mark, length throws(DatabaseError) -> Slice in
            try slice(from: mark ?? place, isForward: true, length, in: db)
        }
        // Whoever names a place has come from the answers before it.
        return AnswerPage(
            posts: found.shown.map(\.item), earlier: place == nil ? nil : found.shown.first?.mark ?? place,
            later: found.next)
    }

    /// The answers before a place.
    func page(before place: AnswerPosition, in db: some Queryable) throws(DatabaseError) -> AnswerPage {
        let found = try RangeScan.read(limit: limit) { mark, length throws(DatabaseError) -> Slice in
            try slice(from: mark ?? place, isForward: false, length, in: db)
        }
        return AnswerPage(
            posts: found.shown.reversed().map(\.item), earlier: found.next, later: found.shown.first?.mark ?? place)
    }

    /// Behind what the page begins on which an answer stands; nil when that is the first page.
    func start(
        for place: AnswerPosition, lead: Int, in db: some Queryable
    ) throws(DatabaseError) -> AnswerPosition? {
        let before = try slice(from: place, isForward: false, limit, in: db).rows
        guard limit > 0, before.count >= limit else { return nil }
        return before[min(lead, limit - 1)].mark
    }

    /// The next answers in one direction, shown or not.
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
                WHERE \(isAnswer) AND (y.published_at, y.id) \(comparison) (\(start.0), \(start.1))
                ORDER BY y.published_at \(direction), y.id \(direction) LIMIT \(RangeScan.literal(length))) c
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

    /// The post `y` is one of the answers.
    private var isAnswer: SQL {
        switch subject {
        case .post(let thread): "y.thread_id = \(thread) AND y.id <> \(thread)"
        case .event(let event): "y.event_id = \(event)"
        }
    }
}
