// SPDX-License-Identifier: Apache-2.0

public import Database

/// Whether the file of the database is undamaged.
public enum DatabaseHealth {
    /// Whether SQLite's `quick_check` finds no damage in the file. PostgreSQL is not checked.
    public static func isIntact(in db: some Queryable) throws(DatabaseError) -> Bool {
        guard db.engine == .sqlite else { return true }
        return try db.row("PRAGMA quick_check(1)")?.values.first == .text("ok")
    }
}
