// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

extension OutboxQueue {
    /// The inboxes of all servers that may have a post of this node; one for each host that offers a shared inbox. One
    /// statement.
    ///
    /// These are the servers of the followers of its author, of the followers of the group that relayed it and of those
    /// who boosted it; of the mentioned accounts, and of those who boosted, favourited, quoted or answered it or voted in
    /// its poll. A direct message is only known to those whom it mentions.
    public static func readerInboxes(
        of post: ID<Post>, in db: some Queryable
    ) throws(DatabaseError) -> [IRI] {
        try inboxes(
            in: try db.rows(
                """
                SELECT DISTINCT coalesce(a.shared_inbox, a.inbox) AS inbox FROM account a
                WHERE a.host <> '' AND a.inbox IS NOT NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL
                    AND a.id IN (
                        SELECT f.follower_id FROM follow f
                        WHERE f.state = 'accepted' AND f.target_id IN (
                            SELECT p.author_id FROM post p WHERE p.id = \(post) AND p.visibility <> 'direct'
                            UNION SELECT p.group_id FROM post p WHERE p.id = \(post) AND p.visibility = 'public'
                            UNION SELECT b.account_id FROM boost b WHERE b.post_id = \(post))
                        UNION SELECT m.account_id FROM mention m WHERE m.post_id = \(post)
                        UNION SELECT p.group_id FROM post p
                            WHERE p.id = \(post) AND p.visibility IN ('public', 'unlisted')
                        UNION SELECT b.account_id FROM boost b WHERE b.post_id = \(post)
                        UNION SELECT l.account_id FROM post_like l WHERE l.post_id = \(post)
                        UNION SELECT v.account_id FROM poll_vote v WHERE v.post_id = \(post)
                        UNION SELECT q.author_id FROM post q WHERE q.quoted_id = \(post)
                        UNION SELECT r.author_id FROM post r
                            WHERE r.in_reply_to_iri = (SELECT p.iri FROM post p WHERE p.id = \(post)))
                """))
    }
}
