// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// Discussions from their beginning: what answers what, oldest first, as far as the viewer may read it.
public enum Threads {
    /// The posts of a thread; the one that starts it comes first, whatever the clocks of its answerers say.
    ///
    /// - Parameters:
    ///   - viewer: nil for a stranger.
    ///   - limit: the oldest that many.
    public static func load(
        _ thread: ID<Post>, viewer: ID<Account>?, limit: Int = 500, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Post>] {
        try PostRow.ids(
            """
            SELECT p.id AS id FROM post p JOIN account a ON a.id = p.author_id
            WHERE p.thread_id = \(thread) AND \(isReadable(viewer))
            ORDER BY CASE WHEN p.id = \(thread) THEN 0 ELSE 1 END, p.published_at, p.id LIMIT \(limit)
            """, in: db)
    }

    /// The posts that answer an object directly, known here or not.
    public static func replies(
        toObject object: IRI, viewer: ID<Account>?, limit: Int = 500, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Post>] {
        try PostRow.ids(
            """
            SELECT p.id AS id FROM post p JOIN account a ON a.id = p.author_id
            WHERE p.in_reply_to_iri = \(object) AND \(isReadable(viewer))
            ORDER BY p.published_at, p.id LIMIT \(limit)
            """, in: db)
    }

    /// All that was said about an event, answers to answers included.
    public static func aboutEvent(
        _ event: ID<Event>, viewer: ID<Account>?, limit: Int = 500, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Post>] {
        try PostRow.ids(
            """
            SELECT p.id AS id FROM post p JOIN account a ON a.id = p.author_id
            WHERE p.event_id = \(event) AND \(isReadable(viewer))
            ORDER BY p.published_at, p.id LIMIT \(limit)
            """, in: db)
    }

    /// The direct answers that everybody may read, oldest first: the `replies` collection of a post.
    ///
    /// - Parameter limit: the oldest that many.
    public static func replyIRIs(
        of post: ID<Post>, limit: Int = 500, in db: some Queryable
    ) throws(DatabaseError) -> [IRI] {
        let rows = try db.rows(
            """
            SELECT p.iri FROM post p JOIN account a ON a.id = p.author_id
            WHERE p.in_reply_to_iri = (SELECT q.iri FROM post q WHERE q.id = \(post)) AND \(isReadable(nil))
            ORDER BY p.published_at, p.id LIMIT \(limit)
            """)
        var iris: [IRI] = []
        for row in rows { iris.append(try row.iri("iri")) }
        return iris
    }

    private static func isReadable(_ viewer: ID<Account>?) -> SQL {
        "\(Conditions.isShown) AND \(Conditions.mayRead(viewer ?? .first))"
    }
}
