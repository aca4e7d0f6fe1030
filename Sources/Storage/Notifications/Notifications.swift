// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// A notification before its recipients are known.
public struct NewNotification: Sendable {
    /// What happened.
    public var kind: Notification.Kind
    /// The account that caused it.
    public var from: ID<Account>
    /// The subject.
    public var subject: Notification.Subject
    /// A `SELECT` of the ids of the accounts concerned. ``Notifications/add(_:at:ids:in:)`` decides which of them are
    /// notified.
    let recipients: SQL
    /// The thread of the post.
    var thread: ID<Post>?
    /// Whether the post is a direct message.
    var isPrivate = false
    /// The author of the post that the direct message replies to.
    var repliedTo: ID<Account>?

    init(_ kind: Notification.Kind, from: ID<Account>, about subject: Notification.Subject, to recipients: SQL) {
        self.kind = kind
        self.from = from
        self.subject = subject
        self.recipients = recipients
    }
}

/// The table `notification`: notifications for local people.
///
/// The function that stores a fact adds its notifications in the same transaction. The function that removes the fact
/// removes the notifications.
public enum Notifications {
    /// An account that is younger than this counts as new.
    private static let newness: Duration = .days(30)
    /// Notifications are grouped when they happened within this many hours.
    private static let bucketHours: Int64 = 12

    /// Stores a notification for each concerned account that is local and wants it.
    ///
    /// An account is never notified of its own actions (except the end of its own poll), nor across a block, nor about
    /// muted accounts, hosts and threads, nor of what its policy drops. Groups are only notified of follow requests. It
    /// takes two statements for any number of accounts, and one more for each hundred notifications that are stored.
    ///
    /// - Returns: the new notifications; none on a second call. An `update` is stored again for each change.
    @discardableResult
    public static func add(
        _ new: NewNotification, at now: Timestamp, ids: IDMaker, in tx: Transaction
    ) throws(DatabaseError) -> [Notification] {
        guard let sender = try Sender.find(new.from, at: now, in: tx) else { return [] }
        var made: [Notification] = []
        for recipient in try recipients(of: new, at: now, in: tx) {
            let filter = recipient.filter(new, sender)
            guard filter != .drop else { continue }
            let id: ID<Notification> = ids.make(at: now)
            made.append(
                Notification(
                    id: id, account: recipient.id, kind: new.kind, from: new.from, subject: new.subject,
                    groupKey: groupKey(of: new, id: id, at: now), isFiltered: filter == .filter, createdAt: now))
        }
        if new.kind == .update { try remove(.update, from: new.from, about: new.subject, in: tx) }
        let stored = try store(made, in: tx)
        for notification in stored {
            guard notification.isFiltered else {
                try announce(notification, in: tx)
                continue
            }
            try NotificationRequests.wait(
                ids.make(at: now), account: notification.account, from: new.from, at: now, in: tx)
        }
        return stored
    }

    /// Announces a new notification to the streams after the commit, and queues its pushes.
    private static func announce(_ notification: Notification, in tx: Transaction) throws(DatabaseError) {
        tx.announce(StreamEvent.notification(notification.id.rawValue, account: notification.account))
        try PushQueue.enqueue(
            notification: notification.id, type: notification.kind.rawValue, for: notification.account,
            from: notification.from, about: notification.item, at: notification.createdAt, in: tx)
    }

    /// Deletes the notifications of something that was undone or deleted.
    public static func remove(
        _ kind: Notification.Kind, from: ID<Account>, about subject: Notification.Subject, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            DELETE FROM notification
            WHERE from_id = \(from) AND type = \(kind) AND subject_id = \(subject.number)
            """)
    }

    /// Deletes the notifications that somebody follows, or asked to follow, an account.
    static func removeFollow(
        _ kinds: [Notification.Kind], by follower: ID<Account>, of target: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            DELETE FROM notification
            WHERE from_id = \(follower) AND account_id = \(target) AND type IN (\(list: kinds))
            """)
    }

    /// Deletes the notifications that a deleted account caused or received.
    static func removeAll(of account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM notification WHERE from_id = \(account)")
        try tx.run("DELETE FROM notification WHERE account_id = \(account)")
        try tx.run("DELETE FROM notification_request WHERE account_id = \(account) OR from_id = \(account)")
        try tx.run("DELETE FROM notification_policy WHERE account_id = \(account)")
        try tx.run("DELETE FROM marker WHERE account_id = \(account)")
        try tx.run("DELETE FROM conversation WHERE account_id = \(account)")
    }

    // MARK: - Recipients

    private static func recipients(
        of new: NewNotification, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> [Recipient] {
        let kinds: [Account.Kind] = new.kind == .followRequest ? [.person, .group] : [.person]
        let rows = try tx.rows(
            """
            SELECT r.id AS r_id, \(NotificationPolicies.columns),
                EXISTS (SELECT 1 FROM follow x
                        WHERE x.follower_id = r.id AND x.target_id = s.id AND x.state = 'accepted') AS follows,
                EXISTS (SELECT 1 FROM follow x
                        WHERE x.follower_id = s.id AND x.target_id = r.id AND x.state = 'accepted') AS is_followed,
                EXISTS (SELECT 1 FROM notification_request x
                        WHERE x.account_id = r.id AND x.from_id = s.id AND x.state = 'accepted') AS is_accepted
            FROM account s JOIN account r ON r.id IN (\(new.recipients))
            LEFT JOIN notification_policy q ON q.account_id = r.id
            WHERE s.id = \(new.from) AND (r.id <> s.id OR \(new.kind == .poll)) AND r.host = '' AND r.kind IN (\(list: kinds))
                AND r.suspended_at IS NULL AND r.deleted_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM block x WHERE x.account_id = r.id AND x.target_id = s.id)
                AND NOT EXISTS (SELECT 1 FROM block x WHERE x.account_id = s.id AND x.target_id = r.id)
                AND NOT EXISTS (SELECT 1 FROM mute x WHERE x.account_id = r.id AND x.target_id = s.id
                                AND x.hides_notifications AND coalesce(x.expires_at, \(Int64.max)) > \(now))
                AND NOT EXISTS (SELECT 1 FROM host_block x
                                WHERE x.account_id = r.id AND x.host = s.host AND s.host <> '')
                AND NOT EXISTS (SELECT 1 FROM thread_mute x
                                WHERE x.account_id = r.id AND x.thread_id = \(new.thread ?? .first))
            ORDER BY r.id
            """)
        var recipients: [Recipient] = []
        for row in rows {
            recipients.append(
                Recipient(
                    id: try row.id("r_id"), policy: try NotificationPolicies.read(row),
                    follows: try row.bool("follows"), isFollowed: try row.bool("is_followed"),
                    hasAccepted: try row.bool("is_accepted")))
        }
        return recipients
    }

    private static func groupKey(of new: NewNotification, id: ID<Notification>, at now: Timestamp) -> String {
        guard Notification.Kind.grouped.contains(new.kind) else { return "ungrouped-\(id)" }
        let hours = now.milliseconds / 3_600_000
        let bucket = hours - hours % bucketHours
        return new.subject == .nobody
            ? "\(new.kind.rawValue)-\(bucket)" : "\(new.kind.rawValue)-\(new.subject.number)-\(bucket)"
    }

    // MARK: - Rows

    /// - Returns: the notifications that were not stored before.
    private static func store(
        _ notifications: [Notification], in tx: Transaction
    ) throws(DatabaseError) -> [Notification] {
        var stored: Set<Int64> = []
        var rest = notifications[...]
        while !rest.isEmpty {
            let rows = try tx.rows(
                """
                INSERT INTO notification (id, account_id, type, from_id, post_id, event_id, report_id, subject_id,
                    group_key, is_filtered, created_at)
                VALUES \(SQL.joined(padded(Array(rest.prefix(100))).map(values), separator: ", "))
                ON CONFLICT DO NOTHING RETURNING id
                """)
            for row in rows { stored.insert(try row.int("id")) }
            rest = rest.dropFirst(100)
        }
        return notifications.filter { stored.contains($0.id.rawValue) }
    }

    /// Pads the list to a power of two with copies of the last row, so that few different statements need a plan. The
    /// copies change nothing in the table.
    private static func padded(_ notifications: [Notification]) -> [Notification] {
        guard let last = notifications.last else { return [] }
        var length = 1
        while length < notifications.count { length *= 2 }
        return notifications + repeatElement(last, count: length - notifications.count)
    }

    private static func values(_ n: Notification) -> SQL {
        """
        (\(n.id), \(n.account), \(n.kind), \(n.from), \(n.subject.post), \(n.subject.event), \(n.subject.report),
         \(n.subject.number), \(n.groupKey), \(n.isFiltered), \(n.createdAt))
        """
    }

    /// The properties of the causing account that policies check.
    private struct Sender {
        var isNew: Bool
        var isLimited: Bool
        var isBot: Bool
        /// Moderators and stewards are never filtered.
        var isModerator: Bool

        /// - Returns: nil for an account that may not be shown.
        static func find(_ id: ID<Account>, at now: Timestamp, in tx: Transaction) throws(DatabaseError) -> Sender? {
            let row = try tx.row(
                """
                SELECT a.kind, a.created_at, l.role,
                    EXISTS (SELECT 1 FROM peer x WHERE x.host = a.host AND x.policy = 'limited') AS is_limited
                FROM account a LEFT JOIN local_account l ON l.account_id = a.id
                WHERE a.id = \(id) AND \(Conditions.isShown)
                """)
            guard let row else { return nil }
            let kind: Account.Kind = try row.choice("kind")
            let role = try row.textOrNil("role").flatMap(Role.init)
            return Sender(
                isNew: try row.time("created_at") > now - newness, isLimited: try row.bool("is_limited"),
                isBot: kind == .service || kind == .application, isModerator: (role ?? .member) >= .moderator)
        }
    }

    /// A concerned account, with its policy and its relation to the sender.
    private struct Recipient {
        var id: ID<Account>
        var policy: NotificationPolicy
        var follows: Bool
        var isFollowed: Bool
        var hasAccepted: Bool

        func filter(_ new: NewNotification, _ sender: Sender) -> NotificationFilter {
            guard new.kind.isFilterable, !hasAccepted, !sender.isModerator else { return .accept }
            var filter = isFollowed ? NotificationFilter.accept : policy.notFollowers
            guard !follows else { return filter }
            filter = filter.or(policy.notFollowing)
            if sender.isNew { filter = filter.or(policy.newAccounts) }
            if sender.isLimited { filter = filter.or(policy.limitedAccounts) }
            if sender.isBot { filter = filter.or(policy.bots) }
            if new.isPrivate, new.repliedTo != id { filter = filter.or(policy.privateMentions) }
            return filter
        }
    }
}
