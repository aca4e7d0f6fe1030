// SPDX-License-Identifier: Apache-2.0

public import Database
public import Logging
public import Model
internal import Synchronization

// The one loop of all workers. A turn runs after each of these events: a change was announced, the interval is over, a
// lease transaction returned, a job ended. A turn starts as many jobs as there are free places, and starts a lease
// transaction when rows may be due. It waits for neither, so a slow job occupies only one place.
//
// A job whose outcome cannot be written, because the database is away for a moment, is remembered. Its rows are
// released as soon as the database responds, so they do not wait for their lease to expire.
//
// At a stop the worker leases no more rows, releases the jobs that did not begin, waits for the running jobs, cancels
// them after ``QueueSettings/patience``, and releases the rows that they leave. So no work is lost, and no row waits
// for its lease to expire.

/// Processes one queue of the database. Several workers, in several processes, may share a queue.
public struct QueueWorker<Work: QueueWork>: Sendable {
    private let work: Work
    private let settings: QueueSettings
    private let context: QueueContext

    /// - Parameters:
    ///   - work: the work on the rows.
    ///   - settings: when and how many rows are processed.
    public init(_ work: Work, _ settings: QueueSettings, in context: QueueContext) {
        self.work = work
        self.settings = settings
        self.context = context
    }

    /// Processes due rows until the task is cancelled, and then stops in the way described above.
    public func run() async {
        let loop = QueueLoop(work, settings, context, drains: false)
        // The loop has a task of its own, because running jobs are not cancelled with the caller's task but later.
        let task = Task { await loop.run() }
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            loop.stop()
            Task { [patience = settings.patience] in
                try? await Task.sleep(for: patience)
                task.cancel()
            }
        }
    }

    /// Processes all rows that are due now. Rows that become due meanwhile may be left.
    ///
    /// - Returns: the outcome of each job, in the order in which the jobs ended.
    @discardableResult
    public func drain() async -> [Work.Outcome] {
        let loop = QueueLoop(work, settings, context, drains: true)
        await loop.run()
        return await loop.outcomes
    }
}

/// The dependencies of every worker.
public struct QueueContext: Sendable {
    let database: Database
    let clock: any Clock
    let holder: LeaseHolder
    let logger: Logger

    /// - Parameters:
    ///   - database: the database of the queue.
    ///   - holder: the process that holds the leases.
    public init(database: Database, clock: any Clock, logger: Logger, holder: LeaseHolder = .thisProcess) {
        self.database = database
        self.clock = clock
        self.holder = holder
        self.logger = logger
    }
}

/// One run of a worker.
private actor QueueLoop<Work: QueueWork> {
    /// A job whose rows this worker has leased.
    private struct Leased: Sendable {
        let number: Int
        let job: Work.Job
        let keys: [QueueKey]
        var until: Timestamp
    }

    private let work: Work
    private let settings: QueueSettings
    private let context: QueueContext
    private let drains: Bool
    /// Set by `stop()` outside the actor, during a cancellation; all other state belongs to the actor.
    private nonisolated let isStopped = Atomic(false)
    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    private var waiting: [Leased] = []
    private var running: [Int: Leased] = [:]
    private var lastNumber = 0
    private var leaseIsDue = true
    private var isLeasing = false
    private var databaseFails = false
    /// Rows that are leased and no longer in hand, because the database did not respond when they should be released.
    private var unreleased: [QueueKey] = []
    /// The outcomes of the jobs; kept only for `drain()`.
    private(set) var outcomes: [Work.Outcome] = []

    init(_ work: Work, _ settings: QueueSettings, _ context: QueueContext, drains: Bool) {
        self.work = work
        self.settings = settings
        self.context = context
        self.drains = drains
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Prevents any further turn.
    nonisolated func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        waker.finish()
    }

    func run() async {
        waker.yield()
        await withTaskGroup(of: Void.self) { helpers in
            if !drains { helpers.addTask { await self.listen() } }
            helpers.addTask { await self.keepLeases() }
            await withDiscardingTaskGroup { tasks in
                for await _ in wakes { turn(&tasks) }
                await giveBackWaiting()
            }
            helpers.cancelAll()
        }
        // A lease transaction that started before the stop may have ended after it.
        await giveBackWaiting()
        await releaseAgain()
    }

    private func listen() async {
        let feed = ChangeFeed(context.database)
        await feed.work(on: settings.wakes, every: settings.interval) { await self.lookAgain() }
    }

    private func lookAgain() {
        leaseIsDue = true
        waker.yield()
    }

    /// Starts all jobs and leases that can start now, without waiting.
    private func turn(_ tasks: inout DiscardingTaskGroup) {
        // An event from before the stop may arrive after it.
        guard !isStopped.load(ordering: .sequentiallyConsistent) else { return }
        let now = context.clock.now
        while running.count < settings.places, !waiting.isEmpty {
            let leased = waiting.removeFirst()
            // The lease expired, because the database did not respond. The process that holds the rows now does the
            // job.
            guard leased.until > now else { continue }
            running[leased.number] = leased
            tasks.addTask { await self.perform(leased) }
        }
        let room = settings.places + settings.ahead - running.count - waiting.count
        if leaseIsDue && !isLeasing && room > 0 {
            (isLeasing, leaseIsDue) = (true, false)
            tasks.addTask { await self.lease(room) }
        }
        if drains && !isLeasing && running.isEmpty && waiting.isEmpty { waker.finish() }
    }

    private func lease(_ room: Int) async {
        await releaseAgain()
        let now = context.clock.now
        let lease = Lease(now: now, until: now + settings.lease, holder: context.holder)
        do {
            let jobs = try await context.database.write { [work] tx in try work.lease(room, lease, in: tx) }
            for job in jobs {
                lastNumber += 1
                waiting.append(Leased(number: lastNumber, job: job, keys: work.keys(of: job), until: lease.until))
            }
            if jobs.count >= room { leaseIsDue = true }
            databaseFails = false
        } catch {
            complain("queue not reachable", error)
        }
        isLeasing = false
        waker.yield()
    }

    private func perform(_ leased: Leased) async {
        do {
            let outcome = try await work.perform(leased.job)
            if drains { outcomes.append(outcome) }
        } catch {
            if !Task.isCancelled {
                complain("job not recorded", error)
                if let error = error as? DatabaseError, error.isPassing { unreleased += leased.keys }
            }
        }
        if Task.isCancelled { await release(leased.keys) }
        running[leased.number] = nil
        if work.queue.isInRuns { leaseIsDue = true }
        waker.yield()
    }

    private func complain(_ message: Logger.Message, _ error: any Error) {
        if !databaseFails {
            context.logger.warning(
                message, metadata: ["queue.name": "\(work.queue.name)", "error.kind": "\(error)"])
        }
        databaseFails = true
    }
}

// MARK: - Leases

extension QueueLoop {
    /// Extends the leases of waiting and running jobs before they expire.
    private func keepLeases() async {
        while (try? await Task.sleep(for: settings.lease / 4)) != nil {
            let now = context.clock.now
            let ending = (waiting + running.values).filter { $0.until < now + settings.lease / 2 }
            guard !ending.isEmpty else { continue }
            let lease = Lease(now: now, until: now + settings.lease, holder: context.holder)
            do {
                let keys = ending.flatMap(\.keys)
                _ = try await context.database.write { [work] tx in try work.queue.extend(keys, lease, in: tx) }
                let prolonged = Set(ending.map(\.number))
                for number in prolonged { running[number]?.until = lease.until }
                for index in waiting.indices where prolonged.contains(waiting[index].number) {
                    waiting[index].until = lease.until
                }
            } catch {
                complain("leases not prolonged", error)
            }
        }
    }

    private func giveBackWaiting() async {
        let keys = waiting.flatMap(\.keys)
        waiting = []
        await release(keys)
    }

    /// Releases the rows whose leases this process still holds.
    private func release(_ keys: [QueueKey]) async {
        guard !keys.isEmpty else { return }
        let holder = context.holder
        do {
            _ = try await context.database.write { [work] tx in try work.queue.release(keys, by: holder, in: tx) }
        } catch {
            complain("leases not given back", error)
            unreleased += keys
        }
    }

    /// Releases the rows that could not be released before.
    private func releaseAgain() async {
        let keys = unreleased
        unreleased = []
        await release(keys)
    }
}
