// SPDX-License-Identifier: Apache-2.0
//
// How a reader learns, in one short statement, that nothing was committed since it last looked.
//
// Both engines know this without a table of ours. SQLite counts the commits that a connection sees others make
// (`PRAGMA data_version`). On PostgreSQL two equal snapshots (`pg_current_snapshot()`) see exactly the same committed
// transactions, because each of them has a number that is given once. So the answer holds for the commits of every
// process that shares the database, and no write pays for it.

import Logging

/// A question for the version of the data, with its caller's continuation inside.
struct VersionJob: Sendable {
    let answer: @Sendable (Result<UInt64, DatabaseError>) -> Void
}

/// One thread with a connection of its own, opened when it is first asked.
struct VersionWorker: Sendable {
    /// The most questions that one statement answers.
    private static let batchLimit = 4_096

    let queue: JobQueue<VersionJob>
    let options: WorkerOptions

    private var statement: Statement {
        switch options.url.engine {
        case .sqlite: Statement(text: "PRAGMA data_version")
        case .postgres: Statement(text: "SELECT CAST(pg_current_snapshot() AS TEXT) AS data_version")
        }
    }

    /// Works until the queue is closed and empty. All questions that wait are answered by one statement, which is run
    /// after the last of them was asked.
    func work() {
        let statement = statement
        var connection: (any Connection)?
        var known: SQLValue?
        var number: UInt64 = 0
        while true {
            let jobs = queue.take(upTo: Self.batchLimit)
            guard !jobs.isEmpty else { return }
            do throws(DatabaseError) {
                // A new connection to SQLite counts from another start, so what was known says nothing any more.
                if connection == nil { known = nil }
                let current: any Connection
                if let connection { current = connection } else { current = try open() }
                connection = current
                let seen = try current.rows(statement).first?["data_version"]
                if seen == nil || seen != known { number &+= 1 }
                known = seen
                for job in jobs { job.answer(.success(number)) }
            } catch {
                connection = nil
                for job in jobs { job.answer(.failure(error)) }
            }
        }
    }

    private func open() throws(DatabaseError) -> any Connection {
        switch options.url.engine {
        case .sqlite: try SQLiteConnection(path: options.url.location, role: .reader)
        case .postgres: try PostgresConnection(location: options.url.location)
        }
    }
}
