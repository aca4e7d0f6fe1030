// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// That something happened which concerns a person of this node.
public struct Notification: Sendable, Hashable {
    /// What happened; the raw value is the word of the client API.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Named or answered in a post.
        case mention
        /// Somebody of whom one wants to hear everything wrote something, or plans an event.
        case status
        /// A post of one's own was recommended.
        case reblog
        /// A new follower.
        case follow
        /// Somebody waits for leave to follow.
        case followRequest = "follow_request"
        /// Thanks for a post of one's own.
        case favourite
        /// A poll ended in which one took part.
        case poll
        /// What one boosted, thanked for or answered to was changed.
        case update
        /// A post of one's own was quoted.
        case quote
        /// A newcomer, for those who let people in.
        case signUp = "admin.sign_up"
        /// A report, for those who look after the house.
        case report = "admin.report"

        /// Several of them about one thing are shown as one.
        public static let grouped: Set<Kind> = [.favourite, .reblog, .follow, .signUp]

        /// Whether the recipient's policy has a say: it has none in what one asked for, nor in one's duties.
        var isFilterable: Bool {
            switch self {
            case .mention, .reblog, .follow, .followRequest, .favourite, .quote: true
            case .status, .poll, .update, .signUp, .report: false
            }
        }
    }

    /// What it is about, besides the one who did it.
    public enum Subject: Sendable, Hashable {
        case nobody
        case post(ID<Post>)
        case event(ID<Event>)
        case report(ID<Report>)
    }

    /// The number by which lists are sorted.
    public let id: ID<Notification>
    /// Who is told.
    public var account: ID<Account>
    /// What happened.
    public var kind: Kind
    /// Who did it.
    public var from: ID<Account>
    /// What it is about.
    public var subject: Subject
    /// The same for all that are shown as one: `favourite-<post>-<hours since 1970>`, else `ungrouped-<id>`.
    public var groupKey: String
    /// Whether it waits behind a request instead of being told.
    public var isFiltered: Bool
    /// When it happened.
    public var createdAt: Timestamp

    /// The timeline item that shows what it is about: a post or an event.
    public var item: ID<TimelineItem>? {
        switch subject {
        case .post(let id): ID<TimelineItem>(id.rawValue)
        case .event(let id): ID<TimelineItem>(id.rawValue)
        case .nobody, .report: nil
        }
    }

    /// The report that it tells of.
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

    /// The notification in a row of a query over ``columns``.
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

    /// 0 for nobody.
    var number: Int64 {
        switch self {
        case .nobody: 0
        case .post(let id): id.rawValue
        case .event(let id): id.rawValue
        case .report(let id): id.rawValue
        }
    }
}
