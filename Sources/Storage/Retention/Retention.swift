// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

// How long the rows of each table are kept. `Retention.rules` lists every table; a test compares it with the schema, and
// FEDERATION.md shows the list. Old rows are deleted in small batches, so that no transaction is long:
//
//  - by age: an index finds the outdated rows, and a batch deletes the oldest ones;
//  - by a walk: whether a row is still needed depends on other tables. Each step looks at the next rows from a mark in
//    the table `setting`, and begins again at the end. So a step has the same cost however many rows are needed.

/// How long the rows of one table are kept.
public struct RetentionRule: Sendable {
    /// The table.
    public let table: String
    /// The rule in words, as it stands in FEDERATION.md.
    public let text: String
    let keys: SQL
    let outdated: (@Sendable (Timestamp) -> SQL)?

    /// A table whose rows are deleted together with what they belong to, or never.
    init(_ table: String, _ text: String) {
        self.init(table, text, keys: "id", nil)
    }

    /// A table whose old rows are deleted.
    ///
    /// - Parameters:
    ///   - keys: the columns of the primary key.
    ///   - outdated: the condition of the rows that are no longer kept at an instant. An index must find them.
    init(_ table: String, _ text: String, keys: SQL, _ outdated: (@Sendable (Timestamp) -> SQL)?) {
        self.table = table
        self.text = text
        self.keys = keys
        self.outdated = outdated
    }

    /// Whether rows are deleted by their age.
    public var isByAge: Bool { outdated != nil }

    var name: SQL { SQL(stringLiteral: table) }
}

/// Deletes the rows that are no longer kept.
public enum Retention {
    /// The most rows that one transaction deletes.
    public static let batch = 500

    /// The names of the tables whose old rows are deleted by their age.
    public static var aged: [String] { rules.filter(\.isByAge).map(\.table) }

    /// Deletes some outdated rows of a table.
    ///
    /// - Returns: how many were deleted. When it is ``batch``, more may be outdated.
    /// - Throws: `.invalidValue` for a table that has no rule by age.
    @discardableResult
    public static func sweep(
        _ table: String, at now: Timestamp, limit: Int = batch, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        guard let rule = rules.first(where: { $0.table == table }), let outdated = rule.outdated else {
            throw DatabaseError(.invalidValue, "the rows of \(table) are not deleted by their age")
        }
        return try tx.changed(
            """
            DELETE FROM \(rule.name) WHERE (\(rule.keys)) IN (
                SELECT \(rule.keys) FROM \(rule.name) WHERE \(outdated(now)) LIMIT \(limit))
            """)
    }

    /// The tables that have rows which should have been deleted a while ago: their maintenance does not run.
    public static func overdue(at now: Timestamp, in db: some Queryable) throws(DatabaseError) -> [String] {
        var overdue: [String] = []
        for rule in rules {
            guard let outdated = rule.outdated?(now - .days(2)) else { continue }
            if try db.row("SELECT 1 AS one FROM \(rule.name) WHERE \(outdated) LIMIT 1") != nil {
                overdue.append(rule.table)
            }
        }
        return overdue
    }
}
