// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The column `thread_reply_count` of a thread's first post is the number of its replies, and new indexes sort
    /// replies by their publication. So the cost of a list or a page does not grow with the discussion.
    static let threadCounts = Migration(20, "thread_counts") { _ in
        "ALTER TABLE post ADD COLUMN thread_reply_count \(.integer) NOT NULL DEFAULT 0"
        """
        UPDATE post SET thread_reply_count = y.answers
        FROM (SELECT p.thread_id AS id, count(*) AS answers FROM post p
              WHERE p.thread_id <> p.id AND p.visibility IN ('public', 'unlisted') GROUP BY p.thread_id) y
        WHERE post.id = y.id AND post.thread_id = post.id
        """
        "CREATE INDEX post_thread_time ON post (thread_id, published_at, id)"
        "CREATE INDEX post_event_time ON post (event_id, published_at, id) WHERE event_id IS NOT NULL"
        "DROP INDEX post_event"
    }
}
