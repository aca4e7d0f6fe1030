// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport
import Testing

@testable import Database

@Suite(
    "Deadlines on PostgreSQL", .enabled(if: TestEngine.available.contains(.postgres)), .timeLimit(.minutes(10)))
struct PostgresDeadlineTests {
    private static let sleep: SQL = "SELECT CAST(pg_sleep(3600) AS TEXT) AS slept"
    private static let process: SQL = "SELECT pg_backend_pid() AS n"

    /// Opens a database with one connection, and with a listener only when it is asked for.
    private func open(
        _ url: DatabaseURL, listens: Bool = false, _ change: (inout DatabaseLimits) -> Void = { _ in }
    ) async throws -> Database {
        var options = DatabaseOptions()
        options.readers = 0
        options.listens = listens
        change(&options.limits)
        return try await Database.open(url, options, logger: .silent)
    }

    /// Waits until a statement with `pg_sleep` runs in the database.
    private func untilAsleep(_ observer: Database) async throws {
        let sleeping: SQL = """
            SELECT count(*) AS n FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event = 'PgSleep'
            """
        while try await observer.read({ try $0.row(sleeping)?.int("n") }) == 0 {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test("a statement that takes too long ends, is not tried again, and its connection goes on working")
    func statementTimeout() async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: testMigrations)
        let database = try await open(place.url) { $0.statement = .seconds(5) }
        let process = try await database.read { try $0.row(Self.process)?.int("n") }
        let attempts = Counter()
        #expect(
            await kind {
                try await database.read {
                    attempts.add()
                    _ = try $0.rows(Self.sleep)
                }
            } == .timeout)
        #expect(
            await kind {
                try await database.write {
                    attempts.add()
                    _ = try $0.rows(Self.sleep)
                }
            } == .timeout)
        #expect(attempts.value == 2)
        #expect(try await database.read { try $0.row(Self.process)?.int("n") } == process)
        await database.close()
        await place.remove()
    }

    @Test("a write that waits too long for a row lock fails and says that the database is busy")
    func lockTimeout() async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: testMigrations)
        let holder = try await open(place.url)
        let database = try await open(place.url) {
            $0.lock = .milliseconds(200)
            $0.retry = .zero
        }
        let (holding, released) = (Counter(), Counter())
        let change: SQL = "UPDATE counter SET total = total + 1 WHERE id = 1"
        async let held: Void = holder.write { tx in
            _ = try tx.changed(change)
            holding.add()
            while released.value == 0 { usleep(1_000) }
        }
        while holding.value == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await kind { try await database.write { _ = try $0.changed(change) } } == .busy)
        released.add()
        try await held
        #expect(try await database.write { try $0.changed(change) } == 1)
        await database.close()
        await holder.close()
        await place.remove()
    }

    @Test("a cancelled call ends its statement, and the same connection is free again", arguments: [true, false])
    func cancellation(isWrite: Bool) async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: testMigrations)
        let database = try await open(place.url)
        let observer = try await open(place.url)
        let process = try await database.read { try $0.row(Self.process)?.int("n") }
        let call = Task {
            if isWrite {
                try await database.write {
                    try $0.run("UPDATE counter SET total = 7 WHERE id = 1")
                    _ = try $0.rows(Self.sleep)
                }
            } else {
                try await database.read { _ = try $0.rows(Self.sleep) }
            }
        }
        try await untilAsleep(observer)
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        let after = try await database.read { db in
            (try db.row(Self.process)?.int("n"), try db.row("SELECT total FROM counter WHERE id = 1")?.int("total"))
        }
        #expect(after.0 == process)
        #expect(after.1 == 0)
        await observer.close()
        await database.close()
        await place.remove()
    }

    @Test(
        "a connection that falls silent costs a caller its call, not the connection for ever",
        .enabled(if: Relay.isPossible), arguments: [nil, .milliseconds(300)] as [Duration?])
    func silentConnection(silence: Duration?) async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: testMigrations)
        let relay = try Relay(place.url.location)
        let database = try await open(relay.url) { limits in
            limits.response = .seconds(3)
            limits.silence = silence
        }
        // On a slow machine a connection may need more than one call.
        while await kind(of: { try await database.read { _ = try $0.row("SELECT 1 AS n") } }) != nil {}
        relay.silence()
        #expect(await kind { try await database.read { _ = try $0.row("SELECT 1 AS n") } } == .timeout)
        while await kind(of: { try await database.read { _ = try $0.row("SELECT 1 AS n") } }) != nil {}
        await database.close()
        relay.stop()
        await place.remove()
    }

    @Test("a silent server is an outage, which ends when it responds again", .enabled(if: Relay.isPossible))
    func outage() async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: testMigrations)
        let relay = try Relay(place.url.location)
        let database = try await open(relay.url) { limits in
            limits.response = .seconds(3)
            limits.connect = .seconds(2)
        }
        while await database.outage() != nil {}
        relay.freeze()
        // The one connection of the pool is held by a body that does nothing: the answer does not need it.
        let (holding, released) = (Counter(), Counter())
        async let held: Void = database.read { _ in
            holding.add()
            while released.value == 0 { usleep(1_000) }
        }
        while holding.value == 0 { try await Task.sleep(for: .milliseconds(5)) }
        let found = await database.outage()
        #expect(found?.isOutage == true)
        relay.thaw()
        while await database.outage() != nil {}
        released.add()
        _ = try? await held
        await database.close()
        relay.stop()
        await place.remove()
    }

    @Test(
        "a listener whose connection was cut without a word notices it, and hears again", .enabled(if: Relay.isPossible)
    )
    func deafListener() async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: testMigrations)
        let relay = try Relay(place.url.location)
        let listening = try await open(relay.url, listens: true) {
            $0.heartbeat = .milliseconds(200)
            $0.heartbeatResponse = .seconds(5)
        }
        let telling = try await open(place.url)
        var heard = listening.announcements.makeAsyncIterator()
        try await telling.write { $0.announce("before") }
        #expect(await heard.next() == "before")
        relay.silence()
        let isHeard = Counter()
        let waiter = Task { [stream = listening.announcements] in
            for await _ in stream.prefix(1) { isHeard.add() }
        }
        while isHeard.value == 0 {
            try await telling.write { $0.announce("after") }
            try await Task.sleep(for: .milliseconds(20))
        }
        await waiter.value
        await telling.close()
        await listening.close()
        relay.stop()
        await place.remove()
    }

    @Test("a server that only lets read says so, until a write works again")
    func readOnly() async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: testMigrations)
        let database = try await open(place.url)
        let change: SQL = "UPDATE counter SET total = total + 1 WHERE id = 1"
        try await database.write { try $0.run("SET default_transaction_read_only = on") }
        #expect(await kind { try await database.write { try $0.run(change) } } == .readOnly)
        #expect(await database.outage()?.kind == .readOnly)
        // A worker that finds its queue empty commits without a write. This does not tell that writes work.
        try await database.write { _ in }
        try await database.write { _ = try $0.rows("SELECT id FROM counter") }
        #expect(await database.outage()?.kind == .readOnly)
        try await database.write { tx in
            try tx.run("SET TRANSACTION READ WRITE")
            try tx.run("SET default_transaction_read_only = off")
            try tx.run(change)
        }
        #expect(await database.outage()?.kind != .readOnly)
        await database.close()
        await place.remove()
    }

    @Test("a database without a listener takes one connection")
    func oneConnection() async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: testMigrations)
        let database = try await open(place.url)
        let count: SQL = """
            SELECT count(*) AS n FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend'
            """
        for _ in 0..<4 {
            let found = await withTaskGroup(of: Int64?.self) { group in
                for _ in 0..<8 { group.addTask { try? await database.write { try $0.row(count)?.int("n") } } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(found.allSatisfy { $0 == 1 })
        }
        await database.close()
        await place.remove()
    }
}
