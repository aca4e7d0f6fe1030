// SPDX-License-Identifier: Apache-2.0
//
// A reader can find out, with one short statement, that nothing was committed since its last check.
//
// Both engines know this without a table of ours. On SQLite `PRAGMA data_version` counts the commits of other
// connections. On PostgreSQL two equal snapshots (`pg_current_snapshot()`) see exactly the same committed transactions,
// because each transaction has a unique number. So the result covers the commits of every process that shares the
// database, and writes cost nothing extra.

import Logging

/// The version of the data, and what the engine told of it.
struct DataVersion: Sendable {
    var number: UInt64
    var seen: SQLValue?
}

/// A request for the version of the data, together with its caller's continuation.
struct VersionJob: QueuedJob {
    let ticket = JobTicket()
    let answer: @Sendable (Result<DataVersion, DatabaseError>) -> Void

    func fail(_ error: any Error) {
        answer(.failure(error as? DatabaseError ?? DatabaseError(.other, "\(error)")))
    }
}

/// One thread with its own connection, which it opens at the first request.
struct VersionWorker: Sendable {
    /// The largest number of requests that one statement serves.
    private static let batchLimit = 4_096

    let queue: JobQueue<VersionJob>
    let options: WorkerOptions

    private var statement: Statement {
        switch options.url.engine {
        case .sqlite: Statement(text: "PRAGMA data_version")
        case .postgres: Statement(text: "SELECT CAST(pg_current_snapshot() AS TEXT) AS data_version")
        }
    }

    /// Works until the queue is closed and empty. One statement serves all waiting requests. It runs after the last of
    /// them was made.
    func work() {
        var connection: (any Connection)?
        var known: SQLValue?
        var number: UInt64 = 0
        while true {
            let jobs = queue.take(upTo: Self.batchLimit)
            guard !jobs.isEmpty else { return }
            do throws(DatabaseError) {
                let isOld = connection != nil
                // The counter of a new SQLite connection starts at another value, so the known version is no longer
                // valid.
                if !isOld { known = nil }
                var seen: SQLValue?
                do throws(DatabaseError) {
                    seen = try look(&connection)
                } catch {
                    // The server may have cut the idle connection. Only a new one tells whether it responds.
                    guard isOld, connection?.isBroken == true, error.kind == .unavailable else { throw error }
                    (connection, known) = (nil, nil)
                    seen = try look(&connection)
                }
                if seen == nil || seen != known { number &+= 1 }
                known = seen
                let version = DataVersion(number: number, seen: seen)
                for job in jobs { job.answer(.success(version)) }
            } catch {
                connection = nil
                options.failures.note(error, isWrite: false)
                for job in jobs { job.answer(.failure(error)) }
            }
        }
    }

    /// Reads the version on the connection, which is opened when there is none.
    private func look(_ connection: inout (any Connection)?) throws(DatabaseError) -> SQLValue? {
        let current: any Connection
        if let connection { current = connection } else { current = try open() }
        connection = current
        try options.file?.check()
        return try current.rows(statement).first?["data_version"]
    }

    private func open() throws(DatabaseError) -> any Connection {
        switch options.url.engine {
        case .sqlite: try options.openSQLite(.reader, limits: options.limits.probing)
        case .postgres: try PostgresConnection(location: options.url.location, limits: options.limits.probing)
        }
    }
}
