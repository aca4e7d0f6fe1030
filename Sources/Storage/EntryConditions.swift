// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

/// What a list of entries shows to whom, said once.
///
/// Aliases: `e` is the entry, `b` who put it there, `p` its post and `v` its event (one of them), `a` the post's author or
/// the event's owner.
enum EntryConditions {
    /// The tables that every condition here speaks of; `e` comes before.
    static let joins: SQL = """
        JOIN account b ON b.id = e.account_id
        LEFT JOIN post p ON p.id = e.post_id LEFT JOIN event v ON v.id = e.event_id
        JOIN account a ON a.id = coalesce(p.author_id, v.owner_id)
        """

    /// The viewer may read it: who wrote it and who brought it may be shown, and no block stands between.
    static func mayRead(_ viewer: ID<Account>) -> SQL { mayRead(by: "\(viewer)") }

    /// The same for a viewer in a column.
    static func mayRead(by viewer: SQL) -> SQL {
        """
        \(Conditions.isShown) AND b.suspended_at IS NULL AND b.deleted_at IS NULL
        AND \(Conditions.noBlock(between: viewer, and: "e.account_id"))
        AND ((e.post_id IS NOT NULL AND \(Conditions.mayRead(by: viewer)))
            OR (e.event_id IS NOT NULL AND \(Conditions.noBlock(between: viewer, and: "v.owner_id"))
                AND (v.visibility IN ('public', 'unlisted')
                    OR (v.visibility = 'followers' AND \(Conditions.follows(by: viewer, "v.owner_id"))))))
        """
    }

    /// The viewer wants to see it: neither who wrote it nor who brought it is muted, nor their host, nor the thread.
    static func isWanted(_ viewer: ID<Account>) -> SQL { isWanted(by: "\(viewer)") }

    /// The same for a viewer in a column.
    static func isWanted(by viewer: SQL) -> SQL {
        """
        NOT EXISTS (SELECT 1 FROM mute x WHERE x.account_id = \(viewer) AND x.target_id IN (a.id, e.account_id))
        AND NOT EXISTS (SELECT 1 FROM host_block x WHERE x.account_id = \(viewer) AND x.host = a.host)
        AND (p.id IS NULL OR NOT EXISTS (
            SELECT 1 FROM thread_mute x WHERE x.account_id = \(viewer) AND x.thread_id = p.thread_id))
        """
    }

    /// Of answers, those that the viewer can follow: to oneself, to the viewer, to people whom the viewer follows.
    static func isFollowable(_ viewer: ID<Account>) -> SQL { isFollowable(by: "\(viewer)") }

    /// The same for a viewer in a column.
    static func isFollowable(by viewer: SQL) -> SQL {
        """
        (e.is_boost OR NOT e.is_reply OR e.account_id = \(viewer) OR e.replied_to_id = \(viewer)
         OR e.replied_to_id = e.account_id OR \(Conditions.follows(by: viewer, "e.replied_to_id")))
        """
    }

    /// Groups recommend what starts a discussion; its answers are read in the thread.
    static let isNoRelayedAnswer: SQL = "NOT (e.is_boost AND e.is_reply AND b.kind = 'group')"

    /// Public lists show it: the host of who wrote it is one that they show.
    static func isPublic(_ viewer: ID<Account>, _ mode: FederationMode) -> SQL {
        "\(mayRead(viewer)) AND \(isWanted(viewer)) AND \(Conditions.isListed("a.host", mode))"
    }

    static let hasMedia: SQL = "EXISTS (SELECT 1 FROM attachment x WHERE x.post_id = e.post_id)"
}
