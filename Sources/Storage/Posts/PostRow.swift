// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

/// The columns of the table `post` in a SELECT under the alias `p`, and how a ``Post`` is read from them.
enum PostRow {
    static let names = [
        "id", "iri", "author_id", "group_id", "in_reply_to_id", "in_reply_to_iri", "thread_id", "event_id", "kind",
        "title", "content_html", "source", "warning", "sensitive", "visibility", "language", "url", "published_at",
        "edited_at", "is_local", "app_id", "quoted_iri", "quoted_id", "quote_state", "quote_authorization",
        "quote_policy",
    ]

    /// The list of columns, each renamed to `p_` plus its own name.
    static let columns = SQL(stringLiteral: names.map { "p.\($0) AS p_\($0)" }.joined(separator: ", "))

    /// Reads the post from a row of a query over ``columns``.
    ///
    /// - Throws: `.invalidValue` when a stored value does not fit its type.
    static func read(_ row: Row) throws(DatabaseError) -> Post {
        var post = Post(
            id: try row.id("p_id"), iri: try row.iri("p_iri"), author: try row.id("p_author_id"),
            content: try row.html("p_content_html"), visibility: try row.choice("p_visibility"),
            publishedAt: try row.time("p_published_at"), isLocal: try row.bool("p_is_local"))
        post.group = try row.idOrNil("p_group_id")
        post.inReplyTo = try row.idOrNil("p_in_reply_to_id")
        post.inReplyToIRI = try row.iriOrNil("p_in_reply_to_iri")
        post.thread = try row.id("p_thread_id")
        post.event = try row.idOrNil("p_event_id")
        post.kind = try row.choice("p_kind")
        post.title = try row.text("p_title")
        post.source = try row.textOrNil("p_source")
        post.warning = try row.text("p_warning")
        post.sensitive = try row.bool("p_sensitive")
        post.language = try row.textOrNil("p_language")
        post.url = try row.iriOrNil("p_url")
        post.editedAt = try row.timeOrNil("p_edited_at")
        post.app = try row.intOrNil("p_app_id")
        post.quotePolicy = try row.choice("p_quote_policy")
        if let quoted = try row.iriOrNil("p_quoted_iri") {
            post.quote = Quote(
                iri: quoted, post: try row.idOrNil("p_quoted_id"), state: try row.choice("p_quote_state"),
                authorization: try row.iriOrNil("p_quote_authorization"))
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
