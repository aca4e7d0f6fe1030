// SPDX-License-Identifier: Apache-2.0

import Testing

/// Whoever looks for a table finds all that is done with it in one target.
@Suite("Where SQL stands")
struct StatementPlaceTests {
    /// Storage has the statements, Database runs them; the two others fill and look at databases of their own.
    private static let places = ["Storage", "Database", "TroquetBench", "TestSupport"].map { "Sources/\($0)/" }
    /// How a statement is handed to the database.
    private static let calls = ["db", "tx", "snapshot", "transaction"].flatMap { name in
        ["row", "rows", "run", "changed"].map { "\(name).\($0)(" }
    }
    /// How a statement begins.
    private static let verbs = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "PRAGMA ", "ALTER TABLE ", "CREATE TABLE "]

    @Test("no target but Storage asks the database by itself")
    func places() throws {
        for file in try SourceTree.sources(below: "Sources") where !Self.places.contains(where: file.path.hasPrefix) {
            for finding in Self.findings(in: file.text, code: file.code) { Issue.record("\(file): \(finding)") }
        }
    }

    @Test(
        "the search finds what it should, and only that",
        arguments: [
            ("let row = try db.row(sql)", 1), ("try tx.run(\"DELETE FROM post\")", 1), ("a(\"SELECT 1\")", 1),
            ("UPDATE account SET inbox = NULL", 1), ("    SELECT p.id\n    FROM post p", 1), ("PRAGMA quick_check", 1),
            ("// SELECT 1", 0), ("/// Runs tx.run(sql).", 0), ("select(a)", 0), ("loop.run()", 0),
            ("let UPDATE = 1", 0), ("\"UPDATE your settings\"", 0),
        ])
    func search(source: String, count: Int) {
        #expect(Self.findings(in: source, code: SwiftCode.lines(of: source)).count == count)
    }

    /// The lines that hold a statement, or hand one to the database; comments do not count.
    private static func findings(in text: String, code: [String]) -> [String] {
        zip(text.split(separator: "\n", omittingEmptySubsequences: false), code).compactMap { source, code in
            let line = String(source.drop { $0 == " " })
            guard !line.hasPrefix("//") else { return nil }
            let isUpdate = line.firstRange(of: "UPDATE ").map { line[$0.upperBound...].contains(" SET ") } ?? false
            let isFound = isUpdate || verbs.contains(where: line.holds) || calls.contains(where: code.holds)
            return isFound ? line : nil
        }
    }
}
