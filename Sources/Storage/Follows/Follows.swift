// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The table `follow`: which account follows which.
public enum Follows {
    /// Records that `follower` asked to follow `target`.
    ///
    /// A repeated request only replaces the id of the activity, so that the response to it finds the follow.
    /// - Returns: whether the request needs a response: the first time, or again after a rejection.
    public static func request(
        by follower: ID<Account>, of target: ID<Account>, activity: IRI, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let asked = try tx.changed(
            """
            INSERT INTO follow (follower_id, target_id, activity_iri, state, created_at)
            VALUES (\(follower), \(target), \(activity), 'requested', \(now))
            ON CONFLICT (follower_id, target_id) DO UPDATE SET activity_iri = excluded.activity_iri,
                state = excluded.state, created_at = excluded.created_at
            WHERE follow.state IN (\(list: predecessors(of: .requested)))
            """)
        if asked == 1 { return true }
        try tx.run(
            """
            UPDATE follow SET activity_iri = \(activity)
            WHERE follower_id = \(follower) AND target_id = \(target)
            """)
        return false
    }

    /// Changes the state of a follow, if ``Model/Follow/State/successors`` allows it.
    ///
    /// - Returns: whether the state changed; false when the follow already has this state.
    @discardableResult
    public static func setState(
        _ state: Follow.State, by follower: ID<Account>, of target: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        // This statement locks the row, so that the old state is the one that the next statement replaces. On PostgreSQL
        // an `Accept` and a `Reject` may meet, and a state that was read before the lock may have changed.
        let locked = try tx.row(
            """
            UPDATE follow SET state = state WHERE follower_id = \(follower) AND target_id = \(target)
            RETURNING state
            """)
        guard let before: Follow.State = try locked?.choice("state"), before.successors.contains(state) else {
            return false
        }
        try tx.run("UPDATE follow SET state = \(state) WHERE follower_id = \(follower) AND target_id = \(target)")
        if state != .requested { try Notifications.removeFollow([.followRequest], by: follower, of: target, in: tx) }
        let change = (state == .accepted ? 1 : 0) - (before == .accepted ? 1 : 0)
        if change != 0 { FollowCounts.changed(by: change, follower: follower, target: target, in: tx) }
        return true
    }

    /// Deletes a follow in any state.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func remove(
        by follower: ID<Account>, of target: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let removed = try tx.row(
            "DELETE FROM follow WHERE follower_id = \(follower) AND target_id = \(target) RETURNING state")
        guard let removed else { return false }
        try AccountLists.forget(target, owner: follower, in: tx)
        try Notifications.removeFollow([.follow, .followRequest], by: follower, of: target, in: tx)
        if try removed.choice("state", as: Follow.State.self) == .accepted {
            FollowCounts.changed(by: -1, follower: follower, target: target, in: tx)
        }
        return true
    }

    /// Changes the options of a follow: whether the home timeline shows the account's boosts, and whether each post is
    /// notified.
    public static func tune(
        by follower: ID<Account>, of target: ID<Account>, showsBoosts: Bool?, notifies: Bool?, in tx: Transaction
    ) throws(DatabaseError) {
        if let showsBoosts {
            try tx.run(
                """
                UPDATE follow SET shows_boosts = \(showsBoosts)
                WHERE follower_id = \(follower) AND target_id = \(target)
                """)
        }
        if let notifies {
            try tx.run(
                """
                UPDATE follow SET notifies = \(notifies) WHERE follower_id = \(follower) AND target_id = \(target)
                """)
        }
    }

    private static func predecessors(of state: Follow.State) -> [Follow.State] {
        Follow.State.allCases.filter { $0.successors.contains(state) }
    }
}

// MARK: - Finding one

extension Follows {
    /// The follow of one account by another, in any state.
    public static func find(
        by follower: ID<Account>, of target: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> Follow? {
        try first(
            """
            SELECT follower_id, target_id, activity_iri, state FROM follow
            WHERE follower_id = \(follower) AND target_id = \(target)
            """, in: db)
    }

    /// The follow that the object of an `Accept`, `Reject` or `Undo` names.
    ///
    /// Two servers may use the same id. Then the older follow is found, so the caller must check that the sender of the
    /// activity is a party of the follow.
    public static func byActivity(_ iri: IRI, in db: some Queryable) throws(DatabaseError) -> Follow? {
        try first(
            """
            SELECT follower_id, target_id, activity_iri, state FROM follow
            WHERE activity_iri = \(iri) ORDER BY created_at, follower_id, target_id LIMIT 1
            """, in: db)
    }

    /// Whether a local account follows this account (accepted). If so, this server wants its activities.
    public static func followsAny(
        localTo target: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> Bool {
        try db.row("SELECT \(isFollowedHere(target)) AS is_followed")?.bool("is_followed") ?? false
    }

    /// The condition that a local account follows an account (accepted).
    static func isFollowedHere(_ target: ID<Account>) -> SQL {
        """
        EXISTS (SELECT 1 FROM follow f JOIN account a ON a.id = f.follower_id
                WHERE f.target_id = \(target) AND f.state = 'accepted' AND a.host = '' AND \(AccountRow.isActive))
        """
    }

    private static func first(_ sql: SQL, in db: some Queryable) throws(DatabaseError) -> Follow? {
        guard let row = try db.row(sql) else { return nil }
        return Follow(
            follower: try row.id("follower_id"), target: try row.id("target_id"),
            activity: try row.iri("activity_iri"), state: try row.choice("state"))
    }
}

// MARK: - Lists and counts, of accounts that may act

extension Follows {
    /// One page of an account's accepted followers, newest account first.
    ///
    /// - Parameter onlyListed: whether local people who did not choose to be shown to everybody are left out.
    public static func followers(
        of account: ID<Account>, _ page: PageRequest, onlyListed: Bool = false, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        let listed: SQL = onlyListed ? "AND (a.discoverable OR a.host <> '' OR a.kind = 'group')" : ""
        return try AccountRow.page("\(acceptedFollowers(of: account)) \(listed)", page, in: db)
    }

    /// One page of the accounts that an account follows (accepted), newest account first.
    ///
    /// - Parameter onlyListed: whether local people who did not choose to be shown to everybody are left out.
    public static func following(
        of account: ID<Account>, _ page: PageRequest, onlyListed: Bool = false, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        let listed: SQL = onlyListed ? "AND (a.discoverable OR a.host <> '' OR a.kind = 'group')" : ""
        return try AccountRow.page("\(acceptedTargets(of: account)) \(listed)", page, in: db)
    }

    /// How many accepted followers an account has.
    public static func followerCount(
        of account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> Int {
        try db.row("SELECT follower_count FROM account WHERE id = \(account)")?.count("follower_count") ?? 0
    }

    /// The number of accounts that an account follows (accepted).
    public static func followingCount(
        of account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> Int {
        try db.row("SELECT following_count FROM account WHERE id = \(account)")?.count("following_count") ?? 0
    }

    /// The local groups that follow an account or asked to, oldest group first.
    public static func byLocalGroups(
        of target: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [(group: Account, state: Follow.State)] {
        let rows = try db.rows(
            """
            SELECT \(AccountRow.plain), f.state AS f_state FROM follow f JOIN account a ON a.id = f.follower_id
            WHERE f.target_id = \(target) AND a.host = '' AND a.kind = 'group' AND \(AccountRow.isActive)
            ORDER BY a.id LIMIT 50
            """)
        var groups: [(group: Account, state: Follow.State)] = []
        for row in rows { groups.append((try AccountRow.read(row), try row.choice("f_state"))) }
        return groups
    }

    /// The first pages of the accounts whose requests to enter local groups are pending, and the number of all requests
    /// to each of these groups. The oldest request comes first. One statement.
    ///
    /// - Parameter limit: the most accounts of one group.
    public static func pending(
        ofEach groups: [ID<Account>], limit: Int = 20, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Account>: (page: AccountPage, count: Int)] {
        guard !groups.isEmpty else { return [:] }
        let rows = try db.rows(
            """
            SELECT y.target_id AS y_target, y.created_at AS y_asked, y.waiting AS y_waiting, \(AccountRow.plain)
            FROM (SELECT f.target_id, f.follower_id, f.created_at, count(*) OVER (PARTITION BY f.target_id) AS waiting,
                         row_number() OVER (PARTITION BY f.target_id ORDER BY f.created_at, f.follower_id) AS place
                  FROM follow f JOIN account a ON a.id = f.follower_id
                  WHERE f.target_id IN (\(list: groups.prefix(listLimit))) AND f.state = 'requested'
                    AND \(AccountRow.isActive)) y
            JOIN account a ON a.id = y.follower_id
            WHERE y.place <= \(limit) ORDER BY y.target_id, y.place
            """)
        var pending: [ID<Account>: (page: AccountPage, count: Int)] = [:]
        for row in rows {
            let (group, asker): (ID<Account>, Account) = (try row.id("y_target"), try AccountRow.read(row))
            var (page, _) = pending[group] ?? (AccountPage(), 0)
            let count = try row.count("y_waiting")
            page.accounts.append(asker)
            if page.accounts.count == limit, count > limit {
                page.next = AccountMark(rank: try row.int("y_asked"), account: asker.id)
            }
            pending[group] = (page, count)
        }
        return pending
    }

    /// One page of the accounts whose follow requests to `target` are pending, the oldest request first.
    ///
    /// - Parameter mark: where the page before ended; nil for the first page.
    public static func pending(
        of target: ID<Account>, after mark: AccountMark? = nil, limit: Int = 50, in db: some Queryable
    ) throws(DatabaseError) -> AccountPage {
        try AccountRow.page(
            """
            FROM follow f JOIN account a ON a.id = f.follower_id
            WHERE f.target_id = \(target) AND f.state = 'requested' AND \(AccountRow.isActive)
            """, by: "f.created_at", after: mark, limit: limit, in: db)
    }

    /// The number of pending follow requests to `target`.
    public static func pendingCount(of target: ID<Account>, in db: some Queryable) throws(DatabaseError) -> Int {
        let row = try db.row(
            """
            SELECT count(*) AS n FROM follow f JOIN account a ON a.id = f.follower_id
            WHERE f.target_id = \(target) AND f.state = 'requested' AND \(AccountRow.isActive)
            """)
        return try row?.count("n") ?? 0
    }

    /// One page of the accounts whose follow requests to `target` are pending, newest account first.
    public static func pending(
        of target: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.page(
            """
            FROM follow f JOIN account a ON a.id = f.follower_id
            WHERE f.target_id = \(target) AND f.state = 'requested'
            """, page, in: db)
    }

    /// The groups that an account follows (accepted), oldest account first.
    public static func acceptedGroups(
        followedBy follower: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) \(acceptedTargets(of: follower)) AND a.kind = 'group' ORDER BY a.id
            """, in: db)
    }

    private static func acceptedFollowers(of account: ID<Account>) -> SQL {
        """
        FROM follow f JOIN account a ON a.id = f.follower_id
        WHERE f.target_id = \(account) AND f.state = 'accepted' AND \(AccountRow.isActive)
        """
    }

    private static func acceptedTargets(of account: ID<Account>) -> SQL {
        """
        FROM follow f JOIN account a ON a.id = f.target_id
        WHERE f.follower_id = \(account) AND f.state = 'accepted' AND \(AccountRow.isActive)
        """
    }
}
