// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Logging
internal import Model
internal import Storage
internal import Telemetry
internal import Vocabulary

// From a stored activity to its effect:
//
//  - A lease takes rows out of the queue for two minutes and is prolonged while they are in hand; a process that dies
//    gives them back by doing nothing.
//  - What one actor said is done in the order in which it came, sixteen activities at a time, in one process at a time.
//    What different actors said runs side by side, so that one whose server answers slowly keeps one place of many.
//  - The effect and the row's outcome commit together. A row that somebody else finished is not applied again.

/// Does what the stored activities say.
public struct InboxProcessor: Sendable {
    /// How many signers' activities are in hand at once.
    private static let places = 64

    private let federation: Federation
    private let holder: LeaseHolder
    private let logger: Logger

    /// - Parameter federation: the parts it works with.
    public init(_ federation: Federation) {
        self.init(federation, holder: .thisProcess)
    }

    /// - Parameter holder: in whose name rows are leased.
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

    /// One activity, from its text to its outcome.
    func process(_ received: ReceivedActivity) async { await process([received]) }

    /// A run of one signer's activities: gathered one after the other, applied in one transaction.
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
            // One of them spoils the transaction: then each has its own.
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

    /// Writes down what an activity came to that was not applied.
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
            // Whoever is stopped in the middle leaves the activity to the next.
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

    /// The activity in the row with its signer: as it was parsed when it was let in, when that was here and just now.
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
        // Between the authenticator and here somebody may have decided, or the actor may have said that it is gone.
        guard actor.isActive else { throw .ignored(.blocked) }
        return IncomingActivity(
            actor: actor, activity: activity, outbox: federation.outbox, now: federation.clock.now)
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

/// The processor's queue: a job is a run of one signer's activities.
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

/// Somebody else applied the activity while we were about to: our transaction is given up.
private struct AlreadyFinished: Error {}
