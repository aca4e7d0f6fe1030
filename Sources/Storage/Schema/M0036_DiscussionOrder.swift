// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The discussions that lists show (`discussion`), with the time of the last reply that everybody may read as `rank`,
    /// so that a list is sorted by activity with one index. An index also finds the activities that are held.
    static let discussionOrder = Migration(36, "discussion_order") { _ in
        """
        CREATE TABLE discussion (
            post_id \(.key) REFERENCES post (id) ON DELETE CASCADE,
            rank \(.integer) NOT NULL
        )\(.strict)
        """
        """
        INSERT INTO discussion (post_id, rank)
        SELECT p.id, coalesce(
            (SELECT max(q.published_at * 65536 + q.id % 65536) FROM post q
             WHERE q.thread_id = p.id AND q.visibility IN ('public', 'unlisted')),
            p.published_at * 65536 + p.id % 65536)
        FROM post p
        WHERE p.thread_id = p.id AND p.in_reply_to_iri IS NULL AND p.visibility = 'public'
            AND (p.is_local OR EXISTS (
                SELECT 1 FROM boost b JOIN account a ON a.id = b.account_id
                WHERE b.post_id = p.id AND a.kind = 'group'))
        """
        "CREATE INDEX discussion_rank ON discussion (rank)"
        "CREATE INDEX account_suspended ON account (suspended_at) WHERE suspended_at IS NOT NULL"
        "CREATE INDEX received_held ON received (outcome) WHERE state = 'parked'"
    }
}
