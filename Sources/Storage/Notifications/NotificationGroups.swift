// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// A group of notifications that are shown as one, such as several favourites of one post.
public struct NotificationGroup: Sendable, Hashable {
    /// The latest notification.
    public var latest: Notification
    /// The key by which client apps name the group.
    public var key: String
    /// The number of notifications.
    public var count: Int
    /// The id of the oldest notification.
    public var oldest: ID<Notification>
    /// The accounts that caused them, the latest first; eight at the most.
    public var accounts: [ID<Account>]
    /// The id of the latest notification.
    public var id: ID<Notification> { latest.id }
}

/// Reads notifications in groups. The position of a group in a list is that of its latest notification.
public enum NotificationGroups {
    /// The maximum number of accounts that a group shows.
    private static let samples = 8

    /// Which notifications are listed, and which kinds are grouped.
    public struct Filter: Sendable, Hashable {
        /// Which notifications are listed.
        public var list: NotificationListFilter
        /// The kinds that are grouped; others stay single.
        public var grouped: Set<Notification.Kind>

        /// Creates the value.
        public init(
            _ list: NotificationListFilter = NotificationListFilter(),
            grouped: Set<Notification.Kind> = Notification.Kind.grouped
        ) {
            self.list = list
            self.grouped = grouped.intersection(Notification.Kind.grouped)
        }

        /// The condition that the row `n` of `notification` is the latest of its group, or is not grouped.
        func condition(of viewer: ID<Account>, at now: Timestamp) -> SQL {
            """
            \(list.condition("n", of: viewer, at: now))
            AND (\(isAlone("n")) OR NOT EXISTS (
                SELECT 1 FROM notification o WHERE o.account_id = \(viewer) AND o.group_key = n.group_key AND o.id > n.id
                AND \(list.condition("o", of: viewer, at: now))))
            """
        }

        private func isAlone(_ alias: SQL) -> SQL {
            "\(alias).type NOT IN (\(list: ["none"] + grouped.map(\.rawValue).sorted()))"
        }
    }

    /// One page of groups, newest first. Each group is on one page only.
    ///
    /// Three statements.
    public static func list(
        of viewer: ID<Account>, _ filter: Filter, _ page: PageRequest, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [NotificationGroup] {
        let latest = try Notification.all(
            """
            SELECT \(Notification.columns) FROM notification n
            WHERE \(filter.condition(of: viewer, at: now)) AND n.id < \(page.before) AND n.id > \(page.after)
            ORDER BY n.id \(page.direction) LIMIT \(page.limit)
            """, in: db)
        return try groups(page.fromOldest ? latest.reversed() : latest, filter, of: viewer, at: now, in: db)
    }

    /// The viewer's group with this key.
    public static func find(
        _ key: String, of viewer: ID<Account>, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> NotificationGroup? {
        var filter = Filter()
        if let id = alone(key) {
            guard let notification = try Notifications.find(id, of: viewer, in: db) else { return nil }
            filter.grouped = []
            return try groups([notification], filter, of: viewer, at: now, in: db).first
        }
        let latest = try Notification.all(
            """
            SELECT \(Notification.columns) FROM notification n
            WHERE n.group_key = \(key) AND \(filter.list.condition("n", of: viewer, at: now))
            ORDER BY n.id DESC LIMIT 1
            """, in: db)
        return try groups(latest, filter, of: viewer, at: now, in: db).first
    }

    /// One page of the accounts of a group, the latest first.
    public static func accounts(
        _ key: String, of viewer: ID<Account>, _ page: PageRequest, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [(mark: ID<Notification>, account: Account)] {
        let members: SQL = alone(key).map { "n.id = \($0)" } ?? "n.group_key = \(key)"
        let rows = try db.rows(
            """
            SELECT n.id AS mark, \(AccountRow.plain) FROM notification n JOIN account a ON a.id = n.from_id
            WHERE \(members) AND \(NotificationListFilter().condition("n", of: viewer, at: now))
                AND n.id < \(page.before) AND n.id > \(page.after)
            ORDER BY n.id \(page.direction) LIMIT \(page.limit)
            """)
        var accounts: [(mark: ID<Notification>, account: Account)] = []
        for row in rows { accounts.append((try row.id("mark"), try AccountRow.read(row))) }
        return page.fromOldest ? accounts.reversed() : accounts
    }

    /// The number of groups with a notification after the last read one.
    ///
    /// - Parameter limit: the count stops at this number.
    public static func unreadCount(
        of viewer: ID<Account>, _ filter: Filter, limit: Int, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> Int {
        try db.row(
            """
            SELECT count(*) AS n FROM (
                SELECT n.id FROM notification n
                WHERE \(filter.condition(of: viewer, at: now)) AND n.id > \(Markers.lastRead(of: viewer))
                ORDER BY n.id DESC LIMIT \(limit)) y
            """)?.count("n") ?? 0
    }

    /// Deletes a group of the viewer.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func dismiss(
        _ key: String, of viewer: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        if let id = alone(key) { return try Notifications.dismiss(id, of: viewer, in: tx) }
        return try tx.changed("DELETE FROM notification WHERE account_id = \(viewer) AND group_key = \(key)") > 0
    }

    /// The id of the single notification with this key; nil for the key of a group.
    private static func alone(_ key: String) -> ID<Notification>? {
        guard key.hasPrefix("ungrouped-") else { return nil }
        return ID<Notification>(key.dropFirst("ungrouped-".count))
    }

    // MARK: - Loading groups

    private static func groups(
        _ latest: [Notification], _ filter: Filter, of viewer: ID<Account>, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [NotificationGroup] {
        let keys = latest.filter { filter.grouped.contains($0.kind) }.map(\.groupKey)
        let sizes = try sizes(of: keys, filter, of: viewer, at: now, in: db)
        let people = try people(of: keys, filter, of: viewer, at: now, in: db)
        return latest.map { notification in
            guard filter.grouped.contains(notification.kind), let size = sizes[notification.groupKey] else {
                return NotificationGroup(
                    latest: notification, key: "ungrouped-\(notification.id)", count: 1, oldest: notification.id,
                    accounts: [notification.from])
            }
            return NotificationGroup(
                latest: notification, key: notification.groupKey, count: size.count, oldest: size.oldest,
                accounts: people[notification.groupKey] ?? [notification.from])
        }
    }

    private static func sizes(
        of keys: [String], _ filter: Filter, of viewer: ID<Account>, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [String: (count: Int, oldest: ID<Notification>)] {
        guard !keys.isEmpty else { return [:] }
        let rows = try db.rows(
            """
            SELECT n.group_key, count(*) AS size, min(n.id) AS oldest FROM notification n
            WHERE \(filter.list.condition("n", of: viewer, at: now)) AND n.group_key IN (\(list: keys))
            GROUP BY n.group_key
            """)
        var sizes: [String: (count: Int, oldest: ID<Notification>)] = [:]
        for row in rows { sizes[try row.text("group_key")] = (try row.count("size"), try row.id("oldest")) }
        return sizes
    }

    private static func people(
        of keys: [String], _ filter: Filter, of viewer: ID<Account>, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [String: [ID<Account>]] {
        guard !keys.isEmpty else { return [:] }
        let rows = try db.rows(
            """
            SELECT y.group_key, y.from_id FROM (
                SELECT n.group_key, n.from_id, n.id,
                    row_number() OVER (PARTITION BY n.group_key ORDER BY n.id DESC) AS place
                FROM notification n
                WHERE \(filter.list.condition("n", of: viewer, at: now)) AND n.group_key IN (\(list: keys))) y
            WHERE y.place <= \(samples) ORDER BY y.id DESC
            """)
        var people: [String: [ID<Account>]] = [:]
        for row in rows { people[try row.text("group_key"), default: []].append(try row.id("from_id")) }
        return people
    }
}
