// SPDX-License-Identifier: Apache-2.0

public import Database

/// Whether the database answers, and whether what it holds is whole.
public enum DatabaseHealth {
    /// Asks for nothing: returns when there is an answer.
    public static func ping(in db: some Queryable) throws(DatabaseError) {
        _ = try db.row("SELECT 1 AS one")
    }

    /// Whether SQLite's file has no damage that a quick look finds. PostgreSQL looks after its own.
    public static func isIntact(in db: some Queryable) throws(DatabaseError) -> Bool {
        guard db.engine == .sqlite else { return true }
        return try db.row("PRAGMA quick_check(1)")?.values.first == .text("ok")
    }
}
