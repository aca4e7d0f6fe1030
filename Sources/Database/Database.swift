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
    private let failures: DatabaseFailures
    let openWrites: OpenWrites
    private let probe: Duration
    /// Ends the wait of calls that wait for too long.
    private let watch: Task<Void, Never>
    private let closing = Mutex<(@Sendable () async -> Void)?>(nil)

    private init(_ parts: DatabaseParts, _ options: WorkerOptions, onStart: (@Sendable (Duration) -> Void)?) {
        engine = options.url.engine
        failures = options.failures
        openWrites = options.openWrites
        probe = options.limits.probe
        self.onStart = onStart
        watch = parts.watch()
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

    /// Opens a database without limits for waiting. A missing SQLite file is created. See ``open(_:_:logger:)``.
    public static func open(
        _ url: DatabaseURL, readers: Int = 3, session: Int64? = nil, logger: Logger,
        onStatement: (@Sendable (String) -> Void)? = nil, onStart: (@Sendable (Duration) -> Void)? = nil
    ) async throws(DatabaseError) -> Database {
        var options = DatabaseOptions()
        options.readers = readers
        options.session = session
        options.onStatement = onStatement
        options.onStart = onStart
        return try await open(url, options, logger: logger)
    }

    /// Opens a database and checks that it responds.
    ///
    /// - Throws: `.unavailable` with one sentence for the operator.
    public static func open(
        _ url: DatabaseURL, _ chosen: DatabaseOptions, logger: Logger
    ) async throws(DatabaseError) -> Database {
        let options = WorkerOptions(url: url, chosen, logger: logger)
        let parts = DatabaseParts(options)
        let database = Database(parts, options, onStart: chosen.onStart)
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
    /// When the task is cancelled meanwhile, the body is not begun any more, or its running statement is interrupted.
    /// A call that is made in a task that is cancelled already runs all the same.
    ///
    /// - Throws: the error of the body, ``DatabaseError``, or `CancellationError`.
    public func read<T: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> T) async throws -> T {
        let ticket = JobTicket()
        return try await withCancellation(of: ticket, in: pool) { continuation in
            let job = ReadJob(
                ticket: ticket,
                run: { [onStart] snapshot in
                    onStart?(.now - ticket.submitted)
                    let value = try body(snapshot)
                    return { continuation.resume(returning: value) }
                },
                failure: { continuation.resume(throwing: $0) })
            pool.submit(.read(job))
        }
    }

    /// Runs a body in a transaction and returns when the transaction is committed on disk.
    ///
    /// The body is run again, a bounded number of times, after a conflict with another transaction or when the
    /// connection was lost before the commit.
    ///
    /// When the task is cancelled meanwhile, the body is not begun any more, or on PostgreSQL its running statement is
    /// interrupted and everything is rolled back. A commit that has begun is completed. A call that is made in a task
    /// that is cancelled already runs all the same: this is how a worker that is stopped gives back what it holds.
    ///
    /// - Throws: the error of the body, after everything was rolled back, ``DatabaseError``, or `CancellationError`.
    ///   After `.unavailable` and `.timeout` the write may have been stored, when the connection was lost during the
    ///   commit itself.
    public func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
        let ticket = JobTicket()
        let run: @Sendable (CheckedContinuation<T, any Error>) -> WriteJob = { [onStart] continuation in
            WriteJob(
                ticket: ticket,
                run: { transaction in
                    onStart?(.now - ticket.submitted)
                    let value = try body(transaction)
                    return { continuation.resume(returning: value) }
                },
                failure: { continuation.resume(throwing: $0) })
        }
        guard let writer else {
            return try await withCancellation(of: ticket, in: pool) { pool.submit(.write(run($0))) }
        }
        return try await withCancellation(of: ticket, in: writer) { writer.submit(run($0)) }
    }

    private func withCancellation<T: Sendable, Job>(
        of ticket: JobTicket, in queue: JobQueue<Job>, submit: (CheckedContinuation<T, any Error>) -> Void
    ) async throws -> T {
        let wasCancelled = Task.isCancelled
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { submit($0) }
        } onCancel: {
            if !wasCancelled { queue.cancel(ticket) }
        }
    }

    /// A number that stays the same while no transaction is committed, in this process or in another one that shares
    /// the database. It belongs to some moment during the call, and has no meaning in other processes.
    ///
    /// Data that was read after a version was taken may be cached as long as the version stays the same.
    ///
    /// - Throws: `.unavailable` when the database does not respond.
    public func version() async throws(DatabaseError) -> UInt64 {
        try await dataVersion().number
    }

    private func dataVersion() async throws(DatabaseError) -> DataVersion {
        let result = await withCheckedContinuation { continuation in
            versions.submit(VersionJob { continuation.resume(returning: $0) })
        }
        return try result.get()
    }

    /// Why the database cannot be used at present; nil when it can. It needs no connection of the pool and responds
    /// within the limit ``DatabaseLimits/probe``.
    ///
    /// It tells that the database does not respond, that the last write failed for a reason that concerns all writes,
    /// and that the file is damaged or was replaced.
    public func outage() async -> DatabaseError? {
        guard let known = failures.current else {
            return await firstAnswer(otherwise: .silent) { [failures] answer in
                versions.submit(
                    VersionJob { result in
                        if case .failure(let error) = result { answer(error) } else { answer(failures.current) }
                    })
            }
        }
        guard known.kind == .busy, let writer else { return known }
        // Perhaps nobody writes at present, so only an attempt tells whether the file is still locked.
        return await firstAnswer(otherwise: known) { answer in
            writer.submit(
                WriteJob(run: { _ in { answer(nil) } }, failure: { answer($0 as? DatabaseError ?? known) }))
        }
    }

    /// Waits for an answer, for as long as the health check may take.
    private func firstAnswer(
        otherwise late: DatabaseError, ask: (@escaping @Sendable (DatabaseError?) -> Void) -> Void
    ) async -> DatabaseError? {
        let probe = probe
        return await withCheckedContinuation { continuation in
            let first = FirstAnswer(continuation)
            ask { first.give($0) }
            Task {
                try? await Task.sleep(for: probe)
                first.give(late)
            }
        }
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
        watch.cancel()
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

/// Passes on the first of several answers.
private final class FirstAnswer: Sendable {
    private let continuation: Mutex<CheckedContinuation<DatabaseError?, Never>?>

    init(_ continuation: CheckedContinuation<DatabaseError?, Never>) {
        self.continuation = Mutex(continuation)
    }

    func give(_ answer: DatabaseError?) {
        continuation.withLock { $0.take() }?.resume(returning: answer)
    }
}
