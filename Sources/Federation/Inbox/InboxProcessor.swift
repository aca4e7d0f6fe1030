// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Logging
internal import Model
internal import Storage
internal import Telemetry
internal import Vocabulary

// Processes stored activities:
//
//  - A lease reserves rows of the queue for two minutes. It is extended while the rows are processed. When a process
//    dies, other processes take its rows back.
//  - The activities of one signer are applied in the order of their arrival, up to sixteen at a time, by one process
//    at a time. The activities of different signers run in parallel, so a signer with a slow server uses only one of
//    the parallel places, and the signers of one host use only a part of them (`Storage/Queues/QueueRuns`).
//  - All requests for one activity end after 15 seconds. Then the activity is applied with what was found, or it is
//    tried again later.
//  - The effect and the outcome of a row are committed together. A row that another process finished is not applied
//    again. Runs of several signers share a transaction (`SharedApplication`).
//  - When an outcome cannot be written, the run throws, and its rows are released as soon as the database responds.

/// Applies the stored activities.
public struct InboxProcessor: Sendable {
    /// The number of signers whose activities are processed in parallel.
    private static let places = 128
    /// How many activities of one signer are gathered in parallel.
    private static let gatheringAtOnce = 4
    /// How long all requests for one activity may take together.
    private static let patience = Duration.seconds(15)
    /// How long the first activities of a run wait for the rest of it, so that they share a transaction.
    private static let grace = Duration.seconds(1)

    private let federation: Federation
    private let application: SharedApplication
    private let holder: LeaseHolder
    private let logger: Logger

    /// - Parameter federation: the parts that it uses.
    public init(_ federation: Federation) {
        self.init(federation, holder: .thisProcess)
    }

    /// - Parameter holder: the holder of the leases.
    init(_ federation: Federation, holder: LeaseHolder) {
        self.federation = federation
        self.holder = holder
        application = SharedApplication(database: federation.database)
        logger = federation.logger
        federation.parsed.open()
    }

    /// Works until the task is cancelled.
    public func run() async {
        let settings = QueueSettings(wakes: .inboxWaits, every: .seconds(1), places: Self.places)
        let context = QueueContext(
            database: federation.database, clock: federation.clock, logger: logger, holder: holder)
        await QueueWorker(InboxWork(processor: self), settings, in: context).run()
    }

    /// Processes one activity, from its text to its outcome. If the outcome cannot be written, the row stays leased.
    func process(_ received: ReceivedActivity) async { _ = try? await process([received]) }

    /// Processes a run of activities of one signer. A few are gathered at the same time. They are applied in their
    /// order, together when all of them are gathered soon. Otherwise those that wait for no other node do not wait for
    /// the later ones either.
    ///
    /// - Throws: the last error of a write of an outcome. All other activities were processed.
    fileprivate func process(_ run: [ReceivedActivity]) async throws {
        let started = federation.clock.now
        let signer = await signer(of: run)
        try await withThrowingTaskGroup(of: Gathering.self) { group in
            var unstarted = run.indices
            for index in unstarted.prefix(Self.gatheringAtOnce) {
                group.addTask { await gather(run[index], index, by: signer) }
            }
            unstarted = unstarted.dropFirst(Self.gatheringAtOnce)
            if run.count > 1 { group.addTask { await Self.waitForGrace() } }
            var gathered: [Int: Result<Effect, FederationError>] = [:]
            var (next, isPatient) = (0, true)
            var failure: (any Error)?
            while next < run.count, let event = try await group.next() {
                switch event {
                case .graceIsOver: isPatient = false
                case .finished(let index, let result):
                    gathered[index] = result
                    if let index = unstarted.popFirst() {
                        group.addTask { await gather(run[index], index, by: signer) }
                    }
                }
                let ready = run[next...].indices.prefix { gathered[$0] != nil }
                guard !ready.isEmpty, ready.endIndex == run.count || !isPatient else { continue }
                next = ready.endIndex
                do {
                    try await finish(
                        ready.compactMap { index in gathered[index].map { (run[index], $0) } }, since: started)
                } catch {
                    failure = error
                }
            }
            group.cancelAll()
            if let failure { throw failure }
        }
    }

    /// The account that signed the activities of a run. It may have been blocked or deleted since they were accepted.
    private func signer(of run: [ReceivedActivity]) async -> Result<Account?, FederationError> {
        guard let id = run.first?.signer else { return .success(nil) }
        do throws(FederationError) {
            return .success(
                try await federation.objects.database.read { db throws(DatabaseError) in try Accounts.byID(id, in: db) }
            )
        } catch {
            return .failure(error)
        }
    }

    private func gather(
        _ received: ReceivedActivity, _ index: Int, by signer: Result<Account?, FederationError>
    ) async -> Gathering {
        do throws(FederationError) {
            return .finished(index, .success(try await prepare(received, by: try signer.get())))
        } catch {
            return .finished(index, .failure(error))
        }
    }

    private static func waitForGrace() async -> Gathering {
        try? await Task.sleep(for: grace)
        return .graceIsOver
    }

    /// Applies gathered activities of a run in one transaction, and stores the outcome of those that cannot be applied.
    ///
    /// - Throws: the last error of a write of an outcome. All other activities were processed.
    private func finish(_ gathered: [Gathered], since started: Timestamp) async throws {
        var ready: [ReadyActivity] = []
        var failure: (any Error)?
        for (received, result) in gathered {
            switch result {
            case .success(let effect): ready.append((received, effect))
            case .failure(let error):
                do {
                    tell(received, try await settle(received, after: error), since: started)
                } catch {
                    failure = error
                }
            }
        }
        do {
            if !ready.isEmpty { try await finish(ready, since: started) }
        } catch {
            failure = error
        }
        if let failure { throw failure }
    }

    private func finish(_ ready: [ReadyActivity], since started: Timestamp) async throws {
        do {
            for (item, outcome) in zip(ready, try await application.apply(ready)) {
                tell(item.received, outcome, since: started)
            }
        } catch  where ready.count > 1 && (error as? DatabaseError)?.isOutage != true {
            // When one activity makes the transaction fail, each activity gets its own transaction.
            var failure: (any Error)?
            for item in ready {
                do {
                    try await process([item.received])
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
        } catch {
            for item in ready { tell(item.received, try await settle(item.received, after: error), since: started) }
        }
    }

    private func tell(_ received: ReceivedActivity, _ outcome: InboxOutcome, since started: Timestamp) {
        federation.counters.count("inbox.outcome.\(outcome.code)")
        logger.info(
            "activity processed",
            metadata: [
                "activity.iri": "\(received.activity)", "activity.type": "\(received.type)",
                "inbox.outcome": "\(outcome.code)", "duration.ms": "\((federation.clock.now - started).milliseconds)",
            ])
    }

    /// Stores the outcome of an activity that was not applied.
    private func settle(_ received: ReceivedActivity, after error: any Error) async throws -> InboxOutcome {
        switch error {
        case let refusal as FederationError where !refusal.isTemporary:
            let outcome = InboxOutcome.ignored(IgnoreReason(refusal))
            try await record(outcome, of: received)
            return outcome
        case is VocabularyError, is JSONError:
            // The same document will not be understood later either.
            let outcome = InboxOutcome.ignored(.unproved)
            try await record(outcome, of: received)
            return outcome
        case is AlreadyFinished:
            return .duplicate
        default:
            let wait = InboxQueue.queue.retry.wait(afterFailures: received.attempts, chance: 0)
            // A cancelled process leaves the activity to the next one.
            if !Task.isCancelled { try await postpone(received, reason: "\(error)") }
            return .retry(after: wait)
        }
    }

    private func prepare(
        _ received: ReceivedActivity, by signer: Account?
    ) async throws(FederationError) -> Effect {
        let fetcher = ObjectFetcher(actors: federation.actors.serving(.thread, within: Self.patience))
        return try await Dispatcher.prepare(try incoming(received, by: signer), using: fetcher)
    }

    /// The activity of a row with its signer. It comes from ``ParsedActivities`` when this process has just accepted
    /// it, and is parsed from the row otherwise.
    private func incoming(
        _ received: ReceivedActivity, by actor: Account?
    ) throws(FederationError) -> IncomingActivity {
        let activity: ActivityDocument?
        do {
            activity = try federation.parsed.take(received.id) ?? federation.parse(Array(received.body.utf8))
        } catch {
            throw .ignored(.malformed)
        }
        guard let activity, let actor else { throw .ignored(.malformed) }
        guard actor.isActive else { throw .ignored(.blocked) }
        return IncomingActivity(
            actor: actor, activity: activity, outbox: federation.outbox, now: federation.clock.now,
            received: received.id)
    }

    private func record(_ outcome: InboxOutcome, of received: ReceivedActivity) async throws {
        _ = try await federation.database.write { tx in
            try InboxQueue.finish(received.id, outcome: outcome.code, in: tx)
        }
    }

    private func postpone(_ received: ReceivedActivity, reason: String) async throws {
        let now = federation.clock.now
        let reason = String(reason.prefix(200))
        let next = InboxQueue.queue.retry.nextTry(
            afterAttempts: received.attempts, since: received.receivedAt, now: now, chance: 0)
        try await federation.database.write { [holder] tx in
            if let next {
                try InboxQueue.postpone(received.id, until: next, reason: reason, by: holder, in: tx)
            } else {
                try InboxQueue.park(received.id, reason: reason, by: holder, in: tx)
            }
        }
    }
}

/// An activity with the result of its `gather`.
private typealias Gathered = (received: ReceivedActivity, result: Result<Effect, FederationError>)

/// What happens while a run is gathered.
private enum Gathering: Sendable {
    /// The activity with this index in the run is gathered.
    case finished(Int, Result<Effect, FederationError>)
    /// The first activities do not wait for the rest any more.
    case graceIsOver
}

/// The queue of the processor. A job is a run of activities of one signer.
private struct InboxWork: QueueWork {
    let processor: InboxProcessor

    var queue: LeasedQueue { InboxQueue.queue }

    func lease(_ limit: Int, _ lease: Lease, in tx: Transaction) throws -> [[ReceivedActivity]] {
        let activities = try InboxQueue.lease(signers: limit, lease, in: tx)
        return Dictionary(grouping: activities, by: \.signer).map(\.value)
    }

    func keys(of run: [ReceivedActivity]) -> [QueueKey] { run.map { QueueKey($0.id) } }

    func perform(_ run: [ReceivedActivity]) async throws { try await processor.process(run) }
}
