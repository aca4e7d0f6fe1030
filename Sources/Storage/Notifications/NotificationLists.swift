// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// Which notifications a list contains.
public struct NotificationListFilter: Sendable, Hashable {
    /// Only these kinds.
    public var kinds: Set<Notification.Kind>
    /// Only those caused by this account.
    public var from: ID<Account>?
    /// Whether notifications that are hidden behind requests are included.
    public var withFiltered = false

    /// Creates a filter for all kinds, without notifications behind requests.
    public init(kinds: Set<Notification.Kind> = Set(Notification.Kind.allCases)) {
        self.kinds = kinds
    }

    /// The condition on a row of `notification`: it is for the viewer, has one of these kinds, and its causing account
    /// may be shown.
    func condition(_ alias: SQL, of viewer: ID<Account>, at now: Timestamp) -> SQL {
        var conditions: [SQL] = [
            "\(alias).account_id = \(viewer)",
            "\(alias).type IN (\(list: kinds.sorted { $0.rawValue < $1.rawValue }))",
            """
            EXISTS (SELECT 1 FROM account x
                    WHERE x.id = \(alias).from_id AND x.suspended_at IS NULL AND x.deleted_at IS NULL)
            """,
            Conditions.noBlock(between: viewer, and: "\(alias).from_id"),
            """
            NOT EXISTS (SELECT 1 FROM mute x WHERE x.account_id = \(viewer) AND x.target_id = \(alias).from_id
                        AND x.hides_notifications AND coalesce(x.expires_at, \(Int64.max)) > \(now))
            """,
        ]
        if !withFiltered { conditions.append("NOT \(alias).is_filtered") }
        if let from { conditions.append("\(alias).from_id = \(from)") }
        return SQL.joined(conditions, separator: " AND ")
    }
}

/// A notification with everything that client apps and pages show of it.
public struct NotificationView: Sendable, Hashable {
    /// The notification.
    public var notification: Notification
    /// The account that caused it.
    public var account: Account
    /// The post or event that it is about.
    public var status: StatusView?
    /// The report that it is about.
    public var report: Report?
    /// The reported account.
    public var reported: Account?
    /// The id of the notification.
    public var id: ID<Notification> { notification.id }
}

extension Notifications {
    /// One page of an account's notifications, newest first.
    public static func list(
        of viewer: ID<Account>, _ filter: NotificationListFilter, _ page: PageRequest, at now: Timestamp,
        in db: some Queryable
    ) throws(DatabaseError) -> [Notification] {
        let list = try Notification.all(
            """
            SELECT \(Notification.columns) FROM notification n
            WHERE \(filter.condition("n", of: viewer, at: now)) AND n.id < \(page.before) AND n.id > \(page.after)
            ORDER BY n.id \(page.direction) LIMIT \(page.limit)
            """, in: db)
        return page.fromOldest ? list.reversed() : list
    }

    /// The viewer's notification with this id, also when it is hidden behind a request.
    public static func find(
        _ id: ID<Notification>, of viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> Notification? {
        try Notification.all(
            "SELECT \(Notification.columns) FROM notification n WHERE n.id = \(id) AND n.account_id = \(viewer)", in: db
        ).first
    }

    /// The number of notifications after the last read one.
    ///
    /// - Parameter limit: the count stops at this number.
    public static func unreadCount(
        of viewer: ID<Account>, _ filter: NotificationListFilter, limit: Int, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> Int {
        try db.row(
            """
            SELECT count(*) AS n FROM (
                SELECT n.id FROM notification n
                WHERE \(filter.condition("n", of: viewer, at: now)) AND n.id > \(Markers.lastRead(of: viewer))
                ORDER BY n.id DESC LIMIT \(limit)) y
            """)?.count("n") ?? 0
    }

    /// Whether there is a notification after the last read one.
    public static func hasNews(
        for viewer: ID<Account>, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> Bool {
        try unreadCount(of: viewer, NotificationListFilter(), limit: 1, at: now, in: db) > 0
    }

    /// Deletes a notification of the viewer.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func dismiss(
        _ id: ID<Notification>, of viewer: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed("DELETE FROM notification WHERE id = \(id) AND account_id = \(viewer)") == 1
    }

    /// Deletes all notifications of an account, except those behind requests.
    public static func clear(_ viewer: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM notification WHERE account_id = \(viewer) AND NOT is_filtered")
    }
}

/// Loads notifications with their subjects in a fixed number of statements.
public enum NotificationViews {
    /// The views of notifications, in the same order. Notifications about a post or an event that the viewer may not
    /// read are left out.
    ///
    /// One statement for the accounts and two for reports, in addition to those of ``StatusViews``.
    public static func load(
        _ notifications: [Notification], viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [NotificationView] {
        let accounts = try Accounts.byIDs(notifications.map(\.from), in: db)
        let items = try TimelineItems.byIDs(Array(Set(notifications.compactMap(\.item))), in: db)
        var statuses: [ID<TimelineItem>: StatusView] = [:]
        for view in try StatusViews.load(items, viewer: viewer, in: db) { statuses[view.id] = view }
        let reports = try Reports.byIDs(notifications.compactMap(\.report), in: db)
        let reported = try Accounts.byIDs(reports.values.compactMap(\.target), in: db)
        return notifications.compactMap { notification in
            guard let account = accounts[notification.from] else { return nil }
            var view = NotificationView(notification: notification, account: account)
            view.status = notification.item.flatMap { statuses[$0] }
            view.report = notification.report.flatMap { reports[$0] }
            view.reported = view.report?.target.flatMap { reported[$0] }
            guard notification.item == nil || view.status != nil else { return nil }
            guard notification.report == nil || view.reported != nil else { return nil }
            return view
        }
    }
}
