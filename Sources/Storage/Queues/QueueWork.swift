// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What is done with the rows of one queue: the part of a worker that differs from queue to queue.
///
/// ``QueueWorker`` does the rest: it decides when rows are leased and how many, keeps their leases while they are in
/// hand, and gives them back at a stop.
public protocol QueueWork: Sendable {
    /// What is done in one go: a row, or a run of rows.
    associatedtype Job: Sendable
    /// What became of a job.
    associatedtype Outcome: Sendable

    /// Whose rows are worked off.
    var queue: LeasedQueue { get }

    /// Leases the rows of at most `limit` jobs.
    func lease(_ limit: Int, _ lease: Lease, in tx: Transaction) throws -> [Job]

    /// The rows of a job.
    func keys(of job: Job) -> [QueueKey]

    /// Does a job and writes down what became of its rows.
    ///
    /// When the task is cancelled this soon ends. Rows that it then leaves as they are go back into the queue. After an
    /// error they go back when their lease ends.
    func perform(_ job: Job) async throws -> Outcome
}

/// How the rows of one queue are worked off.
public struct QueueSettings: Sendable {
    /// The change after which something may be due at once; nil when there is none.
    public var wakes: Change?
    /// How often the queue is looked at when nobody tells.
    public var interval: Duration
    /// How many jobs are done side by side, 1 or more.
    public var places: Int
    /// How many jobs are leased beyond that, so that a lease is not needed for each of them.
    public var ahead = 0
    /// How long rows are leased. While a job is in hand its lease is prolonged, so this says how long the rows of a
    /// process wait that died.
    public var lease = Duration.minutes(2)
    /// How long a stop waits for the jobs in hand before it cancels them.
    public var patience = Duration.seconds(5)

    /// Creates the value; the rest has defaults to change.
    public init(wakes: Change?, every interval: Duration, places: Int) {
        self.wakes = wakes
        self.interval = interval
        self.places = places
    }
}
