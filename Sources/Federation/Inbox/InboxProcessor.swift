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
//    dies, its leases expire and other processes take the rows.
//  - The activities of one signer are processed in the order of their arrival, up to sixteen at a time, by one process
//    at a time. The activities of different signers run in parallel, so a signer with a slow server uses only one of
//    the parallel places.
//  - The effect and the outcome of a row are committed together. A row that another process finished is not applied
//    again.

/// Applies the stored activities.
public struct InboxProcessor: Sendable {
    /// The number of signers whose activities are processed in parallel.
    private static let places = 64

    private let federation: Federation
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

    /// Processes one activity, from its text to its outcome.
    func process(_ received: ReceivedActivity) async { await process([received]) }

    /// Processes a run of activities of one signer. They are gathered one after the other, and applied in one
    /// transaction.
    fileprivate func process(_ run: [ReceivedActivity]) async {
        let started = federation.clock.now
        var ready: [(received: ReceivedActivity, effect: Effect)] = []
        for received in run {
            do {
                ready.append((received, try await prepare(received)))
            } catch {
                tell(received, await settle(received, after: error), since: started)
            }
        }
        guard !ready.isEmpty else { return }
        do {
            for (item, outcome) in zip(ready, try await apply(ready)) { tell(item.received, outcome, since: started) }
        } catch  where ready.count > 1 {
            // When one activity makes the transaction fail, each activity gets its own transaction.
            for item in ready { await process(item.received) }
        } catch {
            for item in ready { tell(item.received, await settle(item.received, after: error), since: started) }
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
    private func settle(_ received: ReceivedActivity, after error: any Error) async -> InboxOutcome {
        switch error {
        case let refusal as FederationError where !refusal.isTemporary:
            let outcome = InboxOutcome.ignored(IgnoreReason(refusal))
            await record(outcome, of: received)
            return outcome
        case is AlreadyFinished:
            return .duplicate
        default:
            let wait = InboxQueue.queue.retry.wait(afterFailures: received.attempts, chance: 0)
            // A cancelled process leaves the activity to the next one.
            if !Task.isCancelled { await postpone(received, reason: "\(error)") }
            return .retry(after: wait)
        }
    }

    private func prepare(_ received: ReceivedActivity) async throws(FederationError) -> Effect {
        try await Dispatcher.prepare(try await incoming(received), using: federation.objects)
    }

    private func apply(
        _ run: [(received: ReceivedActivity, effect: Effect)]
    ) async throws -> [InboxOutcome] {
        try await federation.database.write { tx in
            var outcomes: [InboxOutcome] = []
            for item in run {
                let outcome = try item.effect(tx)
                guard try InboxQueue.finish(item.received.id, outcome: outcome.code, in: tx) else {
                    throw AlreadyFinished()
                }
                outcomes.append(outcome)
            }
            return outcomes
        }
    }

    /// The activity of a row with its signer. It comes from ``ParsedActivities`` when this process has just accepted
    /// it, and is parsed from the row otherwise.
    private func incoming(_ received: ReceivedActivity) async throws(FederationError) -> IncomingActivity {
        let activity: ActivityDocument?
        do {
            activity = try federation.parsed.take(received.id) ?? federation.parse(Array(received.body.utf8))
        } catch {
            throw .ignored(.malformed)
        }
        let actor = try await federation.objects.database.read { db throws(DatabaseError) in
            try Accounts.byID(received.signer, in: db)
        }
        guard let activity, let actor else { throw .ignored(.malformed) }
        // The actor may have been blocked or deleted since the activity was accepted.
        guard actor.isActive else { throw .ignored(.blocked) }
        return IncomingActivity(
            actor: actor, activity: activity, outbox: federation.outbox, now: federation.clock.now,
            received: received.id)
    }

    private func record(_ outcome: InboxOutcome, of received: ReceivedActivity) async {
        _ = try? await federation.database.write { tx in
            try InboxQueue.finish(received.id, outcome: outcome.code, in: tx)
        }
    }

    private func postpone(_ received: ReceivedActivity, reason: String) async {
        let now = federation.clock.now
        let reason = String(reason.prefix(200))
        let next = InboxQueue.queue.retry.nextTry(
            afterAttempts: received.attempts, since: received.receivedAt, now: now, chance: 0)
        _ = try? await federation.database.write { [holder] tx in
            if let next {
                try InboxQueue.postpone(received.id, until: next, reason: reason, by: holder, in: tx)
            } else {
                try InboxQueue.park(received.id, reason: reason, by: holder, in: tx)
            }
        }
    }
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

    func perform(_ run: [ReceivedActivity]) async { await processor.process(run) }
}

/// Another process applied the activity before this transaction committed. This transaction is rolled back.
private struct AlreadyFinished: Error {}
