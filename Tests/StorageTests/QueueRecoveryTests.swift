// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import TestSupport
import Testing

@testable import Storage

/// What a dead process had in hand, for every queue on both engines.
@Suite("A queue after a crash")
struct QueueRecoveryTests {
    private typealias Fixture = QueueFixture

    @Test(
        "gives what a dead process had in hand to the next one that starts, and counts no attempt",
        arguments: TestEngine.available, QueueCase.all)
    func restart(engine: TestEngine, testCase: QueueCase) async throws {
        try await Fixture.with(engine, testCase, rows: (1...3).map { QueueRow($0) }) { fixture in
            #expect(try await fixture.take(2, by: Fixture.elsewhere).map(\.number) == [1, 2])
            let process = try await ProcessRegistration(
                fixture.db, serves: true, clock: SteppedClock(.start), logger: .silent, holder: LeaseHolder(88))
            #expect(try await process.takeBackLeases() == 2)
            let again = try await fixture.take(9)
            #expect(again.map(\.number) == [1, 2, 3])
            #expect(again.map(\.attempts) == [1, 1, 1])
        }
    }

    @Test(
        "tries a row at once after five crashes, then like one that fails, and gives it up in the end",
        arguments: TestEngine.available, QueueCase.all)
    func repeatedCrash(engine: TestEngine, testCase: QueueCase) async throws {
        try await Fixture.with(engine, testCase, rows: [QueueRow(1)]) { fixture in
            var now = Timestamp.start
            for _ in 1...5 {
                #expect(try await fixture.take(1, at: now, until: now + .hours(1)).map(\.attempts) == [1])
                try await crash(fixture, at: now)
            }
            var attempts = 0
            while let taken = try await fixture.take(1, at: now, until: now + .hours(1)).first, attempts < 20 {
                attempts += 1
                #expect(taken.attempts == attempts)
                try await crash(fixture, at: now)
                #expect(try await fixture.numbers(1, at: now) == [])
                now = now + .days(1)
            }
            #expect(attempts == testCase.queue.retry.attempts ?? 20)
            #expect(try await fixture.backlog().count == (testCase.queue.retry.attempts == nil ? 1 : 0))
        }
    }

    @Test(
        "leases a row with which three processes died alone, so that the rows after it are not postponed with it",
        arguments: TestEngine.available, QueueCase.inRuns)
    func bystanders(engine: TestEngine, testCase: QueueCase) async throws {
        try await Fixture.with(engine, testCase, rows: (1...3).map { QueueRow($0, run: 1) }) { fixture in
            for _ in 1...3 {
                #expect(try await fixture.numbers(9) == [1, 2, 3])
                try await crash(fixture, rows: 3, at: .start)
            }
            for _ in 4...6 {
                #expect(try await fixture.numbers(9) == [1])
                try await crash(fixture, at: .start)
            }
            // The first row waits now. The others come one after the other, in their order and without a wait.
            for number in [2, 3] as [Int64] {
                let taken = try await fixture.take(9)
                #expect(taken.map(\.number) == [number])
                #expect(taken.map(\.attempts) == [1])
                let keys = taken.map(\.key)
                _ = try await fixture.write { queue, tx in try queue.complete(keys, in: tx) }
            }
        }
    }

    private func crash(_ fixture: QueueFixture, rows: Int = 1, at now: Timestamp) async throws {
        let count = try await fixture.write { queue, tx in try queue.takeBack(where: "1 = 1", at: now, in: tx) }
        #expect(count == rows)
    }
}
