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
                let current = try connection ?? options.openSQLite(.writer)
                connection = current
                try options.file?.check()
                perform(jobs, on: current)
                if current.isBroken { connection = nil }
            } catch {
                for job in jobs { fail(job, error) }
            }
        }
    }

    private func perform(_ jobs: [WriteJob], on connection: SQLiteConnection) {
        var unsettled = jobs.count > 1 ? performTogether(jobs, on: connection) : jobs
        while let job = unsettled.first {
            unsettled.removeFirst()
            guard let lockFailure = performAlone(job, on: connection) else { continue }
            for job in unsettled { fail(job, lockFailure) }
            return
        }
    }

    /// Opens a transaction. When another process holds the lock of the file, this waits for it once. Then no other
    /// write of the same batch waits again.
    private func begin(_ connection: SQLiteConnection) throws(DatabaseError) {
        try connection.execute("BEGIN IMMEDIATE")
    }

    /// Runs several bodies in one transaction.
    ///
    /// - Returns: the jobs that must run again, each alone, because the shared transaction failed.
    private func performTogether(_ jobs: [WriteJob], on connection: SQLiteConnection) -> [WriteJob] {
        var successes: [Success] = []
        var unsettled = jobs[...]
        do throws(DatabaseError) {
            try begin(connection)
        } catch {
            for job in jobs { fail(job, error) }
            return []
        }
        let before = connection.changeCount
        do {
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
            for job in unsettled { fail(job, error) }
            return []
        }
        let hasWritten = connection.changeCount != before
        for success in successes { tell(success, hasWritten: hasWritten) }
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
            fail(job, error)
            return nil
        }
    }

    /// - Returns: the error when the lock of the file was not free in time, for the writes that wait behind this one.
    private func performAlone(_ job: WriteJob, on connection: SQLiteConnection) -> DatabaseError? {
        for attempt in 1...Self.attemptLimit {
            do throws(DatabaseError) {
                try begin(connection)
            } catch {
                fail(job, error)
                return error
            }
            let before = connection.changeCount
            do {
                let success = try run(job, on: connection)
                try connection.execute("COMMIT")
                tell(success, hasWritten: connection.changeCount != before)
                return nil
            } catch {
                connection.rollBack()
                let isTransient = (error as? DatabaseError)?.isTransient == true
                guard isTransient, attempt < Self.attemptLimit else {
                    fail(job, error)
                    return nil
                }
                options.logger.debug("write retried", metadata: ["db.attempt": "\(attempt)", "error.kind": "busy"])
            }
        }
        return nil
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

    private func fail(_ job: WriteJob, _ error: any Error) {
        options.failures.note(error, isWrite: true)
        job.fail(error)
    }

    /// - Parameter hasWritten: whether the transaction changed anything.
    private func tell(_ success: Success, hasWritten: Bool) {
        options.failures.noteCommit(hasWritten: hasWritten)
        hub.publish(success.announcements)
        success.acknowledge()
    }
}
