// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The write transactions of this process that are open on PostgreSQL, where several are open at once.
///
/// SQLite needs no such list, because its writes run one after the other.
final class OpenWrites: Sendable {
    private struct State {
        var last: UInt64 = 0
        /// At most as many as there are connections.
        var open: Set<UInt64> = []
    }

    private let state = Mutex(State())

    /// Notes that a transaction begins. Its body has not run yet.
    ///
    /// - Returns: its number, for ``end(_:)``. Later transactions have larger numbers.
    func begin() -> UInt64 {
        state.withLock { state in
            state.last &+= 1
            state.open.insert(state.last)
            return state.last
        }
    }

    /// Notes that a transaction was committed or rolled back. A second call changes nothing.
    func end(_ number: UInt64) {
        state.withLock { _ = $0.open.remove(number) }
    }

    /// The number of the transaction that began last.
    var last: UInt64 { state.withLock { $0.last } }

    /// Whether a transaction is open that has this number or a smaller one.
    func isOpen(upTo number: UInt64) -> Bool {
        state.withLock { state in state.open.contains { $0 <= number } }
    }
}

/// Whose transactions ``Database/earlierWritesEnded(of:within:)`` waits for.
public enum WritingProcesses: Sendable {
    /// Those of this process. This asks nothing of the database.
    case this
    /// Those of all processes that share the database.
    case all
}

extension Database {
    /// How long to wait before the open transactions are looked at again.
    private static let look = Duration.milliseconds(2)

    /// Waits until all transactions have ended that were open when the call began.
    ///
    /// A reader that begins after this call sees everything that these transactions wrote. A client that
    /// reads on from the largest id that it has seen relies on this: PostgreSQL commits in another order than that in
    /// which ids are made.
    /// On SQLite both orders are the same, so the call returns at once.
    ///
    /// A transaction of another process counts from its first change on, and not from the beginning of its body.
    ///
    /// - Returns: false when one was still open at the end of the limit, or when the database did not respond.
    public func earlierWritesEnded(of processes: WritingProcesses, within limit: Duration) async -> Bool {
        guard engine == .postgres else { return true }
        let own = openWrites.last
        var others: Set<Int64> = []
        if processes == .all {
            guard let open = try? await openTransactions() else { return false }
            others = open
        }
        let end = ContinuousClock.now + limit
        while true {
            var isOpen = openWrites.isOpen(upTo: own)
            if !isOpen, !others.isEmpty {
                guard let open = try? await openTransactions() else { return false }
                others.formIntersection(open)
                isOpen = !others.isEmpty
            }
            guard isOpen else { return true }
            guard ContinuousClock.now < end, (try? await Task.sleep(for: Self.look)) != nil else { return false }
        }
    }

    /// The numbers of the transactions in this database that have changed something and are open now.
    ///
    /// A snapshot would not do: it says nothing of a transaction that is newer than all that have ended. PostgreSQL shows
    /// these numbers for the connections of the same role.
    private func openTransactions() async throws -> Set<Int64> {
        try await read { db in
            let rows = try db.rows(
                """
                SELECT CAST(CAST(a.backend_xid AS text) AS bigint) AS number FROM pg_stat_activity a
                WHERE a.backend_xid IS NOT NULL AND a.datname = current_database()
                """)
            var numbers: Set<Int64> = []
            for row in rows { numbers.insert(try row.int("number")) }
            return numbers
        }
    }
}
