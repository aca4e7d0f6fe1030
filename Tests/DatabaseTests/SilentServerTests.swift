// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Database

@Suite("A PostgreSQL server that is silent", .enabled(if: Relay.isPossible), .timeLimit(.minutes(10)))
struct SilentServerTests {
    /// Opens a database through the relay, with two connections of which one is open already. Every wait but that for a
    /// silent server is longer than a test may take.
    private func open(_ relay: Relay, _ change: (inout DatabaseLimits) -> Void) async throws -> Database {
        var options = DatabaseOptions()
        options.readers = 1
        options.listens = false
        options.limits.connect = .seconds(3_600)
        options.limits.response = .seconds(3_600)
        change(&options.limits)
        return try await Database.open(relay.url, options, logger: .silent)
    }

    @Test("calls in hand, that connect and that wait end, further ones fail at once, until it responds again")
    func silence() async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: testMigrations)
        let relay = try Relay(place.url.location)
        let database = try await open(relay) { limits in
            limits.silence = .milliseconds(300)
            limits.probe = .seconds(2)
        }
        relay.freeze()
        for _ in 0..<2 {
            let kinds = await withTaskGroup(of: DatabaseError.Kind?.self) { group in
                for number in 0..<10 {
                    group.addTask {
                        await kind {
                            if number % 2 == 0 {
                                try await database.read { _ = try $0.rows("SELECT id FROM counter") }
                            } else {
                                try await database.write { try $0.run("UPDATE counter SET total = total + 1") }
                            }
                        }
                    }
                }
                return await group.reduce(into: [DatabaseError.Kind?]()) { $0.append($1) }
            }
            #expect(kinds == Array(repeating: .unavailable, count: 10))
        }
        #expect(await database.outage()?.kind == .unavailable)
        #expect(await kind { _ = try await database.version() } == .unavailable)
        relay.thaw()
        while await database.outage() != nil {}
        // What was refused before it was sent to the server never ran.
        let change: SQL = "UPDATE counter SET total = 7"
        while await kind(of: { try await database.write { try $0.run(change) } }) != nil {}
        await database.close()
        relay.stop()
        await place.remove()
    }

    @Test("a database that is closed meanwhile ends")
    func closing() async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: testMigrations)
        let relay = try Relay(place.url.location)
        let database = try await open(relay) { limits in
            limits.silence = .milliseconds(300)
            limits.probe = .seconds(2)
        }
        relay.freeze()
        #expect(await kind { try await database.read { _ = try $0.rows("SELECT id FROM counter") } } == .unavailable)
        await database.close()
        #expect(await kind { try await database.read { _ in } } == .unavailable)
        relay.thaw()
        relay.stop()
        await place.remove()
    }

    /// The statement takes three times as long as the server may be silent, and meanwhile only the question is answered.
    @Test("a slow statement on a server that responds is left alone")
    func slowStatement() async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: testMigrations)
        let relay = try Relay(place.url.location)
        let database = try await open(relay) { limits in
            limits.silence = .seconds(2)
            limits.probe = .seconds(300)
        }
        let runs = Counter()
        _ = try await database.read { db in
            runs.add()
            return try db.rows("SELECT CAST(pg_sleep(6) AS TEXT) AS slept")
        }
        #expect(runs.value == 1)
        await database.close()
        relay.stop()
        await place.remove()
    }
}
