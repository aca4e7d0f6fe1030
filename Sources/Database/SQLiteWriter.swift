// SPDX-License-Identifier: Apache-2.0
//
// A commit that survives a power failure costs one disk flush, and SQLite has only one writer. So all writes that wait
// during a flush share the next transaction, each inside its own savepoint. When a body fails, only its own changes are
// rolled back. A caller gets its result only after the shared COMMIT has returned.

import Logging

/// The single thread that writes to a SQLite file.
struct SQLiteWriter: Sendable {
    /// The largest number of writes that share one commit.
    private static let batchLimit = 64
    /// How many times a body is run before its error is passed to the caller.
    private static let attemptLimit = 5

    private struct Success {
        let job: WriteJob
        let acknowledge: @Sendable () -> Void
        let announcements: [String]
    }

    let queue: JobQueue<WriteJob>
    let hub: AnnouncementHub
    let options: WorkerOptions

    /// Works until the queue is closed and empty.
    func work() {
        var connection: SQLiteConnection?
        while true {
            let jobs = queue.take(upTo: Self.batchLimit)
            guard !jobs.isEmpty else { return }
            do {
                let current = try connection ?? SQLiteConnection(path: options.url.location, role: .writer)
                connection = current
                perform(jobs, on: current)
                if current.isBroken { connection = nil }
            } catch {
                for job in jobs { job.fail(error) }
            }
        }
    }

    private func perform(_ jobs: [WriteJob], on connection: SQLiteConnection) {
        let unsettled = jobs.count > 1 ? performTogether(jobs, on: connection) : jobs
        for job in unsettled { performAlone(job, on: connection) }
    }

    /// Runs several bodies in one transaction.
    ///
    /// - Returns: the jobs that must run again, each alone, because the shared transaction failed.
    private func performTogether(_ jobs: [WriteJob], on connection: SQLiteConnection) -> [WriteJob] {
        var successes: [Success] = []
        var unsettled = jobs[...]
        do {
            try connection.execute("BEGIN IMMEDIATE")
            while let job = unsettled.first {
                if let success = try performNested(job, on: connection) { successes.append(success) }
                unsettled.removeFirst()
            }
            try connection.execute("COMMIT")
        } catch {
            connection.rollBack()
            let unsettled = successes.map(\.job) + unsettled
            guard connection.isBroken else { return unsettled }
            // The file cannot be read or written. No single body caused this, and a retry would not help.
            for job in unsettled { job.fail(error) }
            return []
        }
        for success in successes { tell(success) }
        return []
    }

    /// Runs one body in a savepoint. When the body itself fails, its caller gets the error at once.
    ///
    /// - Returns: `nil` when the body failed and its changes were rolled back.
    /// - Throws: when the whole transaction is lost.
    private func performNested(_ job: WriteJob, on connection: SQLiteConnection) throws -> Success? {
        try connection.execute("SAVEPOINT body")
        do {
            let success = try run(job, on: connection)
            try connection.execute("RELEASE body")
            return success
        } catch {
            let isLost = connection.isOutsideTransaction || (error as? DatabaseError)?.isTransient == true
            if isLost { throw error }
            try connection.execute("ROLLBACK TO body")
            try connection.execute("RELEASE body")
            job.fail(error)
            return nil
        }
    }

    private func performAlone(_ job: WriteJob, on connection: SQLiteConnection) {
        for attempt in 1...Self.attemptLimit {
            do {
                try connection.execute("BEGIN IMMEDIATE")
                let success = try run(job, on: connection)
                try connection.execute("COMMIT")
                return tell(success)
            } catch {
                connection.rollBack()
                let isTransient = (error as? DatabaseError)?.isTransient == true
                guard isTransient, attempt < Self.attemptLimit else { return job.fail(error) }
                options.logger.debug("write retried", metadata: ["db.attempt": "\(attempt)", "error.kind": "busy"])
            }
        }
    }

    private func run(_ job: WriteJob, on connection: SQLiteConnection) throws -> Success {
        let transaction = Transaction(session: Session(connection: connection, onStatement: options.onStatement))
        let acknowledge: @Sendable () -> Void
        do {
            acknowledge = try job.run(transaction)
        } catch {
            throw transaction.failure.flatMap { $0.isTransient ? $0 : nil } ?? error
        }
        if let failure = transaction.failure { throw failure }
        try transaction.finish()
        return Success(job: job, acknowledge: acknowledge, announcements: transaction.announcements)
    }

    private func tell(_ success: Success) {
        hub.publish(success.announcements)
        success.acknowledge()
    }
}
