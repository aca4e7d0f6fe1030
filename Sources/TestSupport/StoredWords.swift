// SPDX-License-Identifier: Apache-2.0

public import Database

extension Database {
    /// The names of all tables, those of the search index included.
    public func tableNames() async throws -> [String] {
        try await read { db in
            let tables: SQL =
                db.engine == .sqlite
                ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
                : "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
            return try db.rows(tables).map { try $0.text("name") }
        }
    }

    /// The tables in which a word is stored, in any column and also inside of bytes.
    ///
    /// - Parameter word: lower case letters without accents. Other letters may be stored in another spelling.
    public func tables(containing word: String) async throws -> [String] {
        var found: [String] = []
        for name in try await tableNames() {
            let table = SQL(stringLiteral: name)
            let contains = try await read { db in
                let rows = try db.rows(
                    db.engine == .sqlite ? "SELECT * FROM \(table)" : "SELECT CAST(x AS text) AS line FROM \(table) x")
                return rows.contains { row in row.values.contains { Self.holds($0, word) } }
            }
            if contains { found.append(name) }
        }
        return found
    }

    private static func holds(_ value: SQLValue, _ word: String) -> Bool {
        switch value {
        case .text(let text): text.lowercased().utf8.contains(word.utf8)
        case .bytes(let bytes): bytes.contains(word.utf8)
        default: false
        }
    }
}

extension Collection where Element == UInt8 {
    /// Whether the bytes of a word follow each other in these bytes.
    public func contains(_ word: String.UTF8View) -> Bool {
        let (bytes, word) = (Array(self), Array(word))
        guard !word.isEmpty, bytes.count >= word.count else { return word.isEmpty }
        return (0...(bytes.count - word.count)).contains { start in
            bytes[start] == word[0] && bytes[start..<(start + word.count)].elementsEqual(word)
        }
    }
}
