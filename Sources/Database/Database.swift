// SPDX-License-Identifier: Apache-2.0

public import Logging
import Synchronization

/// One database with two operations: ``read(_:)`` and ``write(_:)``.
///
/// Bodies are synchronous and run on the thread of a connection. Each body is one transaction. It may run several times
/// before it succeeds, so it must have no effects outside the database.
public final class Database: Sendable {
    /// The engine behind this database.
    public let engine: Engine

    private let pool: JobQueue<PoolJob>
    /// The queue of SQLite's single writer. PostgreSQL writes through the pool.
    private let writer: JobQueue<WriteJob>?
    private let versions: JobQueue<VersionJob>
    private let hub: AnnouncementHub
    private let listener: PostgresListener?
    private let threads: ThreadGroup
    private let onStart: (@Sendable (Duration) -> Void)?
    private let closing = Mutex<(@Sendable () async -> Void)?>(nil)

    private init(_ parts: DatabaseParts, engine: Engine, onStart: (@Sendable (Duration) -> Void)?) {
        self.engine = engine
        self.onStart = onStart
        pool = parts.pool
        writer = parts.writer
        versions = parts.versions
        hub = parts.hub
        listener = parts.listener
        threads = parts.threads
    }

    deinit {
        stop()
        if let action = closing.withLock({ $0.take() }) { Task { await action() } }
    }

    /// Opens a database and checks that it responds. A missing SQLite file is created.
    ///
    /// - Parameters:
    ///   - readers: the number of reading threads, 1 or more. PostgreSQL has one connection more than that, which all
    ///     read and write, and one connection that listens for notifications.
    ///   - session: a number that identifies this process. On PostgreSQL the listening connection holds the shared
    ///     advisory lock of this number, so that other processes know when this one is dead. nil for no lock.
    ///   - onStatement: receives the text of each statement that a body runs, on the thread that runs it.
    ///   - onStart: receives how long a body waited for a connection, each time that the body runs.
    /// - Throws: `.unavailable` with one sentence for the operator.
    public static func open(
        _ url: DatabaseURL, readers: Int = 3, session: Int64? = nil, logger: Logger,
        onStatement: (@Sendable (String) -> Void)? = nil, onStart: (@Sendable (Duration) -> Void)? = nil
    ) async throws(DatabaseError) -> Database {
        let options = WorkerOptions(
            url: url, readers: max(1, readers), session: session, logger: logger, onStatement: onStatement)
        let parts = DatabaseParts(options)
        let database = Database(parts, engine: url.engine, onStart: onStart)
        do {
            try await parts.start(options)
            try await database.probe()
        } catch {
            await database.close()
            throw error
        }
        return database
    }

    /// Runs a body that reads one snapshot of the database.
    ///
    /// - Throws: the error of the body, or ``DatabaseError``.
    public func read<T: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let job = ReadJob(
                run: { [onStart, asked = ContinuousClock.now] snapshot in
                    onStart?(.now - asked)
                    let value = try body(snapshot)
                    return { continuation.resume(returning: value) }
                },
                fail: { continuation.resume(throwing: $0) })
            if !pool.submit(.read(job)) { job.fail(DatabaseError.closed) }
        }
    }

    /// Runs a body in a transaction and returns when the transaction is committed on disk.
    ///
    /// The body is run again, a bounded number of times, after a conflict with another transaction or when the
    /// connection was lost before the commit.
    ///
    /// - Throws: the error of the body, after everything was rolled back, or ``DatabaseError``. After `.unavailable`
    ///   the write may have been stored, when the connection was lost during the commit itself.
    public func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let job = WriteJob(
                run: { [onStart, asked = ContinuousClock.now] transaction in
                    onStart?(.now - asked)
                    let value = try body(transaction)
                    return { continuation.resume(returning: value) }
                },
                fail: { continuation.resume(throwing: $0) })
            let isAccepted = writer?.submit(job) ?? pool.submit(.write(job))
            if !isAccepted { job.fail(DatabaseError.closed) }
        }
    }

    /// A number that stays the same while no transaction is committed, in this process or in another one that shares
    /// the database. It belongs to some moment during the call, and has no meaning in other processes.
    ///
    /// Data that was read after a version was taken may be cached as long as the version stays the same.
    ///
    /// - Throws: `.unavailable` when the database does not respond.
    public func version() async throws(DatabaseError) -> UInt64 {
        let result = await withCheckedContinuation { continuation in
            let job = VersionJob { continuation.resume(returning: $0) }
            if !versions.submit(job) { job.answer(.failure(.closed)) }
        }
        return try result.get()
    }

    /// The announcements from now on, of this process and, on PostgreSQL, of all other processes.
    public var announcements: AsyncStream<String> { hub.subscribe() }

    /// Lets the engine parse and plan a statement without running it.
    ///
    /// - Throws: `.syntax` when the engine does not accept it.
    public func prepare(_ sql: SQL) async throws {
        try await read { try $0.prepare(sql) }
    }

    /// Runs the waiting bodies to their end, closes all connections and ends the streams. Later calls throw
    /// `.unavailable`.
    public func close() async {
        stop()
        await threads.allEnded()
        if let action = closing.withLock({ $0.take() }) { await action() }
    }

    /// Sets an action that runs once, after the last connection was closed.
    package func onClose(_ action: @escaping @Sendable () async -> Void) {
        closing.withLock { $0 = action }
    }

    private func stop() {
        listener?.stop()
        writer?.close()
        versions.close()
        pool.close()
        hub.close()
    }

    /// Opens the connections that are always needed. SQLite's writer is first, because it creates the file.
    private func probe() async throws(DatabaseError) {
        do {
            if writer != nil { try await write { _ in } }
            try await read { _ in }
        } catch let error as DatabaseError {
            throw error
        } catch {
            throw DatabaseError(.other, "\(error)")
        }
    }
}

/// How the threads of one database open their connections, and whom they notify.
struct WorkerOptions: Sendable {
    let url: DatabaseURL
    let readers: Int
    var session: Int64?
    let logger: Logger
    let onStatement: (@Sendable (String) -> Void)?
}

/// The queues and threads of one database.
private struct DatabaseParts: Sendable {
    let pool = JobQueue<PoolJob>()
    let writer: JobQueue<WriteJob>?
    let versions = JobQueue<VersionJob>()
    let hub = AnnouncementHub()
    let listener: PostgresListener?
    let threads = ThreadGroup()

    init(_ options: WorkerOptions) {
        switch options.url.engine {
        case .sqlite:
            writer = JobQueue()
            listener = nil
        case .postgres:
            writer = nil
            listener = PostgresListener(
                location: options.url.location, session: options.session, hub: hub, logger: options.logger)
        }
    }

    /// Starts the threads. On PostgreSQL it waits until the listener is connected.
    func start(_ options: WorkerOptions) async throws(DatabaseError) {
        if let writer {
            let worker = SQLiteWriter(queue: writer, hub: hub, options: options)
            try threads.start { worker.work() }
        }
        try await listener?.start(on: threads)
        let version = VersionWorker(queue: versions, options: options)
        try threads.start { version.work() }
        let connections = writer == nil ? options.readers + 1 : options.readers
        for _ in 0..<connections {
            let worker = PoolWorker(queue: pool, options: options)
            try threads.start { worker.work() }
        }
    }
}
