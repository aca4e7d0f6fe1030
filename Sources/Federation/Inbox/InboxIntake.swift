// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import DequeModule
internal import Model
internal import Storage

/// Stores the accepted activities. All activities that wait at one moment share one commit, so that a burst costs a few
/// disk flushes instead of one for each activity. A call returns only after its own row is durable.
actor InboxIntake {
    private struct Waiting {
        let activity: ReceivedActivity
        let signature: [UInt8]
        let hosts: Set<String>
        let continuation: CheckedContinuation<Bool, any Error>
    }

    /// The largest number of rows in one commit.
    private static let batch = 128
    /// The largest number of waiting requests. Further ones are rejected, and the peer retries later.
    private static let ceiling = 4_096
    /// How long a signature could be replayed: the time range of dates that the verifier accepts, and a margin.
    private static let memory = Duration.minutes(130)

    private let database: Database
    private var waiting: Deque<Waiting> = []
    private var isWriting = false

    /// - Parameter database: the database that stores the activities.
    init(database: Database) {
        self.database = database
    }

    /// Stores an activity, unless the activity or its signature is stored already.
    ///
    /// - Parameter hosts: the hosts that receive what is delivered to the signer. They work, because the signature is
    ///   proved. So if deliveries to them are paused, the pause ends.
    /// - Returns: whether it is new.
    /// - Throws: `InboxFull` when too many requests wait, and the errors of the database.
    func store(
        _ activity: ReceivedActivity, signature: [UInt8], from hosts: Set<String>
    ) async throws -> Bool {
        guard waiting.count < Self.ceiling else { throw InboxFull() }
        return try await withCheckedThrowingContinuation { continuation in
            waiting.append(
                Waiting(activity: activity, signature: signature, hosts: hosts, continuation: continuation))
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
        let items = batch.map { (activity: $0.activity, signature: $0.signature) }
        let now = batch.first?.activity.receivedAt ?? .distantFuture
        let hosts = batch.reduce(into: Set<String>()) { $0.formUnion($1.hosts) }.sorted()
        do {
            let (fresh, resting) = try await database.write { tx in
                let fresh = try Self.insert(items, in: tx)
                if fresh.contains(true) { tx.announce(.inboxWaits) }
                return (fresh, try Peers.resting(hosts, at: now, in: tx))
            }
            for (waiting, isNew) in zip(batch, fresh) { waiting.continuation.resume(returning: isNew) }
            if !resting.isEmpty { Task { [database] in await Self.wake(resting, at: now, database) } }
        } catch  where batch.count > 1 && (error as? DatabaseError)?.isOutage != true {
            // One row that the database rejects must not fail the others. When the database itself does not work, they
            // fail together: each of them would wait for it again.
            for waiting in batch { await write([waiting]) }
        } catch {
            for waiting in batch { waiting.continuation.resume(throwing: error) }
        }
    }

    /// A pause that cannot be ended now is ended by the next activity.
    private static func wake(_ hosts: [String], at now: Timestamp, _ database: Database) async {
        for host in hosts { _ = try? await database.write { tx in try Peers.wake(host, at: now, in: tx) } }
    }

    /// - Returns: for each of them, whether it is new.
    private static func insert(
        _ items: [(activity: ReceivedActivity, signature: [UInt8])], in tx: Transaction
    ) throws(DatabaseError) -> [Bool] {
        let signatures = items.map { (digest: $0.signature, expiry: $0.activity.receivedAt + memory) }
        var isNew = try SignatureMemory.remember(signatures, in: tx)
        let indices = isNew.indices.filter { isNew[$0] }
        let accepted = try InboxQueue.accept(indices.map { items[$0].activity }, in: tx)
        for (index, isAccepted) in zip(indices, accepted) { isNew[index] = isAccepted }
        return isNew
    }
}

/// Too many requests wait to be stored.
struct InboxFull: Error {}
