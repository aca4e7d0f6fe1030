// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

// A table whose rows wait for a worker. All six queues of the node are one: received activities, deliveries, e-mails,
// pushes, media that wait for their conversion, and posts that wait for their hour.
//
//  - A row waits until the instant in its column `run_at`. A worker leases it: `lease_until` says for how long,
//    `lease_holder` which process has it, and `attempts` counts one more. A process that dies gives its rows back by
//    doing nothing: the lease ends by itself.
//  - Whoever is done with a row completes it. What failed is postponed, or parked when it is given up. A process that
//    stops releases what it did not begin; that counts as no attempt.
//  - Two workers never lease the same row. PostgreSQL passes over rows that another transaction has locked, and the
//    rows are chosen in a materialised CTE: as a plain sub-select the choice may run once for each row of the table,
//    and then more rows are leased than were asked for. SQLite has one writer.
//
// What differs between the queues is a value of this type. The file of each table holds its own, and reads its rows.

/// A table whose rows wait for a worker: what is leased, in which order, and what becomes of it.
///
/// Such a table has the columns `run_at`, `lease_until`, `lease_holder` and `attempts`.
public struct LeasedQueue: Sendable {
    /// In which order rows are worked off.
    public enum Order: Sendable {
        /// Those that wait longest first; several at the same time.
        case byDue
        /// As `byDue`; but of rows that agree in some columns the older one goes first, also when it was postponed.
        case oneByOne(columns: [SQL])
        /// Rows that agree in a column are a run: some of them are leased together, in their order, and no more of
        /// them before all of these are done, in whatever process. So one of many who fill a queue never has all
        /// places, and what one of them said is done in the order in which it was said.
        case inRuns(Runs)
    }

    /// How a queue is divided into runs.
    public struct Runs: Sendable {
        /// Rows that agree in this column belong together; a 64-bit integer.
        let column: SQL
        /// How many of them are leased together, at the most.
        let length: Int
        /// The number of PostgreSQL's advisory lock under which processes lease one after the other.
        let lock: Int64
    }

    /// What becomes of a row that no longer waits.
    enum Ending: Sendable {
        /// It is deleted.
        case delete
        /// It stays, and no longer meets the condition of those that wait.
        case set(SQL)
    }

    /// Which rows that no longer wait are forgotten after some time.
    struct History: Sendable {
        /// Which rows.
        let condition: SQL
        /// The column with the instant from which their time counts.
        let since: SQL
    }

    /// What the queue is called in logs, metrics and `troquet doctor`.
    public let name: String
    /// When a row that failed is tried again.
    public let retry: RetryPolicy
    let table: SQL
    let keyNames: [String]
    let waiting: SQL?
    let order: Order
    let completed: Ending
    let parked: Ending
    let history: History?

    /// Describes a table.
    ///
    /// - Parameters:
    ///   - name: what the queue is called.
    ///   - table: the table. This and the names of columns become text of statements: they stand in our own source.
    ///   - keys: the columns of its primary key; 64-bit integers.
    ///   - waiting: the condition that waiting rows meet; nil when all rows do.
    ///   - completed: what becomes of a row that is done.
    ///   - parked: what becomes of a row that is given up.
    ///   - history: which rows are forgotten after some time.
    init(
        _ name: String, table: String, keys: [String] = ["id"], waiting: SQL? = nil, order: Order = .byDue,
        completed: Ending = .delete, parked: Ending = .delete, history: History? = nil, retry: RetryPolicy
    ) {
        self.name = name
        self.table = SQL(stringLiteral: table)
        keyNames = keys
        self.waiting = waiting
        self.order = order
        self.completed = completed
        self.parked = parked
        self.history = history
        self.retry = retry
    }

    /// Whether rows are leased in runs: then the end of one may make others due.
    public var isInRuns: Bool {
        if case .inRuns = order { true } else { false }
    }
}

/// The key of a row in a queue: one number, or two.
public struct QueueKey: Hashable, Sendable {
    /// The values of the key columns, in their order.
    let numbers: [Int64]

    /// The key of a row with a number.
    public init<Entity>(_ id: ID<Entity>) {
        numbers = [id.rawValue]
    }

    init(_ numbers: [Int64]) {
        self.numbers = numbers
    }
}

/// The process that holds a lease, so that none gives back or prolongs what another one has taken over.
public struct LeaseHolder: Hashable, Sendable {
    /// As it stands in the column `lease_holder`.
    public let number: Int64

    /// Names a process.
    public init(_ number: Int64) {
        self.number = number
    }

    /// This process, under a number that it drew when it started.
    public static let thisProcess = LeaseHolder(.random(in: 1 ... .max))
}

/// For whom rows are leased, and for how long.
public struct Lease: Hashable, Sendable {
    /// The present: rows that are due by now are leased, and leases that ended before it are over.
    public var now: Timestamp
    /// When the lease ends by itself.
    public var until: Timestamp
    /// For whom.
    public var holder: LeaseHolder

    /// Creates the value.
    public init(now: Timestamp, until: Timestamp, holder: LeaseHolder = .thisProcess) {
        self.now = now
        self.until = until
        self.holder = holder
    }
}

/// How much waits in a queue.
public struct QueueBacklog: Hashable, Sendable {
    /// How many rows wait, due or not, leased or not.
    public var count: Int
    /// Since when the oldest of those that are due is due; nil when none is.
    public var oldestDue: Timestamp?
}
