// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import TestSupport
import Testing

@testable import Storage

/// The additional guarantees of queues that are leased in runs.
@Suite("A queue that is leased in runs")
struct QueueRunsTests {
    private typealias Fixture = QueueFixture

    private static func length(_ testCase: QueueCase) throws -> Int64 {
        guard case .inRuns(let runs) = testCase.queue.order else { throw NotInRuns() }
        return Int64(runs.length)
    }

    private struct NotInRuns: Error {}

    @Test(
        "leases the oldest rows of a run together, and no more of it before all of them are done",
        arguments: TestEngine.available, QueueCase.inRuns)
    func one(engine: TestEngine, testCase: QueueCase) async throws {
        let length = try Self.length(testCase)
        let rows = (1...length + 2).map { QueueRow($0, run: 1) } + [QueueRow(length + 3, run: 2)]
        try await Fixture.with(engine, testCase, rows: rows) { fixture in
            let first = try await fixture.take(1)
            #expect(first.map(\.number) == Array(1...length))
            #expect(try await fixture.numbers(9) == [length + 3])
            let allButOne = first.dropLast().map(\.key)
            _ = try await fixture.write { queue, tx in try queue.complete(allButOne, in: tx) }
            #expect(try await fixture.numbers(9) == [])
            let last = first.suffix(1).map(\.key)
            _ = try await fixture.write { queue, tx in try queue.complete(last, in: tx) }
            #expect(try await fixture.numbers(9) == [length + 1, length + 2])
        }
    }

    @Test(
        "does not wait for a row of the run that was postponed, and gives it back in its order",
        arguments: TestEngine.available, QueueCase.inRuns)
    func postponed(engine: TestEngine, testCase: QueueCase) async throws {
        try await Fixture.with(engine, testCase, rows: [QueueRow(1, run: 1), QueueRow(2, run: 1)]) { fixture in
            let keys = try await fixture.take(1).map(\.key)
            let later = Timestamp.start + .minutes(1)
            try await fixture.write { queue, tx in
                try queue.postpone(keys[0], until: later, by: .thisProcess, in: tx)
                try queue.release([keys[1]], by: .thisProcess, in: tx)
            }
            #expect(try await fixture.numbers(9) == [2])
            #expect(try await fixture.numbers(9, at: later) == [])
            try await fixture.write { queue, tx in try queue.release([keys[1]], by: .thisProcess, in: tx) }
            #expect(try await fixture.numbers(9, at: later) == [1, 2])
        }
    }

    @Test(
        "finds every run, also behind more rows of another run than are looked at",
        arguments: TestEngine.available, QueueCase.inRuns)
    func flood(engine: TestEngine, testCase: QueueCase) async throws {
        let length = try Self.length(testCase)
        let flood = Int64(LeasedQueue.window) + 100
        let rows =
            (1...flood).map { QueueRow($0, run: 3) } + [
                QueueRow(flood + 1, run: 5, due: .start + .seconds(2)), QueueRow(flood + 2, run: 1),
                QueueRow(flood + 3, run: 6, due: .start + .hours(1)),
                QueueRow(flood + 4, run: 2, due: .start + .seconds(1)),
            ]
        try await Fixture.with(engine, testCase, rows: rows) { fixture in
            let now = Timestamp.start + .seconds(2)
            let first = try await fixture.numbers(3, at: now)
            #expect(first == Array(1...length) + [flood + 2, flood + 4])
            #expect(try await fixture.numbers(3, at: now) == [flood + 1])
            #expect(try await fixture.numbers(3, at: now) == [])
        }
    }

    @Test(
        "gives no run to two processes that lease at once", arguments: TestEngine.available, QueueCase.inRuns)
    func race(engine: TestEngine, testCase: QueueCase) async throws {
        let rows = (1...60).map { QueueRow($0) }
        try await Fixture.with(engine, testCase, rows: rows) { fixture in
            for _ in 1...5 {
                let taken = try await withThrowingTaskGroup(of: (Int64, [Taken]).self) { group in
                    for number in Int64(1)...6 {
                        group.addTask { (number, try await fixture.take(2, by: LeaseHolder(number))) }
                    }
                    return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
                let runs = taken.mapValues { Set($0.map { ($0.number - 1) % Fixture.runs }) }
                #expect(runs.values.reduce(0) { $0 + $1.count } == Int(Fixture.runs))
                #expect(runs.values.reduce(into: Set<Int64>()) { $0.formUnion($1) }.count == Int(Fixture.runs))
                try await fixture.write { queue, tx in
                    for (number, rows) in taken {
                        try queue.release(rows.map(\.key), by: LeaseHolder(number), in: tx)
                    }
                }
            }
        }
    }
}
