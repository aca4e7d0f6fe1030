// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

// The table `process` has one row for each slot of `IDMaker` that was ever used. `holder` is the process that uses the
// slot now; it is the number in the leases of that process. `beat_at` is the time of its last heartbeat.
//
// On PostgreSQL each process also holds an advisory lock with its number (see `Database.open`). The server releases the
// lock when the process dies. A lock may be free although the process lives, when its connection was lost for a moment.
// So the others take back its leases when it has sent no heartbeat for one interval, too. If it lives all the same,
// some work is done twice, which is harmless, but two processes must never use the same slot. So a slot is reused only
// when its process sent no heartbeat for four intervals. The heartbeat also detects a dead process whose connection the
// server still believes to be open.
//
// On SQLite one process serves, and it always has slot 0. The other slots belong to commands, which hold no leases.

/// The processes that use the database (table `process`).
public enum Processes {
    /// The number of slots.
    public static let slots = 64
    /// By how much the time of another, dead process may differ from ours. More means that the clock was set back.
    private static let tolerance = Duration.seconds(60)

    /// The row of a slot.
    struct Entry: Sendable, Hashable {
        let slot: Int
        /// The process that uses the slot; nil when it is free.
        let holder: LeaseHolder?
        let beatAt: Timestamp
    }

    /// The interval between two heartbeats. On SQLite no other process waits for one, and each costs a disk flush.
    static func interval(on engine: Engine) -> Duration {
        switch engine {
        case .postgres: .seconds(4)
        case .sqlite: .seconds(60)
        }
    }

    /// Assigns the lowest free slot to a process.
    ///
    /// - Parameter serves: whether the process serves. Commands do not.
    /// - Returns: nil when all slots are in use.
    static func register(
        _ holder: LeaseHolder, serves: Bool, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Int? {
        try takeTurn(in: tx)
        let servesAlone = serves && tx.engine == .sqlite
        var (left, used) = ([Entry](), Set<Int>())
        for entry in try list(in: tx) {
            if try isFree(entry, at: now, in: tx) || (servesAlone && entry.slot == 0) {
                left.append(entry)
            } else {
                used.insert(entry.slot)
            }
        }
        let ahead = left.map(\.beatAt).max() ?? now
        if ahead - now > tolerance { try followClock(back: ahead - now, to: now, in: tx) }
        let candidates = servesAlone ? 0..<1 : (tx.engine == .sqlite ? 1 : 0)..<slots
        guard let slot = candidates.first(where: { !used.contains($0) }) else { return nil }
        try tx.run(
            """
            INSERT INTO process (slot, holder, started_at, beat_at) VALUES (\(slot), \(holder.number), \(now), \(now))
            ON CONFLICT (slot) DO UPDATE SET holder = excluded.holder, started_at = excluded.started_at,
                beat_at = excluded.beat_at
            """)
        return slot
    }

    /// Records a heartbeat.
    ///
    /// - Returns: false when the process has lost its slot. It must then register again.
    static func beat(
        _ slot: Int, _ holder: LeaseHolder, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try takeTurn(in: tx)
        let row = try tx.row("SELECT beat_at FROM process WHERE slot = \(slot) AND holder = \(holder.number)")
        guard let last = try row?.time("beat_at") else { return false }
        if last - now > .seconds(2) { try followClock(back: last - now, to: now, in: tx) }
        try tx.run("UPDATE process SET beat_at = \(now) WHERE slot = \(slot)")
        return true
    }

    /// Frees the slot of a process that ends. The time stays, so that the next process notices when the clock was set
    /// back.
    static func leave(
        _ slot: Int, _ holder: LeaseHolder, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE process SET holder = NULL, beat_at = \(now) WHERE slot = \(slot) AND holder = \(holder.number)
            """)
    }

    /// All slots that were ever used.
    static func list(in db: some Queryable) throws(DatabaseError) -> [Entry] {
        try db.rows("SELECT slot, holder, beat_at FROM process ORDER BY slot").map { row throws(DatabaseError) in
            Entry(
                slot: try row.count("slot"), holder: try row.intOrNil("holder").map { LeaseHolder($0) },
                beatAt: try row.time("beat_at"))
        }
    }

    /// The numbers of the processes that are alive. On SQLite a dead command may be among them.
    public static func living(at now: Timestamp, in tx: Transaction) throws(DatabaseError) -> Set<LeaseHolder> {
        var living: Set<LeaseHolder> = []
        for entry in try list(in: tx) {
            guard let holder = entry.holder, !isSilent(entry, at: now, tx.engine) else { continue }
            if tx.engine == .postgres, try hasEnded(holder, in: tx) { continue }
            living.insert(holder)
        }
        return living
    }

    /// Whether more than one process uses the database. A process that died counts until its slot is freed.
    public static func areSeveral(in db: some Queryable) throws(DatabaseError) -> Bool {
        let row = try db.row("SELECT count(*) AS n FROM process WHERE slot >= 0 AND holder IS NOT NULL")
        return try (row?.count("n") ?? 0) > 1
    }

    /// A number at least as large as every id in the database that is listed or sorted.
    static func largestID(in db: some Queryable) throws(DatabaseError) -> Int64 {
        let tables: [SQL] = [
            "account", "post", "event", "entry", "boost", "notification", "received", "activity", "delivery", "mail",
            "media", "scheduled", "report", "announcement", "app", "access_token", "account_list", "bookmark",
        ]
        let each = tables.map { table -> SQL in "SELECT max(id) AS n FROM \(table)" }
        let row = try db.row("SELECT max(n) AS largest FROM (\(SQL.joined(each, separator: " UNION ALL "))) ids")
        return try row?.intOrNil("largest") ?? 0
    }
}

// MARK: - Dead processes

extension Processes {
    /// Takes back the leases of all processes that are not alive, when this process starts to serve.
    ///
    /// - Returns: how many rows were leased.
    static func takeBackAll(
        startedBy holder: LeaseHolder, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        try takeTurn(in: tx)
        // On SQLite only one process serves, so all leases are from earlier processes.
        let living = tx.engine == .sqlite ? [] : try living(at: now, in: tx).union([holder])
        let numbers = living.map(\.number)
        return try takeBack(
            where: numbers.isEmpty ? "1 = 1" : "(lease_holder IS NULL OR lease_holder NOT IN (\(list: numbers)))",
            at: now, in: tx)
    }

    /// Takes back the leases of dead processes, and frees their slots when they have sent no heartbeat for a while.
    ///
    /// - Parameters:
    ///   - known: the last heartbeat of each slot that this process knew one interval ago. A process without its lock
    ///     is dead only when it has sent no other one since.
    ///   - silent: those that this process has known for so long that their process must be dead, lock or not.
    /// - Returns: how many rows were leased.
    static func takeBackFromDead(
        known: [Int: Timestamp], silent: [Int: Timestamp], seenBy holder: LeaseHolder, at now: Timestamp,
        in tx: Transaction
    ) throws(DatabaseError) -> Int {
        var count = 0
        for entry in try list(in: tx) where known[entry.slot] == entry.beatAt {
            guard let other = entry.holder, other != holder else { continue }
            let isSilent = silent[entry.slot] == entry.beatAt
            // A command that died holds no leases, so on SQLite nothing has to be done at once.
            let isDead = try tx.engine == .postgres ? hasEnded(other, in: tx) : isSilent
            guard isSilent || isDead else { continue }
            count += try takeBack(where: "lease_holder = \(other.number)", at: now, in: tx)
            if isSilent || Self.isSilent(entry, at: now, tx.engine) {
                try tx.run("UPDATE process SET holder = NULL WHERE slot = \(entry.slot)")
            }
        }
        return count
    }

    private static func takeBack(
        where condition: SQL, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Int {
        var count = 0
        for queue in LeasedQueue.all { count += try queue.takeBack(where: condition, at: now, in: tx) }
        if count > 0 { announceAll(in: tx) }
        return count
    }

    /// Whether no process uses the slot.
    private static func isFree(_ entry: Entry, at now: Timestamp, in tx: Transaction) throws(DatabaseError) -> Bool {
        guard let holder = entry.holder else { return true }
        guard isSilent(entry, at: now, tx.engine) else { return false }
        return try hasEnded(holder, in: tx)
    }

    /// Whether the last heartbeat is old, or so far in the future that the clock was set back since.
    private static func isSilent(_ entry: Entry, at now: Timestamp, _ engine: Engine) -> Bool {
        let limit = interval(on: engine) * 4
        return now - entry.beatAt > limit || entry.beatAt - now > limit
    }

    /// Whether the process does not hold its advisory lock. SQLite has no such locks, so there it is always true.
    private static func hasEnded(_ holder: LeaseHolder, in tx: Transaction) throws(DatabaseError) -> Bool {
        guard tx.engine == .postgres else { return true }
        return try tx.row("SELECT pg_try_advisory_xact_lock(\(holder.number)) AS ended")?.bool("ended") ?? false
    }

    /// Lets the other processes wait until this transaction ends. SQLite has one writer anyway.
    private static func takeTurn(in tx: Transaction) throws(DatabaseError) {
        guard tx.engine == .postgres else { return }
        _ = try tx.rows("SELECT pg_advisory_xact_lock(\(7_401_003 as Int64))")
    }

    /// Shortens everything that waits by the amount by which the clock was set back.
    private static func followClock(
        back amount: Duration, to now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        for queue in LeasedQueue.all { try queue.followClock(back: amount, to: now, in: tx) }
        try Peers.followClock(back: amount, to: now, in: tx)
        // The other processes on this machine must not do the same again.
        try tx.run("UPDATE process SET beat_at = \(now) WHERE beat_at > \(now)")
        announceAll(in: tx)
    }

    private static func announceAll(in tx: Transaction) {
        for change in [.inboxWaits, .deliveriesWait, .mailWaits, .pushWaits, .mediaWaits] as [Change] {
            tx.announce(change)
        }
    }
}
