// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

// The rules about who may read what.
//
// Pages, feeds, client apps, streams, search, notifications and the documents that other servers fetch all use these
// conditions, so a rule is changed in one place. `PostPolicy` and `EventPolicy` of Model contain the same rules in
// Swift. `VisibilityTests` compares the two for every kind of reader and every surface.
//
// The conditions use fixed table aliases. A statement that uses a condition must provide the tables under these names:
//
//     r   the reader, as `r.id`: from `reader(_:)`, or any table of accounts
//     e   the timeline item (`entry`): a post, a boost, an event, or a share of an event
//     b   the account of the item: the author, or the account or group that boosted or shared
//     p   the post of the item        v   the event of the item; one of the two is NULL
//     a   the author of the post, or the owner of the event
//
// The aliases f, g, h, i, l, m, t and x are used only inside a condition.

/// The conditions that several statements share, so that each rule exists once.
enum Conditions {
    /// The reader as a table of one row. For a stranger it is `ID.first`, which is no account's id, so that no
    /// statement needs an optional parameter.
    static func reader(_ viewer: ID<Account>?) -> SQL { "(SELECT \(viewer ?? .first) AS id) r" }

    /// The joined tables that a condition about an item needs; `e` must come before.
    static let itemTables: SQL = """
        JOIN account b ON b.id = e.account_id
        LEFT JOIN post p ON p.id = e.post_id LEFT JOIN event v ON v.id = e.event_id
        JOIN account a ON a.id = coalesce(p.author_id, v.owner_id)
        """
}

// MARK: - Accounts and relations

extension Conditions {
    /// The account `a` is neither suspended nor deleted, and its host is not blocked.
    static let isShown = isShown("a")

    private static func isShown(_ account: SQL) -> SQL {
        """
        \(AccountRow.isActive(account))
        AND NOT EXISTS (SELECT 1 FROM peer x WHERE x.host = \(account).host AND x.policy = 'blocked' \(.rowByRow))
        """
    }

    /// The account `a` may be shown to the reader.
    static let isShownToReader: SQL = "\(isShown) AND \(noBlock(between: "r.id", and: "a.id"))"

    /// Neither of the two accounts blocks the other.
    ///
    /// - Parameter account: the column with the other account's id.
    static func noBlock(between viewer: ID<Account>, and account: SQL) -> SQL {
        noBlock(between: "\(viewer)" as SQL, and: account)
    }

    /// As above, for a viewer in a column.
    static func noBlock(between viewer: SQL, and account: SQL) -> SQL {
        """
        NOT EXISTS (SELECT 1 FROM block x WHERE x.account_id = \(viewer) AND x.target_id = \(account) \(.rowByRow))
        AND NOT EXISTS (SELECT 1 FROM block x WHERE x.account_id = \(account) AND x.target_id = \(viewer) \(.rowByRow))
        """
    }

    /// The author may write in the account with this alias, which may be a group: neither blocks the other, a group has not
    /// banned the author, and a local group that approves its members has the author among them.
    static func mayWrite(_ author: ID<Account>, in account: SQL, at now: Timestamp) -> SQL {
        """
        \(noBlock(between: author, and: "\(account).id"))
        AND NOT \(GroupBans.holds("\(author)", in: "\(account).id", at: now))
        AND NOT (\(account).host = '' AND \(account).kind = 'group' AND \(account).approves_followers
                 AND NOT \(follows(author, "\(account).id")))
        """
    }

    /// The follower's follow of the account in the column `target` was accepted.
    static func follows(_ follower: ID<Account>, _ target: SQL) -> SQL {
        follows(by: "\(follower)", target)
    }

    /// As above, for a follower in a column.
    static func follows(by follower: SQL, _ target: SQL) -> SQL {
        """
        EXISTS (SELECT 1 FROM follow x
                WHERE x.follower_id = \(follower) AND x.target_id = \(target) AND x.state = 'accepted' \(.rowByRow))
        """
    }
}

// MARK: - What the reader may read

extension Conditions {
    /// `PostPolicy.mayRead` in SQL, for the post `p`; it includes that the author may be shown.
    static let mayReadPost: SQL = "\(isShown) AND \(postIsForReader)"

    /// `EventPolicy.mayRead` in SQL, for the event `v`; it includes that the owner may be shown.
    static let mayReadEvent: SQL = "\(isShown) AND \(eventIsForReader)"

    /// The reader may read the item: its post or event, and the account that boosted or shared it.
    static let mayRead: SQL = """
        \(isShown)
        AND ((e.post_id IS NOT NULL AND \(postIsForReader)) OR (e.event_id IS NOT NULL AND \(eventIsForReader)))
        AND (NOT e.is_boost OR (\(isShown("b")) AND \(noBlock(between: "r.id", and: "b.id"))
            AND \(boostIsForReader)))
        """

    /// The reader may see the boost `e`, which may be for fewer people than the post is.
    static let boostIsForReader: SQL = """
        (e.visibility IS NULL OR e.visibility IN ('public', 'unlisted') OR e.account_id = r.id
         OR \(follows(by: "r.id", "e.account_id")))
        """

    private static let postIsForReader: SQL = """
        (p.author_id = r.id OR (\(noBlock(between: "r.id", and: "p.author_id")) AND (
            p.visibility IN ('public', 'unlisted')
            OR EXISTS (SELECT 1 FROM mention x WHERE x.post_id = p.id AND x.account_id = r.id \(.rowByRow))
            OR (p.visibility = 'followers' AND \(follows(by: "r.id", "p.author_id"))))))
        """

    /// The account in the column `reader` is a guest of the event `v`, in whatever state, or the event is addressed to it.
    static func isInvited(_ reader: SQL) -> SQL {
        """
        (EXISTS (SELECT 1 FROM guest x WHERE x.event_id = v.id AND x.account_id = \(reader) \(.rowByRow))
         OR EXISTS (SELECT 1 FROM event_invitation x WHERE x.event_id = v.id AND x.account_id = \(reader) \(.rowByRow)))
        """
    }

    private static let eventIsForReader: SQL = """
        (v.owner_id = r.id OR v.organizer_id = r.id
         OR (\(noBlock(between: "r.id", and: "v.owner_id")) AND (
            v.visibility IN ('public', 'unlisted')
            OR \(isInvited("r.id"))
            OR (v.visibility = 'followers' AND \(follows(by: "r.id", "v.owner_id"))))))
        """
}

// MARK: - What the reader wants to see

extension Conditions {
    /// The reader muted neither the author nor the booster of the item, nor blocked their hosts, nor muted the thread.
    ///
    /// - Parameter now: a mute that ended before does not count.
    static func isWanted(at now: Timestamp) -> SQL {
        """
        NOT EXISTS (SELECT 1 FROM mute x WHERE x.account_id = r.id AND x.target_id IN (a.id, b.id)
                    AND \(isMuted("x", at: now)))
        AND NOT EXISTS (SELECT 1 FROM host_block x WHERE x.account_id = r.id AND x.host IN (a.host, b.host))
        AND (p.id IS NULL OR NOT EXISTS (
            SELECT 1 FROM thread_mute x WHERE x.account_id = r.id AND x.thread_id = p.thread_id \(.rowByRow)))
        """
    }

    /// The mute has not ended.
    static func isMuted(_ mute: SQL, at now: Timestamp) -> SQL {
        "coalesce(\(mute).expires_at, \(Int64.max)) > \(now)"
    }

    /// The reader subscribed to the item: the reader is its account, follows its account, or follows one of its
    /// hashtags. It uses only the aliases `r` and `e`.
    static let isSubscribed: SQL = """
        (e.account_id = r.id
         OR EXISTS (SELECT 1 FROM follow f
                    WHERE f.follower_id = r.id AND f.target_id = e.account_id AND f.state = 'accepted'
                        AND (f.shows_boosts OR NOT e.is_boost)
                        AND NOT EXISTS (
                            SELECT 1 FROM account_list_member m JOIN account_list l ON l.id = m.list_id
                            WHERE m.account_id = f.target_id AND l.account_id = r.id AND l.is_exclusive) \(.rowByRow))
         OR (NOT e.is_boost AND EXISTS (
                SELECT 1 FROM hashtag h JOIN followed_tag t ON t.tag = h.tag AND t.account_id = r.id
                JOIN post i ON i.id = h.post_id AND i.visibility = 'public'
                WHERE h.post_id = e.post_id \(.rowByRow))))
        """

    /// The item belongs to the reader's home timeline, provided that the reader may read it and wants it.
    static let isForHome: SQL = "\(isSubscribed) AND \(isFollowable) AND \(isNotRelayedReply)"

    /// The item belongs to a list of the reader, whose members include the item's account.
    ///
    /// - Parameters:
    ///   - list: the id of the list.
    ///   - replies: the `AccountList.RepliesPolicy` of the list.
    ///   - now: the time of reading, for mutes that end.
    static func isInList(_ list: SQL, replies: SQL, at now: Timestamp) -> SQL {
        """
        \(mayRead) AND \(isWanted(at: now)) AND \(isNotRelayedReply)
        AND (NOT e.is_boost OR NOT EXISTS (
            SELECT 1 FROM follow f
            WHERE f.follower_id = r.id AND f.target_id = e.account_id AND NOT f.shows_boosts
            \(.rowByRow)))
        AND (e.is_boost OR NOT e.is_reply OR e.replied_to_id = e.account_id
            OR (\(replies) = 'followed' AND \(isFollowable))
            OR (\(replies) = 'list' AND EXISTS (
                SELECT 1 FROM account_list_member x WHERE x.list_id = \(list) AND x.account_id = e.replied_to_id
                \(.rowByRow))))
        """
    }

    /// A reply is shown only when the reader knows the other side: it replies to its own author, to the reader, or to
    /// an account that the reader follows.
    private static let isFollowable: SQL = """
        (e.is_boost OR NOT e.is_reply OR e.account_id = r.id OR e.replied_to_id = r.id
         OR e.replied_to_id = e.account_id OR \(follows(by: "r.id", "e.replied_to_id")))
        """

    /// Replies that a group boosted are left out. Groups boost posts that start a discussion, and replies are read in
    /// the thread.
    static let isNotRelayedReply: SQL = "NOT (e.is_boost AND e.is_reply AND b.kind = 'group')"
}

// MARK: - What public timelines show

extension Conditions {
    /// Public timelines show items from the host in the column `host`: `FederationMode.lists` in SQL.
    static func isListed(_ host: SQL, _ mode: FederationMode) -> SQL {
        let policies = PeerPolicy.allCases.filter(mode.lists)
        return """
            (\(host) = '' OR coalesce((SELECT x.policy FROM peer x WHERE x.host = \(host)), 'unset')
                IN (\(list: policies)))
            """
    }

    /// A public timeline shows the item to the reader, provided that the item is public.
    static func isListed(_ mode: FederationMode, at now: Timestamp) -> SQL {
        "\(mayRead) AND \(isWanted(at: now)) AND \(isListed("a.host", mode))"
    }

    /// The account `g` is a local group, or a group that a local group follows, and public timelines show it.
    static func isOurRelay(_ mode: FederationMode) -> SQL {
        """
        \(isListedGroup(mode)) AND (g.host = '' OR EXISTS (
            SELECT 1 FROM follow f JOIN account l ON l.id = f.follower_id
            WHERE f.target_id = g.id AND f.state = 'accepted' AND l.host = '' AND l.kind = 'group'
            \(.rowByRow)))
        """
    }

    /// The account `g` is a group that public timelines show.
    static func isListedGroup(_ mode: FederationMode) -> SQL {
        """
        g.kind = 'group' AND g.suspended_at IS NULL AND g.deleted_at IS NULL AND \(isListed("g.host", mode))
        """
    }

    /// The item is a post with media.
    static let hasMedia: SQL = "EXISTS (SELECT 1 FROM attachment x WHERE x.post_id = e.post_id \(.rowByRow))"

    /// The item is a post with this hashtag.
    static func hasTag(_ tag: String) -> SQL {
        "EXISTS (SELECT 1 FROM hashtag x WHERE x.post_id = e.post_id AND x.tag = \(tag) \(.rowByRow))"
    }
}
