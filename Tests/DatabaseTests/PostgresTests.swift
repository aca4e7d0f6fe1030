// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport
import Testing

@testable import Database

@Suite("PostgreSQL", .enabled(if: TestEngine.available.contains(.postgres)), .timeLimit(.minutes(10)))
struct PostgresTests {
    private static let killOthers: SQL = """
        SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        """

    @Test("the server's own word for a serialization failure runs the body again")
    func serialization() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations)
        let attempts = Counter()
        try await database.write { tx in
            try tx.run("UPDATE counter SET total = total + 1 WHERE id = 1")
            guard attempts.add() == 1 else { return }
            try tx.run("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")
        }
        #expect(attempts.value == 2)
        #expect(try await database.read { try $0.row("SELECT total FROM counter WHERE id = 1")?.int("total") } == 1)
        await database.close()
    }

    @Test("a transaction begins as ever after more different statements than a connection keeps")
    func manyStatements() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations, readers: 0)
        try await database.write { tx in
            for number in 0..<400 {
                try tx.run("UPDATE counter SET total = \(SQL(stringLiteral: "\(number)")) WHERE id = 1")
            }
        }
        // The first read of the connection: its BEGIN was not prepared before.
        for _ in 0..<3 {
            #expect(
                try await database.read { try $0.row("SELECT total FROM counter WHERE id = 1")?.int("total") } == 399)
        }
        try await database.write { tx in try tx.run("UPDATE counter SET total = 1 WHERE id = 1") }
        await database.close()
    }

    @Test("two writes that lock each other out both succeed in the end")
    func deadlock() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations, readers: 1)
        let holding = Counter()
        let attempts = Counter()
        try await withThrowingTaskGroup { group in
            for (first, second) in [(1, 2), (2, 1)] {
                group.addTask {
                    try await database.write { tx in
                        attempts.add()
                        #expect(try tx.changed("UPDATE counter SET total = total + 1 WHERE id = \(first)") == 1)
                        holding.add()
                        while holding.value < 2 { sched_yield() }
                        try tx.run("UPDATE counter SET total = total + 1 WHERE id = \(second)")
                    }
                }
            }
            try await group.waitForAll()
        }
        // PostgreSQL made one of the two fail. That one may have failed once more.
        #expect(attempts.value >= 3)
        let totals = try await database.read { db in
            try db.rows("SELECT total FROM counter ORDER BY id").map { try $0.int("total") }
        }
        #expect(totals == [2, 2])
        await database.close()
    }

    @Test("two writes that meet at the same rows from both ends pass each other when they leave them for the end")
    func noDeadlock() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations, readers: 3)
        let attempts = Counter()
        try await withThrowingTaskGroup { group in
            for number in 0..<100 {
                group.addTask {
                    try await database.write { tx in
                        attempts.add()
                        for row in number % 2 == 0 ? [1, 2] : [2, 1] {
                            tx.deferUntilCommit(
                                on: "counter", row: Int64(row),
                                "UPDATE counter SET total = total + 1 WHERE id = \(row)")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(attempts.value == 100)
        let totals = try await database.read { db in
            try db.rows("SELECT total FROM counter ORDER BY id").map { try $0.int("total") }
        }
        #expect(totals == [100, 100])
        await database.close()
    }

    @Test("a connection that is lost inside a body is replaced and the body is run again")
    func lostInside() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations, readers: 1)
        let attempts = Counter()
        try await database.write { tx in
            try tx.run("UPDATE counter SET total = total + 1 WHERE id = 1")
            guard attempts.add() == 1 else { return }
            _ = try tx.rows("SELECT pg_terminate_backend(pg_backend_pid())")
        }
        #expect(attempts.value == 2)
        #expect(try await database.read { try $0.row("SELECT total FROM counter WHERE id = 1")?.int("total") } == 1)
        await database.close()
    }

    @Test("a connection that the server cut while it was idle is no outage")
    func cutProbe() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations, readers: 1)
        // The connection for this question exists afterwards.
        #expect(await database.outage() == nil)
        try await database.write { tx in
            _ = try tx.rows(
                """
                SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                """)
        }
        #expect(await database.outage() == nil)
        await database.close()
    }

    @Test("a connection that is lost during the commit is told and not tried again")
    func lostInCommit() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations, readers: 1)
        try await database.write { tx in
            try tx.run(
                """
                CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql
                AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'
                """)
            try tx.run(
                """
                CREATE CONSTRAINT TRIGGER dies AFTER UPDATE ON counter DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION die()
                """)
        }
        let attempts = Counter()
        let found = await kind {
            try await database.write { tx in
                attempts.add()
                try tx.run("UPDATE counter SET total = total + 1 WHERE id = 1")
            }
        }
        #expect(found == .unavailable)
        #expect(attempts.value == 1)
        #expect(try await database.read { try $0.row("SELECT total FROM counter WHERE id = 1")?.int("total") } == 0)
        await database.close()
    }

    @Test("idle connections that the server has cut are replaced, the listener's too")
    func lostIdle() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations, readers: 3)
        let heard = Task { [stream = database.announcements] in await stream.first { _ in true } }
        await withTaskGroup { group in
            for _ in 0..<16 {
                group.addTask { _ = await kind { try await database.read { _ = try $0.rows("SELECT 1") } } }
            }
        }
        let killed = try await database.write { try $0.row(Self.killOthers)?.int("n") }
        #expect((killed ?? 0) >= 1)
        let failures = await withTaskGroup(of: DatabaseError.Kind?.self) { group in
            for _ in 0..<32 {
                group.addTask {
                    await kind {
                        try await database.write { try $0.run("UPDATE counter SET total = total + 1 WHERE id = 1") }
                    }
                }
            }
            return await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
        }
        #expect(failures == [])
        #expect(try await database.read { try $0.row("SELECT total FROM counter WHERE id = 1")?.int("total") } == 32)
        let isHeard = Counter()
        async let first = heard.value
        async let waiter: Void = {
            _ = await heard.value
            isHeard.add()
        }()
        while isHeard.value == 0 { try await database.write { $0.announce("still here") } }
        await waiter
        #expect(await first == "still here")
        await database.close()
    }

    @Test("no transaction stays open when nobody asks any more")
    func endsReads() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations, readers: 3)
        for _ in 0..<4 {
            await withTaskGroup { group in
                for _ in 0..<16 {
                    group.addTask { _ = await kind { try await database.read { _ = try $0.rows("SELECT 1") } } }
                }
            }
        }
        let open: SQL = """
            SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'
            """
        var left: Int64? = 1
        while left != 0 {
            left = try await database.read { try $0.row(open)?.int("n") }
            if left != 0 { try await Task.sleep(for: .milliseconds(10)) }
        }
        await database.close()
    }

    @Test("what migrations change is planned for whole tables, and everything else for few rows")
    func settings() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations)
        let names = ["enable_seqscan", "enable_hashjoin", "enable_mergejoin"]
        let values: @Sendable (any Queryable) throws -> [String] = { db in
            try names.map { try db.row("SELECT current_setting(\($0)) AS v")?.text("v") ?? "" }
        }
        let migrated = try await database.write { tx in
            try tx.planForLargeReads()
            return try values(tx)
        }
        #expect(migrated == ["on", "on", "on"])
        for _ in 0..<8 { #expect(try await database.read { try values($0) } == ["off", "off", "off"]) }
        await database.close()
    }

    @Test("a statement that nobody waited for fails the write, with its own error, and nothing is stored")
    func failureOnTheWay() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations, readers: 1)
        let failing: SQL = "INSERT INTO counter (id, total) VALUES (1, 0)"
        let others: SQL = "UPDATE counter SET total = total + 1 WHERE id = 2"
        // The failing statement is alone, behind, before or between statements that succeed. There are more statements
        // than responses that may stay unread.
        let writes: [[SQL]] = [
            [failing], Array(repeating: others, count: 200) + [failing],
            [failing] + Array(repeating: others, count: 200),
            [others, failing, others],
        ]
        for write in writes {
            let found = await kind {
                try await database.write { tx in for statement in write { try tx.run(statement) } }
            }
            #expect(found == .uniqueViolation)
            let totals = try await database.read { db in
                try db.rows("SELECT total FROM counter ORDER BY id").map { try $0.int("total") }
            }
            #expect(totals == [0, 0])
        }
        await database.close()
    }

    @Test("a body's own error is told, whatever the statements on the way would have said")
    func refusalOnTheWay() async throws {
        struct Refusal: Error {}
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations, readers: 1)
        await #expect(throws: Refusal.self) {
            try await database.write { tx in
                try tx.run("INSERT INTO counter (id, total) VALUES (1, 0)")
                throw Refusal()
            }
        }
        try await database.write { try $0.run("UPDATE counter SET total = 7 WHERE id = 1") }
        #expect(try await database.read { try $0.row("SELECT total FROM counter WHERE id = 1")?.int("total") } == 7)
        await database.close()
    }

    @Test("ten thousand long statements that nobody waits for are all done, in their order")
    func manyOnTheWay() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations, readers: 1)
        let long = String(repeating: "é", count: 20_000)
        try await database.write { tx in
            for number in 0..<10_000 {
                try tx.run(
                    "INSERT INTO thing (id, name) VALUES (\(number), \("\(number)\(number % 100 == 0 ? long : "")"))")
                try tx.run("UPDATE counter SET total = \(number) WHERE id = 1 AND total = \(max(0, number - 1))")
            }
        }
        try await database.read { db in
            let (things, total) = (
                try db.row("SELECT count(*) AS n FROM thing")?.int("n"),
                try db.row("SELECT total FROM counter WHERE id = 1")?.int("total")
            )
            #expect(things == 10_000)
            #expect(total == 9_999)
        }
        await database.close()
    }

    @Test("a statement that cannot be prepared is tried anew when it can")
    func unprepared() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations, readers: 0)
        let late: SQL = "INSERT INTO later (id) VALUES (1)"
        for _ in 1...2 {
            let found = await kind { try await database.write { try $0.run(late) } }
            #expect(found == .syntax)
        }
        try await database.write { tx in
            try tx.run("CREATE TABLE later (id bigint)")
            try tx.run(late)
        }
        #expect(try await database.read { try $0.row("SELECT count(*) AS n FROM later")?.int("n") } == 1)
        await database.close()
    }

    @Test("the statement unused for longest is deallocated, and statements go on working")
    func cache() async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: testMigrations)
        let connection = try PostgresConnection(location: place.url.location, cacheCapacity: 3)
        for _ in 1...2 {
            for number in 1...5 {
                let sql = SQL(stringLiteral: "SELECT \(number) AS n")
                #expect(try connection.rows(Statement(sql, for: .postgres)).first?.int("n") == Int64(number))
            }
        }
        #expect(connection.preparedCount == 3)
        // The counting statement is in the cache too.
        let count: SQL = "SELECT count(*) AS n FROM pg_prepared_statements"
        #expect(try connection.rows(Statement(count, for: .postgres)).first?.int("n") == 3)
        await place.remove()
    }

    @Test("one text with values of different types is prepared for each of them")
    func types() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations, readers: 1)
        let weights: [SQLValue] = [.real(1.5), .null, .integer(2)]
        try await database.write { tx in
            for (id, weight) in weights.enumerated() {
                try tx.run("INSERT INTO thing (id, name, weight) VALUES (\(id), \("\(id)"), \(weight))")
            }
        }
        let found = try await database.read { db in
            try db.rows("SELECT weight FROM thing ORDER BY id").map { try $0.doubleOrNil("weight") }
        }
        #expect(found == [1.5, nil, 2])
        await database.close()
    }

    @Test("a prepared SELECT * sees a column that was added later")
    func schemaChange() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: testMigrations, readers: 1)
        let all: SQL = "SELECT * FROM counter WHERE id = 1"
        for _ in 1...4 { #expect(try await database.read { try $0.row(all)?.columnNames } == ["id", "total"]) }
        try await database.write { try $0.run("ALTER TABLE counter ADD COLUMN colour TEXT") }
        for _ in 1...4 {
            #expect(try await database.read { try $0.row(all)?.columnNames } == ["id", "total", "colour"])
        }
        await database.close()
    }

    @Test("numbers of all the server's integer and decimal types are read")
    func numbers() async throws {
        let database = try await TestEngine.postgres.makeDatabase(migrations: [])
        let row = try await database.read { db in
            try db.row(
                """
                SELECT (-9223372036854775807 - 1)::bigint AS least, 9223372036854775807 AS most, 7::smallint AS small,
                    12::numeric AS whole, 1.25::numeric AS part, 99999999999999999999::numeric AS huge
                """)
        }
        #expect(row?.values == [.integer(.min), .integer(.max), .integer(7), .integer(12), .real(1.25), .real(1e20)])
        await database.close()
    }
}
