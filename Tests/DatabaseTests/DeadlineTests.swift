// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Database

/// Holds the only connection of a database until it is released.
private struct Holder {
    private let released = Counter()
    private let task: Task<Void, any Error>

    /// Returns when the connection is held.
    init(_ database: Database) async throws {
        let (holding, released) = (Counter(), released)
        task = Task {
            try await database.read { _ in
                holding.add()
                while released.value == 0 { usleep(1_000) }
            }
        }
        while holding.value == 0 { try await Task.sleep(for: .milliseconds(2)) }
    }

    func release() async throws {
        released.add()
        try await task.value
    }
}

@Suite("Waiting for the database", .timeLimit(.minutes(10)))
struct DeadlineTests {
    /// Opens a database with one connection that reads.
    private func open(
        _ place: TestPlace, _ change: (inout DatabaseLimits) -> Void = { _ in }
    ) async throws -> Database {
        var options = DatabaseOptions()
        options.readers = 0
        options.listens = false
        change(&options.limits)
        return try await Database.open(place.url, options, logger: .silent)
    }

    @Test(
        "when too many calls wait, further ones fail at once, and those that wait are served",
        arguments: TestEngine.available)
    func shedding(engine: TestEngine) async throws {
        let place = try await engine.makePlace(migrations: testMigrations)
        let database = try await open(place) { $0.waiting = 3 }
        let holder = try await Holder(database)
        let refused = Counter()
        let served = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    let found = await kind { try await database.read { _ in _ = served.add() } }
                    if found == .overloaded { refused.add() }
                }
            }
            group.addTask {
                while refused.value < 7 { try? await Task.sleep(for: .milliseconds(2)) }
                try? await holder.release()
            }
        }
        #expect(refused.value == 7)
        #expect(served.value == 3)
        await database.close()
        await place.remove()
    }

    @Test(
        "a call that waits too long for a connection fails while the connection is still in use",
        arguments: TestEngine.available)
    func patience(engine: TestEngine) async throws {
        let place = try await engine.makePlace(migrations: testMigrations)
        let database = try await open(place) { $0.wait = .seconds(5) }
        let holder = try await Holder(database)
        let ran = Counter()
        #expect(await kind { try await database.read { _ in _ = ran.add() } } == .overloaded)
        try await holder.release()
        #expect(ran.value == 0)
        await database.close()
        await place.remove()
    }

    @Test("a cancelled call that waits leaves the queue, and its body never runs")
    func cancelledWhileWaiting() {
        let queue = JobQueue<ReadJob>()
        let log = Log()
        let tickets = ["a", "b", "c"].map { name in
            let ticket = JobTicket()
            let job = ReadJob(
                ticket: ticket, run: { _ in { log.add("ran \(name)") } },
                failure: { log.add("\($0 is CancellationError ? "cancelled" : "failed") \(name)") })
            // A call that is cancelled before its job is in the queue does not get into it.
            if name == "c" { queue.cancel(ticket) }
            queue.submit(job)
            return ticket
        }
        queue.cancel(tickets[1])
        #expect(log.all == ["cancelled c", "cancelled b"])
        let left = queue.take(upTo: 10)
        #expect(left.count == 1)
        #expect(left.first?.ticket === tickets[0])
    }

    @Test(
        "a call that is made in a cancelled task runs, so that a worker can give back what it holds",
        arguments: TestEngine.available)
    func begunAfterCancellation(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        let call = Task {
            while !Task.isCancelled { await Task.yield() }
            try await database.write { try $0.run("UPDATE counter SET total = 7 WHERE id = 1") }
            return try await database.read { try $0.row("SELECT total FROM counter WHERE id = 1")?.int("total") }
        }
        call.cancel()
        #expect(try await call.value == 7)
        await database.close()
    }
}

@Suite("Deadlines and failures on SQLite", .timeLimit(.minutes(10)))
struct SQLiteDeadlineTests {
    private static let endless: SQL = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS n FROM n
        """

    private func open(
        _ place: TestPlace, creates: Bool = true, _ change: (inout DatabaseLimits) -> Void = { _ in }
    ) async throws -> Database {
        var options = DatabaseOptions()
        options.readers = 1
        options.createsFile = creates
        change(&options.limits)
        return try await Database.open(place.url, options, logger: .silent)
    }

    @Test("a read that takes too long ends, and the reader is free again")
    func readDeadline() async throws {
        let place = try await TestEngine.sqlite.makePlace(migrations: testMigrations)
        let database = try await open(place) { $0.read = .milliseconds(200) }
        #expect(await kind { try await database.read { _ = try $0.rows(Self.endless) } } == .timeout)
        #expect(try await database.read { try $0.rows("SELECT id FROM counter").count } == 2)
        await database.close()
        await place.remove()
    }

    @Test("a cancelled read ends, and the reader is free again")
    func cancelledRead() async throws {
        let place = try await TestEngine.sqlite.makePlace(migrations: testMigrations)
        let database = try await open(place)
        let begun = Counter()
        let call = Task {
            try await database.read {
                begun.add()
                _ = try $0.rows(Self.endless)
            }
        }
        while begun.value == 0 { try await Task.sleep(for: .milliseconds(2)) }
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(try await database.read { try $0.rows("SELECT id FROM counter").count } == 2)
        await database.close()
        await place.remove()
    }

    /// With the waits one after the other, this test would take more than ten minutes.
    @Test("all writes of a batch wait once for a file that another process has locked, and fail together")
    func lockedFile() async throws {
        let place = try await TestEngine.sqlite.makePlace(migrations: testMigrations)
        let database = try await open(place) { $0.busy = .seconds(2) }
        let other = try SQLiteConnection(path: place.url.location, role: .writer)
        try other.execute("BEGIN IMMEDIATE")
        let ran = Counter()
        let kinds = await withTaskGroup(of: DatabaseError.Kind?.self) { group in
            for _ in 0..<200 { group.addTask { await kind { try await database.write { _ in _ = ran.add() } } } }
            return await group.reduce(into: [DatabaseError.Kind?]()) { $0.append($1) }
        }
        #expect(kinds.allSatisfy { $0 == .busy })
        #expect(ran.value == 0)
        try other.execute("COMMIT")
        try await database.write { _ in _ = ran.add() }
        #expect(ran.value == 1)
        await database.close()
        await place.remove()
    }

    @Test("a file that another process has locked is told while writes fail, and no longer when it is free")
    func lockIsTold() async throws {
        let place = try await TestEngine.sqlite.makePlace(migrations: testMigrations)
        let database = try await open(place) { $0.busy = .milliseconds(200) }
        let other = try SQLiteConnection(path: place.url.location, role: .writer)
        try other.execute("BEGIN IMMEDIATE")
        #expect(await kind { try await database.write { _ in } } == .busy)
        for _ in 0..<3 { #expect(await database.outage()?.kind == .busy) }
        #expect(try await database.read { try $0.rows("SELECT id FROM counter").count } == 2)
        try other.execute("COMMIT")
        // Nobody else writes: the question itself finds out that the file is free.
        #expect(await database.outage() == nil)
        await database.close()
        await place.remove()
    }

    @Test("a lock that is free again does not hide that the disk is full")
    func fullAndLocked() async throws {
        let failures = DatabaseFailures(engine: .sqlite, logger: .silent)
        failures.note(DatabaseError(.full, ""), isWrite: true)
        failures.note(DatabaseError(.busy, ""), isWrite: true)
        failures.noteCommit(hasWritten: false)
        #expect(failures.current?.kind == .full)
        failures.noteCommit(hasWritten: true)
        #expect(failures.current == nil)
        failures.note(DatabaseError(.busy, ""), isWrite: false)
        #expect(failures.current == nil)
        failures.note(DatabaseError(.busy, ""), isWrite: true)
        #expect(failures.current?.kind == .busy)
        failures.noteCommit(hasWritten: false)
        #expect(failures.current == nil)
    }

    @Test(
        "nothing is written to a file that was removed or replaced, and the reason is told", arguments: [true, false])
    func replacedFile(isReplaced: Bool) async throws {
        let place = try await TestEngine.sqlite.makePlace(migrations: testMigrations)
        let database = try await open(place)
        try await database.write { try $0.run("UPDATE counter SET total = 1 WHERE id = 1") }
        #expect(await database.outage()?.kind != .replaced)
        let path = place.url.location
        if isReplaced {
            let backup = try await TestEngine.sqlite.makePlace(migrations: testMigrations)
            #expect(rename(backup.url.location, path) == 0)
            await backup.remove()
        } else {
            unlink(path)
        }
        #expect(await kind { try await database.write { try $0.run("UPDATE counter SET total = 2") } } == .replaced)
        #expect(await database.outage()?.kind == .replaced)
        #expect(await kind { _ = try await database.version() } == .replaced)
        #expect((access(path, F_OK) == 0) == isReplaced)
        await database.close()
        await place.remove()
    }

    @Test("a full disk is told, and forgotten when a write works")
    func full() async throws {
        let place = try await TestEngine.sqlite.makePlace(migrations: testMigrations)
        let database = try await open(place)
        _ = try await database.write { try $0.rows("PRAGMA max_page_count = 1") }
        let large = [UInt8](repeating: 7, count: 1 << 20)
        let insert: @Sendable (Transaction) throws -> Void = { tx in
            try tx.run("INSERT INTO thing (id, name, body) VALUES (1, 'large', \(large))")
        }
        #expect(await kind { try await database.write(insert) } == .full)
        #expect(await database.outage()?.kind == .full)
        // A worker that finds its queue empty commits without a write. This does not tell that there is room.
        try await database.write { try $0.run("UPDATE thing SET name = 'small' WHERE id = 0") }
        #expect(await database.outage()?.kind == .full)
        _ = try await database.write { try $0.rows("PRAGMA max_page_count = 1000000") }
        try await database.write(insert)
        #expect(await database.outage()?.kind != .full)
        await database.close()
        await place.remove()
    }

    @Test("a file that may only be read is told, and can be read")
    func readOnly() async throws {
        let place = try await TestEngine.sqlite.makePlace(migrations: testMigrations)
        let database = try await open(place)
        _ = try await database.write { try $0.rows("PRAGMA query_only = 1") }
        #expect(await kind { try await database.write { try $0.run("UPDATE counter SET total = 1") } } == .readOnly)
        #expect(await database.outage()?.kind == .readOnly)
        #expect(try await database.read { try $0.rows("SELECT id FROM counter").count } == 2)
        await database.close()
        await place.remove()
    }

    @Test("a damaged file is told")
    func corrupt() async throws {
        let place = try await TestEngine.sqlite.makePlace(migrations: testMigrations)
        let database = try await open(place)
        #expect(await database.outage()?.kind != .corrupt)
        #expect(await kind { try await database.read { _ in throw DatabaseError(.corrupt, "on purpose") } } == .corrupt)
        #expect(await database.outage()?.kind == .corrupt)
        try await database.write { _ in }
        #expect(await database.outage()?.kind == .corrupt)
        await database.close()
        await place.remove()
    }

    @Test("a missing file is not created when it must not be")
    func missing() async throws {
        let place = try await TestEngine.sqlite.makePlace(migrations: [])
        unlink(place.url.location)
        #expect(await kind { _ = try await open(place, creates: false) } == .unavailable)
        #expect(access(place.url.location, F_OK) != 0)
        await place.remove()
    }

    @Test(
        "the codes of the engines are told apart",
        arguments: [
            (8, .readOnly), (1_032, .replaced), (9, .timeout), (11, .corrupt), (26, .corrupt), (13, .full),
            (5, .busy), (10, .unavailable),
        ] as [(Int32, DatabaseError.Kind)])
    func codes(code: Int32, expected: DatabaseError.Kind) {
        #expect(DatabaseError.Kind(sqliteCode: code) == expected)
        #expect(DatabaseError(expected, "").isOutage)
    }

    @Test(
        "the states of PostgreSQL are told apart",
        arguments: [
            ("57014", .timeout), ("55P03", .busy), ("53100", .full), ("25006", .readOnly), ("XX001", .corrupt),
            ("53300", .unavailable), ("57P01", .unavailable), ("08006", .unavailable),
        ] as [(String, DatabaseError.Kind)])
    func states(state: String, expected: DatabaseError.Kind) {
        #expect(DatabaseError.Kind(sqlState: state) == expected)
        #expect(DatabaseError(expected, "").isOutage)
    }
}
