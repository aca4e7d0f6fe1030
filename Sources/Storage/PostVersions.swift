// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What posts said before they were changed.
public enum PostVersions {
    /// The versions of a post, oldest first; the last one is what it says now.
    public static func of(_ post: Post, in db: some Queryable) throws(DatabaseError) -> [PostVersion] {
        var versions: [PostVersion] = []
        let rows = try db.rows(
            """
            SELECT created_at, title, content_html, warning, sensitive, options FROM post_edit
            WHERE post_id = \(post.id) ORDER BY created_at
            """)
        for row in rows {
            versions.append(
                PostVersion(
                    at: try row.time("created_at"), title: try row.text("title"),
                    content: try row.html("content_html"), warning: try row.text("warning"),
                    sensitive: try row.bool("sensitive"),
                    options: try row.text("options").split(separator: "\n").map(String.init)))
        }
        let options = try Polls.one(post.id, viewer: nil, in: db)?.options.map(\.title) ?? []
        versions.append(
            PostVersion(
                at: post.editedAt ?? post.publishedAt, title: post.title, content: post.content,
                warning: post.warning, sensitive: post.sensitive, options: options))
        return versions
    }

    /// Keeps what a post says before it says `next`; not when that is no edit.
    static func keep(before next: Post, in tx: Transaction) throws(DatabaseError) {
        guard let editedAt = next.editedAt else { return }
        let options = try Polls.one(next.id, viewer: nil, in: tx)?.options.map(\.title).joined(separator: "\n") ?? ""
        try tx.run(
            """
            INSERT INTO post_edit (post_id, created_at, title, content_html, warning, sensitive, options)
            SELECT p.id, coalesce(p.edited_at, p.published_at), p.title, p.content_html, p.warning, p.sensitive,
                \(options)
            FROM post p WHERE p.id = \(next.id) AND coalesce(p.edited_at, p.published_at) <> \(editedAt)
            ON CONFLICT (post_id, created_at) DO NOTHING
            """)
    }
}
