// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Synchronization
import TestSupport
import Testing

@Suite("The worker of a queue")
struct QueueWorkerTests {
    @Test("does what is due, side by side, as many at once as it has places", arguments: TestEngine.available)
    func drains(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await enqueue(1...20, in: db)
            let log = JobLog()
            let worker = makeWorker(db) { mail in
                await log.begin(mail)
                await log.wait { $0.begun.count >= 4 }
                await log.end(mail)
            }
            #expect(await worker.drain().count == 20)
            #expect(await log.done.sorted() == Array(1...20))
            #expect(await log.most == 4)
            #expect(await worker.drain().isEmpty)
        }
    }

    @Test("does what waits and what comes until it is stopped", arguments: TestEngine.available)
    func runs(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await enqueue(1...1, in: db)
            let log = JobLog()
            let worker = makeWorker(db) { await log.end($0) }
            let running = Task { await worker.run() }
            await log.wait { $0.done == [1] }
            try await enqueue(2...2, in: db)
            await log.wait { $0.done == [1, 2] }
            running.cancel()
            await running.value
            #expect(try await left(in: db) == 0)
        }
    }

    @Test("lets a slow job keep one place, and no more", .timeLimit(.minutes(10)), arguments: TestEngine.available)
    func slow(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await enqueue(1...12, in: db)
            let log = JobLog()
            let worker = makeWorker(db) { mail in
                if mail == 1 { await log.wait { $0.done.count == 11 } }
                await log.end(mail)
            }
            #expect(await worker.drain().count == 12)
            #expect(await log.done.last == 1)
        }
    }

    @Test(
        "when it is stopped it ends what is in hand and gives back what it has not begun",
        arguments: TestEngine.available)
    func stops(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await enqueue(1...5, in: db)
            let log = JobLog()
            let worker = makeWorker(db, places: 1, ahead: 3) { mail in
                await log.begin(mail)
                await log.wait { $0.mayEnd }
                await log.end(mail)
            }
            let running = Task { await worker.run() }
            await log.wait { $0.begun == [1] }
            running.cancel()
            await log.letEnd()
            await running.value
            #expect(await log.done == [1])
            let rest = try await lease(9, in: db)
            #expect(rest.map(\.id.rawValue) == [2, 3, 4, 5] && rest.allSatisfy { $0.attempts == 1 })
        }
    }

    @Test("a job that does not end is cancelled after some patience, and goes back", arguments: TestEngine.available)
    func cancels(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await enqueue(1...1, in: db)
            let log = JobLog()
            let worker = makeWorker(db, patience: .milliseconds(50)) { mail in
                await log.begin(mail)
                try await Task.sleep(for: .seconds(600))
            }
            let running = Task { await worker.run() }
            await log.wait { $0.begun == [1] }
            running.cancel()
            await running.value
            #expect(try await lease(9, in: db).map(\.attempts) == [1])
        }
    }

    @Test(
        "prolongs the lease of what is in hand again and again, until it is done", .timeLimit(.minutes(10)),
        arguments: TestEngine.available)
    func keepsLeases(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await enqueue(1...1, in: db)
            let log = JobLog()
            let worker = makeWorker(db, places: 1, lease: .seconds(3)) { mail in
                await log.begin(mail)
                await log.wait { $0.mayEnd }
                await log.end(mail)
            }
            let running = Task { await worker.run() }
            await log.wait { $0.begun == [1] }
            for _ in 0..<2 {
                let before = try await leaseEnd(in: db)
                while try await leaseEnd(in: db) <= before { try await Task.sleep(for: .milliseconds(20)) }
            }
            await log.letEnd()
            await log.wait { $0.done == [1] }
            running.cancel()
            await running.value
            #expect(await log.begun == [1])
            #expect(try await left(in: db) == 0)
        }
    }

    @Test("goes on with the others when one job fails", arguments: TestEngine.available)
    func fails(engine: TestEngine) async throws {
        struct Failure: Error {}
        try await onFreshDatabase(engine) { db in
            try await enqueue(1...3, in: db)
            let worker = makeWorker(db) { mail in if mail == 2 { throw Failure() } }
            #expect(await worker.drain().count == 2)
            #expect(try await left(in: db) == 1)
        }
    }

    @Test(
        "does again what it could not record while the database was away, long before the lease is over",
        .timeLimit(.minutes(10)), arguments: TestEngine.available)
    func databaseAway(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await enqueue(1...1, in: db)
            let log = JobLog()
            let worker = makeWorker(db, lease: .hours(24)) { mail in
                await log.begin(mail)
                if await log.begun.count < 3 { throw DatabaseError(.unavailable, "It is away.") }
                await log.end(mail)
            }
            let running = Task { await worker.run() }
            await log.wait { $0.done == [1] }
            running.cancel()
            await running.value
            #expect(try await left(in: db) == 0)
        }
    }

    private func makeWorker(
        _ db: Database, places: Int = 4, ahead: Int = 0, lease: Duration = .minutes(2),
        patience: Duration = .seconds(30), holder: LeaseHolder = .thisProcess,
        _ body: @escaping @Sendable (Int64) async throws -> Void
    ) -> QueueWorker<TestWork> {
        var settings = QueueSettings(wakes: .mailWaits, every: .milliseconds(100), places: places)
        settings.ahead = ahead
        settings.lease = lease
        settings.patience = patience
        return QueueWorker(
            TestWork(database: db, body: body), settings,
            in: QueueContext(database: db, clock: SystemClock(), logger: .silent, holder: holder))
    }

    private func enqueue(_ numbers: ClosedRange<Int64>, in db: Database) async throws {
        try await db.write { tx in
            for number in numbers {
                let mail = QueuedMail(id: ID(number), recipient: "a@mail.example", subject: "", body: "")
                try MailQueue.enqueue(mail, at: .start, in: tx)
            }
        }
    }

    private func lease(_ limit: Int, in db: Database) async throws -> [QueuedMail] {
        let now = SystemClock().now
        return try await db.write { tx in
            try MailQueue.lease(limit, Lease(now: now, until: now + .minutes(1)), in: tx)
        }
    }

    private func leaseEnd(in db: Database) async throws -> Int64 {
        try await db.read { try $0.row("SELECT lease_until FROM mail")?.int("lease_until") ?? 0 }
    }

    private func left(in db: Database) async throws -> Int {
        try await db.read { db in try MailQueue.queue.backlog(now: .start, in: db).count }
    }
}

/// Work that runs the body of a test on the rows of the e-mail queue and sends no e-mail.
private struct TestWork: QueueWork {
    let database: Database
    let body: @Sendable (Int64) async throws -> Void

    var queue: LeasedQueue { MailQueue.queue }

    func lease(_ limit: Int, _ lease: Lease, in tx: Transaction) throws -> [QueuedMail] {
        try MailQueue.lease(limit, lease, in: tx)
    }

    func keys(of mail: QueuedMail) -> [QueueKey] { [QueueKey(mail.id)] }

    func perform(_ mail: QueuedMail) async throws {
        try await body(mail.id.rawValue)
        try await database.write { tx in try MailQueue.finish(mail.id, at: .start, in: tx) }
    }
}

/// A log of the jobs that a test has run.
private actor JobLog {
    private(set) var begun: [Int64] = []
    private(set) var done: [Int64] = []
    private(set) var mayEnd = false
    private(set) var most = 0
    private var open = 0

    func begin(_ number: Int64) {
        begun.append(number)
        open += 1
        most = max(most, open)
    }

    func end(_ number: Int64) {
        done.append(number)
        open -= 1
    }

    func letEnd() { mayEnd = true }

    /// Polls until a condition holds.
    func wait(until condition: @Sendable (isolated JobLog) -> Bool) async {
        while !condition(self) { try? await Task.sleep(for: .milliseconds(5)) }
    }
}
