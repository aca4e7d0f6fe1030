// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Logging
internal import Model
internal import Storage
internal import Vocabulary

/// How a process of the node opens its database.
enum NodeDatabase {
    /// What the process is for.
    enum Purpose {
        /// `troquet serve`: limits for waiting, a pool of connections, and the announcements of other processes.
        case serving
        /// Any other command: one connection, which waits as long as it takes.
        case command
        /// `troquet doctor`: like a command, but nothing is created or migrated.
        case inspection
    }

    /// Opens the database, and brings its schema up to date unless it is only inspected.
    ///
    /// - Throws: `ConfigurationError` when the database is missing or empty although there was a community in it.
    static func open(
        _ settings: NodeSettings, for purpose: Purpose, metrics: NodeMetrics, logger: Logger
    ) async throws -> Database {
        try prepareFile(settings, for: purpose)
        // Migrations take as long as they take. So they do not run under the limits of a process that serves.
        if purpose == .serving {
            let database = try await Database.open(settings.database, options(settings, for: .command), logger: logger)
            try await closing(database, onlyAfterErrors: false) { try await migrate(database, settings) }
        }
        var options = options(settings, for: purpose)
        options.onStatement = { _ in metrics.countStatement() }
        options.onStart = { metrics.recordWait($0) }
        let database = try await Database.open(settings.database, options, logger: logger)
        try await closing(database, onlyAfterErrors: true) {
            switch purpose {
            case .serving: break
            case .command: try await migrate(database, settings)
            case .inspection: try await inspect(database)
            }
            try await requireOrigin(settings, in: database)
        }
        return database
    }

    /// Ids are made from the origin. With another one the node would speak with two tongues: old posts would belong to
    /// actors that it does not serve any more, and other servers would refuse the new ones.
    private static func requireOrigin(_ settings: NodeSettings, in database: Database) async throws {
        let origin = settings.community.origin.origin
        guard let known = try await database.read({ db in try Accounts.localIRI(in: db) }), known.origin != origin
        else {
            return
        }
        throw ConfigurationError(
            "origin: this community began as \(known.origin), and its ids are made from that; they cannot change to "
                + "\(origin). Set the origin back, or name another database.")
    }

    private static func options(_ settings: NodeSettings, for purpose: Purpose) -> DatabaseOptions {
        var options = DatabaseOptions()
        options.createsFile = purpose != .inspection
        guard purpose == .serving else {
            options.readers = 0
            options.listens = false
            return options
        }
        options.limits = .serving
        options.session = LeaseHolder.thisProcess.number
        switch settings.database.engine {
        case .sqlite: options.readers = settings.databasePool ?? 3
        case .postgres: options.readers = (settings.databasePool ?? 8) - 1
        }
        return options
    }

    private static func prepareFile(_ settings: NodeSettings, for purpose: Purpose) throws {
        guard let file = settings.databaseFile, !TextFile.exists(file) else { return }
        guard purpose != .inspection else {
            throw ConfigurationError("There is no database at \(file): check the setting, or restore a backup.")
        }
        try CommunityMark(settings).requireNone()
        try settings.makeDatabaseFolder()
    }

    private static func migrate(_ database: Database, _ settings: NodeSettings) async throws {
        let migrator = Migrator(migrations: Schema.migrations)
        if try await migrator.isUntouched(database) { try CommunityMark(settings).requireNone() }
        _ = try await migrator.migrate(database)
    }

    private static func inspect(_ database: Database) async throws {
        let migrator = Migrator(migrations: Schema.migrations)
        guard try await !migrator.isUntouched(database) else {
            throw ConfigurationError("The database is empty: restore a backup, or run `troquet init` for a new node.")
        }
        let pending = try await migrator.pending(database)
        guard pending.isEmpty else {
            throw ConfigurationError("\(pending.count) migrations wait: run `troquet migrate`.")
        }
    }

    private static func closing(
        _ database: Database, onlyAfterErrors: Bool, _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch {
            await database.close()
            throw error
        }
        if !onlyAfterErrors { await database.close() }
    }
}
