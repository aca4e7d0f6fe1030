// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

/// The conditions that several reads share, so that each rule stands once.
///
/// A viewer is always an id: strangers read as `ID.first`, which no account has, so that no statement needs an
/// optional parameter. Aliases: `p` is the post, `a` its author or the event's owner, `x` stays inside a condition.
enum Conditions {
    /// What starts a discussion: it answers neither a post nor an event.
    static let isTopLevel: SQL = "p.in_reply_to_id IS NULL AND p.in_reply_to_iri IS NULL"

    /// The account `a` may act, be shown, and lives on no blocked host.
    static let isShown: SQL =
        "\(AccountRow.isActive) AND NOT EXISTS (SELECT 1 FROM peer x WHERE x.host = a.host AND x.policy = 'blocked')"

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

    /// `PostPolicy.mayRead`, said in SQL of the post `p`.
    static func mayRead(_ viewer: ID<Account>) -> SQL { mayRead(by: "\(viewer)") }

    /// The same for a viewer in a column.
    static func mayRead(by viewer: SQL) -> SQL {
        """
        (p.author_id = \(viewer) OR (\(noBlock(between: viewer, and: "p.author_id")) AND (
            p.visibility IN ('public', 'unlisted')
            OR EXISTS (SELECT 1 FROM mention x WHERE x.post_id = p.id AND x.account_id = \(viewer))
            OR (p.visibility = 'followers' AND \(follows(by: viewer, "p.author_id"))))))
        """
    }

    /// The follower's wish was accepted by the account in the column `target`.
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

    /// Public lists show what comes from the host in the column `host`: `FederationMode.lists`, said in SQL.
    static func isListed(_ host: SQL, _ mode: FederationMode) -> SQL {
        let policies = PeerPolicy.allCases.filter(mode.lists)
        return """
            (\(host) = '' OR coalesce((SELECT x.policy FROM peer x WHERE x.host = \(host)), 'unset')
                IN (\(list: policies)))
            """
    }

    /// The account `g` is a group of this node, or one that a group of this node follows, and public lists show it.
    static func isOurRelay(_ mode: FederationMode) -> SQL {
        """
        g.kind = 'group' AND g.suspended_at IS NULL AND g.deleted_at IS NULL AND \(isListed("g.host", mode))
        AND (g.host = '' OR EXISTS (
            SELECT 1 FROM follow f JOIN account l ON l.id = f.follower_id
            WHERE f.target_id = g.id AND f.state = 'accepted' AND l.host = '' AND l.kind = 'group'))
        """
    }
}
