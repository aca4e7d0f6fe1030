// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Database

@Suite("Waiting for earlier writes")
struct OpenWritesTests {
    /// A body that runs until it is told to end.
    private final class Gate: Sendable {
        private let hasBegun = Atomic<Bool>(false)
        private let mayEnd = Atomic<Bool>(false)

        func pass() {
            hasBegun.store(true, ordering: .sequentiallyConsistent)
            while !mayEnd.load(ordering: .sequentiallyConsistent) { usleep(1_000) }
        }

        func begun() async throws {
            while !hasBegun.load(ordering: .sequentiallyConsistent) { try await Task.sleep(for: .milliseconds(2)) }
        }

        func open() { mayEnd.store(true, ordering: .sequentiallyConsistent) }
    }

    @Test("ends when the writes that were open have ended, and not before", arguments: TestEngine.available)
    func waits(_ engine: TestEngine) async throws {
        let database = try await engine.makeDatabase(migrations: [])
        let gate = Gate()
        async let write: Void = database.write { _ in gate.pass() }
        try await gate.begun()
        let isSerial = engine == .sqlite
        #expect(await database.earlierWritesEnded(of: .this, within: .milliseconds(20)) == isSerial)
        gate.open()
        try await write
        #expect(await database.earlierWritesEnded(of: .this, within: .seconds(60)))
        #expect(await database.earlierWritesEnded(of: .all, within: .seconds(60)))
        await database.close()
    }

    @Test(
        "knows the transactions of other processes that have written",
        .enabled(if: TestEngine.available.contains(.postgres)))
    func others() async throws {
        let place = try await TestEngine.postgres.makePlace(
            migrations: [Migration(1, "rooms") { "CREATE TABLE room (id \(.key)) \(.strict)" }])
        let (here, there) = (
            try await Database.open(place.url, readers: 1, logger: .silent),
            try await Database.open(place.url, readers: 1, logger: .silent)
        )
        let gate = Gate()
        async let write: Void = there.write { tx in
            _ = try tx.changed("INSERT INTO room (id) VALUES (\(Int64(1)))")
            gate.pass()
        }
        try await gate.begun()
        #expect(await here.earlierWritesEnded(of: .this, within: .seconds(60)))
        #expect(await !here.earlierWritesEnded(of: .all, within: .milliseconds(20)))
        gate.open()
        try await write
        #expect(await here.earlierWritesEnded(of: .all, within: .seconds(60)))
        await here.close()
        await there.close()
        await place.remove()
    }
}
