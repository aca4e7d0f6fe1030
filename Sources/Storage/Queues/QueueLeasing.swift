// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

extension LeasedQueue {
    /// Leases rows that are due.
    ///
    /// - Parameters:
    ///   - limit: the maximum number of rows; in a queue with runs, of runs.
    ///   - condition: an additional condition on the row `q`. A queue with runs ignores it.
    ///   - columns: the columns that are returned for each row.
    /// - Returns: the rows, in no particular order.
    func lease(
        _ limit: Int, _ lease: Lease, where condition: SQL? = nil, returning columns: SQL, in tx: Transaction
    ) throws(DatabaseError) -> [Row] {
        guard limit > 0 else { return [] }
        guard case .inRuns(let runs) = order else {
            return try take(dueRows(limit, lease, condition), lease, returning: columns, in: tx)
        }
        var leased: [Row] = []
        for keys in try nextRuns(runs, limit, lease.now, in: tx).inLists() {
            leased += try take(freeRows(keys, lease), lease, returning: columns, in: tx)
        }
        return leased
    }

    /// Marks rows as leased.
    ///
    /// - Parameter choice: the SELECT of the keys; it runs once, before any row changes.
    private func take(
        _ choice: SQL, _ lease: Lease, returning columns: SQL, in tx: Transaction
    ) throws(DatabaseError) -> [Row] {
        try tx.rows(
            """
            WITH due AS MATERIALIZED (\(choice))
            UPDATE \(table)
            SET lease_until = \(lease.until), lease_holder = \(lease.holder.number), attempts = attempts + 1
            WHERE \(keyTuple) IN (SELECT \(keyColumns) FROM due)
            RETURNING \(columns)
            """)
    }

    private func dueRows(_ limit: Int, _ lease: Lease, _ condition: SQL?) -> SQL {
        var conditions = [isWaiting, isDue(lease.now), isFree(lease.now)]
        if let condition { conditions.append(condition) }
        if case .oneByOne(let columns) = order { conditions.append(isFirst(columns)) }
        let first: SQL = urgency.map { "q.\($0), " } ?? ""
        return """
            SELECT \(qualifiedKeys) FROM \(table) q WHERE \(SQL.joined(conditions, separator: " AND "))
            ORDER BY \(first)q.run_at, \(qualifiedKeys) LIMIT \(limit) \(.skipLocked(of: "q"))
            """
    }

    private func freeRows(_ keys: some Collection<QueueKey>, _ lease: Lease) -> SQL {
        """
        SELECT \(qualifiedKeys) FROM \(table) q
        WHERE \(matches(keys)) AND \(isStillWaiting) AND \(isDue(lease.now)) AND \(isFree(lease.now))
        \(.skipLocked(of: "q"))
        """
    }

    /// The condition that no older waiting row has the same values in the columns.
    private func isFirst(_ columns: [SQL]) -> SQL {
        var same = columns.map { column -> SQL in "e.\(column) = q.\(column)" }
        same += keys.map { key -> SQL in "e.\(key) < q.\(key)" }
        return """
            NOT EXISTS (SELECT 1 FROM \(table) e WHERE \(isWaiting) AND \(SQL.joined(same, separator: " AND ")))
            """
    }
}

// MARK: - Conditions and columns

extension LeasedQueue {
    /// The condition of waiting rows, for the innermost table of a statement.
    var isWaiting: SQL { waiting ?? "run_at IS NOT NULL" }

    /// The same for a statement that names its rows by their keys. In this form no partial index fits: without statistics
    /// PostgreSQL takes such an index for tiny, and would read the whole queue through it to find a few rows.
    var isStillWaiting: SQL { waiting.map { "CASE WHEN \($0) THEN TRUE ELSE FALSE END" } ?? isWaiting }

    func isDue(_ now: Timestamp) -> SQL { "run_at <= \(now)" }

    func isFree(_ now: Timestamp) -> SQL { "(lease_until IS NULL OR lease_until < \(now))" }

    var keys: [SQL] { keyNames.map { SQL(stringLiteral: $0) } }

    var keyColumns: SQL { SQL.joined(keys, separator: ", ") }

    /// The key columns under the alias `q`.
    var qualifiedKeys: SQL { SQL.joined(keys.map { key -> SQL in "q.\(key)" }, separator: ", ") }

    /// The key as one SQL value: `id` or `(subscription_id, notification_id)`.
    private var keyTuple: SQL { keys.count == 1 ? keyColumns : "(\(keyColumns))" }

    /// The condition that a row has one of these keys; at most ``listLimit`` keys.
    func matches(_ keys: some Collection<QueueKey>) -> SQL {
        guard self.keys.count > 1 else { return "\(keyColumns) IN (\(list: keys.compactMap(\.numbers.first)))" }
        let rows = keys.map { key in
            let columns = zip(self.keys, key.numbers).map { column, number -> SQL in "\(column) = \(number)" }
            return SQL.joined(columns, separator: " AND ")
        }
        return "(\(SQL.joined(rows, separator: " OR ")))"
    }

    func key(of row: Row) throws(DatabaseError) -> QueueKey {
        var numbers: [Int64] = []
        for name in keyNames { numbers.append(try row.int(name)) }
        return QueueKey(numbers)
    }
}
