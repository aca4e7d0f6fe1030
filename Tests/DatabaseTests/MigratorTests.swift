// SPDX-License-Identifier: Apache-2.0

import Database
import Logging
import TestSupport
import Testing

@Suite("Migrations", .timeLimit(.minutes(10)))
struct MigratorTests {
    private static let third = Migration(3, "colours") { "CREATE TABLE colour (id \(.key)) \(.strict)" }

    private func message(_ migrations: [Migration], _ database: Database) async -> String? {
        do {
            _ = try await Migrator(migrations: migrations).migrate(database)
            return nil
        } catch {
            return (error as? MigrationError)?.description
        }
    }

    @Test("what is missing is applied in order, and a second run applies nothing", arguments: TestEngine.available)
    func twice(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: [])
        let migrator = Migrator(migrations: testMigrations.reversed() + [Self.third])
        #expect(try await migrator.pending(database) == [1, 2, 3])
        #expect(try await Migrator(migrations: testMigrations).migrate(database) == [1, 2])
        #expect(try await migrator.pending(database) == [3])
        #expect(try await migrator.migrate(database) == [3])
        #expect(try await migrator.migrate(database) == [])
        await database.close()
    }

    @Test("a database from a newer version is refused with a sentence that says so", arguments: TestEngine.available)
    func newer(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations + [Self.third])
        let found = await message(testMigrations, database)
        #expect(found?.contains("migration 3 (colours), which this version does not know") == true)
        await database.close()
    }

    @Test("a migration that was edited, forgotten or numbered twice is refused", arguments: TestEngine.available)
    func mistakes(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: [testMigrations[1]])
        let edited = Migration(2, "counters") { "CREATE TABLE counter (id \(.key)) \(.strict)" }
        #expect(await message([edited], database)?.contains("was edited") == true)
        #expect(await message(testMigrations, database)?.contains("Migration 1 (things) is missing") == true)
        #expect(await message([edited, edited], database)?.contains("same number 2") == true)
        await database.close()
    }

    @Test("a migration that fails leaves nothing of itself behind", arguments: TestEngine.available)
    func failing(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let broken = Migration(3, "broken") {
            "CREATE TABLE colour (id \(.key)) \(.strict)"
            "CREATE TABLE colour (id \(.key)) \(.strict)"
        }
        await #expect(throws: DatabaseError.self) {
            _ = try await Migrator(migrations: testMigrations + [broken]).migrate(database)
        }
        #expect(try await Migrator(migrations: testMigrations + [Self.third]).migrate(database) == [3])
        await database.close()
    }

    @Test("two processes that start together apply each migration once", arguments: TestEngine.available)
    func together(engine: TestEngine) async throws {
        let place = try await engine.makePlace(migrations: [])
        let one = try await Database.open(place.url, readers: 1, logger: .silent)
        let other = try await Database.open(place.url, readers: 1, logger: .silent)
        let migrator = Migrator(migrations: testMigrations + [Self.third])
        async let first = migrator.migrate(one)
        async let second = migrator.migrate(other)
        #expect(try await (first + second).sorted() == [1, 2, 3])
        await one.close()
        await other.close()
        await place.remove()
    }

    @Test("a step may be written differently for each engine", arguments: TestEngine.available)
    func perEngine(engine: TestEngine) async throws {
        let step = Migration(1, "search") { engine in
            if engine == .sqlite {
                "CREATE VIRTUAL TABLE words USING fts5 (body)"
            } else {
                "CREATE TABLE words (body TEXT)"
                "CREATE INDEX words_body ON words USING gin (to_tsvector('simple', body))"
            }
        }
        let database = try await engine.makeDatabase(migrations: [step])
        try await database.write { try $0.run("INSERT INTO words (body) VALUES (\("salut"))") }
        await database.close()
    }
}
