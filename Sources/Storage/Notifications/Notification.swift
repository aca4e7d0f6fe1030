// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// A notification for a local person (table `notification`).
public struct Notification: Sendable, Hashable {
    /// What happened. ``apiName`` is the type in the client API.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The recipient was mentioned in a post, or a post replied to theirs.
        case mention
        /// An account of which the recipient wants to be notified posted, or planned an event.
        case status
        /// A post of the recipient was boosted.
        case reblog
        /// The recipient has a new follower.
        case follow
        /// A follow request waits for the recipient's approval.
        case followRequest = "follow_request"
        /// A post of the recipient was favourited.
        case favourite
        /// A poll in which the recipient took part ended.
        case poll
        /// A post that the recipient boosted or favourited was edited, or an event with their RSVP was changed.
        case update
        /// A post of the recipient was quoted.
        case quote
        /// Somebody signed up; for those who approve sign-ups.
        case signUp = "admin.sign_up"
        /// A report arrived; for moderators and stewards.
        case report = "admin.report"
        /// A seat became free, and the recipient, who waited for one, has it.
        case seat = "event.seat"
        /// Somebody has a seat at an event of the recipient.
        case join = "event.join"
        /// Somebody waits for a seat at an event of the recipient.
        case wait = "event.wait"
        /// Somebody gave up a seat at an event of the recipient, or the place on the waiting list.
        case leave = "event.leave"
        /// The last seat of an event of the recipient is taken.
        case full = "event.full"
        /// Somebody asks to enter a group that the recipient runs.
        case groupRequest = "group.request"

        /// The kinds of which several about the same subject are shown as one group.
        public static let grouped: Set<Kind> = [
            .favourite, .reblog, .follow, .signUp, .join, .wait, .leave, .groupRequest,
        ]

        /// The type in the client API: the raw value, or the nearest type that apps know. Nil for a kind for which they
        /// know none; it is shown on the pages only.
        public var apiName: String? {
            switch self {
            case .seat, .full: Kind.update.rawValue
            // As a favourite it would say that somebody gave a star.
            case .join, .wait, .leave, .groupRequest: nil
            default: rawValue
            }
        }

        /// The kinds that apps show.
        public static let ofApps = Set(allCases.filter { $0.apiName != nil })

        /// Whether the recipient's policy applies. It does not apply to notifications that the recipient asked for, or
        /// that belong to a moderator's duties.
        var isFilterable: Bool {
            switch self {
            case .mention, .reblog, .follow, .followRequest, .favourite, .quote: true
            case .status, .poll, .update, .signUp, .report, .seat, .join, .wait, .leave, .full, .groupRequest: false
            }
        }
    }

    /// The subject, besides the account that caused it.
    public enum Subject: Sendable, Hashable {
        case nobody
        case post(ID<Post>)
        case event(ID<Event>)
        case report(ID<Report>)
    }

    /// The id. Lists are sorted by it.
    public let id: ID<Notification>
    /// The recipient.
    public var account: ID<Account>
    /// What happened.
    public var kind: Kind
    /// The account that caused it.
    public var from: ID<Account>
    /// The subject.
    public var subject: Subject
    /// The key of its group. For grouped kinds it is `favourite-<subject id>-<hours since 1970, a multiple of 12>`,
    /// without the subject id when there is no subject; otherwise it is `ungrouped-<id>`.
    public var groupKey: String
    /// Whether it is hidden behind a notification request.
    public var isFiltered: Bool
    /// When it happened.
    public var createdAt: Timestamp

    /// The timeline item of its subject, when that is a post or an event.
    public var item: ID<TimelineItem>? {
        switch subject {
        case .post(let id): ID<TimelineItem>(id.rawValue)
        case .event(let id): ID<TimelineItem>(id.rawValue)
        case .nobody, .report: nil
        }
    }

    /// The report that it is about.
    public var report: ID<Report>? {
        guard case .report(let id) = subject else { return nil }
        return id
    }
}

extension Notification.Kind: SQLBindable {}

extension Notification {
    static let columns: SQL = """
        n.id AS n_id, n.account_id AS n_account_id, n.type AS n_type, n.from_id AS n_from_id, n.post_id AS n_post_id,
        n.event_id AS n_event_id, n.report_id AS n_report_id, n.group_key AS n_group_key,
        n.is_filtered AS n_is_filtered, n.created_at AS n_created_at
        """

    /// Reads the notification from a row of a query over ``columns``.
    static func read(_ row: Row) throws(DatabaseError) -> Notification {
        let subject: Subject
        if let post: ID<Post> = try row.idOrNil("n_post_id") {
            subject = .post(post)
        } else if let event: ID<Event> = try row.idOrNil("n_event_id") {
            subject = .event(event)
        } else if let report: ID<Report> = try row.idOrNil("n_report_id") {
            subject = .report(report)
        } else {
            subject = .nobody
        }
        return Notification(
            id: try row.id("n_id"), account: try row.id("n_account_id"), kind: try row.choice("n_type"),
            from: try row.id("n_from_id"), subject: subject, groupKey: try row.text("n_group_key"),
            isFiltered: try row.bool("n_is_filtered"), createdAt: try row.time("n_created_at"))
    }

    static func all(_ sql: SQL, in db: some Queryable) throws(DatabaseError) -> [Notification] {
        var all: [Notification] = []
        for row in try db.rows(sql) { all.append(try read(row)) }
        return all
    }
}

extension Notification.Subject {
    var post: ID<Post>? {
        guard case .post(let id) = self else { return nil }
        return id
    }

    var event: ID<Event>? {
        guard case .event(let id) = self else { return nil }
        return id
    }

    var report: ID<Report>? {
        guard case .report(let id) = self else { return nil }
        return id
    }

    /// The id of the subject as a number; 0 for `nobody`.
    var number: Int64 {
        switch self {
        case .nobody: 0
        case .post(let id): id.rawValue
        case .event(let id): id.rawValue
        case .report(let id): id.rawValue
        }
    }
}
