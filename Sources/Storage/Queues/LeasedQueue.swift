// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

// A table whose rows wait for a worker. The server has six such queues: received activities, deliveries, e-mails,
// pushes, media that wait for conversion, and scheduled posts.
//
//   - A row waits until the instant in its column `run_at`. When a worker leases it, `lease_until` is the end of the
//     lease, `lease_holder` is the process, and `attempts` grows by one. When a process dies, the other processes, or
//     the next one that starts, take its leases back (see `QueueRecovery.swift`). Otherwise they would expire.
//   - A worker that has processed a row completes it. A row that failed is postponed, or parked when it is given up. A
//     process that stops releases the rows that it did not begin; their attempt is not counted.
//   - Two workers never lease the same row. On PostgreSQL the choice skips rows that another transaction has locked,
//     and it is a materialised CTE: as a plain sub-select it could run once for each row of the table, and then it
//     would lease more rows than requested. SQLite has only one writer.
//
// A value of this type describes the differences between the queues. The file of each table defines its own value and
// reads its rows.

/// A table whose rows wait for a worker: which rows are leased, in which order, and what happens to them afterwards.
///
/// The table must have the columns `run_at`, `lease_until`, `lease_holder`, `attempts` and `crashes`.
public struct LeasedQueue: Sendable {
    /// The order in which rows are leased.
    public enum Order: Sendable {
        /// The rows that wait longest come first; several are leased at the same time.
        case byDue
        /// As `byDue`, but among rows with equal values in some columns the older one comes first, even when it was
        /// postponed.
        case oneByOne(columns: [SQL])
        /// Rows with the same value in a column form a run. Some rows of a run are leased together in their order, and
        /// no more of them before all of these are done, in any process. So one sender who fills the queue never
        /// occupies all workers, and the activities of one sender are processed in order.
        case inRuns(Runs)
    }

    /// How a queue is divided into runs.
    public struct Runs: Sendable {
        /// The column whose value identifies the run; a 64-bit integer.
        let column: SQL
        /// The maximum number of rows of a run that are leased together.
        let length: Int
        /// The number of the PostgreSQL advisory lock that makes processes lease one after the other.
        let lock: Int64
        /// The groups of runs; nil when only single runs are limited.
        var groups: Groups?
    }

    /// Runs of one group get at most a quarter of the places that are free at the moment, and one at least. So a group
    /// with many runs never occupies all workers.
    public struct Groups: Sendable {
        /// The table with the group of each run. Its column `id` is the value that identifies the run.
        let table: SQL
        /// The column with the group: a text. A run with an empty text belongs to no group.
        let column: SQL
    }

    /// What happens to a row that is completed or parked.
    enum Ending: Sendable {
        /// The row is deleted.
        case delete
        /// The row stays, with assignments after which it no longer meets the condition of waiting rows.
        case set(SQL)
    }

    /// Which completed rows are deleted after some time.
    struct History: Sendable {
        /// The condition of these rows.
        let condition: SQL
        /// The column with the instant from which their age is measured.
        let since: SQL
    }

    /// The name of the queue in logs, metrics and `troquet doctor`.
    public let name: String
    /// When a failed row is tried again, and how often.
    public let retry: RetryPolicy
    let table: SQL
    let keyNames: [String]
    let waiting: SQL?
    let order: Order
    let completed: Ending
    let parked: Ending
    let history: History?
    /// The condition of waiting rows that nobody should wait for at the moment; nil when there are none.
    let paused: SQL?
    /// Whether people choose `run_at`. If not, it is the end of a wait.
    let isByCalendar: Bool
    /// The assignments to a row that is parked because it was in hand when several processes died.
    let crashed: SQL?
    /// The column with a number by which rows are leased first, the lowest before the others; nil when `run_at` alone
    /// decides.
    let urgency: SQL?

    /// Describes the table of a queue.
    ///
    /// - Parameters:
    ///   - name: the name of the queue.
    ///   - table: the table. This and the column names become part of SQL text, so they must be literals of this source
    ///     code.
    ///   - keys: the columns of its primary key; 64-bit integers.
    ///   - waiting: the condition of waiting rows; nil when all rows wait.
    ///   - completed: what happens to a completed row.
    ///   - parked: what happens to a row that is given up.
    ///   - history: which completed rows are deleted after some time.
    ///   - paused: which waiting rows do not count as due in ``backlog(now:in:)``.
    ///   - isByCalendar: whether people choose `run_at`, so that it does not change when the clock was set back.
    ///   - crashed: additional assignments when a row is parked because processes died with it.
    ///   - urgency: the column whose lowest values are leased first.
    init(
        _ name: String, table: String, keys: [String] = ["id"], waiting: SQL? = nil, order: Order = .byDue,
        completed: Ending = .delete, parked: Ending = .delete, history: History? = nil, paused: SQL? = nil,
        isByCalendar: Bool = false, crashed: SQL? = nil, urgency: String? = nil, retry: RetryPolicy
    ) {
        self.name = name
        self.table = SQL(stringLiteral: table)
        keyNames = keys
        self.waiting = waiting
        self.order = order
        self.completed = completed
        self.parked = parked
        self.history = history
        self.paused = paused
        self.isByCalendar = isByCalendar
        self.crashed = crashed
        self.urgency = urgency.map { SQL(stringLiteral: $0) }
        self.retry = retry
    }

    /// Whether rows are leased in runs. If so, the end of a run may make other rows of the same run available.
    public var isInRuns: Bool {
        if case .inRuns = order { true } else { false }
    }
}

/// The key of a row in a queue: one or two numbers.
public struct QueueKey: Hashable, Sendable {
    /// The values of the key columns, in the order of the columns.
    let numbers: [Int64]

    /// The key of a row whose only key column is an id.
    public init<Entity>(_ id: ID<Entity>) {
        numbers = [id.rawValue]
    }

    init(_ numbers: [Int64]) {
        self.numbers = numbers
    }
}

/// The process that holds a lease. It prevents a process from releasing or extending a row that another process has
/// taken over.
public struct LeaseHolder: Hashable, Sendable {
    /// The value in the column `lease_holder`.
    public let number: Int64

    /// Creates the holder with this number.
    public init(_ number: Int64) {
        self.number = number
    }

    /// This process. Its number is random and drawn when it starts.
    public static let thisProcess = LeaseHolder(.random(in: 1 ... .max))
}

/// The parameters of a lease: the process that holds it, and its end.
public struct Lease: Hashable, Sendable {
    /// The current time. Rows that are due by now are leased, and leases that ended before it count as expired.
    public var now: Timestamp
    /// When the lease expires.
    public var until: Timestamp
    /// The process that holds the lease.
    public var holder: LeaseHolder

    /// Creates the value.
    public init(now: Timestamp, until: Timestamp, holder: LeaseHolder = .thisProcess) {
        self.now = now
        self.until = until
        self.holder = holder
    }
}

/// The size of a queue's backlog.
public struct QueueBacklog: Hashable, Sendable {
    /// The number of waiting rows, due or not, leased or not.
    public var count: Int
    /// The `run_at` of the row that has been due the longest; nil when none is due. Deliveries to hosts that do not
    /// respond are left out.
    public var oldestDue: Timestamp?
}
