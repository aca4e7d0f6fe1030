// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import TestSupport
import Testing

@testable import Storage

/// The guarantees of every queue, tested for all of them on both engines.
@Suite("A leased queue")
struct QueueConformanceTests {
    private typealias Fixture = QueueFixture
    private let end = QueueFixture.end

    @Test("is one of those that are tested here, and of those that are measured")
    func listed() {
        #expect(QueueCase.all.map(\.queue.name) == LeasedQueue.all.map(\.name))
    }

    @Test("leases each row once, and those that wait longest first", arguments: TestEngine.available, QueueCase.all)
    func order(engine: TestEngine, testCase: QueueCase) async throws {
        let rows = [QueueRow(1, due: .start + .seconds(1))] + (2...5).map { QueueRow($0) }
        try await Fixture.with(engine, testCase, rows: rows) { fixture in
            let now = Timestamp.start + .seconds(1)
            let (first, second) = (try await fixture.take(2, at: now), try await fixture.take(9, at: now))
            #expect(first.map(\.number) == [2, 3] && first.map(\.attempts) == [1, 1])
            #expect(second.map(\.number) == [1, 4, 5])
            #expect(try await fixture.numbers(9, at: now) == [])
        }
    }

    @Test(
        "leases nothing before it is due, and nothing when nothing is asked for", arguments: TestEngine.available,
        QueueCase.all)
    func early(engine: TestEngine, testCase: QueueCase) async throws {
        try await Fixture.with(engine, testCase, rows: [QueueRow(1)]) { fixture in
            let early = try await fixture.numbers(9, at: .start - .milliseconds(1))
            #expect(early == [])
            #expect(try await fixture.numbers(0) == [])
            #expect(try await fixture.numbers(1) == [1])
        }
    }

    @Test(
        "keeps its limit, also where PostgreSQL believes that the table is nearly empty",
        arguments: TestEngine.available, QueueCase.all)
    func limit(engine: TestEngine, testCase: QueueCase) async throws {
        try await Fixture.with(engine, testCase, rows: [QueueRow(1)]) { fixture in
            try await fixture.db.write { tx in try tx.run("ANALYZE") }
            try await fixture.insert((2...6).map { QueueRow($0) })
            #expect(try await fixture.numbers(3) == [1, 2, 3])
        }
    }

    @Test("takes a row back when its lease is over, and not before", arguments: TestEngine.available, QueueCase.all)
    func leaseEnds(engine: TestEngine, testCase: QueueCase) async throws {
        try await Fixture.with(engine, testCase, rows: [QueueRow(1)]) { fixture in
            let first = try await fixture.take(1)
            #expect(first.map(\.attempts) == [1])
            #expect(try await fixture.numbers(1, at: end) == [])
            let second = try await fixture.take(1, at: end + .milliseconds(1), until: end + .minutes(5))
            #expect(second.map(\.attempts) == [2])
        }
    }

    @Test("completes a row once", arguments: TestEngine.available, QueueCase.all)
    func complete(engine: TestEngine, testCase: QueueCase) async throws {
        try await Fixture.with(engine, testCase, rows: [QueueRow(1), QueueRow(2)]) { fixture in
            let keys = try await fixture.take(2).map(\.key)
            let counts = try await fixture.write { queue, tx in
                [
                    try queue.complete([], in: tx), try queue.complete([keys[0]], in: tx),
                    try queue.complete(keys, in: tx), try queue.complete(keys, in: tx),
                ]
            }
            #expect(counts == [0, 1, 1, 0])
            #expect(try await fixture.backlog().count == 0)
            #expect(try await fixture.numbers(9, at: end + .seconds(1)) == [])
        }
    }

    @Test("postpones a row for who holds it, and for nobody else", arguments: TestEngine.available, QueueCase.all)
    func postpone(engine: TestEngine, testCase: QueueCase) async throws {
        try await Fixture.with(engine, testCase, rows: [QueueRow(1)]) { fixture in
            let key = try #require(try await fixture.take(1).first?.key)
            let (early, later) = (Timestamp.start + .seconds(1), Timestamp.start + .minutes(1))
            try await fixture.write { queue, tx in
                try queue.postpone(key, until: early, by: Fixture.elsewhere, in: tx)
                try queue.postpone(key, until: later, by: .thisProcess, in: tx)
                try queue.postpone(key, until: early, by: .thisProcess, in: tx)
            }
            #expect(try await fixture.numbers(1, at: later - .milliseconds(1)) == [])
            #expect(try await fixture.take(1, at: later).map(\.attempts) == [2])
        }
    }

    @Test("parks a row, which then waits no more", arguments: TestEngine.available, QueueCase.all)
    func park(engine: TestEngine, testCase: QueueCase) async throws {
        try await Fixture.with(engine, testCase, rows: [QueueRow(1), QueueRow(2)]) { fixture in
            let keys = try await fixture.take(2).map(\.key)
            let counts = try await fixture.write { queue, tx in
                [
                    try queue.park(keys[0], by: Fixture.elsewhere, in: tx),
                    try queue.park(keys[0], by: .thisProcess, in: tx), try queue.park(keys[1], by: nil, in: tx),
                    try queue.complete(keys, in: tx),
                ]
            }
            #expect(counts == [0, 1, 1, 0])
            #expect(try await fixture.backlog().count == 0)
            #expect(try await fixture.numbers(9, at: end + .seconds(1)) == [])
        }
    }

    @Test(
        "takes back what its holder releases, and counts no attempt; what was done since stays done",
        arguments: TestEngine.available, QueueCase.all)
    func release(engine: TestEngine, testCase: QueueCase) async throws {
        try await Fixture.with(engine, testCase, rows: [QueueRow(1), QueueRow(2)]) { fixture in
            let keys = try await fixture.take(2).map(\.key)
            try await fixture.write { queue, tx in
                try queue.release(keys, by: Fixture.elsewhere, in: tx)
                try queue.complete([keys[1]], in: tx)
            }
            #expect(try await fixture.numbers(9) == [])
            try await fixture.write { queue, tx in try queue.release(keys, by: .thisProcess, in: tx) }
            let again = try await fixture.take(9)
            #expect(again.map(\.number) == [1] && again.map(\.attempts) == [1])
        }
    }

    @Test("prolongs a lease for who holds it, and for nobody else", arguments: TestEngine.available, QueueCase.all)
    func extend(engine: TestEngine, testCase: QueueCase) async throws {
        try await Fixture.with(engine, testCase, rows: [QueueRow(1), QueueRow(2)]) { fixture in
            let keys = try await fixture.take(1).map(\.key)
            let later = end + .minutes(5)
            let counts = try await fixture.write { [end] queue, tx in
                [
                    try queue.extend(keys, Lease(now: end, until: later, holder: Fixture.elsewhere), in: tx),
                    try queue.extend(keys, Lease(now: end, until: later), in: tx),
                ]
            }
            #expect(counts == [0, 1])
            #expect(try await fixture.numbers(9, at: later) == [2])
            let lost = try await fixture.take(
                9, at: later + .seconds(1), until: later + .hours(1), by: Fixture.elsewhere)
            #expect(lost.map(\.number) == [1, 2])
            let late = try await fixture.write { queue, tx in
                try queue.extend(keys, Lease(now: later, until: later + .hours(2)), in: tx)
            }
            #expect(late == 0)
        }
    }

    @Test("forgets what is done and old, where it keeps such rows", arguments: TestEngine.available, QueueCase.all)
    func prune(engine: TestEngine, testCase: QueueCase) async throws {
        try await Fixture.with(engine, testCase, rows: (1...3).map { QueueRow($0) }) { fixture in
            let keys = try await fixture.take(3).map(\.key)
            let counts = try await fixture.write { queue, tx in
                try queue.complete([keys[0]], in: tx)
                try queue.park(keys[1], by: nil, in: tx)
                return [try queue.prune(before: .start, in: tx), try queue.prune(before: .start + .days(1), in: tx)]
            }
            #expect(counts == [0, testCase.queue.history == nil ? 0 : 1])
            #expect(try await fixture.backlog().count == 1)
        }
    }

    @Test("tells how much waits, and since when something is due", arguments: TestEngine.available, QueueCase.all)
    func backlog(engine: TestEngine, testCase: QueueCase) async throws {
        let rows = [QueueRow(1, due: .start + .hours(1)), QueueRow(2, due: .start + .minutes(1)), QueueRow(3)]
        try await Fixture.with(engine, testCase, rows: rows) { fixture in
            let early = try await fixture.backlog(at: .start - .seconds(1))
            #expect(early == QueueBacklog(count: 3, oldestDue: nil))
            let keys = try await fixture.take(1).map(\.key)
            #expect(try await fixture.backlog() == QueueBacklog(count: 3, oldestDue: .start))
            _ = try await fixture.write { queue, tx in try queue.complete(keys, in: tx) }
            let last = try await fixture.backlog(at: .start + .days(1))
            #expect(last == QueueBacklog(count: 2, oldestDue: .start + .minutes(1)))
        }
    }

    @Test("gives no row to two workers that lease at once", arguments: TestEngine.available, QueueCase.all)
    func race(engine: TestEngine, testCase: QueueCase) async throws {
        let rows = (1...60).map { QueueRow($0) }
        try await Fixture.with(engine, testCase, rows: rows) { fixture in
            let taken = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for number in 1...12 {
                    group.addTask { try await fixture.take(4, by: LeaseHolder(Int64(number))).map(\.number) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let rest = try await fixture.numbers(100)
            #expect(Set(taken + rest).count == taken.count + rest.count)
            #expect(testCase.queue.isInRuns || taken.count + rest.count == 60)
        }
    }
}
