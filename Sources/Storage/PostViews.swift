// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// A post with all that a page needs to show it to one viewer.
public struct PostView: Sendable, Hashable, Identifiable {
    /// The post.
    public var post: Post
    /// Who wrote it.
    public var author: Account
    /// The group it was written into.
    public var group: Account?
    /// Who is named in it, by id.
    public var mentions: [Account] = []
    /// Hashtags by letter, without `#`.
    public var hashtags: [String] = []
    /// Pictures and files, in their order.
    public var attachments: [Attachment] = []
    /// Answers that the viewer may read: in the whole thread when the post starts one, else to the post itself.
    public var replyCount = 0
    /// When the newest of these answers was written.
    public var lastReplyAt: Timestamp?
    /// Who answered, newest answer first, each once; 5 at the most.
    public var repliers: [Account] = []
    /// The group, other than `group`, that relayed it here first.
    public var sharedBy: Account?
    /// Whether the viewer likes it.
    public var viewerLiked = false
    /// Whether the viewer boosted it.
    public var viewerBoosted = false
    /// What it asks.
    public var poll: Poll?

    /// The post's number.
    public var id: ID<Post> { post.id }

    /// Creates the view of a post with nothing around it.
    public init(post: Post, author: Account) {
        self.post = post
        self.author = author
    }
}

/// Posts as pages show them, in a fixed number of queries.
public enum PostViews {
    /// The most answerers that a view names.
    private static let replierLimit = 5

    /// The views of posts, in the order of `ids`.
    ///
    /// Seven queries for each 500 ids, however many posts there are. A post that the viewer may not read has no view.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func load(
        _ ids: [ID<Post>], viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> [PostView] {
        var ordered: [PostView] = []
        for list in ids.inLists() {
            var views = Views(viewer: viewer ?? .first)
            try views.addPosts(Array(list), in: db)
            try views.addMentions(in: db)
            try views.addHashtags(in: db)
            try views.addAttachments(in: db)
            try views.addPolls(in: db)
            try views.addReplies(limit: replierLimit, in: db)
            try views.addRelays(in: db)
            ordered += list.compactMap { views.byID[$0] }
        }
        return ordered
    }

    /// The view of one post, when the viewer may read it.
    public static func one(
        _ id: ID<Post>, viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> PostView? {
        try load([id], viewer: viewer, in: db).first
    }
}

/// The views of one list of ids while they are gathered: one function, one query.
private struct Views {
    let viewer: ID<Account>
    var byID: [ID<Post>: PostView] = [:]

    init(viewer: ID<Account>) {
        self.viewer = viewer
    }

    private var ids: [ID<Post>] { Array(byID.keys) }

    mutating func addPosts(_ ids: [ID<Post>], in db: some Queryable) throws(DatabaseError) {
        let rows = try db.rows(
            """
            SELECT \(PostRow.columns), \(AccountRow.plain), \(AccountRow.columns(as: "g", prefix: "g_")),
                EXISTS (SELECT 1 FROM post_like x WHERE x.post_id = p.id AND x.account_id = \(viewer)) AS liked,
                EXISTS (SELECT 1 FROM boost x WHERE x.post_id = p.id AND x.account_id = \(viewer)) AS boosted
            FROM post p JOIN account a ON a.id = p.author_id LEFT JOIN account g ON g.id = p.group_id
            WHERE p.id IN (\(list: ids)) AND \(Conditions.mayRead(viewer))
            """)
        for row in rows {
            var view = PostView(post: try PostRow.read(row), author: try AccountRow.read(row))
            if view.post.group != nil { view.group = try AccountRow.read(row, prefix: "g_") }
            view.viewerLiked = try row.bool("liked")
            view.viewerBoosted = try row.bool("boosted")
            byID[view.id] = view
        }
    }

    mutating func addMentions(in db: some Queryable) throws(DatabaseError) {
        let rows = try db.rows(
            """
            SELECT m.post_id, \(AccountRow.plain) FROM mention m JOIN account a ON a.id = m.account_id
            WHERE m.post_id IN (\(list: ids)) ORDER BY m.post_id, m.account_id
            """)
        for row in rows { byID[try row.id("post_id")]?.mentions.append(try AccountRow.read(row)) }
    }

    mutating func addHashtags(in db: some Queryable) throws(DatabaseError) {
        let rows = try db.rows("SELECT post_id, tag FROM hashtag WHERE post_id IN (\(list: ids)) ORDER BY post_id, tag")
        for row in rows { byID[try row.id("post_id")]?.hashtags.append(try row.text("tag")) }
    }

    mutating func addPolls(in db: some Queryable) throws(DatabaseError) {
        for (id, poll) in try Polls.load(ids, viewer: viewer, in: db) { byID[id]?.poll = poll }
    }

    mutating func addAttachments(in db: some Queryable) throws(DatabaseError) {
        let rows = try db.rows(
            """
            SELECT post_id, \(AttachmentRow.columns) FROM attachment
            WHERE post_id IN (\(list: ids)) ORDER BY post_id, position
            """)
        for row in rows { byID[try row.id("post_id")]?.attachments.append(try AttachmentRow.read(row)) }
    }

    /// Counts the readable answers and takes the newest answerers; the totals stand in each row of a post.
    mutating func addReplies(limit: Int, in db: some Queryable) throws(DatabaseError) {
        let rows = try db.rows(
            """
            SELECT y.post_id, y.total, y.last_at, \(AccountRow.plain)
            FROM (SELECT w.post_id, p.author_id,
                      CAST(sum(count(*)) OVER (PARTITION BY w.post_id) AS \(.integer)) AS total,
                      max(max(p.published_at)) OVER (PARTITION BY w.post_id) AS last_at,
                      row_number() OVER (PARTITION BY w.post_id ORDER BY max(p.id) DESC) AS place
                  FROM (\(answers)) w JOIN post p ON p.id = w.answer_id JOIN account a ON a.id = p.author_id
                  WHERE \(Conditions.isShown) AND \(Conditions.mayRead(viewer))
                  GROUP BY w.post_id, p.author_id) y
            JOIN account a ON a.id = y.author_id
            WHERE y.place <= \(limit) ORDER BY y.post_id, y.place
            """)
        for row in rows {
            let id: ID<Post> = try row.id("post_id")
            byID[id]?.replyCount = try row.count("total")
            byID[id]?.lastReplyAt = try row.time("last_at")
            byID[id]?.repliers.append(try AccountRow.read(row))
        }
    }

    /// The rest of the thread for a post that starts one, the direct answers for any other.
    private var answers: SQL {
        """
        SELECT r.thread_id AS post_id, r.id AS answer_id FROM post r
        WHERE r.thread_id IN (\(list: ids)) AND r.id <> r.thread_id
        UNION ALL
        SELECT q.id AS post_id, r.id AS answer_id FROM post q JOIN post r ON r.in_reply_to_iri = q.iri
        WHERE q.id IN (\(list: ids)) AND q.thread_id <> q.id
        """
    }

    mutating func addRelays(in db: some Queryable) throws(DatabaseError) {
        let rows = try db.rows(
            """
            SELECT y.post_id, \(AccountRow.plain)
            FROM (SELECT b.post_id, b.account_id,
                      row_number() OVER (PARTITION BY b.post_id ORDER BY b.id) AS place
                  FROM boost b JOIN post p ON p.id = b.post_id JOIN account a ON a.id = b.account_id
                  WHERE b.post_id IN (\(list: ids)) AND a.kind = 'group' AND \(Conditions.isShown)
                      AND a.id <> p.author_id AND (p.group_id IS NULL OR p.group_id <> a.id)
                      AND \(Conditions.noBlock(between: viewer, and: "a.id"))) y
            JOIN account a ON a.id = y.account_id
            WHERE y.place = 1
            """)
        for row in rows { byID[try row.id("post_id")]?.sharedBy = try AccountRow.read(row) }
    }
}
