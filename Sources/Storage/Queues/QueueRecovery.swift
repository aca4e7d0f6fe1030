// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

// What happens to the rows of a process that died, and to all waiting rows when the clock was set back.

extension LeasedQueue {
    /// How many processes may die with a row before its attempts count. Most rows are in hand by chance when a process
    /// dies. A row that kills its process must not do so for ever.
    static var freeCrashes: Int { 5 }
    /// With how many crashes a row of a queue with runs is no longer leased together with other rows of its run.
    static var crashesInCompany: Int { 3 }

    /// Takes back leases of dead processes. The rows are due at once, and the attempt is not counted. After
    /// ``freeCrashes`` a crash counts as a failed attempt, so the row is postponed and in the end parked.
    ///
    /// - Parameter condition: whose leases are taken back.
    /// - Returns: how many rows were leased.
    @discardableResult
    func takeBack(where condition: SQL, at now: Timestamp, in tx: Transaction) throws(DatabaseError) -> Int {
        let isFree: SQL = "crashes < \(Self.freeCrashes) AND attempts > 0"
        let rows = try tx.rows(
            """
            UPDATE \(table) SET crashes = crashes + 1, \(Self.isGivenBack),
                attempts = CASE WHEN \(isFree) THEN attempts - 1 ELSE attempts END
            WHERE \(isWaiting) AND lease_until IS NOT NULL AND \(condition)
            RETURNING \(keyColumns), attempts, crashes
            """)
        for row in rows where try row.count("crashes") > Self.freeCrashes {
            let (key, attempts) = (try key(of: row), try row.count("attempts"))
            if let next = retry.nextTry(afterAttempts: attempts, since: now, now: now, chance: 0.5) {
                try tx.run("UPDATE \(table) SET run_at = \(next) WHERE \(matches([key])) AND \(isStillWaiting)")
            } else {
                try park(key, setting: crashed, by: nil, in: tx)
            }
        }
        return rows.count
    }

    /// Shortens all waits by the amount by which the clock was set back, so that no row waits longer than before.
    func followClock(back amount: Duration, to now: Timestamp, in tx: Transaction) throws(DatabaseError) {
        guard !isByCalendar else { return }
        try tx.run(
            """
            UPDATE \(table) SET run_at = run_at - \(amount.milliseconds) WHERE \(isWaiting) AND run_at > \(now)
            """)
    }
}
