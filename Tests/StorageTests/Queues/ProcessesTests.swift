// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// Several handles to one database play several processes.
@Suite("Processes that share a database", .timeLimit(.minutes(10)))
struct ProcessesTests {
    @Test("never use the same slot, and use one again when its process has left", arguments: TestEngine.available)
    func slots(engine: TestEngine) async throws {
        try await ProcessWorld.with(engine) { world in
            let db = try await world.open(1)
            // On SQLite slot 0 is for the process that serves.
            let count: Int64 = engine == .sqlite ? 63 : 64
            let joined = try await withThrowingTaskGroup(of: ProcessRegistration.self) { group in
                for number in 1...count { group.addTask { try await world.join(db, number) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            var slots: Set<Int> = []
            for process in joined { slots.insert(await process.slot) }
            #expect(slots.count == joined.count && slots.allSatisfy { (0..<64).contains($0) })
            await #expect(throws: NoFreeSlot.self) { _ = try await world.join(db, 99) }
            await joined[7].leave()
            let next = try await world.join(db, 100)
            #expect(await next.slot == joined[7].slot)
        }
    }

    @Test("the one that serves on SQLite always has slot 0, and commands have others")
    func serving() async throws {
        try await ProcessWorld.with(.sqlite) { world in
            let db = try await world.open(1)
            let command = try await world.join(db, 1)
            for number in 2...4 as ClosedRange<Int64> {
                let process = try await world.join(db, number, serves: true)
                #expect(await process.slot == 0)
            }
            #expect(await command.slot == 1)
        }
    }

    @Test(
        "a slot is used again after the death of its process, and never while it lives", arguments: TestEngine.available
    )
    func deadSlot(engine: TestEngine) async throws {
        try await ProcessWorld.with(engine) { world in
            let (living, dead) = (try await world.open(1), try await world.open(2))
            let (first, second) = (try await world.join(living, 1), try await world.join(dead, 2))
            let slot = await second.slot
            await dead.close()
            world.clock.move(by: .minutes(10))
            await first.beat()
            // The server notices a moment later that the connection has ended.
            var next = try await world.join(living, 3)
            while await next.slot != slot {
                await next.leave()
                next = try await world.join(living, 3)
            }
            #expect(await first.slot != slot)
        }
    }

    @Test(
        "one that sent no heartbeat for long loses its leases and its slot, and gets another slot when it wakes up",
        arguments: TestEngine.available)
    func silence(engine: TestEngine) async throws {
        try await ProcessWorld.with(engine) { world in
            let (awake, asleep) = (try await world.open(1), try await world.open(2))
            let (first, second) = (try await world.join(awake, 1), try await world.join(asleep, 2))
            try await world.enqueue(1...1, in: awake)
            #expect(try await world.lease(by: 2, in: asleep) == [1])
            let (begin, slot) = (ContinuousClock.now, await second.slot)
            let interval = Processes.interval(on: engine == .sqlite ? .sqlite : .postgres)
            await first.beat(at: begin)
            await first.beat(at: begin + interval * 2)
            #expect(try await world.lease(by: 1, in: awake) == [])
            await first.beat(at: begin + interval * 3)
            #expect(try await world.lease(by: 1, in: awake) == [1])
            let third = try await world.join(awake, 3)
            #expect(await third.slot == slot)
            await second.beat()
            let moved = await second.slot
            #expect(![await first.slot, await third.slot].contains(moved))
            let id: ID<Post> = second.ids.make(at: world.clock.now)
            #expect((id.rawValue >> 10) & 63 == Int64(moved))
        }
    }

    @Test(
        "take back at once what a dead one had in hand, and nothing of those that live",
        .enabled(if: TestEngine.available.contains(.postgres)))
    func survivors() async throws {
        try await ProcessWorld.with(.postgres) { world in
            let (living, dead) = (try await world.open(1), try await world.open(2))
            let (first, _) = (try await world.join(living, 1), try await world.join(dead, 2))
            try await world.enqueue(1...2, in: living)
            #expect(try await world.lease(1, by: 1, in: living) == [1])
            #expect(try await world.lease(1, by: 2, in: dead) == [2])
            await first.beat()
            #expect(try await first.takeBackLeases() == 0)
            let starting = try await world.join(living, 3)
            #expect(try await starting.takeBackLeases() == 0)
            await dead.close()
            var again: [Int64] = []
            while again.isEmpty {
                await first.beat()
                again = try await world.lease(by: 1, in: living)
            }
            #expect(again == [2])
        }
    }

    @Test("after the clock was set back an hour nothing waits longer than before", arguments: TestEngine.available)
    func waits(engine: TestEngine) async throws {
        try await ProcessWorld.with(engine) { world in
            let db = try await world.open(1)
            for restarts in [false, true] {
                let process = try await world.join(db, 1)
                let (now, number) = (world.clock.now, Int64(restarts ? 2 : 1))
                try await world.enqueue(number...number, in: db)
                #expect(try await world.lease(by: 1, in: db) == [number])
                try await db.write { tx in
                    try MailQueue.postpone(ID(number), until: now + .minutes(1), by: LeaseHolder(1), in: tx)
                    try Peers.failed("far.example", at: now, restUntil: now + .minutes(2), in: tx)
                }
                if restarts { await process.leave() }
                world.clock.move(by: .hours(-1))
                if restarts { _ = try await world.join(db, 1) } else { await process.beat() }
                // The second time nothing is shortened again.
                await process.beat()
                world.clock.move(by: .seconds(59))
                #expect(try await world.lease(by: 1, in: db) == [])
                let rest = try await db.read { db in try Peers.state(of: "far.example", in: db)?.restUntil }
                #expect(rest == now - .hours(1) + .minutes(2))
                world.clock.move(by: .seconds(1))
                #expect(try await world.lease(by: 1, in: db) == [number])
                if !restarts { await process.leave() }
            }
        }
    }

    @Test(
        "what a person put on the calendar keeps its time when the clock was set back", arguments: TestEngine.available)
    func calendar(engine: TestEngine) async throws {
        let row = QueueRow(1, due: .start + .hours(3))
        let testCase = try #require(QueueCase.all.first { $0.queue.name == "scheduled" })
        try await QueueFixture.with(engine, testCase, rows: [row]) { fixture in
            let clock = SteppedClock(.start)
            let process = try await ProcessRegistration(
                fixture.db, serves: true, clock: clock, logger: .silent, holder: LeaseHolder(1))
            clock.move(by: .hours(-1))
            await process.beat()
            #expect(try await fixture.numbers(1, at: row.due - .milliseconds(1)) == [])
            #expect(try await fixture.numbers(1, at: row.due) == [1])
        }
    }

    @Test(
        "ids never go back, although the clock was set back and the process started again",
        arguments: TestEngine.available)
    func ids(engine: TestEngine) async throws {
        try await ProcessWorld.with(engine) { world in
            let db = try await world.open(1)
            let first = try await world.join(db, 1)
            let old: ID<Account> = first.ids.make(at: world.clock.now)
            let account = try Someone.local(old.rawValue, "ada")
            try await db.write { tx in try Accounts.insert(account, in: tx) }
            await first.leave()
            world.clock.move(by: .hours(-1))
            let second = try await world.join(db, 2)
            let new: ID<Account> = second.ids.make(at: world.clock.now)
            #expect(new > old)
            // Another process that has made no ids for a while keeps up, too.
            let third = try await world.join(db, 3)
            let latest = Int64(max(new.rawValue, old.rawValue)) + (10 << 16)
            let other = try Someone.local(latest, "bob")
            try await db.write { tx in try Accounts.insert(other, in: tx) }
            await third.beat()
            let last: ID<Account> = third.ids.make(at: world.clock.now)
            #expect(last.rawValue > latest)
        }
    }
}

/// A database that several handles open, and a clock.
private struct ProcessWorld: Sendable {
    let place: TestPlace
    let clock = SteppedClock(.start)
    private let handles = Handles()

    private actor Handles {
        private(set) var open: [Database] = []
        func add(_ database: Database) { open.append(database) }
    }

    static func with(_ engine: TestEngine, _ body: (ProcessWorld) async throws -> Void) async throws {
        let world = ProcessWorld(place: try await engine.makePlace(migrations: Schema.migrations))
        let result: Result<Void, any Error>
        do {
            try await body(world)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        for handle in await world.handles.open { await handle.close() }
        await world.place.remove()
        try result.get()
    }

    /// Opens the database as the process with this number.
    func open(_ number: Int64) async throws -> Database {
        let database = try await Database.open(place.url, readers: 1, session: number, logger: .silent)
        await handles.add(database)
        return database
    }

    func join(_ db: Database, _ number: Int64, serves: Bool = false) async throws -> ProcessRegistration {
        try await ProcessRegistration(
            db, serves: serves, clock: clock, logger: .silent, holder: LeaseHolder(number))
    }

    func enqueue(_ numbers: ClosedRange<Int64>, in db: Database) async throws {
        let now = clock.now
        try await db.write { tx in
            for number in numbers {
                let mail = QueuedMail(id: ID(number), recipient: "a@mail.example", subject: "", body: "")
                try MailQueue.enqueue(mail, at: now, in: tx)
            }
        }
    }

    /// Leases e-mails for an hour.
    func lease(_ limit: Int = 9, by number: Int64, in db: Database) async throws -> [Int64] {
        let lease = Lease(now: clock.now, until: clock.now + .hours(1), holder: LeaseHolder(number))
        return try await db.write { tx in try MailQueue.lease(limit, lease, in: tx) }.map(\.id.rawValue)
    }
}

/// A clock that only tests move.
final class SteppedClock: Model.Clock {
    private let instant: Mutex<Timestamp>

    init(_ start: Timestamp) { instant = Mutex(start) }

    var now: Timestamp { instant.withLock { $0 } }

    func move(by duration: Duration) { instant.withLock { $0 = $0 + duration } }
}
