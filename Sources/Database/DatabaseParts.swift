// SPDX-License-Identifier: Apache-2.0

import Logging

/// How the threads of one database open their connections, and whom they notify.
struct WorkerOptions: Sendable {
    let url: DatabaseURL
    let readers: Int
    let limits: DatabaseLimits
    let listens: Bool
    let session: Int64?
    let createsFile: Bool
    let logger: Logger
    let onStatement: (@Sendable (String) -> Void)?
    let failures: DatabaseFailures
    let openWrites = OpenWrites()
    /// The SQLite file; nil on PostgreSQL.
    let file: FileIdentity?
    /// Whether PostgreSQL responds; nil on SQLite.
    let silence: PostgresSilence?

    init(url: DatabaseURL, _ options: DatabaseOptions, logger: Logger) {
        self.url = url
        readers = options.readers
        limits = options.limits
        listens = options.listens
        session = options.session
        createsFile = options.createsFile
        onStatement = options.onStatement
        self.logger = logger
        failures = DatabaseFailures(engine: url.engine, logger: logger)
        file = url.engine == .sqlite ? FileIdentity(path: url.location) : nil
        silence = url.engine == .postgres ? PostgresSilence() : nil
    }

    /// Opens a connection to the SQLite file.
    ///
    /// - Throws: `.replaced` when the file is not the one that this database was opened with.
    func openSQLite(
        _ role: SQLiteConnection.Role, limits: DatabaseLimits? = nil
    ) throws(DatabaseError) -> SQLiteConnection {
        if file?.isKnown == true { try file?.check() }
        // Only the first connection may create the file: later ones would hide that it is gone.
        let creates = createsFile && role == .writer && file?.isKnown != true
        let connection = try SQLiteConnection(
            path: url.location, role: role, busy: (limits ?? self.limits).busy, creates: creates)
        try file?.check()
        return connection
    }
}

/// The queues and threads of one database.
struct DatabaseParts: Sendable {
    /// The time between two looks at the queues.
    private static let watchInterval = Duration.milliseconds(500)

    let pool: JobQueue<PoolJob>
    let writer: JobQueue<WriteJob>?
    let versions: JobQueue<VersionJob>
    let hub = AnnouncementHub()
    let listener: PostgresListener?
    let threads = ThreadGroup()
    /// The number of threads of the pool.
    private let connections: Int
    /// Nil when nobody finds out whether the server is silent.
    private let silence: PostgresSilence?

    init(_ options: WorkerOptions) {
        let limits = options.limits
        pool = JobQueue(limit: limits.waiting, patience: limits.wait)
        versions = JobQueue(patience: limits.wait.map { min($0, limits.probe) })
        silence = limits.silence == nil ? nil : options.silence
        connections =
            options.url.engine == .sqlite ? max(1, options.readers) : max(0, options.readers) + 1
        switch options.url.engine {
        case .sqlite:
            writer = JobQueue(limit: limits.waiting, patience: limits.wait)
            listener = nil
        case .postgres:
            writer = nil
            listener =
                options.listens
                ? PostgresListener(
                    location: options.url.location, limits: limits, session: options.session, hub: hub,
                    logger: options.logger) : nil
        }
    }

    /// Ends the wait of calls that have waited too long, until the task is cancelled. When calls are in hand or wait, and
    /// PostgreSQL has sent nothing since the last look, it is asked whether it responds at all.
    func watch() -> Task<Void, Never> {
        Task { [pool, writer, versions, silence, connections] in
            var heard = silence?.responses
            while (try? await Task.sleep(for: Self.watchInterval)) != nil {
                pool.expire()
                writer?.expire()
                versions.expire()
                guard let silence else { continue }
                let isQuiet = silence.responses == heard
                heard = silence.responses
                if isQuiet, pool.isBusy(threads: connections) { versions.submit(VersionJob { _ in }) }
            }
        }
    }

    /// Starts the threads. On PostgreSQL it waits until the listener is connected.
    func start(_ options: WorkerOptions) async throws(DatabaseError) {
        if let writer {
            let worker = SQLiteWriter(queue: writer, hub: hub, options: options)
            try threads.start { worker.work() }
        }
        try await listener?.start(on: threads)
        let version = VersionWorker(queue: versions, pool: pool, options: options)
        try threads.start { version.work() }
        for _ in 0..<connections {
            let worker = PoolWorker(queue: pool, options: options)
            try threads.start { worker.work() }
        }
    }
}
