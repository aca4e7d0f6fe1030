// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The table `post_edit`: earlier versions of edited posts.
public enum PostVersions {
    /// The versions of a post, oldest first. The last one is the current content.
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
        let shown = try attachments(of: post.id, in: db)
        for index in versions.indices { versions[index].attachments = shown[versions[index].at] ?? [] }
        let options = try Polls.one(post.id, viewer: nil, in: db)?.options.map(\.title) ?? []
        var last = PostVersion(
            at: post.editedAt ?? post.publishedAt, title: post.title, content: post.content,
            warning: post.warning, sensitive: post.sensitive, options: options)
        last.attachments = try Posts.parts(of: post.id, in: db).attachments
        return versions + [last]
    }

    /// The attachments of earlier versions, by the start time of the version.
    private static func attachments(
        of post: ID<Post>, in db: some Queryable
    ) throws(DatabaseError) -> [Timestamp: [Attachment]] {
        var shown: [Timestamp: [Attachment]] = [:]
        let rows = try db.rows(
            """
            SELECT created_at, \(AttachmentRow.columns) FROM post_edit_attachment
            WHERE post_id = \(post) ORDER BY created_at, position
            """)
        for row in rows { shown[try row.time("created_at"), default: []].append(try AttachmentRow.read(row)) }
        return shown
    }

    /// Stores the current content of a post as a version before it is replaced by `next`. It does nothing when `next`
    /// is not an edit.
    static func keep(before next: Post, in tx: Transaction) throws(DatabaseError) {
        guard let editedAt = next.editedAt else { return }
        let options = try Polls.one(next.id, viewer: nil, in: tx)?.options.map(\.title).joined(separator: "\n") ?? ""
        let kept = try tx.changed(
            """
            INSERT INTO post_edit (post_id, created_at, title, content_html, warning, sensitive, options)
            SELECT p.id, coalesce(p.edited_at, p.published_at), p.title, p.content_html, p.warning, p.sensitive,
                \(options)
            FROM post p WHERE p.id = \(next.id) AND coalesce(p.edited_at, p.published_at) <> \(editedAt)
            ON CONFLICT (post_id, created_at) DO NOTHING
            """)
        guard kept == 1 else { return }
        try tx.run(
            """
            INSERT INTO post_edit_attachment (post_id, created_at, position, \(AttachmentRow.columns))
            SELECT a.post_id, (SELECT coalesce(p.edited_at, p.published_at) FROM post p WHERE p.id = a.post_id),
                a.position, \(AttachmentRow.columns)
            FROM attachment a WHERE a.post_id = \(next.id)
            """)
    }
}
