// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

extension LeasedQueue {
    /// Completes rows. It runs in the same transaction as the effect of the work, so that the effect happens once.
    ///
    /// - Parameter assignments: additional assignments, for queues whose completed rows stay.
    /// - Returns: how many of the rows were still waiting. The others were completed by another worker.
    @discardableResult
    func complete(
        _ keys: [QueueKey], setting assignments: SQL? = nil, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        try end(completed, keys, assignments, by: nil, in: tx)
    }

    /// Gives up a row: it is deleted, or stays for an administrator to look at.
    ///
    /// - Parameters:
    ///   - assignments: additional assignments, for queues whose parked rows stay.
    ///   - holder: the row is parked only when this process holds its lease; nil means no such check.
    @discardableResult
    func park(
        _ key: QueueKey, setting assignments: SQL? = nil, by holder: LeaseHolder?, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        try end(parked, [key], assignments, by: holder, in: tx)
    }

    /// Schedules the next attempt of a row. Any worker may take it.
    ///
    /// - Parameters:
    ///   - assignments: additional assignments.
    ///   - holder: the row changes only when this process still holds its lease.
    func postpone(
        _ key: QueueKey, until time: Timestamp, setting assignments: SQL? = nil, by holder: LeaseHolder,
        in tx: Transaction
    ) throws(DatabaseError) {
        let changes = "run_at = \(time), \(Self.isGivenBack)" + Self.also(assignments)
        try tx.run("UPDATE \(table) SET \(changes) WHERE \(matches([key])) AND \(isHeld(by: holder))")
    }

    /// Releases rows as if they had never been leased: they are due at once, and the attempt is not counted.
    ///
    /// - Parameter holder: only rows whose lease this process still holds are released.
    public func release(_ keys: [QueueKey], by holder: LeaseHolder, in tx: Transaction) throws(DatabaseError) {
        for keys in keys.inLists() {
            try tx.run(
                """
                UPDATE \(table) SET attempts = attempts - 1, \(Self.isGivenBack)
                WHERE \(matches(keys)) AND \(isHeld(by: holder))
                """)
        }
    }

    /// Extends the leases of rows.
    ///
    /// - Parameter lease: names the process; only rows whose lease it still holds are extended.
    /// - Returns: how many rows were extended.
    @discardableResult
    public func extend(_ keys: [QueueKey], _ lease: Lease, in tx: Transaction) throws(DatabaseError) -> Int {
        var count = 0
        for keys in keys.inLists() {
            count += try tx.changed(
                """
                UPDATE \(table) SET lease_until = \(lease.until)
                WHERE \(matches(keys)) AND \(isHeld(by: lease.holder))
                """)
        }
        return count
    }

    /// Deletes completed rows that are older than an instant, when the queue keeps such rows.
    ///
    /// - Returns: how many were deleted.
    @discardableResult
    public func prune(before time: Timestamp, in tx: Transaction) throws(DatabaseError) -> Int {
        guard let history else { return 0 }
        return try tx.changed("DELETE FROM \(table) WHERE \(history.condition) AND \(history.since) < \(time)")
    }

    /// The size of the backlog.
    public func backlog(now: Timestamp, in db: some Queryable) throws(DatabaseError) -> QueueBacklog {
        let counted: SQL = paused.map { "CASE WHEN \($0) THEN NULL ELSE run_at END" } ?? "run_at"
        let row = try db.row("SELECT count(*) AS n, min(\(counted)) AS oldest FROM \(table) WHERE \(isWaiting)")
        let oldest = try row?.timeOrNil("oldest")
        return QueueBacklog(count: try row?.count("n") ?? 0, oldestDue: oldest.flatMap { $0 <= now ? $0 : nil })
    }

    private func end(
        _ ending: Ending, _ keys: [QueueKey], _ assignments: SQL?, by holder: LeaseHolder?, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        var count = 0
        for keys in keys.inLists() {
            let condition: SQL = "\(matches(keys)) AND \(holder.map { isHeld(by: $0) } ?? isStillWaiting)"
            switch ending {
            case .delete: count += try tx.changed("DELETE FROM \(table) WHERE \(condition)")
            case .set(let change):
                let changes = "\(change), \(Self.isGivenBack)" + Self.also(assignments)
                count += try tx.changed("UPDATE \(table) SET \(changes) WHERE \(condition)")
            }
        }
        return count
    }

    static let isGivenBack: SQL = "lease_until = NULL, lease_holder = NULL"

    private static func also(_ assignments: SQL?) -> SQL { assignments.map { ", \($0)" } ?? "" }

    private func isHeld(by holder: LeaseHolder) -> SQL { "\(isStillWaiting) AND lease_holder = \(holder.number)" }
}
