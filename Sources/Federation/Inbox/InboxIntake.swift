// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import DequeModule
internal import Model
internal import Storage

/// Stores what the authenticator let in: whatever waits at one moment shares one commit, so that a burst costs a few
/// flushes of the disk and not one each. A caller returns only after its own row is durable.
actor InboxIntake {
    private struct Waiting {
        let activity: ReceivedActivity
        let signature: [UInt8]
        let continuation: CheckedContinuation<Bool, any Error>
    }

    /// Rows of one commit, at the most.
    private static let batch = 128
    /// Waiting requests beyond which a new one is turned away: the peer tries again later.
    private static let ceiling = 4_096
    /// How long a signature could be played again: the window of dates that the verifier accepts, and a little.
    private static let memory = Duration.minutes(130)

    private let database: Database
    private var waiting: Deque<Waiting> = []
    private var isWriting = false

    /// - Parameter database: where it is kept.
    init(database: Database) {
        self.database = database
    }

    /// Stores an activity, unless it or its signature came before.
    ///
    /// - Returns: whether it is new.
    /// - Throws: `InboxFull` when too many wait; whatever the database says.
    func store(_ activity: ReceivedActivity, signature: [UInt8]) async throws -> Bool {
        guard waiting.count < Self.ceiling else { throw InboxFull() }
        return try await withCheckedThrowingContinuation { continuation in
            waiting.append(Waiting(activity: activity, signature: signature, continuation: continuation))
            guard !isWriting else { return }
            isWriting = true
            Task { await self.drain() }
        }
    }

    private func drain() async {
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(Self.batch))
            waiting.removeFirst(batch.count)
            await write(batch)
        }
        isWriting = false
    }

    private func write(_ batch: [Waiting]) async {
        let items = batch.map { ($0.activity, $0.signature) }
        do {
            let fresh = try await database.write { tx in
                var fresh: [Bool] = []
                for (activity, signature) in items { fresh.append(try Self.insert(activity, signature, in: tx)) }
                if fresh.contains(true) { tx.announce(.inboxWaits) }
                return fresh
            }
            for (waiting, isNew) in zip(batch, fresh) { waiting.continuation.resume(returning: isNew) }
        } catch  where batch.count > 1 {
            // One row that the database refuses must not turn the others away.
            for waiting in batch { await write([waiting]) }
        } catch {
            for waiting in batch { waiting.continuation.resume(throwing: error) }
        }
    }

    private static func insert(
        _ activity: ReceivedActivity, _ signature: [UInt8], in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let expiry = activity.receivedAt + memory
        guard try SignatureMemory.remember(signature, until: expiry, in: tx) else { return false }
        return try InboxQueue.accept(activity, in: tx)
    }
}

/// More requests wait to be stored than can wait.
struct InboxFull: Error {}
