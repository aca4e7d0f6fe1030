// SPDX-License-Identifier: Apache-2.0

public import Database
public import Logging
public import Model
internal import Synchronization

// The one loop of all workers. It turns when something happened: a change was announced, the interval is over, a lease
// came back, a job is done. A turn starts what there are places for and asks for a lease when something may be due; it
// waits for neither, so a slow job takes one place and no more.
//
// A stop leases nothing more, gives back what was not begun, lets the jobs in hand end, cancels them when they take
// too long, and gives back what they leave. So nothing is lost and nothing waits for the end of a lease.

/// Works off one queue of the database. Several workers, in several processes, may share a queue.
public struct QueueWorker<Work: QueueWork>: Sendable {
    private let work: Work
    private let settings: QueueSettings
    private let context: QueueContext

    /// - Parameters:
    ///   - work: what is done.
    ///   - settings: how.
    public init(_ work: Work, _ settings: QueueSettings, in context: QueueContext) {
        self.work = work
        self.settings = settings
        self.context = context
    }

    /// Works off what waits, then whatever comes, until the task is cancelled; then ends as a stop does.
    public func run() async {
        let loop = QueueLoop(work, settings, context, drains: false)
        // A task of its own, because the jobs in hand are not cancelled with the caller's task but after some patience.
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

    /// Works off everything that is due now. What becomes due or is told meanwhile need not be among it.
    ///
    /// - Returns: what became of each job that was done, in the order in which they ended.
    @discardableResult
    public func drain() async -> [Work.Outcome] {
        let loop = QueueLoop(work, settings, context, drains: true)
        await loop.run()
        return await loop.outcomes
    }
}

/// What every worker works with.
public struct QueueContext: Sendable {
    let database: Database
    let clock: any Clock
    let holder: LeaseHolder
    let logger: Logger

    /// - Parameters:
    ///   - database: where the queue is.
    ///   - holder: in whose name rows are leased.
    public init(database: Database, clock: any Clock, logger: Logger, holder: LeaseHolder = .thisProcess) {
        self.database = database
        self.clock = clock
        self.holder = holder
        self.logger = logger
    }
}

/// One run of a worker.
private actor QueueLoop<Work: QueueWork> {
    /// A job whose rows are leased by us.
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
    /// Set from outside, in the middle of a cancellation; everything else is the actor's.
    private nonisolated let isStopped = Atomic(false)
    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    private var waiting: [Leased] = []
    private var running: [Int: Leased] = [:]
    private var lastNumber = 0
    private var leaseIsDue = true
    private var isLeasing = false
    private var databaseFails = false
    /// What became of the jobs; kept only for a caller who asks.
    private(set) var outcomes: [Work.Outcome] = []

    init(_ work: Work, _ settings: QueueSettings, _ context: QueueContext, drains: Bool) {
        self.work = work
        self.settings = settings
        self.context = context
        self.drains = drains
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Begins no turn any more.
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
        // A lease that was asked for before the stop may have come after it.
        await giveBackWaiting()
    }

    private func listen() async {
        let feed = ChangeFeed(context.database)
        await feed.work(on: settings.wakes, every: settings.interval) { await self.lookAgain() }
    }

    private func lookAgain() {
        leaseIsDue = true
        waker.yield()
    }

    /// Starts everything that can be started now; waits for nothing.
    private func turn(_ tasks: inout DiscardingTaskGroup) {
        // A wake from before the stop may come after it.
        guard !isStopped.load(ordering: .sequentiallyConsistent) else { return }
        let now = context.clock.now
        while running.count < settings.places, !waiting.isEmpty {
            let leased = waiting.removeFirst()
            // The lease was lost, because the database did not answer: whoever has the rows now does the job.
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
            if !Task.isCancelled { complain("job not recorded", error) }
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
    /// Prolongs the leases of what is in hand before they end.
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

    /// Gives back those of the rows that are still ours.
    private func release(_ keys: [QueueKey]) async {
        guard !keys.isEmpty else { return }
        let holder = context.holder
        do {
            _ = try await context.database.write { [work] tx in try work.queue.release(keys, by: holder, in: tx) }
        } catch {
            complain("leases not given back", error)
        }
    }
}
