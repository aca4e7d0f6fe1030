// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The table `post`, with the mentions, hashtags and attachments of each post.
public enum Posts {
    /// The maximum depth at which replies that arrived before their parent are searched below it.
    private static let orphanDepth = 200

    /// Stores a post with its parts. When its `iri` is known, nothing changes.
    ///
    /// A reply to a known post has both `inReplyTo` and `inReplyToIRI`, and the thread of its parent.
    ///
    /// - Returns: whether it is new.
    @discardableResult
    public static func insert(_ p: Post, _ parts: PostParts, in tx: Transaction) throws(DatabaseError) -> Bool {
        let inserted = try tx.changed("\(insertion(of: p)) ON CONFLICT (iri) DO NOTHING")
        guard inserted == 1 else { return false }
        try addRest(of: p, parts, hasQuotes: !p.isLocal, in: tx)
        return true
    }

    /// Stores a post of another node. Replies and quotes that arrived before it are linked to it.
    ///
    /// - Parameter arriving: what was read about the post in the same transaction.
    /// - Returns: whether it is new.
    public static func insert(
        _ p: Post, _ parts: PostParts, _ arriving: ArrivingPost, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try insert(p, parts, arriving, asking: [], in: tx) != nil
    }

    /// As above, for a caller that has questions whose answers do not depend on the parts of the post. PostgreSQL
    /// answers in the same round trip.
    ///
    /// - Returns: the answers; nil when the post is not new.
    static func insert(
        _ p: Post, _ parts: PostParts, _ arriving: ArrivingPost, asking questions: [SQL], in tx: Transaction
    ) throws(DatabaseError) -> [[Row]]? {
        let answers = try tx.rows(
            ofEach: ["\(insertion(of: p)) ON CONFLICT (iri) DO NOTHING RETURNING id"] + questions)
        guard answers.first?.isEmpty == false else { return nil }
        try addRest(of: p, parts, words: arriving.words, hasQuotes: arriving.hasQuotes, in: tx)
        if arriving.hasReplies { try attachOrphanReplies(of: p, in: tx) }
        return Array(answers.dropFirst())
    }

    /// Stores a post that was just written here, with its parts. The result of the statement is not waited for: the id
    /// is new, so nobody else can have stored the post.
    public static func insertNew(_ p: Post, _ parts: PostParts, in tx: Transaction) throws(DatabaseError) {
        try tx.run(insertion(of: p))
        // Nobody can have quoted a local post before it was stored.
        try addRest(of: p, parts, hasQuotes: false, in: tx)
    }

    private static func insertion(of p: Post) -> SQL { "INSERT INTO post \(row: columns(of: p))" }

    /// Stores what belongs to a post besides its row: its parts, its timeline item, its words and its counts.
    ///
    /// - Parameters:
    ///   - words: its search words, when the caller knows them already.
    ///   - hasQuotes: whether quotes of it may have arrived before it.
    private static func addRest(
        of p: Post, _ parts: PostParts, words: String? = nil, hasQuotes: Bool, in tx: Transaction
    ) throws(DatabaseError) {
        try insertParts(parts, of: p, in: tx)
        if let poll = parts.poll { try Polls.set(poll, of: p.id, in: tx) }
        try TimelineItems.put(p, in: tx)
        ItemSearchIndex.put(words ?? p.searchWords(parts), of: p, in: tx)
        PostCounts.added(p, in: tx)
        try DiscussionOrder.added(p, in: tx)
        if hasQuotes { try Quotes.linkEarlierQuotes(p, in: tx) }
        tx.announce(ID<TimelineItem>(p.id.rawValue), writtenAt: p.publishedAt)
    }

    /// All columns of a post.
    static func columns(of p: Post) -> [ColumnValue] {
        let fixed: [ColumnValue] = [
            ColumnValue("id", p.id), ColumnValue("iri", p.iri), ColumnValue("author_id", p.author),
            ColumnValue("is_local", p.isLocal), ColumnValue("app_id", p.app),
        ]
        return fixed + changeableColumns(of: p)
    }

    /// The columns that an edit may change.
    static func changeableColumns(of p: Post) -> [ColumnValue] {
        [
            ColumnValue("group_id", p.group), ColumnValue("in_reply_to_id", p.inReplyTo),
            ColumnValue("in_reply_to_iri", p.inReplyToIRI), ColumnValue("thread_id", p.thread),
            ColumnValue("event_id", p.event), ColumnValue("kind", p.kind), ColumnValue("title", p.title),
            ColumnValue("content_html", p.content), ColumnValue("source", p.source), ColumnValue("warning", p.warning),
            ColumnValue("sensitive", p.sensitive), ColumnValue("visibility", p.visibility),
            ColumnValue("language", p.language), ColumnValue("url", p.url), ColumnValue("published_at", p.publishedAt),
            ColumnValue("edited_at", p.editedAt), ColumnValue("quoted_iri", p.quote?.iri),
            ColumnValue("quoted_id", p.quote?.post), ColumnValue("quote_state", p.quote?.state),
            ColumnValue("quote_authorization", p.quote?.authorization), ColumnValue("quote_policy", p.quotePolicy),
            ColumnValue("emojis", ShortcodeList.text(p.emojis)),
        ]
    }

    /// Replaces the content of a post and its parts. Its id, IRI, author and `is_local` stay. When `editedAt` changes,
    /// the earlier content is stored as a version.
    ///
    /// - Returns: the newly mentioned accounts.
    @discardableResult
    public static func update(_ p: Post, _ parts: PostParts, in tx: Transaction) throws(DatabaseError) -> [ID<Account>]
    {
        try PostVersions.keep(before: p, in: tx)
        try PostCounts.updating(p, in: tx)
        try tx.run("UPDATE post SET \(set: changeableColumns(of: p)) WHERE id = \(p.id)")
        let named: [ID<Account>] = try PostRow.ids(
            "SELECT m.account_id AS id FROM mention m WHERE m.post_id = \(p.id)", in: tx)
        try tx.run("DELETE FROM mention WHERE post_id = \(p.id)")
        try Tags.removing(p.id, in: tx)
        try tx.run("DELETE FROM hashtag WHERE post_id = \(p.id)")
        try tx.run("DELETE FROM attachment WHERE post_id = \(p.id)")
        try Polls.set(parts.poll, of: p.id, in: tx)
        try insertParts(parts, of: p, in: tx)
        try TimelineItems.put(p, in: tx)
        try ItemSearchIndex.replace(p, parts, in: tx)
        tx.announce(StreamEvent.edited(ID(p.id.rawValue)))
        return parts.mentions.filter { !named.contains($0) }
    }

    /// Deletes a post with its parts, boosts and favourites. Its replies stay in their thread, without a parent.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func delete(_ id: ID<Post>, in tx: Transaction) throws(DatabaseError) -> Bool {
        try PostCounts.removing(id, in: tx)
        try StreamDeletions.removing(id, in: tx)
        try DirectConversations.losing("p.id = \(id)", in: tx)
        try Quotes.removing(id, in: tx)
        try Tags.removing(id, in: tx)
        try tx.run(
            """
            UPDATE post SET in_reply_to_id = NULL,
                ancestor_id = CASE WHEN in_reply_to_id = \(id) THEN \(ancestor(of: id)) ELSE ancestor_id END
            WHERE in_reply_to_iri = (SELECT q.iri FROM post q WHERE q.id = \(id))
            """)
        try tx.run("UPDATE post SET ancestor_id = \(ancestor(of: id)) WHERE ancestor_id = \(id)")
        return try tx.changed("DELETE FROM post WHERE id = \(id)") == 1
    }

    /// The nearest stored post above a post.
    private static func ancestor(of id: ID<Post>) -> SQL {
        "(SELECT coalesce(q.in_reply_to_id, q.ancestor_id) FROM post q WHERE q.id = \(id))"
    }

    /// Takes a post out of a group. The post itself, its replies and its thread stay.
    ///
    /// - Returns: whether the post was in the group.
    @discardableResult
    public static func remove(
        _ id: ID<Post>, from group: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let removed = try tx.changed("UPDATE post SET group_id = NULL WHERE id = \(id) AND group_id = \(group)")
        if removed == 1 { tx.announce(StreamEvent.edited(ID(id.rawValue))) }
        return removed == 1
    }

    /// Puts a post that is in no group into a group.
    ///
    /// - Returns: whether it was in none.
    static func put(_ id: ID<Post>, into group: ID<Account>, in tx: Transaction) throws(DatabaseError) -> Bool {
        let changed = try tx.changed("UPDATE post SET group_id = \(group) WHERE id = \(id) AND group_id IS NULL")
        if changed == 1 { tx.announce(StreamEvent.edited(ID(id.rawValue))) }
        return changed == 1
    }

    /// Links replies that arrived before their parent `p` to it, and gives the replies below them its thread and event.
    ///
    /// The caller calls it after `p` was stored. The search stops after 200 levels, because replies may form a
    /// circle.
    public static func attachOrphanReplies(of p: Post, in tx: Transaction) throws(DatabaseError) {
        let attached = try tx.changed(
            """
            UPDATE post SET in_reply_to_id = \(p.id)
            WHERE in_reply_to_iri = \(p.iri) AND in_reply_to_id IS NULL AND id <> \(p.id)
            """)
        guard attached > 0 else { return }
        try TimelineItems.linkReplies(to: p, in: tx)
        PostCounts.change("reply_count", of: p.id, by: attached, in: tx)
        let branch: SQL = """
            WITH RECURSIVE below (id, depth) AS (
                SELECT q.id, 1 FROM post q WHERE q.in_reply_to_iri = \(p.iri)
                UNION
                SELECT r.id, b.depth + 1
                FROM below b JOIN post q ON q.id = b.id JOIN post r ON r.in_reply_to_iri = q.iri
                WHERE b.depth < \(orphanDepth))
            SELECT id FROM below WHERE id <> \(p.id)
            """
        try PostCounts.moving(branch, to: p.thread, in: tx)
        try tx.run(
            """
            UPDATE post SET thread_id = \(p.thread), event_id = \(p.event),
                thread_reply_count = CASE WHEN id = \(p.thread) THEN thread_reply_count ELSE 0 END
            WHERE id IN (\(branch))
            """)
    }

    /// Links discussions about an event that arrived before the event to it.
    public static func attachOrphanReplies(of event: Event, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE post SET event_id = \(event.id)
            WHERE thread_id IN (SELECT q.thread_id FROM post q WHERE q.in_reply_to_iri = \(event.iri))
            """)
    }

    /// The post with this id.
    public static func byID(_ id: ID<Post>, in db: some Queryable) throws(DatabaseError) -> Post? {
        try first("SELECT \(PostRow.columns) FROM post p WHERE p.id = \(id)", in: db)
    }

    /// The post with this IRI.
    public static func byIRI(_ iri: IRI, in db: some Queryable) throws(DatabaseError) -> Post? {
        try first("SELECT \(PostRow.columns) FROM post p WHERE p.iri = \(iri)", in: db)
    }

    /// The remote post whose web page has this address. When several posts state the same page, the oldest one counts.
    public static func byURL(_ url: IRI, in db: some Queryable) throws(DatabaseError) -> Post? {
        try first(
            """
            SELECT \(PostRow.columns) FROM post p WHERE p.url = \(url) AND NOT p.is_local ORDER BY p.id LIMIT 1
            """, in: db)
    }

    /// The IRIs of posts, in the order of `ids`; unknown ids are left out.
    public static func iris(of ids: [ID<Post>], in db: some Queryable) throws(DatabaseError) -> [IRI] {
        var found: [ID<Post>: IRI] = [:]
        for list in ids.inLists() {
            for row in try db.rows("SELECT p.id, p.iri FROM post p WHERE p.id IN (\(list: list))") {
                found[try row.id("id")] = try row.iri("iri")
            }
        }
        return ids.compactMap { found[$0] }
    }

    /// The parts of a post: mentions by account id, hashtags in alphabetical order, attachments in their order.
    public static func parts(of id: ID<Post>, in db: some Queryable) throws(DatabaseError) -> PostParts {
        var parts = PostParts()
        parts.mentions = try PostRow.ids(
            "SELECT m.account_id AS id FROM mention m WHERE m.post_id = \(id) ORDER BY m.account_id", in: db)
        for row in try db.rows("SELECT tag FROM hashtag WHERE post_id = \(id) ORDER BY tag") {
            parts.hashtags.append(try row.text("tag"))
        }
        let attachments: SQL = "SELECT \(AttachmentRow.columns) FROM attachment WHERE post_id = \(id) ORDER BY position"
        for row in try db.rows(attachments) { parts.attachments.append(try AttachmentRow.read(row)) }
        parts.poll = try Polls.one(id, viewer: nil, in: db)
        return parts
    }

    /// The viewer's relation to a post: all facts that `PostPolicy` needs.
    public static func relation(
        of viewer: ID<Account>, to post: Post, in db: some Queryable
    ) throws(DatabaseError) -> PostRelation {
        let row = try db.row("SELECT \(relationColumns(of: viewer)) FROM post p WHERE p.id = \(post.id)")
        return try row.map { row throws(DatabaseError) in try relation(of: viewer, to: post.author, row) } ?? .stranger
    }

    /// The post with this IRI, and the viewer's relation to it. One statement.
    public static func byIRI(
        _ iri: IRI, seenBy viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> (post: Post, relation: PostRelation)? {
        try withRelation(try db.rows(withRelation([iri], of: viewer)), of: viewer)[iri]
    }

    /// The statement that reads posts and the viewer's relation to each of them.
    static func withRelation(_ iris: [IRI], of viewer: ID<Account>) -> SQL {
        "SELECT \(PostRow.columns), \(relationColumns(of: viewer)) FROM post p WHERE p.iri IN (\(list: iris))"
    }

    /// The result of the statement above.
    static func withRelation(
        _ rows: [Row], of viewer: ID<Account>
    ) throws(DatabaseError) -> [IRI: (post: Post, relation: PostRelation)] {
        var found: [IRI: (post: Post, relation: PostRelation)] = [:]
        for row in rows {
            let post = try PostRow.read(row)
            found[post.iri] = (post, try relation(of: viewer, to: post.author, row))
        }
        return found
    }

    private static func relationColumns(of viewer: ID<Account>) -> SQL {
        """
        \(Conditions.follows(viewer, "p.author_id")) AS follows,
            EXISTS (SELECT 1 FROM mention x WHERE x.post_id = p.id AND x.account_id = \(viewer) \(.rowByRow)) AS is_mentioned,
            (\(Conditions.noBlock(between: viewer, and: "p.author_id"))) AS is_free
        """
    }

    private static func relation(
        of viewer: ID<Account>, to author: ID<Account>, _ row: Row
    ) throws(DatabaseError) -> PostRelation {
        PostRelation(
            isAuthor: author == viewer, followsAuthor: try row.bool("follows"),
            isMentioned: try row.bool("is_mentioned"), isBlocked: try !row.bool("is_free"))
    }

    private static func first(_ sql: SQL, in db: some Queryable) throws(DatabaseError) -> Post? {
        guard let row = try db.row(sql) else { return nil }
        return try PostRow.read(row)
    }

    private static func insertParts(
        _ parts: PostParts, of p: Post, in tx: Transaction
    ) throws(DatabaseError) {
        let post = p.id
        var rest = parts.mentions[...]
        while !rest.isEmpty {
            let rows = rest.prefix(100).map { account -> SQL in "(\(post), \(account))" }
            rest = rest.dropFirst(100)
            try tx.run(
                """
                INSERT INTO mention (post_id, account_id)
                VALUES \(SQL.joined(rows.paddedToPowerOfTwo, separator: ", "))
                ON CONFLICT (post_id, account_id) DO NOTHING
                """)
        }
        try Tags.add(parts.hashtags, to: post, in: tx)
        // The upper bits of a post's id are the time of its arrival.
        let arrival = max(Timestamp(p.id.rawValue >> 16), p.editedAt ?? p.publishedAt)
        try CustomEmojis.remember(parts.emojis, of: p.iri.authority, at: arrival, in: tx)
        try AttachmentRow.insert(parts.attachments, of: post, in: tx)
    }
}
