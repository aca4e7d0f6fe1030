// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

// Who may read what.
//
// Pages, feeds, client apps, streams, search, notifications and the documents that other nodes fetch all ask here, so a
// rule is changed in one place. `PostPolicy` and `EventPolicy` of Model say the same in Swift; `VisibilityTests`
// compares the two for every kind of reader on every surface.
//
// The conditions speak of tables by fixed aliases. A statement that uses one brings the tables under these names:
//
//     r   the reader, as `r.id`: from `reader(_:)`, or any table of accounts
//     e   the item of a timeline (`entry`): a post, a boost of one, an event, a share of one
//     b   the account that brought the item: the author, the booster, the group
//     p   the post that the item shows        v   the event that it shows; one of the two is NULL
//     a   who wrote the post, or owns the event
//
// f, g, h, i, l, m, t and x stay inside a condition.

/// The conditions that several statements share, so that each rule stands once.
enum Conditions {
    /// The reader as a table of one row. A stranger is `ID.first`, which no account has, so that no statement needs an
    /// optional parameter.
    static func reader(_ viewer: ID<Account>?) -> SQL { "(SELECT \(viewer ?? .first) AS id) r" }

    /// The tables that a condition about an item speaks of; `e` comes before.
    static let itemTables: SQL = """
        JOIN account b ON b.id = e.account_id
        LEFT JOIN post p ON p.id = e.post_id LEFT JOIN event v ON v.id = e.event_id
        JOIN account a ON a.id = coalesce(p.author_id, v.owner_id)
        """
}

// MARK: - Between two accounts

extension Conditions {
    /// The account `a` may act, be shown, and lives on no blocked host.
    static let isShown = isShown("a")

    private static func isShown(_ account: SQL) -> SQL {
        """
        \(AccountRow.isActive(account))
        AND NOT EXISTS (SELECT 1 FROM peer x WHERE x.host = \(account).host AND x.policy = 'blocked')
        """
    }

    /// The account `a` may be shown to the reader.
    static let isShownToReader: SQL = "\(isShown) AND \(noBlock(between: "r.id", and: "a.id"))"

    /// Neither of the two blocked the other.
    ///
    /// - Parameter account: the column with the other account's id.
    static func noBlock(between viewer: ID<Account>, and account: SQL) -> SQL {
        noBlock(between: "\(viewer)" as SQL, and: account)
    }

    /// The same for a viewer in a column.
    static func noBlock(between viewer: SQL, and account: SQL) -> SQL {
        """
        NOT EXISTS (SELECT 1 FROM block x WHERE x.account_id = \(viewer) AND x.target_id = \(account))
        AND NOT EXISTS (SELECT 1 FROM block x WHERE x.account_id = \(account) AND x.target_id = \(viewer))
        """
    }

    /// The account in the column `target` accepted the follower.
    static func follows(_ follower: ID<Account>, _ target: SQL) -> SQL {
        follows(by: "\(follower)", target)
    }

    /// The same for a follower in a column.
    static func follows(by follower: SQL, _ target: SQL) -> SQL {
        """
        EXISTS (SELECT 1 FROM follow x
                WHERE x.follower_id = \(follower) AND x.target_id = \(target) AND x.state = 'accepted')
        """
    }
}

// MARK: - What the reader may read

extension Conditions {
    /// `PostPolicy.mayRead`, said in SQL of the post `p`, when its author may be shown at all.
    static let mayReadPost: SQL = "\(isShown) AND \(postIsForReader)"

    /// `EventPolicy.mayRead`, said in SQL of the event `v`, when its owner may be shown at all.
    static let mayReadEvent: SQL = "\(isShown) AND \(eventIsForReader)"

    /// The reader may read the item: what it shows, and who brought it.
    static let mayRead: SQL = """
        \(isShown)
        AND ((e.post_id IS NOT NULL AND \(postIsForReader)) OR (e.event_id IS NOT NULL AND \(eventIsForReader)))
        AND (NOT e.is_boost OR (\(isShown("b")) AND \(noBlock(between: "r.id", and: "b.id"))))
        """

    private static let postIsForReader: SQL = """
        (p.author_id = r.id OR (\(noBlock(between: "r.id", and: "p.author_id")) AND (
            p.visibility IN ('public', 'unlisted')
            OR EXISTS (SELECT 1 FROM mention x WHERE x.post_id = p.id AND x.account_id = r.id)
            OR (p.visibility = 'followers' AND \(follows(by: "r.id", "p.author_id"))))))
        """

    private static let eventIsForReader: SQL = """
        (v.owner_id = r.id OR v.organizer_id = r.id
         OR (\(noBlock(between: "r.id", and: "v.owner_id")) AND (
            v.visibility IN ('public', 'unlisted')
            OR EXISTS (SELECT 1 FROM guest x WHERE x.event_id = v.id AND x.account_id = r.id)
            OR (v.visibility = 'followers' AND \(follows(by: "r.id", "v.owner_id"))))))
        """
}

// MARK: - What the reader wants to see

extension Conditions {
    /// Neither who wrote the item nor who brought it is muted by the reader, nor their hosts, nor the thread.
    static let isWanted: SQL = """
        NOT EXISTS (SELECT 1 FROM mute x WHERE x.account_id = r.id AND x.target_id IN (a.id, b.id))
        AND NOT EXISTS (SELECT 1 FROM host_block x WHERE x.account_id = r.id AND x.host IN (a.host, b.host))
        AND (p.id IS NULL OR NOT EXISTS (
            SELECT 1 FROM thread_mute x WHERE x.account_id = r.id AND x.thread_id = p.thread_id))
        """

    /// The reader asked for the item: wrote it, follows who brought it, or follows one of its hashtags. Speaks of `r`
    /// and `e` alone.
    static let isSubscribed: SQL = """
        (e.account_id = r.id
         OR EXISTS (SELECT 1 FROM follow f
                    WHERE f.follower_id = r.id AND f.target_id = e.account_id AND f.state = 'accepted'
                        AND (f.shows_boosts OR NOT e.is_boost)
                        AND NOT EXISTS (
                            SELECT 1 FROM account_list_member m JOIN account_list l ON l.id = m.list_id
                            WHERE m.account_id = f.target_id AND l.account_id = r.id AND l.is_exclusive))
         OR (NOT e.is_boost AND EXISTS (
                SELECT 1 FROM hashtag h JOIN followed_tag t ON t.tag = h.tag AND t.account_id = r.id
                JOIN post i ON i.id = h.post_id AND i.visibility = 'public'
                WHERE h.post_id = e.post_id)))
        """

    /// The item stands on the reader's home timeline, if the reader may read it and wants to.
    static let isForHome: SQL = "\(isSubscribed) AND \(isFollowable) AND \(isNotRelayedReply)"

    /// The item stands in a list of the reader's whose members include who brought it.
    ///
    /// - Parameters:
    ///   - list: the list's number.
    ///   - replies: the list's `AccountList.RepliesPolicy`.
    static func isInList(_ list: SQL, replies: SQL) -> SQL {
        """
        \(mayRead) AND \(isWanted) AND \(isNotRelayedReply)
        AND (NOT e.is_boost OR NOT EXISTS (
            SELECT 1 FROM follow f
            WHERE f.follower_id = r.id AND f.target_id = e.account_id AND NOT f.shows_boosts))
        AND (e.is_boost OR NOT e.is_reply OR e.replied_to_id = e.account_id
            OR (\(replies) = 'followed' AND \(isFollowable))
            OR (\(replies) = 'list' AND EXISTS (
                SELECT 1 FROM account_list_member x WHERE x.list_id = \(list) AND x.account_id = e.replied_to_id)))
        """
    }

    /// Of answers, those that the reader can follow: to oneself, to the reader, to people whom the reader follows.
    private static let isFollowable: SQL = """
        (e.is_boost OR NOT e.is_reply OR e.account_id = r.id OR e.replied_to_id = r.id
         OR e.replied_to_id = e.account_id OR \(follows(by: "r.id", "e.replied_to_id")))
        """

    /// Groups recommend what starts a discussion; its answers are read in the thread.
    static let isNotRelayedReply: SQL = "NOT (e.is_boost AND e.is_reply AND b.kind = 'group')"
}

// MARK: - What public lists show

extension Conditions {
    /// Public lists show what comes from the host in the column `host`: `FederationMode.lists`, said in SQL.
    static func isListed(_ host: SQL, _ mode: FederationMode) -> SQL {
        let policies = PeerPolicy.allCases.filter(mode.lists)
        return """
            (\(host) = '' OR coalesce((SELECT x.policy FROM peer x WHERE x.host = \(host)), 'unset')
                IN (\(list: policies)))
            """
    }

    /// A public list shows the item to the reader, if it is public.
    static func isListed(_ mode: FederationMode) -> SQL {
        "\(mayRead) AND \(isWanted) AND \(isListed("a.host", mode))"
    }

    /// The account `g` is a group of this node, or one that a group of this node follows, and public lists show it.
    static func isOurRelay(_ mode: FederationMode) -> SQL {
        """
        \(isListedGroup(mode)) AND (g.host = '' OR EXISTS (
            SELECT 1 FROM follow f JOIN account l ON l.id = f.follower_id
            WHERE f.target_id = g.id AND f.state = 'accepted' AND l.host = '' AND l.kind = 'group'))
        """
    }

    /// The account `g` is a group that public lists show.
    static func isListedGroup(_ mode: FederationMode) -> SQL {
        """
        g.kind = 'group' AND g.suspended_at IS NULL AND g.deleted_at IS NULL AND \(isListed("g.host", mode))
        """
    }

    /// The item shows a post with pictures or files.
    static let hasMedia: SQL = "EXISTS (SELECT 1 FROM attachment x WHERE x.post_id = e.post_id)"

    /// The item shows a post with a hashtag.
    static func hasTag(_ tag: String) -> SQL {
        "EXISTS (SELECT 1 FROM hashtag x WHERE x.post_id = e.post_id AND x.tag = \(tag))"
    }
}
