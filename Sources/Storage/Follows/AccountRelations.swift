// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// How a viewer and an account stand to each other.
public struct AccountRelation: Sendable, Hashable {
    /// The other one.
    public var account: ID<Account>
    /// The viewer follows, accepted.
    public var follows = false
    /// The viewer asked to follow.
    public var requested = false
    /// Whether home shows what the account boosts.
    public var showsBoosts = true
    /// Whether the viewer hears of each post.
    public var notifies = false
    /// The account follows the viewer.
    public var isFollowed = false
    /// The account asked to follow the viewer.
    public var isRequested = false
    /// The viewer blocked the account.
    public var blocks = false
    /// The account blocked the viewer.
    public var isBlocked = false
    /// The viewer wants to see nothing of it.
    public var mutes = false
    /// Nor to hear of it.
    public var mutesNotifications = false
    /// When that ends by itself.
    public var muteEndsAt: Timestamp?
    /// The viewer wants to see nothing of its host.
    public var blocksHost = false
    /// The viewer recommends it on the own profile.
    public var endorses = false
    /// What the viewer wrote down about it, for nobody else.
    public var note = ""

    /// Creates the value of two who have nothing to do with each other.
    public init(account: ID<Account>) {
        self.account = account
    }
}

/// How one viewer stands to several accounts, in one statement.
public enum AccountRelations {
    /// The relations, in the order of `ids`; unknown accounts are left out.
    public static func load(
        _ ids: [ID<Account>], viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [AccountRelation] {
        var found: [ID<Account>: AccountRelation] = [:]
        for list in ids.inLists() {
            for row in try db.rows(statement(Array(list), viewer)) {
                let relation = try read(row)
                found[relation.account] = relation
            }
        }
        return ids.compactMap { found[$0] }
    }

    private static func statement(_ ids: [ID<Account>], _ viewer: ID<Account>) -> SQL {
        """
        SELECT a.id, f.state AS f_state, f.shows_boosts AS f_boosts, f.notifies AS f_notifies, r.state AS r_state,
            m.target_id AS m_target, m.hides_notifications AS m_notifications, m.expires_at AS m_expires_at,
            EXISTS (SELECT 1 FROM block x WHERE x.account_id = \(viewer) AND x.target_id = a.id) AS blocks,
            EXISTS (SELECT 1 FROM block x WHERE x.account_id = a.id AND x.target_id = \(viewer)) AS is_blocked,
            EXISTS (SELECT 1 FROM host_block x
                    WHERE x.account_id = \(viewer) AND x.host = a.host AND a.host <> '') AS blocks_host,
            EXISTS (SELECT 1 FROM endorsement x
                    WHERE x.account_id = \(viewer) AND x.target_id = a.id) AS endorses,
            (SELECT x.note FROM account_note x WHERE x.account_id = \(viewer) AND x.target_id = a.id) AS note
        FROM account a
        LEFT JOIN follow f ON f.follower_id = \(viewer) AND f.target_id = a.id
        LEFT JOIN follow r ON r.follower_id = a.id AND r.target_id = \(viewer)
        LEFT JOIN mute m ON m.account_id = \(viewer) AND m.target_id = a.id
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
