// SPDX-License-Identifier: Apache-2.0

import Database
import Glibc
import TestSupport
import Testing

@Suite("The version of the data", .timeLimit(.minutes(10)))
struct VersionTests {
    @Test("it is another after each commit", arguments: TestEngine.available)
    func commits(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        var seen: Set<UInt64> = []
        for number in 0..<20 {
            #expect(try await seen.insert(database.version()).inserted)
            try await database.write { tx in
                try tx.run("INSERT INTO thing (id, name) VALUES (\(number), \("room \(number)"))")
            }
        }
        #expect(try await !seen.contains(database.version()))
        await database.close()
    }

    @Test("it stays while nothing is committed")
    func stays() async throws {
        let database = try await TestEngine.sqlite.makeDatabase(migrations: testMigrations)
        let version = try await database.version()
        for _ in 0..<20 {
            _ = try await database.read { db in try db.rows("SELECT 1 AS one") }
            #expect(try await database.version() == version)
        }
        await database.close()
    }

    /// PostgreSQL counts the transactions of all databases of a server, and other tests write there at the same time. So
    /// this looks for moments in which nobody did.
    @Test(
        "on PostgreSQL it stays while nothing is committed",
        .enabled(if: TestEngine.available.contains(.postgres)))
    func staysOnServer() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations)
        let snapshot: SQL = "SELECT CAST(pg_current_snapshot() AS TEXT) AS seen"
        var quiet = 0
        for _ in 0..<2_000 where quiet < 5 {
            let before = try await database.read { try $0.row(snapshot)?.text("seen") }
            let versions = (try await database.version(), try await database.version())
            guard try await database.read({ try $0.row(snapshot)?.text("seen") }) == before else { continue }
            quiet += 1
            #expect(versions.0 == versions.1)
        }
        await database.close()
    }

    @Test("a commit of another process changes it too", arguments: TestEngine.available)
    func otherProcess(engine: TestEngine) async throws {
        let place = try await engine.makePlace(migrations: testMigrations)
        let one = try await Database.open(place.url, readers: 1, logger: .silent)
        let other = try await Database.open(place.url, readers: 1, logger: .silent)
        let version = try await other.version()
        try await one.write { tx in try tx.run("INSERT INTO thing (id, name) VALUES (1, 'bar')") }
        #expect(try await other.version() != version)
        await one.close()
        await other.close()
        await place.remove()
    }

    @Test(
        "a transaction that is open when the version is taken changes it when it commits",
        .enabled(if: TestEngine.available.contains(.postgres)))
    func openTransaction() async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: testMigrations)
        let one = try await Database.open(place.url, readers: 1, logger: .silent)
        let other = try await Database.open(place.url, readers: 1, logger: .silent)
        let (inside, enter) = AsyncStream.makeStream(of: Void.self)
        let isSeen = Counter()
        let slow = Task {
            try await one.write { tx in
                _ = try tx.rows("INSERT INTO thing (id, name) VALUES (1, 'slow') RETURNING id")
                enter.yield()
                while isSeen.value == 0 { usleep(1_000) }
            }
        }
        for await _ in inside.prefix(1) {}
        // A later transaction commits first, so the id of the slow one is smaller than the ids that the version covers.
        try await other.write { tx in try tx.run("INSERT INTO thing (id, name) VALUES (2, 'quick')") }
        let version = try await other.version()
        isSeen.add()
        try await slow.value
        #expect(try await other.version() != version)
        await one.close()
        await other.close()
        await place.remove()
    }

    @Test("many who ask at once are answered, and nobody after the end", arguments: TestEngine.available)
    func together(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let answers = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for _ in 0..<200 { group.addTask { try await database.version() } }
            return try await group.reduce(into: Set<UInt64>()) { $0.insert($1) }
        }
        #expect(engine == .postgres ? !answers.isEmpty : answers.count == 1)
        await database.close()
        await #expect(throws: DatabaseError.self) { try await database.version() }
    }
}
