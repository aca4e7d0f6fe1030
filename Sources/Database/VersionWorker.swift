// SPDX-License-Identifier: Apache-2.0
//
// A reader can find out, with one short statement, that nothing was committed since its last check.
//
// Both engines know this without a table of ours. On SQLite `PRAGMA data_version` counts the commits of other
// connections. On PostgreSQL two equal snapshots (`pg_current_snapshot()`) see exactly the same committed transactions,
// because each transaction has a unique number. So the result covers the commits of every process that shares the
// database, and writes cost nothing extra.

import Glibc
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
///
/// On PostgreSQL it also finds out whether the server responds at all, see ``PostgresSilence``.
struct VersionWorker: Sendable {
    /// The largest number of requests that one statement serves.
    private static let batchLimit = 4_096
    /// The pause between two attempts to reach a silent server.
    private static let pauseMicroseconds: UInt32 = 200_000

    /// The version that was seen last, and on which connection.
    private struct Known {
        var connection: (any Connection)?
        var value: SQLValue?
        var number: UInt64 = 0
    }

    let queue: JobQueue<VersionJob>
    /// Is closed for a time when the server is silent.
    let pool: JobQueue<PoolJob>
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
        var known = Known()
        while true {
            let jobs = queue.take(upTo: Self.batchLimit)
            guard !jobs.isEmpty else { return }
            var (begin, responses) = (ContinuousClock.now, options.silence?.responses)
            do throws(DatabaseError) {
                do throws(DatabaseError) {
                    try look(&known)
                } catch {
                    // The server or the network may have cut the idle connection. Only a new one tells whether the server
                    // responds.
                    let isCut = error.kind == .unavailable || error.kind == .timeout
                    guard isCut, known.connection?.isBroken == true else { throw error }
                    known.connection = nil
                    // What others heard until now says nothing about the time from here on.
                    (begin, responses) = (.now, options.silence?.responses)
                    try look(&known)
                }
                let version = DataVersion(number: known.number, seen: known.value)
                for job in jobs { job.answer(.success(version)) }
            } catch {
                known.connection = nil
                options.failures.note(error, isWrite: false)
                let silence = foundSilence(since: begin, responses)
                silence?.begin()
                if silence != nil { refuse(.silent) }
                for job in jobs { job.answer(.failure(error)) }
                if let silence { sitOut(silence, &known) }
            }
        }
    }

    /// Reads the version on the connection, which is opened when there is none.
    private func look(_ known: inout Known) throws(DatabaseError) {
        let current: any Connection
        if let connection = known.connection {
            current = connection
        } else {
            // The counter of a new SQLite connection starts at another value.
            known.value = nil
            current = try open()
        }
        known.connection = current
        try options.file?.check()
        let seen = try current.rows(statement).first?["data_version"]
        if seen == nil || seen != known.value { known.number &+= 1 }
        known.value = seen
    }

    private func open() throws(DatabaseError) -> any Connection {
        let limits = options.limits.probing
        switch options.url.engine {
        case .sqlite:
            return try options.openSQLite(.reader, limits: limits)
        case .postgres:
            return try PostgresConnection(
                location: options.url.location, limits: limits, silence: options.silence, isProbe: true)
        }
    }

    // MARK: - A silent server

    /// Whether a look that failed means that the server is silent. A refusal is no silence: calls get it by themselves.
    ///
    /// - Parameters:
    ///   - begin: when the attempt to get a response from a new connection began.
    ///   - responses: how many responses there were at that time.
    private func foundSilence(since begin: ContinuousClock.Instant, _ responses: UInt64?) -> PostgresSilence? {
        guard let limit = options.limits.silence, let silence = options.silence else { return nil }
        return silence.responses == responses && .now - begin >= limit ? silence : nil
    }

    private func refuse(_ error: DatabaseError?) {
        pool.refuse(error)
        queue.refuse(error)
    }

    /// Tries to reach the server until it responds, or until the database is closed.
    private func sitOut(_ silence: PostgresSilence, _ known: inout Known) {
        options.logger.error("database does not respond")
        while queue.isOpen {
            known.connection = nil
            if (try? look(&known)) != nil { break }
            usleep(Self.pauseMicroseconds)
        }
        silence.end()
        refuse(nil)
        options.logger.notice("database responds again")
    }
}
