// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// Tells what changed, after the commit, to every process that shares the database.
///
/// SQLite has one process, so the word goes round in it; PostgreSQL carries it by `NOTIFY`. A listener must not rely
/// on hearing every word: it also looks for itself now and then.
public struct ChangeFeed: Sendable {
    private let database: Database

    /// - Parameter database: whose changes.
    public init(_ database: Database) {
        self.database = database
    }

    /// The changes from now on; a new stream for each listener, bounded, ended when the database is closed.
    public func changes() -> AsyncStream<Change> {
        let announcements = database.announcements
        return AsyncStream(bufferingPolicy: .bufferingNewest(256)) { continuation in
            let task = Task {
                for await message in announcements {
                    guard let change = Change(rawValue: message) else { continue }
                    continuation.yield(change)
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// Works at once, whenever `change` is told, and every `interval` in case it was not heard: one turn after the
    /// other, until the task is cancelled. The turn in hand is finished.
    ///
    /// - Parameter change: nil when only the interval counts.
    public func work(on change: Change?, every interval: Duration, _ turn: @Sendable () async -> Void) async {
        let (ticks, tick) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // Subscribed before the first turn, so that nothing falls between the two.
        let changes = changes()
        tick.yield()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await announced in changes where announced == change { tick.yield() }
            }
            group.addTask {
                while (try? await Task.sleep(for: interval)) != nil { tick.yield() }
            }
            for await _ in ticks { await turn() }
            group.cancelAll()
        }
    }
}

extension Transaction {
    /// Tells of a change once this transaction is committed, and never when it is not.
    public func announce(_ change: Change) {
        announce(change.rawValue)
    }
}
