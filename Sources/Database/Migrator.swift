// SPDX-License-Identifier: Apache-2.0

/// Applies the missing migrations, each in its own transaction, under a lock that all processes use.
///
/// Two processes may start together: each one checks again whether a migration is missing when it holds the lock.
public struct Migrator: Sendable {
    /// The number of the lock. It is arbitrary, but must be the same in every version of the program.
    private static let lockNumber: Int64 = 0x7472_6f71_7565_74

    private let migrations: [Migration]

    /// Takes all migrations of this program, in any order.
    public init(migrations: [Migration]) {
        self.migrations = migrations.sorted { $0.number < $1.number }
    }

    /// Applies the missing migrations, in order.
    ///
    /// - Returns: the numbers that were applied by this call.
    /// - Throws: ``MigrationError`` when the migrations in the database differ from those of the program.
    public func migrate(_ database: Database) async throws -> [Int] {
        try checkNumbers()
        var applied: [Int] = []
        while let number = try await database.write({ try applyNext(in: $0) }) {
            applied.append(number)
        }
        return applied
    }

    /// The numbers of the migrations that ``migrate(_:)`` would apply. It only creates the migrations table when it is
    /// missing.
    public func pending(_ database: Database) async throws -> [Int] {
        try checkNumbers()
        return try await database.write { try unapplied(in: $0).map(\.number) }
    }

    /// Whether no migration was ever applied, as in a new database. It changes nothing.
    public func isUntouched(_ database: Database) async throws -> Bool {
        try await database.read { db in
            let tables: SQL =
                db.engine == .sqlite
                ? "SELECT count(*) AS n FROM sqlite_master WHERE name = 'schema_migration'"
                : "SELECT count(*) AS n FROM pg_class WHERE oid = to_regclass('schema_migration')"
            guard try db.row(tables)?.int("n") == 1 else { return true }
            return try db.row("SELECT count(*) AS n FROM schema_migration")?.int("n") == 0
        }
    }

    private func checkNumbers() throws(MigrationError) {
        for (first, second) in zip(migrations, migrations.dropFirst()) where first.number == second.number {
            throw MigrationError("Migrations \(first.name) and \(second.name) have the same number \(first.number).")
        }
    }

    private func applyNext(in transaction: Transaction) throws -> Int? {
        guard let next = try unapplied(in: transaction).first else { return nil }
        try transaction.planForLargeReads()
        for statement in next.statements(transaction.engine) {
            try transaction.run(statement)
        }
        try transaction.run(
            """
            INSERT INTO schema_migration (number, name, checksum)
            VALUES (\(next.number), \(next.name), \(next.checksum(for: transaction.engine)))
            """)
        return next.number
    }

    private func unapplied(in transaction: Transaction) throws -> [Migration] {
        if transaction.engine == .postgres {
            _ = try transaction.rows("SELECT pg_advisory_xact_lock(\(Self.lockNumber))")
        }
        try transaction.run(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                number \(.key), name TEXT NOT NULL, checksum TEXT NOT NULL
            ) \(.strict)
            """)
        let rows = try transaction.rows("SELECT number, name, checksum FROM schema_migration ORDER BY number")
        let known = Dictionary(uniqueKeysWithValues: migrations.map { (Int64($0.number), $0) })
        for row in rows {
            try check(row, against: known, engine: transaction.engine)
        }
        let done = try Set(rows.map { try $0.int("number") })
        let last = done.max() ?? 0
        let missing = migrations.filter { !done.contains(Int64($0.number)) }
        if let late = missing.first(where: { Int64($0.number) < last }) {
            throw MigrationError(
                "Migration \(late.number) (\(late.name)) is missing from the database, which already has \(last).")
        }
        return missing
    }

    private func check(_ row: Row, against known: [Int64: Migration], engine: Engine) throws {
        let number = try row.int("number")
        let name = try row.text("name")
        guard let migration = known[number] else {
            throw MigrationError(
                "The database has migration \(number) (\(name)), which this version does not know. "
                    + "It was written by a newer version: start that one, or restore a backup.")
        }
        guard try row.text("checksum") == migration.checksum(for: engine) else {
            throw MigrationError(
                "Migration \(number) (\(name)) was edited after it was applied to this database.")
        }
    }
}

/// The migrations in the database differ from those of the program.
public struct MigrationError: Error, Equatable, CustomStringConvertible {
    /// The reason, in one or two sentences for the operator.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
