// SPDX-License-Identifier: Apache-2.0

import Database
import FoundationEssentials
import Model
import Storage
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#endif

@Suite("The schema")
struct SchemaTests {
    @Test(
        "the schema is the one that was agreed on; `GOLDEN=write` agrees on another",
        arguments: TestEngine.available)
    func golden(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let lines = try await db.read { db in
                db.engine == .sqlite ? try Self.sqlite(db) : try Self.postgres(db)
            }
            let dump = lines.joined(separator: "\n") + "\n"
            let file = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "Golden/schema-\(engine).txt")
            if getenv("GOLDEN").map({ String(cString: $0) }) == "write" { try Data(dump.utf8).write(to: file) }
            let agreed = String(decoding: try Data(contentsOf: file), as: UTF8.self)
            #expect(dump.split(separator: "\n") == agreed.split(separator: "\n"))
        }
    }

    @Test("migrations make an empty database ours, once", arguments: TestEngine.available)
    func migrate(engine: TestEngine) async throws {
        try await onEmptyPlace(engine, processes: 1) { databases in
            let db = try #require(databases.first)
            let migrator = Migrator(migrations: Schema.migrations)
            let numbers = Schema.migrations.map(\.number)
            // Numbers may be left out, but never used twice or in another order.
            #expect(numbers.first == 1 && zip(numbers, numbers.dropFirst()).allSatisfy(<))
            #expect(try await migrator.pending(db) == numbers)
            #expect(try await migrator.migrate(db) == numbers)
            #expect(try await migrator.migrate(db) == [])
            #expect(try await migrator.pending(db) == [])
        }
    }

    @Test("processes that start together migrate together", arguments: TestEngine.available)
    func together(engine: TestEngine) async throws {
        try await onEmptyPlace(engine, processes: 3) { databases in
            let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
                for db in databases {
                    group.addTask { try await Migrator(migrations: Schema.migrations).migrate(db) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == Schema.migrations.map(\.number))
        }
    }

    private func onEmptyPlace(
        _ engine: TestEngine, processes: Int, _ body: ([Database]) async throws -> Void
    ) async throws {
        let place = try await engine.makePlace(migrations: [])
        var databases: [Database] = []
        for _ in 1...processes {
            databases.append(try await Database.open(place.url, readers: 1, logger: .silent))
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body(databases)) } catch { result = .failure(error) }
        for db in databases { await db.close() }
        await place.remove()
        try result.get()
    }

    private static func sqlite(_ db: Snapshot) throws -> [String] {
        try db.rows(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name"
        ).map { try $0.text("sql") + ";" }
    }

    private static func postgres(_ db: Snapshot) throws -> [String] {
        let columns = try db.rows(
            """
            SELECT table_name || '.' || lpad(ordinal_position::text, 2, '0') || ' ' || column_name || ' ' || data_type
                || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END AS line
            FROM information_schema.columns WHERE table_schema = 'public'
            """)
        // Since PostgreSQL 18, NOT NULL has constraints of its own; the list of columns already contains them.
        let constraints = try db.rows(
            """
            SELECT conrelid::regclass::text || ': ' || pg_get_constraintdef(oid) AS line FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
            """)
        let indexes = try db.rows("SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'")
        return try [columns, constraints, indexes].flatMap { rows in try rows.map { try $0.text("line") }.sorted() }
    }
}
