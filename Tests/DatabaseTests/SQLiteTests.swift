// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import TestSupport
import Testing

@testable import Database

@Suite("SQLite")
struct SQLiteTests {
    /// Makes the writer find all jobs in its queue at once, on this thread, and returns the events in order.
    private func batch(
        _ names: [String], _ body: @escaping @Sendable (String, Transaction) throws -> Void
    ) async throws
        -> (log: [String], place: TestPlace)
    {
        let place = try await TestEngine.sqlite.makePlace(migrations: testMigrations)
        let queue = JobQueue<WriteJob>()
        let log = Log()
        for name in names {
            let job = WriteJob(
                run: { tx in
                    log.add("run \(name)")
                    try body(name, tx)
                    return { log.add("told \(name)") }
                },
                failure: { _ in log.add("failed \(name)") })
            queue.submit(job)
        }
        queue.close()
        let options = WorkerOptions(url: place.url, DatabaseOptions(), logger: .silent)
        SQLiteWriter(queue: queue, hub: AnnouncementHub(), options: options).work()
        return (log.all, place)
    }

    private func names(in place: TestPlace) throws -> [String] {
        let connection = try SQLiteConnection(path: place.url.location, role: .reader)
        return try connection.rows(Statement("SELECT name FROM thing ORDER BY id", for: .sqlite)).map {
            try $0.text("name")
        }
    }

    @Test("waiting writes share one commit, nobody is told before it, and a failing one takes back its own alone")
    func sharedCommit() async throws {
        let (log, place) = try await batch(["a", "b", "c"]) { name, tx in
            try tx.run("INSERT INTO thing (id, name) SELECT count(*) + 1, \(name) FROM thing")
            if name == "b" { throw Refused() }
        }
        #expect(log == ["run a", "run b", "failed b", "run c", "told a", "told c"])
        #expect(try names(in: place) == ["a", "c"])
        await place.remove()
    }

    @Test("when the common commit is refused each write is run again alone, and the guilty one alone fails")
    func refusedCommit() async throws {
        let (log, place) = try await batch(["a", "b", "c"]) { name, tx in
            try tx.run("INSERT INTO thing (id, name) SELECT count(*) + 1, \(name) FROM thing")
            // The foreign key is checked at the commit.
            if name == "b" { try tx.run("INSERT INTO part (id, thing_id) VALUES (1, 404)") }
        }
        #expect(log == ["run a", "run b", "run c", "run a", "told a", "run b", "failed b", "run c", "told c"])
        #expect(try names(in: place) == ["a", "c"])
        await place.remove()
    }

    @Test("a write that would wait for another process is run again, alone")
    func transientInBatch() async throws {
        let tries = Log()
        let (log, place) = try await batch(["a", "b"]) { name, _ in
            tries.add(name)
            if name == "b", tries.all.filter({ $0 == "b" }).count < 3 { throw DatabaseError(.busy, "on purpose") }
        }
        #expect(log == ["run a", "run b", "run a", "told a", "run b", "run b", "told b"])
        await place.remove()
    }

    @Test("the file is opened so that a commit survives a power cut")
    func settings() async throws {
        let place = try await TestEngine.sqlite.makePlace(migrations: testMigrations)
        let writer = try SQLiteConnection(path: place.url.location, role: .writer)
        let expected: [(SQL, SQLValue)] = [
            ("PRAGMA journal_mode", .text("wal")), ("PRAGMA synchronous", .integer(2)),
            ("PRAGMA foreign_keys", .integer(1)), ("PRAGMA secure_delete", .integer(1)),
            ("PRAGMA busy_timeout", .integer(5_000)), ("PRAGMA query_only", .integer(0)),
            ("PRAGMA wal_autocheckpoint", .integer(4_000)),
        ]
        for (question, answer) in expected {
            #expect(try writer.rows(Statement(question, for: .sqlite)).first?.values == [answer])
        }
        let reader = try SQLiteConnection(path: place.url.location, role: .reader)
        #expect(try reader.rows(Statement("PRAGMA query_only", for: .sqlite)).first?.values == [.integer(1)])
        await place.remove()
    }

    @Test("the statement unused for longest leaves the cache, and statements go on working")
    func cache() async throws {
        let place = try await TestEngine.sqlite.makePlace(migrations: testMigrations)
        let connection = try SQLiteConnection(path: place.url.location, role: .reader, cacheCapacity: 3)
        for round in 1...2 {
            for number in 1...5 {
                let sql = SQL(stringLiteral: "SELECT \(number) AS n")
                #expect(try connection.rows(Statement(sql, for: .sqlite)).first?.int("n") == Int64(number))
                #expect(connection.preparedCount == (round == 1 ? min(number, 3) : 3))
            }
        }
        await place.remove()
    }

    @Test("prepared statements use no more memory than they may, and a larger one is kept alone")
    func cacheBytes() async throws {
        let place = try await TestEngine.sqlite.makePlace(migrations: testMigrations)
        let connection = try SQLiteConnection(path: place.url.location, role: .reader, cacheBytes: 60_000)
        var most = 0
        for number in 0..<100 {
            let rows = try connection.rows(Statement("SELECT id, \(number) AS n FROM counter", for: .sqlite))
            #expect(rows.count == 2)
            let text = "SELECT id, \(number) AS n FROM counter ORDER BY total"
            #expect(try connection.rows(Statement(text: text)).count == 2)
            #expect(connection.statementBytes > 0 && connection.statementBytes <= 60_000)
            most = max(most, connection.preparedCount)
        }
        #expect(most < 100)
        let many = (0..<2_000).map { "id + \($0) AS n\($0)" }.joined(separator: ", ")
        #expect(try connection.rows(Statement(text: "SELECT \(many) FROM counter")).count == 2)
        #expect(connection.preparedCount == 1)
        #expect(connection.statementBytes > 60_000)
        #expect(try connection.rows(Statement(text: "SELECT id FROM counter")).count == 2)
        #expect(connection.preparedCount == 1)
        await place.remove()
    }

    @Test("a prepared SELECT * sees a column that was added later")
    func schemaChange() async throws {
        let database = try await TestEngine.sqlite.makeDatabase(migrations: testMigrations, readers: 1)
        let all: SQL = "SELECT * FROM counter WHERE id = 1"
        #expect(try await database.read { try $0.row(all)?.columnNames } == ["id", "total"])
        try await database.write { try $0.run("ALTER TABLE counter ADD COLUMN colour TEXT") }
        #expect(try await database.read { try $0.row(all)?.columnNames } == ["id", "total", "colour"])
        await database.close()
    }

    @Test("a copy is complete, and an existing file is not overwritten")
    func backup() async throws {
        let place = try await TestEngine.sqlite.makePlace(migrations: testMigrations)
        let path = place.url.location + "-it's a copy"
        try await Database.backup(place.url, to: path)
        let copy = try SQLiteConnection(path: path, role: .reader)
        #expect(try copy.rows(Statement("SELECT id FROM counter", for: .sqlite)).count == 2)
        await #expect(throws: DatabaseError.self) { try await Database.backup(place.url, to: path) }
        unlink(path)
        await place.remove()
    }
}
