// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What a policy does with the notifications of one category of senders.
public enum NotificationFilter: String, Sendable, Hashable, CaseIterable, SQLBindable {
    /// The notification is delivered.
    case accept
    /// The notification is hidden behind a request.
    case filter
    /// The notification is not stored.
    case drop

    private var severity: Int {
        switch self {
        case .accept: 0
        case .filter: 1
        case .drop: 2
        }
    }

    /// The stricter one of two.
    func or(_ other: Self) -> Self { severity < other.severity ? other : self }
}

/// A person's policy: which notifications are delivered, hidden behind a request or dropped (table
/// `notification_policy`).
public struct NotificationPolicy: Sendable, Hashable {
    /// From accounts that the person does not follow.
    public var notFollowing = NotificationFilter.accept
    /// From accounts that do not follow the person.
    public var notFollowers = NotificationFilter.accept
    /// From accounts known for less than thirty days, unless followed.
    public var newAccounts = NotificationFilter.accept
    /// Direct messages from accounts that the person neither follows nor wrote to. The default accepts them, because
    /// new members must be able to contact others.
    public var privateMentions = NotificationFilter.accept
    /// From accounts of hosts with the policy `limited`, unless followed.
    public var limitedAccounts = NotificationFilter.filter
    /// From programs (bots), unless followed.
    public var bots = NotificationFilter.accept

    /// Creates the default policy.
    public init() {}
}

/// The number of requests and notifications that wait.
public struct NotificationBacklog: Sendable, Hashable {
    /// The accounts whose notifications wait.
    public var requests = 0
    /// The notifications that wait.
    public var notifications = 0
}

/// The table `notification_policy`.
public enum NotificationPolicies {
    static let columns: SQL = """
        q.for_not_following, q.for_not_followers, q.for_new_accounts, q.for_private_mentions, q.for_limited_accounts,
        q.for_bots
        """

    /// The policy of a person; the default when there is no row.
    public static func of(_ account: ID<Account>, in db: some Queryable) throws(DatabaseError) -> NotificationPolicy {
        let row = try db.row("SELECT \(columns) FROM notification_policy q WHERE q.account_id = \(account)")
        guard let row else { return NotificationPolicy() }
        return try read(row)
    }

    /// Stores the policy of a person; it replaces the former one.
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

    /// Reads the policy from a row of a query over ``columns``; the default when a LEFT JOIN found no row.
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

/// A request: the notifications of one account that wait for the recipient's decision (table `notification_request`).
public struct NotificationRequest: Sendable, Hashable {
    /// The id. The list is sorted by it.
    public let id: ID<NotificationRequest>
    /// The account that caused the waiting notifications.
    public var from: Account
    /// How many of its notifications wait.
    public var count: Int
    /// The latest post among the waiting notifications.
    public var lastPost: ID<Post>?
    /// When the request was created.
    public var createdAt: Timestamp
    /// When the latest notification was added.
    public var updatedAt: Timestamp
}

/// The table `notification_request`.
public enum NotificationRequests {
    /// One page of an account's open requests, newest first.
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

    /// The account's open request with this id.
    public static func find(
        _ id: ID<NotificationRequest>, of account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> NotificationRequest? {
        try all(
            "\(selection) WHERE q.id = \(id) AND q.account_id = \(account) AND q.state = 'waiting'", in: db
        ).first
    }

    /// The number of waiting requests and notifications.
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

    /// Accepts those of these requests that belong to the account. Waiting notifications are delivered, and later ones
    /// of the same senders too.
    ///
    /// - Returns: how many requests were accepted.
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

    /// Dismisses those of these requests that belong to the account, and deletes their notifications. A later
    /// notification of the same sender opens a request again.
    ///
    /// - Returns: how many requests were dismissed.
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

    /// Forgets that an account accepted the notifications of a sender: later ones follow the policy again.
    public static func forgetAcceptance(
        of sender: ID<Account>, by account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            DELETE FROM notification_request
            WHERE account_id = \(account) AND from_id = \(sender) AND state = 'accepted'
            """)
    }

    /// Opens a request, or updates the open one, when a notification was hidden.
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
