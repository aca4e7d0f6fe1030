// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The relation between a viewer and an account.
public struct AccountRelation: Sendable, Hashable {
    /// The other account.
    public var account: ID<Account>
    /// Whether the viewer follows it; only an accepted follow counts.
    public var follows = false
    /// Whether the viewer's follow request is pending.
    public var requested = false
    /// Whether the viewer's home timeline shows what the account boosts.
    public var showsBoosts = true
    /// Whether the viewer is notified of each post.
    public var notifies = false
    /// Whether the account follows the viewer.
    public var isFollowed = false
    /// Whether the account's follow request to the viewer is pending.
    public var isRequested = false
    /// Whether the viewer blocked the account.
    public var blocks = false
    /// Whether the account blocked the viewer.
    public var isBlocked = false
    /// Whether the viewer muted it.
    public var mutes = false
    /// Whether the mute also covers notifications.
    public var mutesNotifications = false
    /// When the mute expires; nil when it does not.
    public var muteEndsAt: Timestamp?
    /// Whether the viewer blocked its host.
    public var blocksHost = false
    /// Whether the viewer recommends it on their profile.
    public var endorses = false
    /// The viewer's private note about it.
    public var note = ""

    /// Creates the value without any relation.
    public init(account: ID<Account>) {
        self.account = account
    }
}

/// Loads the relations between one viewer and several accounts in one statement.
public enum AccountRelations {
    /// The relations, in the order of `ids`; unknown accounts are left out.
    ///
    /// - Parameter now: the time of reading. A mute that ended before does not count.
    public static func load(
        _ ids: [ID<Account>], viewer: ID<Account>, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [AccountRelation] {
        var found: [ID<Account>: AccountRelation] = [:]
        for list in ids.inLists() {
            for row in try db.rows(statement(Array(list), viewer, now)) {
                let relation = try read(row)
                found[relation.account] = relation
            }
        }
        return ids.compactMap { found[$0] }
    }

    private static func statement(_ ids: [ID<Account>], _ viewer: ID<Account>, _ now: Timestamp) -> SQL {
        """
        SELECT a.id, f.state AS f_state, f.shows_boosts AS f_boosts, f.notifies AS f_notifies, r.state AS r_state,
            m.target_id AS m_target, m.hides_notifications AS m_notifications, m.expires_at AS m_expires_at,
            EXISTS (SELECT 1 FROM block x
                    WHERE x.account_id = \(viewer) AND x.target_id = a.id \(.rowByRow)) AS blocks,
            EXISTS (SELECT 1 FROM block x
                    WHERE x.account_id = a.id AND x.target_id = \(viewer) \(.rowByRow)) AS is_blocked,
            EXISTS (SELECT 1 FROM host_block x
                    WHERE x.account_id = \(viewer) AND x.host = a.host AND a.host <> '' \(.rowByRow)) AS blocks_host,
            EXISTS (SELECT 1 FROM endorsement x
                    WHERE x.account_id = \(viewer) AND x.target_id = a.id \(.rowByRow)) AS endorses,
            (SELECT x.note FROM account_note x WHERE x.account_id = \(viewer) AND x.target_id = a.id) AS note
        FROM account a
        LEFT JOIN follow f ON f.follower_id = \(viewer) AND f.target_id = a.id
        LEFT JOIN follow r ON r.follower_id = a.id AND r.target_id = \(viewer)
        LEFT JOIN mute m ON m.account_id = \(viewer) AND m.target_id = a.id
            AND \(Conditions.isMuted("m", at: now))
        WHERE a.id IN (\(list: ids))
        """
    }

    private static func read(_ row: Row) throws(DatabaseError) -> AccountRelation {
        var relation = AccountRelation(account: try row.id("id"))
        let state = try row.textOrNil("f_state")
        relation.follows = state == Follow.State.accepted.rawValue
        relation.requested = state == Follow.State.requested.rawValue
        if state != nil {
            relation.showsBoosts = try row.bool("f_boosts")
            relation.notifies = try row.bool("f_notifies")
        }
        let reverse = try row.textOrNil("r_state")
        relation.isFollowed = reverse == Follow.State.accepted.rawValue
        relation.isRequested = reverse == Follow.State.requested.rawValue
        if try row.intOrNil("m_target") != nil {
            relation.mutes = true
            relation.mutesNotifications = try row.bool("m_notifications")
            relation.muteEndsAt = try row.timeOrNil("m_expires_at")
        }
        relation.blocks = try row.bool("blocks")
        relation.isBlocked = try row.bool("is_blocked")
        relation.blocksHost = try row.bool("blocks_host")
        relation.endorses = try row.bool("endorses")
        relation.note = try row.textOrNil("note") ?? ""
        return relation
    }
}
