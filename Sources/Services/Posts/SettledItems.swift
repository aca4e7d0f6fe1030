// SPDX-License-Identifier: Apache-2.0
//
// A client that reads a timeline upward goes on from the largest id that it has seen. On PostgreSQL a transaction with
// a smaller id may be committed later, and the client would never see what it wrote. So a page ends before such ids.
//
// A transaction makes its ids while it is open. So when all transactions have ended that were open at some moment, no id
// can appear any more that was made before it. This process knows its own transactions, and PostgreSQL those of others,
// but only from their first change on, and their clocks may differ a little. While several processes use the database,
// the last second is left out, too.

internal import Database
internal import Model
internal import Storage
internal import Synchronization

/// The largest id up to which nothing can appear any more, as this process knew it last.
final class SettledIDs: Sendable {
    private let known = Atomic<Int64>(0)

    /// Notes a new value and returns the largest one so far.
    func advance(to id: Int64) -> Int64 { known.max(id, ordering: .relaxed).newValue }
}

extension Services {
    /// How long a page waits for transactions that are open. Most end within milliseconds.
    private static let settlingTime = Duration.milliseconds(300)
    /// How long the first page of a timeline waits.
    private static let firstPageTime = Duration.milliseconds(25)
    /// By how much the ids of other processes may be late.
    private static let lateness = Duration.seconds(1)
    /// No transaction stays open for so long.
    private static let longestTransaction = Duration.seconds(60)

    /// The largest id that a page may show. No smaller id appears in a later transaction.
    ///
    /// Call it before the snapshot from which the page is read.
    ///
    /// - Parameter isUpward: whether the page continues from an id. The first page of a timeline considers only the
    ///   transactions of this process, and has no limit while several processes use the database, because it must
    ///   contain what the reader has just written.
    public func settledID(isUpward: Bool) async -> Int64 {
        guard database.engine == .postgres else { return .max }
        let (latest, now) = (ids.latest, now())
        guard isUpward else {
            let hasSettled = await database.earlierWritesEnded(of: .this, within: Self.firstPageTime)
            // What another process has just written may have an id that this process knows nothing of.
            guard hasSettled, await !isShared() else { return .max }
            return max(latest, Self.number(now))
        }
        let isShared = await isShared()
        let recent = Self.number(now - Self.lateness)
        let end = isShared ? recent : max(latest, recent)
        if await database.earlierWritesEnded(of: isShared ? .all : .this, within: Self.settlingTime) {
            return settled.advance(to: end)
        }
        return max(settled.advance(to: 0), Self.number(now - Self.longestTransaction))
    }

    /// Whether several processes use the database.
    private func isShared() async -> Bool {
        (try? await database.read { db in try Processes.areSeveral(in: db) }) ?? true
    }

    private static func number(_ instant: Timestamp) -> Int64 { ID<TimelineItem>.first(at: instant).rawValue }
}
