// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// Deletes what a deleted account leaves, in small steps: an account may have a hundred thousand posts.
///
/// Nobody sees anything of an account from the moment when it is marked as deleted. So the rest may take several
/// transactions. When a process dies in between, maintenance continues.
public enum AccountRemoval {
    /// The most rows of one step.
    public static let batch = 200

    /// Deletes the private rows of an account that was just marked as deleted: lists, filters, bookmarks, notes, uploads
    /// and other settings. Its posts and relations are deleted by ``step(of:limit:in:)``.
    public static func begin(of id: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        for table in owned { try tx.run("DELETE FROM \(table) WHERE account_id = \(id)") }
        try tx.run("UPDATE media SET state = 'gone', post_id = NULL, description = '' WHERE account_id = \(id)")
        try tx.run("UPDATE local_account SET sign_up_note = '' WHERE account_id = \(id)")
        tx.announce(Change.mediaWaits)
    }

    /// The tables whose rows belong to one account alone, in their column `account_id`.
    private static let owned: [SQL] = [
        "account_list", "account_list_member", "account_note", "announcement_reaction", "announcement_read", "bookmark",
        "content_filter", "conversation", "dismissed_suggestion", "endorsement", "event_invitation", "event_like",
        "featured_tag", "followed_tag", "group_ban", "group_role", "host_block", "idempotency", "mail_batch",
        "mail_choice", "mail_notice", "marker", "mute", "notification_policy", "notification_request", "pin",
        "scheduled", "thread_mute",
    ]

    /// Deletes some posts, boosts, favourites, shares, events and follows of a deleted account.
    ///
    /// - Parameter limit: the most rows of one kind that are deleted, so that the transaction is short.
    /// - Returns: how many were deleted; 0 when nothing is left.
    public static func step(of id: ID<Account>, limit: Int, in tx: Transaction) throws(DatabaseError) -> Int {
        var count = try removePosts(of: id, limit: limit, in: tx)
        if count < limit { count += try removeReactions(of: id, limit: limit - count, in: tx) }
        if count < limit { count += try removeEvents(of: id, limit: limit - count, in: tx) }
        if count < limit { count += try removeFollows(of: id, limit: limit - count, in: tx) }
        if count < limit { count += try SentActivities.hide(by: id, limit: limit - count, in: tx) }
        return count
    }

    /// Deleted accounts of which something is left.
    public static func unfinished(limit: Int, in db: some Queryable) throws(DatabaseError) -> [ID<Account>] {
        try PostRow.ids(
            """
            SELECT a.id FROM account a WHERE a.deleted_at IS NOT NULL AND (
                EXISTS (SELECT 1 FROM post x WHERE x.author_id = a.id)
                OR EXISTS (SELECT 1 FROM boost x WHERE x.account_id = a.id)
                OR EXISTS (SELECT 1 FROM post_like x WHERE x.account_id = a.id)
                OR EXISTS (SELECT 1 FROM event_share x WHERE x.account_id = a.id)
                OR EXISTS (SELECT 1 FROM event x WHERE x.owner_id = a.id AND a.host <> '')
                OR EXISTS (SELECT 1 FROM farewell x WHERE x.account_id = a.id)
                OR EXISTS (SELECT 1 FROM follow x WHERE x.follower_id = a.id)
                OR EXISTS (SELECT 1 FROM follow x WHERE x.target_id = a.id)
                OR EXISTS (SELECT 1 FROM activity x WHERE x.actor_id = a.id AND x.is_public AND x.type <> 'Delete'))
            ORDER BY a.id LIMIT \(limit)
            """, in: db)
    }

    private static func removePosts(of id: ID<Account>, limit: Int, in tx: Transaction) throws(DatabaseError) -> Int {
        let rows = try tx.rows(
            """
            SELECT p.id, p.iri, p.is_local, a.iri AS author, a.deleted_at
            FROM post p JOIN account a ON a.id = p.author_id
            WHERE p.author_id = \(id) ORDER BY p.id DESC LIMIT \(limit)
            """)
        for row in rows {
            let iri = try row.iri("iri")
            try SentActivities.forget(about: iri, in: tx)
            // Other servers that ask for the post are told that it is gone.
            if try row.bool("is_local"), let deletedAt = try row.timeOrNil("deleted_at") {
                try Tombstones.record(iri, actor: row.iri("author"), formerType: "Note", at: deletedAt, in: tx)
            }
            try Posts.delete(row.id("id"), in: tx)
        }
        return rows.count
    }

    private static func removeReactions(
        of id: ID<Account>, limit: Int, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        let boosts: [ID<Post>] = try PostRow.ids(
            "SELECT b.post_id AS id FROM boost b WHERE b.account_id = \(id) LIMIT \(limit)", in: tx)
        for post in boosts { try Boosts.remove(account: id, post: post, in: tx) }
        let likes: [ID<Post>] = try PostRow.ids(
            "SELECT l.post_id AS id FROM post_like l WHERE l.account_id = \(id) LIMIT \(limit)", in: tx)
        for post in likes { try Likes.remove(account: id, post: post, in: tx) }
        return boosts.count + likes.count
    }

    /// Deletes shares of events, and the events of an account of another node. The events of this node belong to groups.
    private static func removeEvents(of id: ID<Account>, limit: Int, in tx: Transaction) throws(DatabaseError) -> Int {
        let shares: [ID<Event>] = try PostRow.ids(
            "SELECT s.event_id AS id FROM event_share s WHERE s.account_id = \(id) LIMIT \(limit)", in: tx)
        for event in shares { try EventShares.remove(event: event, account: id, in: tx) }
        let rows = try tx.rows(
            "SELECT v.id, v.iri FROM event v WHERE v.owner_id = \(id) AND NOT v.is_local LIMIT \(limit)")
        for row in rows {
            try SentActivities.forget(about: row.iri("iri"), in: tx)
            try Events.delete(row.id("id"), in: tx)
        }
        return shares.count + rows.count
    }

    private static func removeFollows(of id: ID<Account>, limit: Int, in tx: Transaction) throws(DatabaseError) -> Int {
        let rows = try tx.rows(
            """
            SELECT f.follower_id, f.target_id FROM follow f
            WHERE f.follower_id = \(id) OR f.target_id = \(id) LIMIT \(limit)
            """)
        for row in rows { try Follows.remove(by: row.id("follower_id"), of: row.id("target_id"), in: tx) }
        return rows.count
    }
}
