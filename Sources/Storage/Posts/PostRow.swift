// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

/// The columns of the table `post` in a SELECT under the alias `p`, and how a ``Post`` is read from them.
enum PostRow {
    /// In the order in which ``read(_:)`` takes them.
    static let names = [
        "id", "iri", "author_id", "content_html", "visibility", "published_at", "is_local", "group_id",
        "in_reply_to_id", "in_reply_to_iri", "thread_id", "event_id", "kind", "title", "source", "warning",
        "sensitive", "language", "url", "edited_at", "app_id", "quote_policy", "emojis", "quoted_iri", "quoted_id",
        "quote_state", "quote_authorization",
    ]

    /// The list of columns, each renamed to `p_` plus its own name.
    static let columns = SQL(stringLiteral: names.map { "p.\($0) AS p_\($0)" }.joined(separator: ", "))

    /// Reads the post from a row of a query over ``columns``.
    ///
    /// - Throws: `.invalidValue` when a stored value does not fit its type.
    static func read(_ row: Row) throws(DatabaseError) -> Post {
        var row = try row.reader(from: "p_id")
        var post = Post(
            id: try row.id(), iri: try row.iri(), author: try row.id(), content: try row.html(),
            visibility: try row.choice(), publishedAt: try row.time(), isLocal: try row.bool())
        post.group = try row.idOrNil()
        post.inReplyTo = try row.idOrNil()
        post.inReplyToIRI = try row.iriOrNil()
        post.thread = try row.id()
        post.event = try row.idOrNil()
        post.kind = try row.choice()
        post.title = try row.text()
        post.source = try row.textOrNil()
        post.warning = try row.text()
        post.sensitive = try row.bool()
        post.language = try row.textOrNil()
        post.url = try row.iriOrNil()
        post.editedAt = try row.timeOrNil()
        post.app = try row.intOrNil()
        post.quotePolicy = try row.choice()
        post.emojis = ShortcodeList.read(try row.text())
        if let quoted = try row.iriOrNil() {
            post.quote = Quote(
                iri: quoted, post: try row.idOrNil(), state: try row.choice(), authorization: try row.iriOrNil())
        }
        return post
    }

    /// The ids of a query whose only column is `id`, in the order of the query.
    static func ids<Entity>(_ sql: SQL, in db: some Queryable) throws(DatabaseError) -> [ID<Entity>] {
        var ids: [ID<Entity>] = []
        for row in try db.rows(sql) { ids.append(try row.id("id")) }
        return ids
    }
}
