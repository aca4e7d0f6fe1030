// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

extension LeasedQueue {
    /// These rows are done. Runs in the transaction that has their effect, so that there is one effect.
    ///
    /// - Parameter assignments: what is written besides, where the row stays.
    /// - Returns: how many of them still waited; of the others somebody else was faster.
    @discardableResult
    func complete(
        _ keys: [QueueKey], setting assignments: SQL? = nil, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        try end(completed, keys, assignments, by: nil, in: tx)
    }

    /// This row is given up: it is forgotten, or stays for a person to look at.
    ///
    /// - Parameters:
    ///   - assignments: what is written besides, where the row stays.
    ///   - holder: only when this process has it; nil asks nothing.
    @discardableResult
    func park(
        _ key: QueueKey, setting assignments: SQL? = nil, by holder: LeaseHolder?, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        try end(parked, [key], assignments, by: holder, in: tx)
    }

    /// This row is tried again from an instant on, by whoever is first.
    ///
    /// - Parameters:
    ///   - assignments: what is written besides.
    ///   - holder: only when this process still has it.
    func postpone(
        _ key: QueueKey, until time: Timestamp, setting assignments: SQL? = nil, by holder: LeaseHolder,
        in tx: Transaction
    ) throws(DatabaseError) {
        let changes = "run_at = \(time), \(Self.isGivenBack)" + Self.also(assignments)
        try tx.run("UPDATE \(table) SET \(changes) WHERE \(matches([key])) AND \(isHeld(by: holder))")
    }

    /// These rows are given back as if they had never been taken: they are due at once, and no attempt is counted.
    ///
    /// - Parameter holder: only those that this process still has.
    public func release(_ keys: [QueueKey], by holder: LeaseHolder, in tx: Transaction) throws(DatabaseError) {
        for keys in keys.inLists() {
            try tx.run(
                """
                UPDATE \(table) SET attempts = attempts - 1, \(Self.isGivenBack)
                WHERE \(matches(keys)) AND \(isHeld(by: holder))
                """)
        }
    }

    /// The leases of these rows last longer.
    ///
    /// - Parameter lease: names the process; only what it still has is prolonged.
    /// - Returns: how many those are.
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

    /// Forgets rows that are done and older than an instant, where the queue keeps such rows.
    ///
    /// - Returns: how many.
    @discardableResult
    public func prune(before time: Timestamp, in tx: Transaction) throws(DatabaseError) -> Int {
        guard let history else { return 0 }
        return try tx.changed("DELETE FROM \(table) WHERE \(history.condition) AND \(history.since) < \(time)")
    }

    /// How much waits.
    public func backlog(now: Timestamp, in db: some Queryable) throws(DatabaseError) -> QueueBacklog {
        let row = try db.row("SELECT count(*) AS n, min(run_at) AS oldest FROM \(table) WHERE \(isWaiting)")
        let oldest = try row?.timeOrNil("oldest")
        return QueueBacklog(count: try row?.count("n") ?? 0, oldestDue: oldest.flatMap { $0 <= now ? $0 : nil })
    }

    private func end(
        _ ending: Ending, _ keys: [QueueKey], _ assignments: SQL?, by holder: LeaseHolder?, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        var count = 0
        for keys in keys.inLists() {
            let condition: SQL = "\(matches(keys)) AND \(holder.map { isHeld(by: $0) } ?? isWaiting)"
            switch ending {
            case .delete: count += try tx.changed("DELETE FROM \(table) WHERE \(condition)")
            case .set(let change):
                let changes = "\(change), \(Self.isGivenBack)" + Self.also(assignments)
                count += try tx.changed("UPDATE \(table) SET \(changes) WHERE \(condition)")
            }
        }
        return count
    }

    private static let isGivenBack: SQL = "lease_until = NULL, lease_holder = NULL"

    private static func also(_ assignments: SQL?) -> SQL { assignments.map { ", \($0)" } ?? "" }

    private func isHeld(by holder: LeaseHolder) -> SQL { "\(isWaiting) AND lease_holder = \(holder.number)" }
}
