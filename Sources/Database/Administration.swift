// SPDX-License-Identifier: Apache-2.0

import Glibc

extension Database {
    /// Runs statements one by one on a separate connection, outside of any transaction.
    ///
    /// It is for statements that cannot run in a transaction, such as `CREATE DATABASE`. The texts must come from our
    /// own source.
    package static func administer(_ url: DatabaseURL, _ statements: [String]) async throws(DatabaseError) {
        let threads = ThreadGroup()
        let result: Result<Void, DatabaseError> = await withCheckedContinuation { continuation in
            do throws(DatabaseError) {
                try threads.start {
                    continuation.resume(returning: Result { () throws(DatabaseError) in try run(statements, on: url) })
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        await threads.allEnded()
        try result.get()
    }

    /// Writes a copy of a SQLite database while it is in use. The copy shows the state of one moment.
    ///
    /// - Parameter path: a file that does not exist yet.
    /// - Throws: `.other` on PostgreSQL, which has its own backup tools; `.unavailable` when the file cannot be
    ///   written.
    public static func backup(_ url: DatabaseURL, to path: String) async throws(DatabaseError) {
        guard url.engine == .sqlite else {
            throw DatabaseError(.other, "Only SQLite is copied here: use pg_dump for PostgreSQL.")
        }
        guard !path.utf8.contains(0) else {
            throw DatabaseError(.invalidValue, "The path of the copy must not hold U+0000.")
        }
        guard access(path, F_OK) != 0 else {
            throw DatabaseError(.unavailable, "The copy \(path) exists already.")
        }
        let quoted = path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        try await administer(url, ["VACUUM INTO '\(quoted)'"])
        let descriptor = Glibc.open(path, O_RDONLY)
        defer { if descriptor >= 0 { Glibc.close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw DatabaseError(.unavailable, "The copy \(path) could not be written to disk.")
        }
    }

    private static func run(_ statements: [String], on url: DatabaseURL) throws(DatabaseError) {
        let connection: any Connection =
            switch url.engine {
            case .sqlite: try SQLiteConnection(path: url.location, role: .administrator)
            case .postgres: try PostgresConnection(location: url.location)
            }
        for statement in statements {
            try connection.execute(statement)
        }
    }
}
