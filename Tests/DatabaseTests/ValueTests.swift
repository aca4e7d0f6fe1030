// SPDX-License-Identifier: Apache-2.0

import Database
import TestSupport
import Testing

@Suite("Values")
struct ValueTests {
    @Test("every kind of value comes back as it went in", arguments: TestEngine.available)
    func roundTrip(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let all = (0...255).map { UInt8($0) }
        let names = ["", "plain", "zwölf ☕️ 𝄞 \u{1}\u{7f}'\"\\", String(repeating: "é", count: 40_000)]
        let bodies: [[UInt8]?] = [[], all, nil, [UInt8](repeating: 0xff, count: 300_000)]
        let sizes: [Int64?] = [.min, 0, nil, 999]
        let weights: [Double?] = [-0.1, 1e300, nil, .leastNonzeroMagnitude]
        let flags: [Bool?] = [true, false, nil, true]
        try await database.write { tx in
            for i in 0..<4 {
                try tx.run(
                    """
                    INSERT INTO thing (id, name, isOpen, size, weight, body)
                    VALUES (\(i), \(names[i]), \(flags[i]), \(sizes[i]), \(weights[i]), \(bodies[i]))
                    """)
            }
        }
        let rows = try await database.read { try $0.rows("SELECT * FROM thing ORDER BY id") }
        #expect(rows.count == 4)
        for (i, row) in rows.enumerated() {
            #expect(try row.int("id") == Int64(i))
            #expect(try row.text("name") == names[i])
            #expect(try row.boolOrNil(row.columnNames[2]) == flags[i])
            #expect(try row.intOrNil("size") == sizes[i])
            #expect(try row.doubleOrNil("weight") == weights[i])
            #expect(try row.bytesOrNil("body") == bodies[i])
        }
        await database.close()
    }

    @Test("a 64-bit integer is compared with a literal, and aggregates are integers", arguments: TestEngine.available)
    func integers(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let row = try await database.read { db in
            try db.row(
                """
                SELECT count(*) AS n, CAST(sum(total) AS BIGINT) AS total, max(id) AS last FROM counter
                WHERE \(Int64.max) > 0 AND id IN (\(list: [1, 2, 3])) AND id NOT IN (\(list: [9]))
                """)
        }
        #expect(try row?.int("n") == 2)
        #expect(try row?.int("total") == 0)
        #expect(try row?.int("last") == 2)
        let none = try await database.read { try $0.rows("SELECT id FROM counter WHERE id IN (\(list: [Int]()))") }
        #expect(none.isEmpty)
        await database.close()
    }

    @Test(
        "text with U+0000 and numbers that are not finite are refused before they are sent",
        arguments: TestEngine.available,
        [SQLValue.text("a\0b"), .real(.nan), .real(.infinity)])
    func refused(engine: TestEngine, value: SQLValue) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let found = await kind {
            try await database.write { try $0.run("INSERT INTO thing (id, name, weight) VALUES (1, \(value), 1)") }
        }
        #expect(found == .invalidValue)
        await database.close()
    }

    @Test("the rows that a statement changed are counted", arguments: TestEngine.available)
    func counts(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let counts = try await database.write { tx in
            [
                try tx.changed("INSERT INTO thing (id, name) VALUES (1, 'a'), (2, 'b')"),
                try tx.changed("INSERT INTO thing (id, name) VALUES (3, 'a') ON CONFLICT (name) DO NOTHING"),
                try tx.changed(
                    "INSERT INTO thing (id, name) VALUES (4, 'c') ON CONFLICT (name) DO NOTHING RETURNING id"),
                try tx.changed("UPDATE thing SET size = 1 WHERE id > \(100)"),
                try tx.changed("UPDATE thing SET size = 1"),
                try tx.changed("CREATE TABLE other (id \(.key)) \(.strict)"),
                try tx.changed("DELETE FROM thing"),
                try tx.changed("DELETE FROM thing"),
            ]
        }
        #expect(counts == [2, 0, 1, 0, 3, 0, 3, 0])
        await database.close()
    }

    @Test("a row refuses a missing column, NULL and the wrong type", arguments: TestEngine.available)
    func readers(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let row = try #require(
            try await database.write { tx in
                try tx.run("INSERT INTO thing (id, name) VALUES (1, '12')")
                return try tx.row("SELECT id, name, size FROM thing")
            })
        #expect(await kind { _ = try row.int("colour") } == .columnMissing)
        #expect(await kind { _ = try row.int("size") } == .invalidValue)
        #expect(await kind { _ = try row.int("name") } == .invalidValue)
        #expect(await kind { _ = try row.text("id") } == .invalidValue)
        #expect(await kind { _ = try row.bytes("name") } == .invalidValue)
        #expect(row["colour"] == nil)
        #expect(row["size"] == .null)
        await database.close()
    }

    @Test("columns are found in any order, and of two with one name the first", arguments: TestEngine.available)
    func order(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let rows = try await database.read { db in
            try db.rows("SELECT 1 AS a, 2 AS b, 3 AS a, 4 AS c UNION ALL SELECT 5, 6, 7, 8 ORDER BY 1")
        }
        for (row, expected) in zip(rows, [[1, 2, 1, 4], [5, 6, 5, 8]] as [[Int64]]) {
            #expect(try ["a", "b", "a", "c"].map { try row.int($0) } == expected)
            #expect(
                try ["c", "a", "b", "b"].map { try row.int($0) } == [
                    expected[3], expected[0], expected[1], expected[1],
                ])
        }
        #expect(rows.count == 2)
        await database.close()
    }

    @Test("a reader takes one column after the other from the one that is named", arguments: TestEngine.available)
    func reader(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let row = try #require(
            try await database.read { db in
                try db.row(
                    "SELECT 0 AS zero, 7 AS number, CAST(NULL AS TEXT) AS none, 'text' AS words, \(true) AS flag")
            })
        var reader = try row.reader(from: "number")
        #expect(try reader.int() == 7)
        #expect(reader.lastColumn == "number")
        #expect(try reader.textOrNil() == nil)
        #expect(try reader.text() == "text")
        #expect(try reader.bool())
        #expect(await kind { _ = try reader.int() } == .columnMissing)
        #expect(await kind { _ = try row.reader(from: "colour") } == .columnMissing)
        var wrong = try row.reader(from: "none")
        do throws(DatabaseError) {
            _ = try wrong.text()
            Issue.record("NULL was read as text")
        } catch {
            #expect(error.kind == .invalidValue)
            #expect(error.message.contains("none"))
        }
        await database.close()
    }

    @Test("several questions are answered in their order", arguments: TestEngine.available)
    func several(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let long = String(repeating: "é", count: 1_000_000)
        let answers = try await database.write { tx in
            try tx.run("INSERT INTO thing (id, name) VALUES (1, 'a'), (2, 'b')")
            return try tx.rows(ofEach: [
                "SELECT name FROM thing ORDER BY id", "SELECT id FROM thing WHERE id > 9",
                "SELECT CAST(\(long) AS TEXT) AS name", "SELECT CAST(\(long) AS TEXT) || 'x' AS name",
                "SELECT name FROM thing ORDER BY id",
            ])
        }
        #expect(
            try answers.map { try $0.map { try $0.text("name") } } == [
                ["a", "b"], [], [long], [long + "x"], ["a", "b"],
            ])
        #expect(try await database.read { try $0.rows(ofEach: []).isEmpty })
        let found = await kind {
            try await database.read { db in
                _ = try db.rows(ofEach: ["SELECT 1 AS a", "SELECT nothing", "SELECT 2 AS a"])
            }
        }
        #expect(found == .syntax)
        #expect(try await database.read { try $0.row("SELECT 1 AS a")?.int("a") } == 1)
        await database.close()
    }

    @Test(
        "each violation has the same kind on both engines", arguments: TestEngine.available,
        [
            ("INSERT INTO thing (id, name) VALUES (2, 'first')", .uniqueViolation),
            ("INSERT INTO thing (id, name) VALUES (1, 'second')", .uniqueViolation),
            ("INSERT INTO part (id, thing_id) VALUES (1, 404)", .foreignKeyViolation),
            ("INSERT INTO thing (id, name, size) VALUES (2, 'second', 1000)", .checkViolation),
            ("INSERT INTO thing (id, name) VALUES (2, NULL)", .notNullViolation),
            ("INSERT INTO thing (id, name, size) VALUES (2, 'b', \("many"))", .invalidValue),
            ("SELEC 1", .syntax),
            ("SELECT colour FROM thing", .syntax),
            ("SELECT 1 FROM nowhere", .syntax),
            ("", .syntax),
            ("SELECT 1; SELECT 2", .syntax),
        ] as [(SQL, DatabaseError.Kind)])
    func violations(engine: TestEngine, example: (SQL, DatabaseError.Kind)) async throws {
        let (statement, expected) = example
        let database = try await engine.makeDatabase(migrations: testMigrations)
        try await database.write { try $0.run("INSERT INTO thing (id, name) VALUES (1, 'first')") }
        #expect(await kind { try await database.write { try $0.run(statement) } } == expected)
        let count = try await database.read { try $0.row("SELECT count(*) AS n FROM thing")?.int("n") }
        #expect(count == 1)
        await database.close()
    }

    @Test("a statement is prepared without being run", arguments: TestEngine.available)
    func prepare(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        try await database.prepare("INSERT INTO thing (id, name) VALUES (\(1), \("a")) RETURNING id")
        #expect(await kind { try await database.prepare("INSERT INTO thing (colour) VALUES (\(1))") } == .syntax)
        let count = try await database.read { try $0.row("SELECT count(*) AS n FROM thing")?.int("n") }
        #expect(count == 0)
        await database.close()
    }

    @Test("a read cannot write", arguments: TestEngine.available)
    func readOnly(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        await #expect(throws: DatabaseError.self) {
            _ = try await database.read { try $0.rows("INSERT INTO thing (id, name) VALUES (1, 'a') RETURNING id") }
        }
        await database.close()
    }
}
