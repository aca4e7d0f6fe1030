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
    /// Nobody hears of oneself (but of the end of one's own poll), across a block, of muted people, hosts and threads,
    /// nor what the own policy drops. Groups hear of requests to follow them, and of nothing else. One statement
    /// whatever the number of people, and two more for each hundred who are told.
    ///
    /// - Returns: the new notifications; none on a second call. An `update` is stored again for each change.
    @discardableResult
    public static func add(
        _ new: NewNotification, at now: Timestamp, ids: IDMaker, in tx: Transaction
    ) throws(DatabaseError) -> [Notification] {
        try add([new], at: now, ids: ids, in: tx)
    }

    /// Tells of several things that happened at once, each as ``add(_:at:ids:in:)`` does, with as many statements as
    /// for one.
    ///
    /// - Parameter news: all done by the same account.
    @discardableResult
    static func add(
        _ news: [NewNotification], at now: Timestamp, ids: IDMaker, in tx: Transaction
    ) throws(DatabaseError) -> [Notification] {
        guard !news.isEmpty else { return [] }
        return try add(news, to: try tx.rows(question(news, at: now)), at: now, ids: ids, in: tx)
    }

    /// As above, for a caller that has already asked who is notified.
    ///
    /// - Parameters:
    ///   - rows: the result of ``question(_:at:)``.
    ///   - isFirst: whether the subject was stored in this transaction, so that nobody was told of it before.
    @discardableResult
    static func add(
        _ news: [NewNotification], to rows: [Row], isFirst: Bool = false, at now: Timestamp, ids: IDMaker,
        in tx: Transaction
    ) throws(DatabaseError) -> [Notification] {
        var made: [Notification] = []
        var hasPush = false
        for (place, recipient) in try recipients(in: rows, at: now) {
            let new = news[place]
            let filter = recipient.filter(new)
            guard filter != .drop else { continue }
            let id: ID<Notification> = ids.make(at: now)
            if recipient.hasPush { hasPush = true }
            made.append(
                Notification(
                    id: id, account: recipient.id, kind: new.kind, from: new.from, subject: new.subject,
                    groupKey: groupKey(of: new, id: id, at: now), isFiltered: filter == .filter, createdAt: now))
        }
        for new in news where Self.repeating.contains(new.kind) { try removeEarlier(new, in: tx) }
        let stored = isFirst && !hasPush ? try storeFirst(made, in: tx) : try store(made, in: tx)
        for notification in stored where notification.isFiltered {
            try NotificationRequests.wait(
                ids.make(at: now), account: notification.account, from: notification.from, at: now, in: tx)
        }
        for notification in stored where !notification.isFiltered && notification.kind.apiName != nil {
            tx.announce(StreamEvent.notification(notification.id.rawValue, account: notification.account))
        }
        return stored
    }

    /// The statements that queue pushes for those of these notifications that are stored.
    private static func pushes(for notifications: some Sequence<Notification>) -> [SQL] {
        let told = notifications.filter { !$0.isFiltered }
        return Set(told.map(\.kind)).sorted { $0.rawValue < $1.rawValue }.flatMap { kind -> [SQL] in
            let told = told.filter { $0.kind == kind }
            guard let first = told.first, let type = kind.apiName else { return [] }
            return PushQueue.insertions(
                told.map { ($0.id, $0.account) }, type: type, from: first.from, about: first.item,
                at: first.createdAt, onlyIfStored: true)
        }
    }

    /// The kinds that are told anew each time, although the account that caused them and the subject are the same.
    private static let repeating: Set<Notification.Kind> = [.update, .seat, .leave, .full]

    /// Takes back what was told of an earlier change: each change is told anew. The notice of a freed seat is only taken
    /// back from those who get one now.
    private static func removeEarlier(_ new: NewNotification, in tx: Transaction) throws(DatabaseError) {
        let whose: SQL = new.kind == .seat ? "AND account_id IN (\(new.recipients))" : ""
        try tx.run(
            """
            DELETE FROM notification
            WHERE from_id = \(new.from) AND type = \(new.kind) AND subject_id = \(new.subject.number) \(whose)
                AND EXISTS (SELECT 1 FROM account a WHERE a.id = \(new.from) AND \(Conditions.isShown))
            """)
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
            WHERE from_id = \(follower)
                AND ((account_id = \(target) AND type IN (\(list: kinds)))
                     OR (type = \(Notification.Kind.groupRequest)
                         AND EXISTS (SELECT 1 FROM account g WHERE g.id = \(target) AND g.kind = 'group' AND g.host = '')))
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

    /// The statement that finds who is notified of which of `news`, which must not be empty.
    static func question(_ news: [NewNotification], at now: Timestamp) -> SQL {
        let selections = news.enumerated().map { place, new in selection(of: new, place: place, at: now) }
        return "\(SQL.joined(selections, separator: " UNION ALL ")) ORDER BY place, r_id"
    }

    /// The recipients in the result of ``question(_:at:)``, each with the place of its notification.
    private static func recipients(
        in rows: [Row], at now: Timestamp
    ) throws(DatabaseError) -> [(Int, Recipient)] {
        var recipients: [(Int, Recipient)] = []
        for row in rows {
            let sender = try Sender(row, at: now)
            recipients.append(
                (
                    try row.count("place"),
                    Recipient(
                        id: try row.id("r_id"), policy: try NotificationPolicies.read(row),
                        follows: try row.bool("follows"), isFollowed: try row.bool("is_followed"),
                        hasAccepted: try row.bool("is_accepted"), hasPush: try row.bool("has_push"), sender: sender)
                ))
        }
        return recipients
    }

    /// Everybody whom it concerns, who lives here and wants to hear of it; nobody when who did it may not be shown.
    private static func selection(of new: NewNotification, place: Int, at now: Timestamp) -> SQL {
        let kinds: [Account.Kind] = new.kind == .followRequest ? [.person, .group] : [.person]
        return """
            SELECT \(SQL(stringLiteral: String(place))) AS place, r.id AS r_id, \(NotificationPolicies.columns),
                EXISTS (SELECT 1 FROM follow x
                        WHERE x.follower_id = r.id AND x.target_id = a.id AND x.state = 'accepted' \(.rowByRow))
                    AS follows,
                EXISTS (SELECT 1 FROM follow x
                        WHERE x.follower_id = a.id AND x.target_id = r.id AND x.state = 'accepted' \(.rowByRow))
                    AS is_followed,
                EXISTS (SELECT 1 FROM notification_request x
                        WHERE x.account_id = r.id AND x.from_id = a.id AND x.state = 'accepted' \(.rowByRow))
                    AS is_accepted,
                EXISTS (SELECT 1 FROM push_subscription x WHERE x.account_id = r.id \(.rowByRow)) AS has_push,
                a.kind AS s_kind, a.created_at AS s_created_at, l.role AS s_role,
                EXISTS (SELECT 1 FROM peer x WHERE x.host = a.host AND x.policy = 'limited' \(.rowByRow))
                    AS s_is_limited
            FROM account a LEFT JOIN local_account l ON l.account_id = a.id
            JOIN account r ON r.id IN (\(new.recipients))
            LEFT JOIN notification_policy q ON q.account_id = r.id
            WHERE a.id = \(new.from) AND \(Conditions.isShown) AND (r.id <> a.id OR \(new.kind == .poll))
                AND r.host = '' AND r.kind IN (\(list: kinds)) AND r.suspended_at IS NULL AND r.deleted_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM block x WHERE x.account_id = r.id AND x.target_id = a.id)
                AND NOT EXISTS (SELECT 1 FROM block x WHERE x.account_id = a.id AND x.target_id = r.id)
                AND NOT EXISTS (SELECT 1 FROM mute x WHERE x.account_id = r.id AND x.target_id = a.id
                                AND x.hides_notifications AND coalesce(x.expires_at, \(Int64.max)) > \(now))
                AND NOT EXISTS (SELECT 1 FROM host_block x
                                WHERE x.account_id = r.id AND x.host = a.host AND a.host <> '')
                AND NOT EXISTS (SELECT 1 FROM thread_mute x
                                WHERE x.account_id = r.id AND x.thread_id = \(new.thread ?? .first))
            """
    }

    private static func groupKey(of new: NewNotification, id: ID<Notification>, at now: Timestamp) -> String {
        guard Notification.Kind.grouped.contains(new.kind) else { return "ungrouped-\(id)" }
        let hours = now.milliseconds / 3_600_000
        let bucket = hours - hours % bucketHours
        return new.subject == .nobody
            ? "\(new.kind.rawValue)-\(bucket)" : "\(new.kind.rawValue)-\(new.subject.number)-\(bucket)"
    }

    // MARK: - Rows

    /// Stores notifications, and queues their pushes and e-mails in the same round trip.
    ///
    /// - Returns: the notifications that were not stored before.
    private static func store(
        _ notifications: [Notification], in tx: Transaction
    ) throws(DatabaseError) -> [Notification] {
        var stored: Set<Int64> = []
        var rest = notifications[...]
        while !rest.isEmpty {
            let part = rest.prefix(100)
            rest = rest.dropFirst(100)
            let mails = [MailNotices.insertion(of: part)].compactMap { $0 }
            let results = try tx.rows(ofEach: ["\(insertion(of: part)) RETURNING id"] + mails + pushes(for: part))
            for row in results.first ?? [] { stored.insert(try row.int("id")) }
            if results.dropFirst(1 + mails.count).contains(where: { !$0.isEmpty }) { tx.announce(Change.pushWaits) }
        }
        return notifications.filter { stored.contains($0.id.rawValue) }
    }

    /// Stores notifications of which none can be stored already and for which no push is queued. The result is not
    /// waited for.
    ///
    /// - Returns: all of them.
    private static func storeFirst(
        _ notifications: [Notification], in tx: Transaction
    ) throws(DatabaseError) -> [Notification] {
        var rest = notifications[...]
        while !rest.isEmpty {
            try tx.run(insertion(of: rest.prefix(100)))
            rest = rest.dropFirst(100)
        }
        return notifications
    }

    private static func insertion(of notifications: ArraySlice<Notification>) -> SQL {
        """
        INSERT INTO notification (id, account_id, type, from_id, post_id, event_id, report_id, subject_id,
            group_key, is_filtered, created_at)
        VALUES \(SQL.joined(notifications.map(values).paddedToPowerOfTwo, separator: ", "))
        ON CONFLICT DO NOTHING
        """
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

        /// The sender in a row of ``question(_:at:)``.
        init(_ row: Row, at now: Timestamp) throws(DatabaseError) {
            let kind: Account.Kind = try row.choice("s_kind")
            let role = try row.textOrNil("s_role").flatMap(Role.init)
            isNew = try row.time("s_created_at") > now - newness
            isLimited = try row.bool("s_is_limited")
            isBot = kind == .service || kind == .application
            isModerator = (role ?? .member) >= .moderator
        }
    }

    /// A concerned account, with its policy and its relation to the sender.
    private struct Recipient {
        var id: ID<Account>
        var policy: NotificationPolicy
        var follows: Bool
        var isFollowed: Bool
        var hasAccepted: Bool
        /// Whether an app of the account gets pushes.
        var hasPush: Bool
        var sender: Sender

        func filter(_ new: NewNotification) -> NotificationFilter {
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
