// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// Announces changes to every process that shares the database, after their commit.
///
/// SQLite has one process, so an announcement stays inside it. PostgreSQL sends it with `NOTIFY`. A listener may miss
/// announcements, so it must also check the database at intervals.
public struct ChangeFeed: Sendable {
    private let database: Database

    /// - Parameter database: the database whose changes are announced.
    public init(_ database: Database) {
        self.database = database
    }

    /// The changes from now on. Each listener gets its own stream, which holds at most the 256 newest changes and ends
    /// when the database is closed.
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

    /// Runs `turn` at once, after each announcement of `change`, and after every `interval` in case an announcement was
    /// missed. Turns run one after the other until the task is cancelled; a running turn is finished.
    ///
    /// - Parameter change: nil when only the interval starts turns.
    public func work(on change: Change?, every interval: Duration, _ turn: @Sendable () async -> Void) async {
        let (ticks, tick) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // Subscribes before the first turn, so that no change is missed between the two.
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
    /// Announces a change after this transaction is committed; nothing is announced when it is rolled back.
    public func announce(_ change: Change) {
        announce(change.rawValue)
    }
}
