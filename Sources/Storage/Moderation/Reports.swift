// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// A report to the stewards (table `report`).
public struct Report: Sendable, Hashable {
    /// The local id.
    public let id: ID<Report>
    /// The id of the `Flag` activity.
    public var activity: IRI
    /// The account that reports. For a remote report it is mostly the other server's own account.
    public var reporter: ID<Account>
    /// The reported account; nil when it is unknown here.
    public var target: ID<Account>?
    /// The IRIs of the reported posts and accounts, as they were received.
    public var objects: [String]
    /// The reporter's comment, plain text; may be empty.
    public var comment: String
    /// The category: `spam`, `legal`, `violation` or `other`.
    public var category = "other"
    /// When it was received.
    public var createdAt: Timestamp
    /// When a moderator resolved it; nil while it is open.
    public var resolvedAt: Timestamp?
    /// Whether it was sent to the server of the reported account.
    public var handover = Handover.none

    /// The states of a report that may be sent to another server.
    public enum Handover: String, Sendable {
        /// Nobody asked to send it.
        case none = ""
        /// It is being sent.
        case queued
        /// The other server took it.
        case accepted
        /// It cannot be sent, or the other server did not take it.
        case failed
    }

    /// Creates an open report.
    public init(
        id: ID<Report>, activity: IRI, reporter: ID<Account>, target: ID<Account>?, objects: [String],
        comment: String, createdAt: Timestamp
    ) {
        self.id = id
        self.activity = activity
        self.reporter = reporter
        self.target = target
        self.objects = objects
        self.comment = comment
        self.createdAt = createdAt
    }
}

extension Report.Handover: SQLBindable {}

/// The table `report`: reports to the stewards.
public enum Reports {
    /// Stores a report. A second report with the same activity changes nothing.
    ///
    /// - Returns: whether it is new.
    @discardableResult
    public static func insert(_ report: Report, in tx: Transaction) throws(DatabaseError) -> Bool {
        let objects = JSON.array(report.objects.map { .string($0) }).serialized()
        return try tx.changed(
            """
            INSERT INTO report (id, activity_iri, reporter_id, target_id, objects, comment, category, created_at,
                resolved_at)
            VALUES (\(report.id), \(report.activity), \(report.reporter), \(report.target),
                \(String(decoding: objects, as: UTF8.self)), \(report.comment), \(report.category), \(report.createdAt),
                \(report.resolvedAt))
            ON CONFLICT (activity_iri) DO NOTHING
            """) == 1
    }

    /// One page of the open reports, oldest first.
    ///
    /// - Parameter last: the last report of the page before; nil for the first page.
    public static func open(
        after last: ID<Report>? = nil, limit: Int = 50, in db: some Queryable
    ) throws(DatabaseError) -> [Report] {
        var reports: [Report] = []
        let sql: SQL =
            """
            SELECT \(columns) FROM report WHERE resolved_at IS NULL AND id > \(last ?? .first) ORDER BY id LIMIT \(limit)
            """
        for row in try db.rows(sql) { reports.append(try read(row)) }
        return reports
    }

    /// The number of open reports.
    public static func openCount(in db: some Queryable) throws(DatabaseError) -> Int {
        try db.row("SELECT count(*) AS n FROM report WHERE resolved_at IS NULL")?.count("n") ?? 0
    }

    /// The reports with these ids.
    public static func byIDs(
        _ ids: [ID<Report>], in db: some Queryable
    ) throws(DatabaseError) -> [ID<Report>: Report] {
        var reports: [ID<Report>: Report] = [:]
        for list in ids.inLists() {
            let rows = try db.rows(
                """
                SELECT \(columns) FROM report WHERE id IN (\(list: list))
                """)
            for row in rows {
                let report = try read(row)
                reports[report.id] = report
            }
        }
        return reports
    }

    /// Marks a report as resolved.
    ///
    /// - Returns: whether it was open. A second time changes nothing.
    @discardableResult
    public static func resolve(
        _ id: ID<Report>, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed("UPDATE report SET resolved_at = \(now) WHERE id = \(id) AND resolved_at IS NULL") == 1
    }

    /// Remembers what became of the request to send a report to another server.
    ///
    /// - Parameter flag: the `Flag` that is sent; nil when it cannot be sent.
    public static func handOver(
        _ id: ID<Report>, by flag: ID<SentActivity>?, in tx: Transaction
    ) throws(DatabaseError) {
        let state: Report.Handover = flag == nil ? .failed : .queued
        try tx.run("UPDATE report SET flag_id = \(flag), handover = \(state) WHERE id = \(id)")
    }

    /// Remembers whether the other servers took the reports that were sent to them.
    ///
    /// - Parameter activities: activities of any kind whose delivery ended.
    static func delivered(
        _ activities: [ID<SentActivity>], isAccepted: Bool, in tx: Transaction
    ) throws(DatabaseError) {
        let state: Report.Handover = isAccepted ? .accepted : .failed
        for list in activities.inLists() {
            try tx.run(
                "UPDATE report SET handover = \(state) WHERE handover = 'queued' AND flag_id IN (\(list: list))")
        }
    }

    private static let columns: SQL =
        "id, activity_iri, reporter_id, target_id, objects, comment, category, created_at, resolved_at, handover"

    private static func read(_ row: Row) throws(DatabaseError) -> Report {
        var report = Report(
            id: try row.id("id"), activity: try row.iri("activity_iri"), reporter: try row.id("reporter_id"),
            target: try row.idOrNil("target_id"), objects: try objects(try row.text("objects")),
            comment: try row.text("comment"), createdAt: try row.time("created_at"))
        report.category = try row.text("category")
        report.resolvedAt = try row.timeOrNil("resolved_at")
        report.handover = try row.choice("handover")
        return report
    }

    private static func objects(_ text: String) throws(DatabaseError) -> [String] {
        do {
            return try JSON.parse(Array(text.utf8)).array?.compactMap(\.string) ?? []
        } catch {
            throw DatabaseError(.invalidValue, "column objects holds no JSON")
        }
    }
}
