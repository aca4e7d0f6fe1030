// SPDX-License-Identifier: Apache-2.0

import Database
import Glibc
import Logging
import TestSupport
import Testing

@Suite("Transactions", .timeLimit(.minutes(10)))
struct TransactionTests {
    private static let count: SQL = "SELECT count(*) AS n FROM thing"

    @Test("a body that throws leaves nothing behind, and its error comes out", arguments: TestEngine.available)
    func rollback(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        await #expect(throws: Refused()) {
            try await database.write { tx in
                try tx.run("INSERT INTO thing (id, name) VALUES (1, 'a')")
                throw Refused()
            }
        }
        #expect(try await database.read { try $0.row(Self.count)?.int("n") } == 0)
        await database.close()
    }

    @Test(
        "a statement that failed ends the transaction, also when its error is caught", arguments: TestEngine.available)
    func poisoned(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let found = await kind {
            try await database.write { tx in
                try tx.run("INSERT INTO thing (id, name) VALUES (1, 'a')")
                _ = try? tx.run("INSERT INTO thing (id, name) VALUES (1, 'b')")
            }
        }
        #expect(found == .uniqueViolation)
        #expect(try await database.read { try $0.row(Self.count)?.int("n") } == 0)
        await database.close()
    }

    @Test("what is left for the end happens after all else, by table and row", arguments: TestEngine.available)
    func late(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        try await database.write { tx in
            tx.deferUntilCommit(
                on: "thing", row: 2, "INSERT INTO thing (id, name) SELECT 20, 'after ' || count(*) FROM thing")
            tx.deferUntilCommit(on: "thing", row: 1, "UPDATE thing SET name = 'first' WHERE id = 1")
            tx.deferUntilCommit(on: "thing", row: 1, "UPDATE thing SET name = name || ', then second' WHERE id = 1")
            tx.deferUntilCommit(on: "counter", row: 9, "DELETE FROM thing WHERE id = 3")
            try tx.run("INSERT INTO thing (id, name) VALUES (1, 'a'), (3, 'c')")
        }
        let names = try await database.read { db in
            try db.rows("SELECT name FROM thing ORDER BY id").map { try $0.text("name") }
        }
        #expect(names == ["first, then second", "after 1"])
        let found = await kind {
            try await database.write { tx in
                tx.deferUntilCommit(on: "thing", row: 1, "INSERT INTO thing (id, name) VALUES (1, 'again')")
                try tx.run("DELETE FROM thing WHERE id = 20")
            }
        }
        #expect(found == .uniqueViolation)
        #expect(try await database.read { try $0.row(Self.count)?.int("n") } == 2)
        await database.close()
    }

    @Test(
        "rows that are collected are inserted together at the end, the last form of each",
        arguments: TestEngine.available)
    func collected(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let sizes = Counter()
        try await database.write { tx in
            for id in (1...70) as ClosedRange<Int64> {
                tx.collect(in: "thing", row: id, "(\(id), \("first \(id)"))") { rows in
                    sizes.add()
                    return "INSERT INTO thing (id, name) VALUES \(SQL.joined(rows, separator: ", "))"
                }
            }
            tx.collect(in: "thing", row: 70, "(\(70 as Int64), 'second 70')") { _ in "" }
            tx.forgetCollected(in: "thing", row: 3)
            tx.forgetCollected(in: "thing", row: 99)
            let count = try tx.row(Self.count)?.int("n")
            #expect(count == 0)
        }
        // 64 rows, 4 and 1.
        #expect(sizes.value == 3)
        let names = try await database.read { db in
            try db.rows("SELECT name FROM thing WHERE id IN (2, 3, 4, 70) ORDER BY id").map { try $0.text("name") }
        }
        #expect(names == ["first 2", "first 4", "second 70"])
        await database.close()
    }

    @Test("what is counted for one row is one statement at the end", arguments: TestEngine.available)
    func combined(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let statements = Counter()
        try await database.write { tx in
            for (row, amount) in [(1, 5), (2, 1), (1, -2), (1, 4)] as [(Int64, Int64)] {
                tx.deferUntilCommit(on: "counter", row: row, for: "total", value: amount) { amounts in
                    statements.add()
                    return "UPDATE counter SET total = total + \(amounts.reduce(0, +)) WHERE id = \(row)"
                }
            }
            tx.deferUntilCommit(on: "counter", row: 1, for: "other", value: 10) { values in
                statements.add()
                return "UPDATE counter SET total = total * \(values.count + 1) WHERE id = 1"
            }
        }
        #expect(statements.value == 3)
        let totals = try await database.read { db in
            try db.rows("SELECT total FROM counter ORDER BY id").map { try $0.int("total") }
        }
        #expect(totals == [14, 1])
        await database.close()
    }

    @Test("a read sees the database at one moment", arguments: TestEngine.available)
    func snapshot(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let stage = Counter()
        async let counts = database.read { db in
            let before = try db.row(Self.count)?.int("n")
            stage.add()
            while stage.value < 2 {}
            return [before, try db.row(Self.count)?.int("n")]
        }
        while stage.value < 1 { await Task.yield() }
        try await database.write { try $0.run("INSERT INTO thing (id, name) VALUES (1, 'a')") }
        stage.add()
        #expect(try await counts == [0, 0])
        #expect(try await database.read { try $0.row(Self.count)?.int("n") } == 1)
        await database.close()
    }

    @Test(
        "many writers at once lose no update, and a failing one takes back its own alone",
        arguments: TestEngine.available)
    func writers(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations, readers: 3)
        let failures = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    await kind {
                        try await database.write { tx in
                            try tx.run("INSERT INTO thing (id, name) VALUES (\(number), \("n\(number)"))")
                            try tx.run("UPDATE counter SET total = total + 1 WHERE id = 1")
                            if number % 5 == 0 { throw DatabaseError(.checkViolation, "on purpose") }
                        }
                    } == .checkViolation
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(failures == 40)
        let ids = try await database.read { db in
            try db.rows("SELECT id FROM thing ORDER BY id").map { try $0.int("id") }
        }
        #expect(ids == (0..<200).filter { $0 % 5 != 0 })
        #expect(try await database.read { try $0.row("SELECT total FROM counter WHERE id = 1")?.int("total") } == 160)
        await database.close()
    }

    @Test("what was written is read by whoever asks next", arguments: TestEngine.available)
    func readYourWrites(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations, readers: 3)
        for number in 1...50 {
            try await database.write { try $0.run("UPDATE counter SET total = \(number) WHERE id = 1") }
            let read = try await database.read { try $0.row("SELECT total FROM counter WHERE id = 1")?.int("total") }
            #expect(read == Int64(number))
        }
        await database.close()
    }

    @Test("a transaction that was in another's way is run again from its start", arguments: TestEngine.available)
    func retried(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let attempts = Counter()
        try await database.write { tx in
            try tx.run("UPDATE counter SET total = total + 1 WHERE id = 1")
            if attempts.add() < 3 { throw DatabaseError(.serialization, "again") }
        }
        #expect(attempts.value == 3)
        #expect(try await database.read { try $0.row("SELECT total FROM counter WHERE id = 1")?.int("total") } == 1)
        await database.close()
    }

    @Test("a transaction is not run again for ever", arguments: TestEngine.available)
    func bounded(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let attempts = Counter()
        let found = await kind {
            try await database.write { _ in
                attempts.add()
                throw DatabaseError(.busy, "always")
            }
        }
        #expect(found == .busy)
        #expect(attempts.value == 5)
        await database.close()
    }

    @Test("the observer is told each statement of a body and nothing else", arguments: TestEngine.available)
    func observer(engine: TestEngine) async throws {
        let log = Log()
        let database = try await engine.makeDatabase(migrations: testMigrations, onStatement: { log.add($0) })
        _ = try await database.read { try $0.rows("SELECT id FROM thing WHERE id = \(1)") }
        try await database.write { try $0.run("DELETE FROM thing WHERE id = \(1)") }
        #expect(log.all == ["SELECT id FROM thing WHERE id = $1", "DELETE FROM thing WHERE id = $1"])
        await database.close()
    }

    @Test("the observer is told how long a body waited for a connection", arguments: TestEngine.available)
    func waits(engine: TestEngine) async throws {
        let place = try await engine.makePlace(migrations: testMigrations)
        let log = Log()
        let database = try await Database.open(
            place.url, readers: 1, logger: .silent,
            onStart: { wait in log.add(wait >= .milliseconds(20) ? "long" : "short") })
        let opened = log.all.count
        try await database.write { _ in }
        var bodies = 1
        // On a slow machine the reads may come one after the other, and then none of them waits.
        while !log.all.contains("long") {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { _ = try await database.read { _ in usleep(20_000) } } }
                try await group.waitForAll()
            }
            bodies += 4
        }
        #expect(log.all.count - opened == bodies)
        await database.close()
        await place.remove()
    }

    @Test("closing finishes what waits and refuses what comes later", arguments: TestEngine.available)
    func closing(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        await database.close()
        await database.close()
        #expect(await kind { try await database.write { _ in } } == .unavailable)
        #expect(await kind { try await database.read { _ in } } == .unavailable)
        var iterator = database.announcements.makeAsyncIterator()
        #expect(await iterator.next() == nil)
    }
}
