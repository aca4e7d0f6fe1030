// SPDX-License-Identifier: Apache-2.0

import Database
import Logging
import TestSupport
import Testing

@Suite("SQL text")
struct SQLTests {
    @Test("interpolated values are numbered in order and never pasted")
    func values() {
        let name = "Robert'); DROP TABLE account;--"
        let sql: SQL = "SELECT * FROM account WHERE name = \(name) AND id > \(7) AND isOpen = \(true)"
        let (text, values) = sql.rendered(for: .sqlite)
        #expect(text == "SELECT * FROM account WHERE name = $1 AND id > $2 AND isOpen = $3")
        #expect(values == [.text(name), .integer(7), .boolean(true)])
    }

    @Test("a string literal inside an interpolation is a value")
    func literal() {
        let sql: SQL = "SELECT \("1; DROP TABLE x")"
        #expect(sql.rendered(for: .postgres).text == "SELECT $1")
    }

    @Test(
        "a list is expanded, padded to a power of two, and an empty one matches nothing",
        arguments: [
            ([], "NULL", []),
            ([1], "$1", [1]),
            ([1, 2], "$1, $2", [1, 2]),
            ([1, 2, 3], "$1, $2, $3, $4", [1, 2, 3, 3]),
            ([1, 2, 3, 4, 5], "$1, $2, $3, $4, $5, $6, $7, $8", [1, 2, 3, 4, 5, 5, 5, 5]),
        ] as [([Int], String, [Int64])])
    func lists(list: [Int], inside: String, bound: [Int64]) {
        let (text, values) = ("id IN (\(list: list))" as SQL).rendered(for: .postgres)
        #expect(text == "id IN (\(inside))")
        #expect(values == bound.map { .integer($0) })
    }

    @Test("one list of columns writes a new row, and the new values of one")
    func columns() {
        let said = [ColumnValue("title", "Robert'); --"), ColumnValue("url", String?.none)]
        let insertion: SQL = "INSERT INTO post \(row: [ColumnValue("id", 7)] + said) ON CONFLICT (id) DO NOTHING"
        let (inserted, row) = insertion.rendered(for: .sqlite)
        #expect(inserted == "INSERT INTO post (id, title, url) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING")
        #expect(row == [.integer(7), .text("Robert'); --"), .null])
        let (updated, set) = ("UPDATE post SET \(set: said) WHERE id = \(7)" as SQL).rendered(for: .postgres)
        #expect(updated == "UPDATE post SET title = $1, url = $2 WHERE id = $3")
        #expect(set == [.text("Robert'); --"), .null, .integer(7)])
    }

    @Test("a spliced fragment is renumbered")
    func fragments() {
        let visible: SQL = "(author = \(5) OR isPublic = \(true))"
        let sql: SQL = "SELECT id FROM post WHERE id < \(100) AND \(visible) LIMIT \(20)"
        let (text, values) = (sql + " OFFSET " + "\(0)").rendered(for: .sqlite)
        #expect(
            text == "SELECT id FROM post WHERE id < $1 AND (author = $2 OR isPublic = $3) LIMIT $4 OFFSET $5")
        #expect(values == [.integer(100), .integer(5), .boolean(true), .integer(20), .integer(0)])
        let joined = SQL.joined(["a = \(1)", "b = \(2)"], separator: " AND ")
        #expect(joined.rendered(for: .sqlite).text == "a = $1 AND b = $2")
    }

    @Test(
        "the words of the dialect are spelled for the engine",
        arguments: [
            (.key, "INTEGER PRIMARY KEY", "BIGINT PRIMARY KEY"), (.integer, "INTEGER", "BIGINT"),
            (.boolean, "INTEGER", "BOOLEAN"), (.bytes, "BLOB", "BYTEA"), (.real, "REAL", "DOUBLE PRECISION"),
            (.strict, "STRICT", ""), (.skipLocked(of: "d"), "", "FOR UPDATE OF d SKIP LOCKED"),
        ] as [(Dialect, String, String)])
    func words(word: Dialect, sqlite: String, postgres: String) {
        let sql: SQL = "\(word)"
        #expect(sql.rendered(for: .sqlite).text == sqlite)
        #expect(sql.rendered(for: .postgres).text == postgres)
        let implicit: SQL = "id \(.key), at \(.integer)"
        #expect(implicit.rendered(for: .postgres).text == "id BIGINT PRIMARY KEY, at BIGINT")
    }

    private enum Colour: String, SQLBindable {
        case red
    }

    @Test("nil is NULL and an enum is its raw value")
    func bindables() {
        let sql: SQL = "\(nil as Int64?) \(Colour.red) \([1, 2] as [UInt8]) \(1.5) \(SQLValue.null)"
        #expect(sql.rendered(for: .sqlite).values == [.null, .text("red"), .bytes([1, 2]), .real(1.5), .null])
    }
}

@Suite("Database address")
struct DatabaseURLTests {
    @Test(
        "a good address is read and shown without its password",
        arguments: [
            ("sqlite:data/troquet.db", .sqlite, "sqlite:data/troquet.db"),
            ("sqlite:///var/lib/troquet.db", .sqlite, "sqlite:/var/lib/troquet.db"),
            (
                "postgres://ana:s3cret@db.example:5433/troquet?sslmode=require", .postgres,
                "postgres://db.example:5433/troquet"
            ),
            ("postgresql://localhost/troquet", .postgres, "postgres://localhost/troquet"),
            ("postgres:///troquet?host=/run/postgresql", .postgres, "postgres:///troquet"),
        ] as [(String, Engine, String)])
    func good(address: String, engine: Engine, shown: String) throws {
        let url = try DatabaseURL(address)
        #expect(url.engine == engine)
        #expect(url.description == shown)
    }

    @Test(
        "a bad address is refused with one sentence that does not repeat it",
        arguments: [
            "", "mysql://x/y", "sqlite:", "sqlite::memory:", "sqlite:file:x?mode=memory", "sqlite:a\0b",
            "postgres://u:s3cret%zz@h/d", "postgres://h/d?nonsense=1", "postgres://[::1/d", "troquet.db",
        ])
    func bad(address: String) {
        let error = #expect(throws: DatabaseError.self) { try DatabaseURL(address) }
        #expect(error?.kind == .invalidValue)
        #expect(error?.message.hasSuffix(".") == true)
        #expect(error?.message.contains("s3cret") == false)
    }

    @Test("an unreachable database is unavailable, in one sentence")
    func unreachable() async throws {
        for address in ["postgres://nobody@127.0.0.1:1/none", "sqlite:/nonexistent/directory/troquet.db"] {
            let url = try DatabaseURL(address)
            let error = await #expect(throws: DatabaseError.self) {
                _ = try await Database.open(url, logger: .silent)
            }
            #expect(error?.kind == .unavailable)
            #expect(error?.message.contains("\n") == false)
            #expect(error?.message.hasPrefix("The database") == true)
        }
    }
}
