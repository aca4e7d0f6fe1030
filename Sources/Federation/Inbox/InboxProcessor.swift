// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Logging
internal import Model
internal import Storage
internal import Vocabulary

// From a stored activity to its effect:
//
//  - A lease takes rows out of the queue for two minutes; a process that dies gives them back by doing nothing.
//  - What one actor said is done in the order in which it came; what different actors said runs side by side, so that
//    one whose server answers slowly delays nobody else.
//  - The effect and the row's outcome commit together. A row that somebody else finished is not applied again.

/// Does what the stored activities say.
public actor InboxProcessor {
    /// Activities in hand at once.
    private static let capacity = 128
    private static let lease = Duration.minutes(2)
    /// Activities of one signer in one transaction, at the most.
    private static let runLength = 16
    /// How often an activity is tried before a person has to look at it.
    private static let attempts = 8

    private let federation: Federation
    private let logger: Logger
    private var queues: [ID<Account>: [ReceivedActivity]] = [:]
    private var inHand = 0

    /// - Parameter federation: the parts it works with.
    public init(_ federation: Federation) {
        self.federation = federation
        logger = federation.logger
        federation.parsed.open()
    }

    /// Works until the task is cancelled.
    public func run() async {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup { group in
            group.addTask { [changes = ChangeFeed(federation.database).changes()] in
                for await change in changes where change == .inboxWaits { wake.yield() }
            }
            group.addTask {
                // A word may be lost; what waits is found within the second.
                while (try? await Task.sleep(for: .seconds(1))) != nil { wake.yield() }
                wake.finish()
            }
            group.addTask { await self.work(wakes, wake: wake) }
            await group.next()
            group.cancelAll()
        }
    }

    private func work(_ wakes: AsyncStream<Void>, wake: AsyncStream<Void>.Continuation) async {
        await withDiscardingTaskGroup { group in
            for await _ in wakes {
                for signer in await take() {
                    group.addTask {
                        await self.drain(signer)
                        wake.yield()
                    }
                }
            }
        }
    }

    /// Leases what there is room for.
    ///
    /// - Returns: the signers whose queues were empty before and need somebody to drain them.
    private func take() async -> [ID<Account>] {
        let room = Self.capacity - inHand
        guard room > 0, !Task.isCancelled else { return [] }
        // Claimed before the wait, so that two wakes never take more than there is room for.
        inHand += room
        let now = federation.clock.now
        let leased =
            (try? await federation.database.write { tx in
                try InboxQueue.lease(limit: room, until: now + Self.lease, now: now, in: tx)
            }) ?? []
        inHand -= room - leased.count
        var fresh: [ID<Account>] = []
        for activity in leased {
            if queues[activity.signer] == nil { fresh.append(activity.signer) }
            queues[activity.signer, default: []].append(activity)
        }
        return fresh
    }

    private func drain(_ signer: ID<Account>) async {
        while let run = next(of: signer) {
            await process(run)
            inHand -= run.count
        }
    }

    /// What waits of one signer, in the order in which it came.
    private func next(of signer: ID<Account>) -> [ReceivedActivity]? {
        guard let queue = queues[signer], !queue.isEmpty else {
            queues[signer] = nil
            return nil
        }
        queues[signer] = Array(queue.dropFirst(Self.runLength))
        return Array(queue.prefix(Self.runLength))
    }

    /// One activity, from its text to its outcome.
    nonisolated func process(_ received: ReceivedActivity) async { await process([received]) }

    /// A run of one signer's activities: gathered one after the other, applied in one transaction.
    private nonisolated func process(_ run: [ReceivedActivity]) async {
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

    private nonisolated func tell(_ received: ReceivedActivity, _ outcome: InboxOutcome, since started: Timestamp) {
        federation.counters.count("inbox.outcome.\(outcome.word)")
        logger.info(
            "activity processed",
            metadata: [
                "activity.iri": "\(received.activity)", "activity.type": "\(received.type)",
                "inbox.outcome": "\(outcome.word)", "duration.ms": "\((federation.clock.now - started).milliseconds)",
            ])
    }

    /// Writes down what an activity came to that was not applied.
    private nonisolated func settle(_ received: ReceivedActivity, after error: any Error) async -> InboxOutcome {
        switch error {
        case let refusal as Refusal where !refusal.isTemporary:
            let outcome = InboxOutcome.ignored(IgnoreReason(refusal))
            await record(outcome, of: received)
            return outcome
        case is AlreadyFinished:
            return .duplicate
        default:
            await postpone(received, reason: "\(error)")
            return .retry(after: Self.delay(afterAttempt: received.attempts))
        }
    }

    private nonisolated func prepare(_ received: ReceivedActivity) async throws(Refusal) -> Effect {
        try await Dispatcher.prepare(try await incoming(received), using: federation.objects)
    }

    private nonisolated func apply(
        _ run: [(received: ReceivedActivity, effect: Effect)]
    ) async throws -> [InboxOutcome] {
        try await federation.database.write { tx in
            var outcomes: [InboxOutcome] = []
            for item in run {
                let outcome = try item.effect(tx)
                guard try InboxQueue.finish(item.received.id, outcome: outcome.word, in: tx) else {
                    throw AlreadyFinished()
                }
                outcomes.append(outcome)
            }
            return outcomes
        }
    }

    /// The activity in the row with its signer: as it was parsed when it was let in, when that was here and just now.
    private nonisolated func incoming(_ received: ReceivedActivity) async throws(Refusal) -> IncomingActivity {
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
        // Between the gate and here somebody may have decided, or the actor may have said that it is gone.
        guard actor.isActive else { throw .ignored(.blocked) }
        return IncomingActivity(
            actor: actor, activity: activity, outbox: federation.outbox, now: federation.clock.now)
    }

    private nonisolated func record(_ outcome: InboxOutcome, of received: ReceivedActivity) async {
        _ = try? await federation.database.write { tx in
            try InboxQueue.finish(received.id, outcome: outcome.word, in: tx)
        }
    }

    private nonisolated func postpone(_ received: ReceivedActivity, reason: String) async {
        let now = federation.clock.now
        let reason = String(reason.prefix(200))
        _ = try? await federation.database.write { tx in
            if received.attempts >= Self.attempts {
                try InboxQueue.park(received.id, reason: reason, in: tx)
            } else {
                let later = now + Self.delay(afterAttempt: received.attempts)
                try InboxQueue.postpone(received.id, until: later, reason: reason, in: tx)
            }
        }
    }

    /// 10 s, 40 s, 160 s … at most six hours: about a day in eight tries.
    static func delay(afterAttempt attempt: Int) -> Duration {
        .seconds(min(10 << (2 * min(max(attempt - 1, 0), 8)), 21_600))
    }
}

/// Somebody else applied the activity while we were about to: our transaction is given up.
private struct AlreadyFinished: Error {}
