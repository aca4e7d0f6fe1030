// SPDX-License-Identifier: Apache-2.0

import Database
import FoundationEssentials
import Model
import Storage
import Synchronization
import TestSupport
import Testing
import Vocabulary

@Suite("Statements")
struct StatementTests {
    @Test("every function of Storage runs on both engines, and says the same to both")
    func tour() async throws {
        var told: [TestEngine: Set<String>] = [:]
        for engine in TestEngine.available {
            let recorder = StatementRecorder()
            try await Scene.with(engine, onStatement: { recorder.record($0) }) { scene in
                try await StatementTour(scene: scene).run()
            }
            // Only on PostgreSQL processes lease the runs of a queue one after the other with an advisory lock; SQLite
            // has one writer anyway. Only on SQLite the file is checked with a PRAGMA. There, too, the search index is
            // merged. The search for words is written for each engine.
            let common = recorder.statements.filter {
                !$0.contains("pg_advisory_xact_lock") && !$0.hasPrefix("PRAGMA ") && !$0.contains("entry_words s")
                    && !$0.contains("'merge'")
            }
            told[engine] = Set(common.map(Self.withoutDialect))
        }
        let sqlite = try #require(told[.sqlite])
        #expect(sqlite.count > 150)
        // PostgreSQL ran the same statements, except for the clauses that skip locked rows and that look up row by row.
        for statements in told.values { #expect(statements.symmetricDifference(sqlite) == []) }
    }

    @Test("no function of Storage is left out of the tour")
    func complete() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let sources = tests.appending(path: "../../../Sources/Storage")
        let tour = try FileManager.default.contentsOfDirectory(atPath: tests.path)
            .filter { $0.hasPrefix("StatementTour") }.map { try Self.text(tests.appending(path: $0)) }.joined()
        var missing: [String] = []
        var count = 0
        for file in try FileManager.default.subpathsOfDirectory(atPath: sources.path).sorted()
        where file.hasSuffix(".swift") && !file.hasSuffix("AccountRow.swift") && file != "Bindings.swift" {
            var namespace = ""
            for line in try Self.text(sources.appending(path: file)).split(separator: "\n") {
                if let name = Self.word(after: "public enum ", in: line) ?? Self.word(after: "extension ", in: line) {
                    namespace = name
                }
                guard let name = Self.word(after: "    public static func ", in: line) else { continue }
                count += 1
                if !tour.contains("\(namespace).\(name)(") { missing.append("\(namespace).\(name)") }
            }
        }
        #expect(missing == [])
        #expect(count > 140)
    }

    /// The text in SQLite's dialect, without PostgreSQL's different spellings.
    private static func withoutDialect(_ statement: String) -> String {
        var text = statement.replacing(" AS BIGINT)", with: " AS INTEGER)")
            .replacing(" AS tsvector)", with: " AS TEXT)")
            .replacing(" @@ ", with: " MATCH ").replacing(" FALSE ", with: " 0 ")
        while let start = text.firstRange(of: "FOR UPDATE OF "), let end = text.firstRange(of: " SKIP LOCKED") {
            text.removeSubrange(start.lowerBound..<end.upperBound)
        }
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ").replacing(" OFFSET 0)", with: " )")
            .split(separator: " )", omittingEmptySubsequences: false).joined(separator: ")")
    }

    private static func word(after start: String, in line: Substring) -> String? {
        guard line.hasPrefix(start) else { return nil }
        return String(line.dropFirst(start.count).prefix { $0.isLetter || $0.isNumber })
    }

    private static func text(_ url: URL) throws -> String {
        String(decoding: try Data(contentsOf: url), as: UTF8.self)
    }
}

/// Records the statements that a database runs, in order.
final class StatementRecorder: Sendable {
    // A lock and not an actor: connections call it synchronously on their own threads.
    private let texts = Mutex<[String]>([])

    var statements: [String] { texts.withLock { $0 } }

    func record(_ text: String) { texts.withLock { $0.append(text) } }

    func forget() { texts.withLock { $0 = [] } }
}
