// SPDX-License-Identifier: Apache-2.0

public import Database
internal import HTTPSignatures
public import Logging
public import Model
public import ServiceLifecycle
public import Storage
public import Telemetry
internal import Vocabulary

// The guarantee: an accepted activity reaches every reachable server, in order for each object, even if that server was
// down for days or this process was killed. So all state is in the database: a row is leased, sent, and only then
// finished. When a process dies, its lease is taken back and another process sends the row again, with the same
// activity id.
//
// The rows are those of a leased queue, and the worker is woken like all workers. But it does not use the common loop,
// `QueueWorker`, because the state of the hosts decides which delivery is sent next, and the results of many attempts
// are written in one transaction. The loop runs one turn after each event: a change was announced, a delivery ended, or
// half a second has passed. A turn never waits for the work that it starts.

/// The dependencies of a worker.
public struct DeliveryContext: Sendable {
    /// The database with the queue.
    public var database: Database
    /// The HTTP client.
    public var client: OutboundClient
    /// The private keys of local actors.
    public var keys: KeyStore
    /// Makes ids for the records of abandoned deliveries.
    public var ids: IDMaker
    /// The clock.
    public var clock: any Model.Clock
    /// Counts `deliveries.delivered`, `.postponed`, `.abandoned`.
    public var counters: Counters
    /// Whether this node may contact a host, given with its port if any.
    public var admits: @Sendable (String) async -> Bool
    /// The text of a delivery in the form for its receiver; nil when the receiver is known to refuse it.
    public var render: @Sendable (QueuedDelivery) async -> String?
    /// The log.
    public var logger: Logger

    /// Creates the value; the other properties have defaults.
    public init(
        database: Database, client: OutboundClient, keys: KeyStore, ids: IDMaker, logger: Logger
    ) {
        self.database = database
        self.client = client
        self.keys = keys
        self.ids = ids
        self.logger = logger
        clock = SystemClock()
        counters = Counters()
        admits = { _ in true }
        render = { $0.body }
    }
}

/// The settings of a worker.
public struct DeliverySettings: Sendable {
    /// How many requests are open at the same time, 1 or more. Requests with a slow response do not count.
    public var concurrency = 64
    /// How many requests may be open to one host, at first and at most. A host that is far away may have more.
    public var perHost = 2...8
    /// How long a lease lasts. It is well above the fifty seconds that one attempt may take.
    public var lease = Duration.minutes(2)
    /// How often the worker reads the queue when no change is announced.
    public var pollInterval = Duration.milliseconds(500)
    /// How long a shutdown waits for open requests.
    public var stopPatience = Duration.seconds(10)
    /// The intervals between attempts.
    public var retry = OutboxQueue.queue.retry
    /// The process that holds the leases.
    var holder = LeaseHolder.thisProcess
    /// Gives a random number in 0 ..< 1 for each wait.
    public var chance: @Sendable () -> Double = { Double.random(in: 0..<1) }

    /// The defaults.
    public init() {}
}

/// Delivers the rows of the queue until it is stopped. Several workers may share one database.
public actor DeliveryWorker: Service {
    private let context: DeliveryContext
    private let settings: DeliverySettings
    private let sender: DeliverySender
    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    private var scheduler: PerHostScheduler
    private var results = DeliveryResultBatch()
    /// The hosts in the results that are being written.
    private var hostsInWriting: Set<String> = []
    private var isLeasing = false
    private var isWriting = false
    private var isStopping = false
    private var leaseIsDue = true
    private var databaseFails = false

    /// Creates a worker for one run.
    public init(_ context: DeliveryContext, settings: DeliverySettings = DeliverySettings()) {
        self.context = context
        self.settings = settings
        sender = DeliverySender(
            client: context.client, keys: context.keys, clock: context.clock, admits: context.admits,
            render: context.render)
        scheduler = PerHostScheduler(
            limits: PerHostScheduler.Limits(
                concurrency: max(1, settings.concurrency), start: settings.perHost.lowerBound,
                ceiling: settings.perHost.upperBound))
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Works until graceful shutdown or cancellation. Then it leases nothing more, waits a little for open requests and
    /// releases all other leases.
    public func run() async throws {
        let waker = waker
        await withTaskCancellationOrGracefulShutdownHandler {
            await work()
        } onCancelOrGracefulShutdown: {
            waker.finish()
        }
    }

    private func work() async {
        let feed = ChangeFeed(context.database)
        let changes = feed.changes()
        await withTaskGroup(of: Void.self) { helpers in
            helpers.addTask { [keys = context.keys] in
                for await change in changes where change == .keysChanged { await keys.forget() }
            }
            helpers.addTask { [settings] in
                await feed.work(on: .deliveriesWait, every: settings.pollInterval) { await self.lookAgain() }
            }
            await withDiscardingTaskGroup { tasks in
                for await _ in wakes { turn(&tasks) }
                await windDown(&tasks)
            }
            helpers.cancelAll()
        }
        for _ in 0..<3 where !results.isEmpty { await write() }
    }
}

// MARK: - The loop

extension DeliveryWorker {
    /// Reads the queue again, because something may be due. Also notes which hosts are slow.
    private func lookAgain() {
        leaseIsDue = true
        release(scheduler.look(at: .now))
        waker.yield()
    }

    /// Starts everything that can be started now, and waits for nothing.
    private func turn(_ tasks: inout DiscardingTaskGroup) {
        let now = context.clock.now
        while let dispatch = scheduler.nextDispatch(at: .now, wallClock: now) {
            // The rest of the lease is too short for a whole attempt. The row is leased again later.
            guard dispatch.expiresAt - now > DeliverySender.patience else {
                _ = scheduler.complete(dispatch.delivery, .keep, at: .now, wallClock: now)
                if dispatch.expiresAt > now { release([dispatch.delivery]) }
                continue
            }
            tasks.addTask {
                let report = await self.sender.send(dispatch)
                await self.complete(dispatch, report)
            }
        }
        if leaseIsDue && !isLeasing && !isStopping && scheduler.runsDry {
            (isLeasing, leaseIsDue) = (true, false)
            tasks.addTask { await self.lease() }
        }
        startWriting(&tasks)
    }

    private func startWriting(_ tasks: inout DiscardingTaskGroup) {
        guard !results.isEmpty && !isWriting else { return }
        isWriting = true
        tasks.addTask { await self.write() }
    }

    /// Releases the waiting rows, and gives open requests some time to end.
    private func windDown(_ tasks: inout DiscardingTaskGroup) async {
        isStopping = true
        release(scheduler.takeAll())
        let (turns, turner) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let patience = settings.stopPatience
        tasks.addTask {
            try? await Task.sleep(for: patience)
            turner.finish()
        }
        tasks.addTask {
            while !Task.isCancelled {
                turner.yield()
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
        for await _ in turns {
            startWriting(&tasks)
            if scheduler.openCount == 0 && !isLeasing { break }
        }
        tasks.cancelAll()
    }

    private func release(_ deliveries: [QueuedDelivery]) {
        for delivery in deliveries { results.add(DeliveryResultBatch.Completion(delivery: delivery, step: .release)) }
    }
}

// MARK: - Steps

extension DeliveryWorker {
    private func lease() async {
        let now = context.clock.now
        let expiresAt = now + settings.lease
        let request = LeaseRequest(
            limit: scheduler.wanted, Lease(now: now, until: expiresAt, holder: settings.holder),
            busyHosts: scheduler.busyHosts)
        do {
            let deliveries = try await context.database.write { tx in try OutboxQueue.lease(request, in: tx) }
            await learnHosts(of: deliveries)
            for delivery in deliveries {
                let host = delivery.inbox.authority
                let hasRoom =
                    !isStopping && scheduler.enqueue(delivery, host: host, expiresAt: expiresAt, wallClock: now)
                if !hasRoom { release([delivery]) }
            }
            if deliveries.count == request.limit { leaseIsDue = true }
            databaseFails = false
        } catch {
            complain("cannot lease deliveries", error)
        }
        isLeasing = false
        waker.yield()
    }

    /// Reads the state of hosts that are not known here, or that may have recovered according to another process.
    private func learnHosts(of deliveries: [QueuedDelivery]) async {
        let hosts = Set(deliveries.map(\.inbox.authority)).filter { !scheduler.knows($0) }
        guard !hosts.isEmpty else { return }
        let peers = try? await context.database.read { db in
            try hosts.compactMap { host in try Peers.state(of: host, in: db) }
        }
        let unwritten = results.hosts.union(hostsInWriting)
        for peer in peers ?? [] {
            scheduler.learn(peer, wallClock: context.clock.now, isWritten: !unwritten.contains(peer.host))
        }
    }

    private func complete(_ dispatch: PerHostScheduler.Dispatch, _ report: DeliverySender.Report) {
        let delivery = dispatch.delivery
        let now = context.clock.now
        var situation = DeliveryPlan.Situation(
            attempts: delivery.attempts, createdAt: delivery.createdAt,
            hostFailures: scheduler.state(of: dispatch.host).failures, now: now, chance: settings.chance())
        if report.outcome.mayBeAboutHost {
            situation.isHostSuspect = scheduler.suspect(delivery.id, host: dispatch.host)
        }
        let plan = DeliveryPlan(after: report.outcome, situation, policy: settings.retry)
        let step = scheduler.complete(delivery, plan.host, at: .now, wallClock: now)
        if let scheme = report.scheme { scheduler.learn(scheme, of: dispatch.host, until: now + .hours(24)) }
        results.note(step, scheme: report.scheme, of: dispatch.host)
        results.add(
            DeliveryResultBatch.Completion(delivery: delivery, step: plan.step, inboxIsGone: plan.inboxIsGone))
        // The other rows of a paused host would only wait here.
        if case .rest = plan.host { release(scheduler.takeQueue(of: dispatch.host)) }
        tell(delivery, plan.step, report.outcome)
        waker.yield()
    }

    /// Writes all results that were added since the last write. Results that cannot be written are kept and tried
    /// again.
    private func write() async {
        let batch = results
        results = DeliveryResultBatch()
        hostsInWriting = batch.hosts
        let now = context.clock.now
        do {
            try await write(batch, at: now)
            if batch.makesWay { leaseIsDue = true }
            databaseFails = false
        } catch let error as DatabaseError where error.isPassing {
            complain("cannot write deliveries", error)
            results.putBack(batch)
            try? await Task.sleep(for: .milliseconds(500))
        } catch {
            complain("cannot write deliveries together", error)
            // One of the rows causes the error. Its lease will end, and it will be sent again.
            for part in batch.parts {
                do {
                    try await write(part, at: now)
                } catch let error as DatabaseError where error.isPassing {
                    results.putBack(part)
                } catch {
                    complain("cannot write a delivery", error)
                }
            }
        }
        hostsInWriting = []
        isWriting = false
        waker.yield()
    }

    private func write(_ batch: DeliveryResultBatch, at now: Timestamp) async throws {
        let (ids, holder) = (context.ids, settings.holder)
        try await context.database.write { tx in try batch.write(at: now, ids: ids, holder: holder, in: tx) }
    }

    private func complain(_ message: Logger.Message, _ error: any Error) {
        if !databaseFails { context.logger.warning(message, metadata: ["error.kind": "\(error)"]) }
        databaseFails = true
    }

    private func tell(_ delivery: QueuedDelivery, _ step: DeliveryPlan.Step, _ outcome: DeliveryOutcome) {
        let (word, level): (String, Logger.Level) =
            switch step {
            case .finish: ("delivered", .debug)
            case .postpone: ("postponed", .debug)
            case .abandon: ("abandoned", .info)
            case .release: ("released", .debug)
            }
        if step != .release { context.counters.count("deliveries.\(word)") }
        context.logger.log(
            level: level, "delivery tried",
            metadata: [
                "delivery.id": "\(delivery.id)", "peer.host": "\(delivery.inbox.authority)",
                "delivery.attempt": "\(delivery.attempts)", "delivery.status": "\(word)",
                "delivery.outcome": "\(outcome)",
            ])
    }
}
