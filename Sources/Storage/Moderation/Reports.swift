// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// That somebody asks the stewards to look at something.
public struct Report: Sendable, Hashable {
    /// The local number.
    public let id: ID<Report>
    /// The id of the `Flag` on the wire.
    public var activity: IRI
    /// Who asks; of a remote report mostly the node's own account.
    public var reporter: ID<Account>
    /// Whom it is about, when we know the account.
    public var target: ID<Account>?
    /// The posts and accounts that are named, as they came.
    public var objects: [String]
    /// Plain text; may be empty.
    public var comment: String
    /// What it is about in one word: `spam`, `legal`, `violation`, `other`.
    public var category = "other"
    /// When it came.
    public var createdAt: Timestamp
    /// When a moderator was done with it.
    public var resolvedAt: Timestamp?

    /// Creates the value, not yet resolved.
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

/// What people ask the stewards to look at.
public enum Reports {
    /// Stores a report. The same activity a second time changes nothing.
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

    /// The reports with which nobody is done, oldest first.
    public static func open(in db: some Queryable) throws(DatabaseError) -> [Report] {
        var reports: [Report] = []
        let sql: SQL =
            """
            SELECT id, activity_iri, reporter_id, target_id, objects, comment, category, created_at, resolved_at
            FROM report WHERE resolved_at IS NULL ORDER BY id
            """
        for row in try db.rows(sql) { reports.append(try read(row)) }
        return reports
    }

    /// The reports of these numbers.
    public static func byIDs(
        _ ids: [ID<Report>], in db: some Queryable
    ) throws(DatabaseError) -> [ID<Report>: Report] {
        var reports: [ID<Report>: Report] = [:]
        for list in ids.inLists() {
            let rows = try db.rows(
                """
                SELECT id, activity_iri, reporter_id, target_id, objects, comment, category, created_at, resolved_at
                FROM report WHERE id IN (\(list: list))
                """)
            for row in rows {
                let report = try read(row)
                reports[report.id] = report
            }
        }
        return reports
    }

    /// A moderator is done with a report.
    ///
    /// - Returns: whether it was open; the first time counts.
    @discardableResult
    public static func resolve(
        _ id: ID<Report>, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed("UPDATE report SET resolved_at = \(now) WHERE id = \(id) AND resolved_at IS NULL") == 1
    }

    private static func read(_ row: Row) throws(DatabaseError) -> Report {
        var report = Report(
            id: try row.id("id"), activity: try row.iri("activity_iri"), reporter: try row.id("reporter_id"),
            target: try row.idOrNil("target_id"), objects: try objects(try row.text("objects")),
            comment: try row.text("comment"), createdAt: try row.time("created_at"))
        report.category = try row.text("category")
        report.resolvedAt = try row.timeOrNil("resolved_at")
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

/// Accounts that moved, with the activity that said so.
public enum Moves {
    /// Records where an account moved.
    ///
    /// - Returns: whether this is news: the first move, or one to another place.
    @discardableResult
    public static func record(
        _ account: ID<Account>, target: IRI, activity: IRI, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed(
            """
            INSERT INTO move (account_id, target_iri, activity_iri, created_at)
            VALUES (\(account), \(target), \(activity), \(now))
            ON CONFLICT (account_id) DO UPDATE SET target_iri = excluded.target_iri,
                activity_iri = excluded.activity_iri, created_at = excluded.created_at
            WHERE move.target_iri <> excluded.target_iri
            """) == 1
    }
}
