// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

// How the next runs are found: first from the oldest due rows, about a hundred of them whatever the size of the queue.
// When these rows name too few runs, because a few runs fill the head of the queue, the runs are checked one after the
// other: at most a thousand, and different ones the next time. So the cost is bounded both when one signer sends a
// hundred thousand activities and when ten thousand signers send one each, and no run waits for ever.
//
// Some queues also limit the runs of one group: the signers of one host. A group may have a quarter of the places that
// are free at the moment, and one place at least. So one greedy group takes 25 of 128 places, and ten of them together
// take 90.
//
// The choice and the lease are one transaction, and on PostgreSQL such transactions run one after the other. Otherwise
// two of them could each lease a part of the same run.

extension LeasedQueue {
    /// How many of the oldest rows are read.
    static var window: Int { 128 }
    /// How many runs are checked when the oldest rows name too few.
    private static var mostRuns: Int { 1_024 }

    /// The keys of the next rows to lease: those of at most `limit` runs without leased rows.
    func nextRuns(
        _ runs: Runs, _ limit: Int, _ now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> [QueueKey] {
        // The lock is a statement of its own, so that the following statements see what was committed before the lock
        // was granted.
        if tx.engine == .postgres { _ = try tx.rows("SELECT pg_advisory_xact_lock(\(runs.lock))") }
        let window = try oldestDue(runs, now, in: tx)
        var heads: [Int64: [Row]] = [:]
        var order: [Int64] = []
        for row in window where try !row.bool("in_hand") {
            let run = try row.int("run")
            if heads[run] == nil { order.append(run) }
            heads[run, default: []].append(row)
        }
        let chosen = try fairChoice(of: order, runs, limit, now, in: tx)
        var keys: [QueueKey] = []
        guard chosen.count < limit, try window.first?.count("found") == Self.window else {
            for run in chosen { keys += try together(heads[run] ?? [], runs) }
            return keys
        }
        let waiting = try waitingRuns(runs, now, in: tx)
        for run in try fairChoice(of: waiting, runs, limit, now, in: tx) {
            keys += try head(of: run, runs, now, in: tx)
        }
        return keys
    }

    /// The first of these runs, as many as there are places, without those whose group has its share of the places.
    private func fairChoice(
        of candidates: [Int64], _ runs: Runs, _ limit: Int, _ now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> [Int64] {
        guard let groups = runs.groups, !candidates.isEmpty else { return Array(candidates.prefix(limit)) }
        var leased = try leasedRuns(of: groups, runs, now, in: tx)
        var group: [Int64: String] = [:]
        for list in candidates.inLists() {
            let rows = try tx.rows(
                "SELECT id, \(groups.column) AS name FROM \(groups.table) WHERE id IN (\(list: Array(list)))")
            for row in rows { group[try row.int("id")] = try row.text("name") }
        }
        var chosen: [Int64] = []
        for run in candidates where chosen.count < limit {
            if let name = group[run], !name.isEmpty {
                let share = max(1, (limit - chosen.count) / 4)
                guard leased[name, default: 0] < share else { continue }
                leased[name, default: 0] += 1
            }
            chosen.append(run)
        }
        return chosen
    }

    /// How many runs of each group are leased, by any process.
    private func leasedRuns(
        of groups: Groups, _ runs: Runs, _ now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> [String: Int] {
        let rows = try tx.rows(
            """
            SELECT g.\(groups.column) AS name, count(*) AS n
            FROM (SELECT DISTINCT h.\(runs.column) AS run FROM \(table) h WHERE h.lease_until >= \(now)) leased
            JOIN \(groups.table) g ON g.id = leased.run GROUP BY g.\(groups.column)
            """)
        var counts: [String: Int] = [:]
        for row in rows { counts[try row.text("name")] = try row.count("n") }
        return counts
    }

    /// Of the oldest rows that are due and not leased, those that could be leased now: the first ones of each run. They
    /// come with the number of all these oldest rows. Of a run with leased rows only the first one is named.
    private func oldestDue(_ runs: Runs, _ now: Timestamp, in tx: Transaction) throws(DatabaseError) -> [Row] {
        try tx.rows(
            """
            SELECT \(keyColumns), run, crashes, in_hand, found
            FROM (SELECT \(keyColumns), run, run_at, crashes, count(*) OVER () AS found,
                      row_number() OVER (PARTITION BY run ORDER BY run_at, \(keyColumns)) AS place,
                      run IN (SELECT h.\(runs.column) FROM \(table) h WHERE h.lease_until >= \(now)) AS in_hand
                  FROM (SELECT \(qualifiedKeys), q.\(runs.column) AS run, q.run_at, q.crashes FROM \(table) q
                        WHERE \(isWaiting) AND \(isDue(now)) AND \(isFree(now))
                        ORDER BY q.run_at, \(qualifiedKeys) LIMIT \(Self.window)) oldest) heads
            WHERE place = 1 OR (place <= \(runs.length) AND NOT in_hand)
            ORDER BY run_at, \(keyColumns)
            """)
    }

    /// Runs with due rows and without leased rows, those that wait longest first. When there are more runs than can be
    /// checked, the check starts at a changing number.
    private func waitingRuns(
        _ runs: Runs, _ now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> [Int64] {
        let ends = try tx.row(
            """
            SELECT (SELECT min(\(runs.column)) FROM \(table) WHERE \(isWaiting)) AS lowest,
                (SELECT max(\(runs.column)) FROM \(table) WHERE \(isWaiting)) AS highest
            """)
        guard let lowest = try ends?.intOrNil("lowest"), let highest = try ends?.intOrNil("highest") else { return [] }
        let span = UInt64(bitPattern: highest &- lowest) &+ 1
        let mixed = UInt64(bitPattern: now.milliseconds) &* 0x9E37_79B9_7F4A_7C15
        let start = lowest &+ Int64(bitPattern: span == 0 ? mixed : mixed % span)
        var found = try waitingRuns(runs, from: start, upTo: highest, Self.mostRuns, now, in: tx)
        if found.count < Self.mostRuns, start > lowest {
            found += try waitingRuns(runs, from: lowest, upTo: start - 1, Self.mostRuns - found.count, now, in: tx)
        }
        let ready = found.compactMap { run, dueSince in dueSince.map { (run, $0) } }
        return ready.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
    }

    /// The runs between two numbers without leased rows, each with the instant since which its first row has been due.
    ///
    /// - Parameter steps: how many runs are checked.
    private func waitingRuns(
        _ runs: Runs, from first: Int64, upTo last: Int64, _ steps: Int, _ now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> [(run: Int64, dueSince: Timestamp?)] {
        let rows = try tx.rows(
            """
            WITH RECURSIVE listed (run, step) AS (
                SELECT min(\(runs.column)), 1 FROM \(table) WHERE \(isWaiting) AND \(runs.column) >= \(first)
                UNION ALL
                SELECT (SELECT min(\(runs.column)) FROM \(table) WHERE \(isWaiting) AND \(runs.column) > listed.run),
                    listed.step + 1
                FROM listed WHERE listed.run < \(last) AND listed.step < \(steps)
            )
            SELECT run, (SELECT min(q.run_at) FROM \(table) q
                         WHERE \(isWaiting) AND q.\(runs.column) = listed.run AND \(isDue(now))) AS due_since
            FROM listed
            WHERE run IS NOT NULL AND run <= \(last) AND NOT EXISTS (
                SELECT 1 FROM \(table) h WHERE h.\(runs.column) = listed.run AND h.lease_until >= \(now))
            """)
        return try rows.map { row throws(DatabaseError) in (try row.int("run"), try row.timeOrNil("due_since")) }
    }

    /// The keys of the first rows of a run.
    private func head(
        of run: Int64, _ runs: Runs, _ now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> [QueueKey] {
        let rows = try tx.rows(
            """
            SELECT \(keyColumns), crashes FROM \(table)
            WHERE \(isWaiting) AND \(runs.column) = \(run) AND \(isDue(now)) AND \(isFree(now))
            ORDER BY run_at, \(keyColumns) LIMIT \(runs.length)
            """)
        return try together(rows, runs)
    }

    /// The keys of the first rows of a run that are leased together. A row with which several processes died is leased
    /// alone. Otherwise the rows after it would be in hand at each further crash too, would be postponed with it, and
    /// later rows of the run would overtake them.
    ///
    /// - Parameter rows: the waiting rows of the run, in their order.
    private func together(_ rows: [Row], _ runs: Runs) throws(DatabaseError) -> [QueueKey] {
        var keys: [QueueKey] = []
        for row in rows.prefix(runs.length) {
            let isAlone = try row.count("crashes") >= Self.crashesInCompany
            if isAlone, !keys.isEmpty { break }
            keys.append(try key(of: row))
            if isAlone { break }
        }
        return keys
    }
}
