// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The work on the rows of one queue: the part of a worker that differs from queue to queue.
///
/// ``QueueWorker`` does the rest: it decides when rows are leased and how many, extends their leases while jobs run,
/// and releases them when the worker stops.
public protocol QueueWork: Sendable {
    /// The unit of work: a row, or a run of rows.
    associatedtype Job: Sendable
    /// The result of a job.
    associatedtype Outcome: Sendable

    /// The queue whose rows are processed.
    var queue: LeasedQueue { get }

    /// Leases the rows of at most `limit` jobs.
    func lease(_ limit: Int, _ lease: Lease, in tx: Transaction) throws -> [Job]

    /// The rows of a job.
    func keys(of job: Job) -> [QueueKey]

    /// Executes a job and records the outcome in its rows.
    ///
    /// When the task is cancelled, it must return soon. Rows that it has not changed by then are released. They are
    /// also released, and their attempt is not counted, after a `DatabaseError` that passes by itself. After any other
    /// error they can be leased again when their lease expires.
    func perform(_ job: Job) async throws -> Outcome
}

/// The settings of a worker for one queue.
public struct QueueSettings: Sendable {
    /// The change that may add due rows; nil when there is none.
    public var wakes: Change?
    /// How often the queue is checked without an announcement.
    public var interval: Duration
    /// How many jobs run at the same time, 1 or more.
    public var places: Int
    /// How many more jobs are leased in advance, so that not every job needs its own lease transaction.
    public var ahead = 0
    /// How long rows are leased. The lease of a running job is extended.
    public var lease = Duration.minutes(2)
    /// How long a stop waits for running jobs before it cancels them.
    public var patience = Duration.seconds(5)

    /// Creates the value; the other properties have defaults.
    public init(wakes: Change?, every interval: Duration, places: Int) {
        self.wakes = wakes
        self.interval = interval
        self.places = places
    }
}
