// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What becomes of a notification by people of one sort.
public enum NotificationFilter: String, Sendable, Hashable, CaseIterable, SQLBindable {
    /// It is told.
    case accept
    /// It waits behind a request.
    case filter
    /// It is not even stored.
    case drop

    private var severity: Int {
        switch self {
        case .accept: 0
        case .filter: 1
        case .drop: 2
        }
    }

    /// The severer of two.
    func or(_ other: Self) -> Self { severity < other.severity ? other : self }
}

/// From whom a person wants to hear at once.
public struct NotificationPolicy: Sendable, Hashable {
    /// Those whom the person does not follow.
    public var notFollowing = NotificationFilter.accept
    /// Those who do not follow the person.
    public var notFollowers = NotificationFilter.accept
    /// Those known for less than thirty days, unless followed.
    public var newAccounts = NotificationFilter.accept
    /// Direct messages by people whom the person neither follows nor wrote to. Whoever is new among us has to be able
    /// to write to somebody: they are let through unless one chooses otherwise.
    public var privateMentions = NotificationFilter.accept
    /// Accounts of hosts that this node keeps at a distance, unless followed.
    public var limitedAccounts = NotificationFilter.filter
    /// Programs, unless followed.
    public var bots = NotificationFilter.accept

    /// What everybody has who chose nothing.
    public init() {}
}

/// What waits behind requests.
public struct NotificationBacklog: Sendable, Hashable {
    /// People who wait.
    public var requests = 0
    /// What they did.
    public var notifications = 0
}

/// From whom people want to hear.
public enum NotificationPolicies {
    static let columns: SQL = """
        q.for_not_following, q.for_not_followers, q.for_new_accounts, q.for_private_mentions, q.for_limited_accounts,
        q.for_bots
        """

    /// The policy of a person.
    public static func of(_ account: ID<Account>, in db: some Queryable) throws(DatabaseError) -> NotificationPolicy {
        let row = try db.row("SELECT \(columns) FROM notification_policy q WHERE q.account_id = \(account)")
        guard let row else { return NotificationPolicy() }
        return try read(row)
    }

    /// Stores the policy of a person in place of the one before.
    public static func set(
        _ policy: NotificationPolicy, for account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO notification_policy (account_id, for_not_following, for_not_followers, for_new_accounts,
                for_private_mentions, for_limited_accounts, for_bots)
            VALUES (\(account), \(policy.notFollowing), \(policy.notFollowers), \(policy.newAccounts),
                \(policy.privateMentions), \(policy.limitedAccounts), \(policy.bots))
            ON CONFLICT (account_id) DO UPDATE SET for_not_following = excluded.for_not_following,
                for_not_followers = excluded.for_not_followers, for_new_accounts = excluded.for_new_accounts,
                for_private_mentions = excluded.for_private_mentions,
                for_limited_accounts = excluded.for_limited_accounts, for_bots = excluded.for_bots
            """)
    }

    /// The policy in a row of a query over ``columns``; the usual one where a LEFT JOIN found none.
    static func read(_ row: Row) throws(DatabaseError) -> NotificationPolicy {
        var policy = NotificationPolicy()
        guard try row.textOrNil("for_not_following") != nil else { return policy }
        policy.notFollowing = try row.choice("for_not_following")
        policy.notFollowers = try row.choice("for_not_followers")
        policy.newAccounts = try row.choice("for_new_accounts")
        policy.privateMentions = try row.choice("for_private_mentions")
        policy.limitedAccounts = try row.choice("for_limited_accounts")
        policy.bots = try row.choice("for_bots")
        return policy
    }
}

/// Those whose notifications wait for a word.
public struct NotificationRequest: Sendable, Hashable {
    /// The number by which the list is sorted.
    public let id: ID<NotificationRequest>
    /// Who waits.
    public var from: Account
    /// How many of their notifications wait.
    public var count: Int
    /// The latest post among what waits.
    public var lastPost: ID<Post>?
    /// Since when.
    public var createdAt: Timestamp
    /// When the latest came.
    public var updatedAt: Timestamp
}

/// Requests to be heard.
public enum NotificationRequests {
    /// One page of those who wait, newest request first.
    public static func list(
        of account: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [NotificationRequest] {
        let requests = try all(
            """
            \(selection) WHERE q.account_id = \(account) AND q.state = 'waiting' AND \(Conditions.isShown)
                AND q.id < \(page.before) AND q.id > \(page.after)
            ORDER BY q.id \(page.direction) LIMIT \(page.limit)
            """, in: db)
        return page.fromOldest ? requests.reversed() : requests
    }

    /// A request of this number, when it is the person's own and waits.
    public static func find(
        _ id: ID<NotificationRequest>, of account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> NotificationRequest? {
        try all(
            "\(selection) WHERE q.id = \(id) AND q.account_id = \(account) AND q.state = 'waiting'", in: db
        ).first
    }

    /// How much waits.
    public static func backlog(
        of account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError)
        -> NotificationBacklog
    {
        let row = try db.row(
            """
            SELECT (SELECT count(*) FROM notification_request q
                    WHERE q.account_id = \(account) AND q.state = 'waiting') AS requests,
                (SELECT count(*) FROM notification n WHERE n.account_id = \(account) AND n.is_filtered) AS notifications
            """)
        guard let row else { return NotificationBacklog() }
        return NotificationBacklog(
            requests: try row.count("requests"), notifications: try row.count("notifications"))
    }

    /// Lets those of these requests be heard that are the person's own: what waits is told, and what comes later too.
    ///
    /// - Returns: how many there were.
    @discardableResult
    public static func accept(
        _ ids: [ID<NotificationRequest>], of account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        let waiting = own(ids, account)
        try tx.run(
            """
            UPDATE notification SET is_filtered = \(false)
            WHERE account_id = \(account) AND is_filtered AND from_id IN (SELECT q.from_id \(waiting))
            """)
        tx.announce(StreamEvent.notificationsMerged(account))
        return try tx.changed(
            "UPDATE notification_request SET state = 'accepted' WHERE id IN (SELECT q.id \(waiting))")
    }

    /// Forgets what waits behind those of these requests that are the person's own. Somebody who comes again waits
    /// again.
    ///
    /// - Returns: how many there were.
    @discardableResult
    public static func dismiss(
        _ ids: [ID<NotificationRequest>], of account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        let waiting = own(ids, account)
        try tx.run(
            """
            DELETE FROM notification
            WHERE account_id = \(account) AND is_filtered AND from_id IN (SELECT q.from_id \(waiting))
            """)
        return try tx.changed(
            "UPDATE notification_request SET state = 'dismissed' WHERE id IN (SELECT q.id \(waiting))")
    }

    /// Something of somebody waits.
    static func wait(
        _ id: ID<NotificationRequest>, account: ID<Account>, from: ID<Account>, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO notification_request (id, account_id, from_id, state, created_at, updated_at)
            VALUES (\(id), \(account), \(from), 'waiting', \(now), \(now))
            ON CONFLICT (account_id, from_id) DO UPDATE SET state = 'waiting', updated_at = excluded.updated_at
            WHERE notification_request.state <> 'accepted'
            """)
    }

    private static func own(_ ids: [ID<NotificationRequest>], _ account: ID<Account>) -> SQL {
        """
        FROM notification_request q
        WHERE q.account_id = \(account) AND q.state = 'waiting' AND q.id IN (\(list: ids))
        """
    }

    private static let selection: SQL = """
        SELECT q.id AS q_id, q.created_at AS q_created_at, q.updated_at AS q_updated_at, \(AccountRow.plain),
            (SELECT count(*) FROM notification n
             WHERE n.account_id = q.account_id AND n.from_id = q.from_id AND n.is_filtered) AS waiting,
            (SELECT max(n.post_id) FROM notification n
             WHERE n.account_id = q.account_id AND n.from_id = q.from_id AND n.is_filtered) AS last_post
        FROM notification_request q JOIN account a ON a.id = q.from_id
        """

    private static func all(_ sql: SQL, in db: some Queryable) throws(DatabaseError) -> [NotificationRequest] {
        var requests: [NotificationRequest] = []
        for row in try db.rows(sql) {
            requests.append(
                NotificationRequest(
                    id: try row.id("q_id"), from: try AccountRow.read(row), count: try row.count("waiting"),
                    lastPost: try row.idOrNil("last_post"), createdAt: try row.time("q_created_at"),
                    updatedAt: try row.time("q_updated_at")))
        }
        return requests
    }
}
