// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging

/// A job for a thread of the pool. Only PostgreSQL sends writes to the pool.
enum PoolJob: QueuedJob {
    case read(ReadJob)
    case write(WriteJob)

    var ticket: JobTicket {
        switch self {
        case .read(let job): job.ticket
        case .write(let job): job.ticket
        }
    }

    var isWrite: Bool {
        if case .write = self { true } else { false }
    }

    func fail(_ error: any Error) {
        switch self {
        case .read(let job): job.fail(error)
        case .write(let job): job.fail(error)
        }
    }
}

/// One thread of the pool. It opens its connection at the first job, and replaces a broken connection.
struct PoolWorker: Sendable {
    /// How many times a body is run before its error is passed to the caller.
    private static let attemptLimit = 5
    /// How many times a new connection is tried for one body.
    private static let connectionLimit = 2
    /// Announcements that share a statement.
    private static let announcementLimit = 64

    private static let beginSQLite = Statement(text: "BEGIN")
    private static let beginRead = Statement(text: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    private static let beginWrite = Statement(text: "BEGIN ISOLATION LEVEL READ COMMITTED")
    private static let commit = Statement(text: "COMMIT")
    /// A transaction gets its number from PostgreSQL when it changes or locks the first row.
    private static let hasWritten = Statement(
        text: "SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS has_written")

    private enum Outcome {
        case settled
        /// The transaction was rolled back and may succeed when it runs again.
        case again(any Error)
        case failed(any Error)
    }

    let queue: JobQueue<PoolJob>
    let options: WorkerOptions

    /// Works until the queue is closed and empty.
    func work() {
        var connection: (any Connection)?
        while let job = next(after: connection) { perform(job, on: &connection) }
    }

    /// The end of a read is sent together with the next body that waits already; when none does, at once, so that no
    /// transaction stays open.
    private func next(after connection: (any Connection)?) -> PoolJob? {
        if let waiting = queue.takeWaiting() { return waiting }
        try? connection?.flush()
        return queue.take(upTo: 1).first
    }

    private func perform(_ job: PoolJob, on connection: inout (any Connection)?) {
        var attempt = 1
        var connectionsTried = 0
        let end = options.limits.retry.map { ContinuousClock.now + $0 }
        while true {
            guard !job.ticket.isCancelled else { return job.fail(CancellationError()) }
            if options.silence?.isHolding == true { return job.fail(DatabaseError.silent) }
            if connection?.isStale == true { connection = nil }
            let outcome: Outcome
            do {
                let current = try connection ?? open()
                connection = current
                current.begin(job.ticket, readLimit: options.limits.read)
                outcome = perform(job, on: current)
                current.end(job.ticket)
                if current.isBroken { connection = nil }
            } catch {
                connectionsTried += 1
                outcome = connectionsTried < Self.connectionLimit ? .again(error) : .failed(error)
            }
            switch outcome {
            case .settled:
                return
            case .again(let error)
            where attempt < Self.attemptLimit && !job.ticket.isCancelled && (end.map { .now < $0 } ?? true):
                pause(after: attempt, error)
                attempt += 1
            case .again(let error), .failed(let error):
                options.failures.note(error, isWrite: job.isWrite)
                return job.fail(error)
            }
        }
    }

    private func perform(_ job: PoolJob, on connection: any Connection) -> Outcome {
        switch job {
        case .read(let job): read(job, on: connection)
        case .write(let job): write(job, on: connection)
        }
    }

    private func open() throws(DatabaseError) -> any Connection {
        switch options.url.engine {
        case .sqlite: try options.openSQLite(.reader)
        case .postgres:
            try PostgresConnection(
                location: options.url.location, limits: options.limits, silence: options.silence)
        }
    }

    private func read(_ job: ReadJob, on connection: any Connection) -> Outcome {
        let snapshot = Snapshot(session: Session(connection: connection, onStatement: options.onStatement))
        do {
            try connection.send(connection.engine == .sqlite ? Self.beginSQLite : Self.beginRead)
            let acknowledge = try job.run(snapshot)
            if let failure = snapshot.failure { throw failure }
            // The caller need not wait for the end of a transaction that changed nothing.
            acknowledge()
            try? connection.send(Self.commit)
            return .settled
        } catch {
            // The rollback is not cancelled: the connection is needed again.
            connection.end(job.ticket)
            return rolledBack(connection, after: snapshot.failure ?? error, thrown: error)
        }
    }

    private func write(_ job: WriteJob, on connection: any Connection) -> Outcome {
        let transaction = Transaction(session: Session(connection: connection, onStatement: options.onStatement))
        let acknowledge: @Sendable () -> Void
        let hasWritten: Bool
        let before = connection.exchanges
        let number = options.openWrites.begin()
        defer { options.openWrites.end(number) }
        do {
            try connection.send(Self.beginWrite)
            acknowledge = try job.run(transaction)
            if let failure = transaction.failure { throw failure }
            try transaction.finish()
            try announce(transaction.announcements, on: connection)
            // Only after a failure it matters whether anything was written.
            hasWritten =
                try options.failures.current != nil
                && connection.rows(Self.hasWritten).first?["has_written"] == .boolean(true)
            // What was not waited for is done together with the commit. But a server that was not heard of at all since
            // the beginning may have cut the idle connection, and then the body can be run again.
            if connection.exchanges == before { try connection.settle() }
            // A commit is not cancelled, because its caller has to know whether it was done.
            connection.end(job.ticket)
            if job.ticket.isCancelled { throw CancellationError() }
        } catch {
            connection.end(job.ticket)
            return rolledBack(connection, after: transaction.failure ?? error, thrown: error)
        }
        do {
            _ = try connection.run(Self.commit)
        } catch {
            // Without a response it is unknown whether the transaction was committed, so it must not run again.
            if connection.isBroken { return .failed(error) }
            return rolledBack(connection, after: error, thrown: error)
        }
        // Before the caller goes on, so that it does not read about an earlier failure.
        options.failures.noteCommit(hasWritten: hasWritten)
        options.openWrites.end(number)
        acknowledge()
        return .settled
    }

    private func announce(_ messages: [String], on connection: any Connection) throws(DatabaseError) {
        var rest = messages[...]
        while let statement = PostgresListener.notification(of: rest.prefix(Self.announcementLimit)) {
            try connection.send(statement)
            rest = rest.dropFirst(Self.announcementLimit)
        }
    }

    private func rolledBack(_ connection: any Connection, after cause: any Error, thrown: any Error) -> Outcome {
        connection.rollBack()
        guard let cause = cause as? DatabaseError else { return .failed(thrown) }
        let isLost = cause.kind == .unavailable && connection.isBroken
        return cause.isTransient || isLost ? .again(cause) : .failed(thrown)
    }

    /// Waits so that the other transaction can finish: up to 10 ms at first, and twice as long at each attempt. The
    /// wait is random, so that two transactions do not conflict again.
    private func pause(after attempt: Int, _ error: any Error) {
        let kind = (error as? DatabaseError)?.kind.rawValue ?? "other"
        options.logger.debug("transaction retried", metadata: ["db.attempt": "\(attempt)", "error.kind": "\(kind)"])
        usleep(UInt32.random(in: 1_000...(10_000 << UInt32(min(attempt - 1, 5)))))
    }
}
