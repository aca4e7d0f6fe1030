// SPDX-License-Identifier: Apache-2.0

import Database
import Logging
import TestSupport
import Testing

@Suite("Announcements", .timeLimit(.minutes(10)))
struct AnnouncementTests {
    @Test(
        "every listener hears what was committed, once, and nothing that was rolled back",
        arguments: TestEngine.available)
    func heard(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        var first = database.announcements.makeAsyncIterator()
        var second = database.announcements.makeAsyncIterator()
        await #expect(throws: Refused()) {
            try await database.write { tx in
                tx.announce("rolled back")
                throw Refused()
            }
        }
        try await database.write { tx in
            tx.announce("one")
            tx.announce("two ☕️ 'quoted'")
            tx.announce("one")
        }
        try await database.write { $0.announce("three") }
        for expected in ["one", "two ☕️ 'quoted'", "three"] {
            #expect(await first.next() == expected)
            #expect(await second.next() == expected)
        }
        await database.close()
        #expect(await first.next() == nil)
    }

    @Test("many announcements of one write are told, each once and in their order", arguments: TestEngine.available)
    func many(engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: testMigrations)
        var iterator = database.announcements.makeAsyncIterator()
        try await database.write { tx in
            for number in 1...150 {
                tx.announce("\(number)")
                tx.announce("\(number / 2)")
            }
        }
        var heard: [String] = []
        for _ in 0...150 { heard.append(await iterator.next() ?? "") }
        #expect(heard == ["1", "0"] + (2...150).map(String.init))
        await database.close()
    }

    @Test("another process hears it too", .enabled(if: TestEngine.available.contains(.postgres)))
    func otherProcess() async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: testMigrations)
        let one = try await Database.open(place.url, readers: 1, logger: .silent)
        let other = try await Database.open(place.url, readers: 1, logger: .silent)
        var iterator = other.announcements.makeAsyncIterator()
        try await one.write { $0.announce("from afar") }
        #expect(await iterator.next() == "from afar")
        await one.close()
        await other.close()
        await place.remove()
    }

    @Test(
        "a message that cannot be told makes the write fail", arguments: TestEngine.available,
        [
            (String(repeating: "x", count: 7_900), nil), (String(repeating: "x", count: 7_901), .invalidValue),
            ("a\0b", .invalidValue),
        ] as [(String, DatabaseError.Kind?)])
    func limits(engine: TestEngine, example: (String, DatabaseError.Kind?)) async throws {
        let (message, expected) = example
        let database = try await engine.makeDatabase(migrations: testMigrations)
        #expect(await kind { try await database.write { $0.announce(message) } } == expected)
        await database.close()
    }

    @Test("a listener that is slow keeps the newest messages")
    func bounded() async throws {
        let database = try await TestEngine.sqlite.makeDatabase(migrations: testMigrations)
        var iterator = database.announcements.makeAsyncIterator()
        try await database.write { tx in
            for number in 1...1_100 { tx.announce("\(number)") }
        }
        #expect(await iterator.next() == "77")
        await database.close()
    }
}
