// SPDX-License-Identifier: Apache-2.0

import CPostgres
import Glibc
import Limits

/// One connection to a PostgreSQL server, used by one thread only.
///
/// Parameters have explicit types, so that `$1 > 0` compares 64-bit integers. Only for text the server infers the type.
/// Results arrive as text and are parsed by the type of their column.
///
/// Statements travel together (libpq's pipeline): what nobody waits for is sent with the next one that somebody does,
/// and several questions that do not depend on each other are sent at once.
final class PostgresConnection: Connection {
    private struct Key: Hashable {
        let text: String
        let types: [Oid]

        init(_ statement: Statement, _ parameters: PostgresParameters) {
            text = statement.text
            types = parameters.types
        }
    }

    /// A statement that the server has prepared, or will have when it comes to it.
    private final class Prepared {
        let name: String
        /// What its results look like, once the first was read: the server refuses to change that under one name.
        var layout: PostgresLayout?

        init(name: String) {
            self.name = name
        }
    }

    /// One sent item whose response was not read yet.
    private enum Step {
        case preparation(Key)
        case statement(Key)
        /// A statement whose result somebody waits for.
        case question(Key)
        case deallocation(String)
        /// A point where the server forgets a failure and goes on.
        case sync
    }

    /// The server's error when a migration has changed the columns of a prepared statement.
    private static let stalePlan = "cached plan must not change result type"
    /// The largest number of unread responses. With so few short responses, client and server never wait for each other
    /// to read.
    private static let stepLimit = 64

    let engine = Engine.postgres
    private(set) var isBroken = false
    private let handle: OpaquePointer
    private var statements: LRUCache<Key, Prepared>
    /// The statements that begin and end transactions.
    private var boundaries: [Key: Prepared] = [:]
    private var named: UInt64 = 0
    private var steps: [Step] = []
    private(set) var exchanges: UInt64 = 0
    /// How long the server may be silent while a result is awaited.
    var responseLimit: Duration?
    private let cancellation: Duration
    private let waker = PostgresWaker()
    private let silence: PostgresSilence?
    private let isProbe: Bool
    /// The number of silences before this connection was opened.
    private let silences: UInt64

    /// - Parameters:
    ///   - silence: is told of each response. When it begins, nothing is waited for any more.
    ///   - isProbe: whether the connection finds out if the server responds, so that it goes on during a silence.
    init(
        location: String, limits: DatabaseLimits = .patient, silence: PostgresSilence? = nil, isProbe: Bool = false,
        cacheCapacity: Int = 256
    ) throws(DatabaseError) {
        silences = silence?.count ?? 0
        if let silence, !isProbe {
            handle = try PostgresAttempt.connect(location, limits, until: silence)
        } else {
            handle = try PostgresAddress.connect(location, limits)
        }
        silence?.noteResponse()
        self.silence = silence
        self.isProbe = isProbe
        statements = LRUCache(capacity: cacheCapacity)
        responseLimit = limits.response
        cancellation = limits.cancellation
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        guard PQsetnonblocking(handle, 1) == 0 else { throw lost() }
        try execute(Self.settings)
        // 0 means no limit.
        try execute(
            "SET statement_timeout = \(limits.statement?.wholeMilliseconds ?? 0); "
                + "SET lock_timeout = \(limits.lock?.wholeMilliseconds ?? 0)")
    }

    /// Every statement of ours asks for few rows by an index, and is planned once for each connection. So PostgreSQL needs
    /// no statistics to find the way: they are missing where a table has just grown, and then it would read and hash
    /// whole tables, and compile what runs for a millisecond. Migrations take this back for their own transactions.
    ///
    /// A random page costs little more than the next one, because the indexes are in memory. With the default of 4
    /// PostgreSQL would rather read and sort a third of a table than follow an index from its newest row on.
    private static let settings = """
        SET standard_conforming_strings = on; SET bytea_output = 'hex'; SET extra_float_digits = 1;
        SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
        SET jit = off; SET max_parallel_workers_per_gather = 0; SET plan_cache_mode = force_generic_plan;
        SET random_page_cost = 1.1
        """

    deinit {
        PQfinish(handle)
    }

    var isStale: Bool { !isProbe && silence.map { $0.count != silences } ?? false }

    /// The file descriptor of the connection, for waiting for notifications.
    var descriptor: Int32 { PQsocket(handle) }

    var preparedCount: Int { statements.count }

    func begin(_ ticket: JobTicket, readLimit: Duration?) {
        ticket.attach { [waker] in waker.wake() }
    }

    func end(_ ticket: JobTicket) {
        if ticket.detach() { waker.drain() }
    }

    func execute(_ text: String) throws(DatabaseError) {
        try settle()
        guard PQsendQuery(handle, text) == 1 else { throw lost() }
        // There is one result for each statement of the text, up to the first that fails.
        var failure: DatabaseError?
        while let result = try nextResult() {
            do throws(DatabaseError) { PQclear(try check(result, text)) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    func rollBack() {
        // An error here belongs to the statements that are rolled back, so it is ignored.
        try? settle()
        if !isBroken { try? execute("ROLLBACK") }
    }

    func prepare(_ statement: Statement) throws(DatabaseError) {
        _ = try prepared(Key(statement, PostgresParameters(statement.values)))
        try settle()
    }

    func rows(ofEach statements: [Statement]) throws(DatabaseError) -> [[Row]] {
        var asked: [Prepared] = []
        for statement in statements { asked.append(try add(statement, isAwaited: true)) }
        try flush()
        let results = try results()
        defer { for result in results { PQclear(result) } }
        guard results.count == asked.count else { throw lost() }
        return zip(results, asked).map { result, prepared in
            let layout = prepared.layout ?? PostgresResult(result).layout()
            prepared.layout = layout
            return PostgresResult(result).rows(layout)
        }
    }

    func run(_ statement: Statement) throws(DatabaseError) -> Int {
        _ = try add(statement, isAwaited: true)
        try flush()
        let results = try results()
        defer { for result in results { PQclear(result) } }
        guard let result = results.first else { throw lost() }
        return PostgresResult(result).changedRows()
    }

    func send(_ statement: Statement) throws(DatabaseError) {
        _ = try add(statement, isAwaited: false)
        if steps.count >= Self.stepLimit { try settle() }
    }

    func flush() throws(DatabaseError) {
        switch steps.last {
        case nil, .sync: break
        case .preparation, .statement, .question, .deallocation: try sent(PQpipelineSync(handle), .sync)
        }
    }

    func settle() throws(DatabaseError) {
        try flush()
        for result in try results() { PQclear(result) }
    }

    /// Reads the input that has arrived and returns its notifications. Only the listener calls it.
    func notifications() throws(DatabaseError) -> [String] {
        guard PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else {
            isBroken = true
            throw DatabaseError(.unavailable, PostgresAddress.firstLine(of: PQerrorMessage(handle)))
        }
        var messages: [String] = []
        while let notification = PQnotifies(handle) {
            if let payload = notification.pointee.extra { messages.append(String(cString: payload)) }
            PQfreemem(notification)
        }
        return messages
    }

    // MARK: - The pipeline

    /// Hands a statement over, behind those that wait already.
    private func add(_ statement: Statement, isAwaited: Bool) throws(DatabaseError) -> Prepared {
        let parameters = PostgresParameters(statement.values)
        let key = Key(statement, parameters)
        let prepared = try prepared(key)
        let isSent = parameters.withPointers { values, lengths, formats in
            PQsendQueryPrepared(handle, prepared.name, Int32(clamping: values.count), values, lengths, formats, 0)
        }
        try sent(isSent, isAwaited ? .question(key) : .statement(key))
        return prepared
    }

    /// The statement as it is prepared, or will be when the server comes to it.
    private func prepared(_ key: Key) throws(DatabaseError) -> Prepared {
        if PQpipelineStatus(handle) == PQ_PIPELINE_OFF, PQenterPipelineMode(handle) != 1 { throw lost() }
        if let known = boundaries[key] ?? statements.value(for: key) { return known }
        // Nothing may stand between the end of a transaction and the BEGIN of the next one, because PostgreSQL sets the
        // isolation level only before the first statement. So these few texts take no place and are never given up.
        let isBoundary = key.text.hasPrefix("BEGIN") || key.text.hasPrefix("COMMIT")
        if !isBoundary, statements.isFull, let oldest = statements.removeOldest() {
            let text = "DEALLOCATE \(oldest.value.name)"
            try sent(PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 0), .deallocation(text))
        }
        named &+= 1
        let prepared = Prepared(name: "s\(named)")
        let isSent = PQsendPrepare(handle, prepared.name, key.text, Int32(clamping: key.types.count), key.types)
        try sent(isSent, .preparation(key))
        if isBoundary {
            boundaries[key] = prepared
        } else {
            statements.insert(prepared, for: key)
        }
        return prepared
    }

    private func sent(_ status: Int32, _ step: Step) throws(DatabaseError) {
        guard status == 1 else { throw lost() }
        steps.append(step)
    }

    private func lost() -> DatabaseError {
        isBroken = true
        return DatabaseError(.unavailable, PostgresAddress.firstLine(of: PQerrorMessage(handle)))
    }

    /// Waits for the next result of what was sent; nil at the end of a statement's results.
    private func nextResult() throws(DatabaseError) -> OpaquePointer? {
        let wait = PostgresWait(
            handle: handle, waker: waker, silence: silence, outage: isProbe ? -1 : silence?.descriptor ?? -1,
            limit: responseLimit, cancellation: cancellation)
        switch wait.run() {
        case .ready: return PQgetResult(handle)
        case .lost: throw lost()
        case .silent:
            // The response may still come, so the connection cannot be used for another statement.
            isBroken = true
            throw DatabaseError(.timeout, "The database did not respond in time.")
        case .outage:
            isBroken = true
            throw .silent
        }
    }

    /// Reads the responses to everything that was sent, up to the last sync.
    ///
    /// - Returns: the results for which somebody waits, to be cleared by the caller.
    /// - Throws: the first failure; what came after it was not done.
    private func results() throws(DatabaseError) -> [OpaquePointer] {
        let answered = steps
        steps.removeAll(keepingCapacity: true)
        var awaited: [OpaquePointer] = []
        var failure: DatabaseError?
        for (index, step) in answered.enumerated() where !isBroken {
            if case .sync = step {
                do throws(DatabaseError) {
                    PQclear(try nextResult())
                } catch {
                    failure = failure ?? error
                    continue
                }
                // No caller waited for the end of an earlier transaction, so its error is dropped.
                if index < answered.count - 1 { failure = nil }
                continue
            }
            do throws(DatabaseError) {
                let result = try answer(to: step)
                if case .question = step { awaited.append(result) } else { PQclear(result) }
            } catch {
                failure = failure ?? error
            }
        }
        if failure == nil, PQexitPipelineMode(handle) != 1 { failure = lost() }
        guard let failure else {
            exchanges &+= 1
            return awaited
        }
        for result in awaited { PQclear(result) }
        if !isBroken, PQexitPipelineMode(handle) != 1 { throw lost() }
        throw failure
    }

    private func answer(to step: Step) throws(DatabaseError) -> OpaquePointer {
        guard let result = try nextResult() else { throw lost() }
        do throws(DatabaseError) {
            while PQstatus(handle) == CONNECTION_OK, let end = try nextResult() { PQclear(end) }
        } catch {
            PQclear(result)
            throw error
        }
        switch step {
        case .sync:
            return result
        case .deallocation(let text):
            return try check(result, text)
        case .preparation(let key):
            do {
                return try check(result, key.text)
            } catch {
                statements.removeValue(for: key)
                boundaries[key] = nil
                throw error
            }
        case .statement(let key), .question(let key):
            do {
                return try check(result, key.text)
            } catch {
                // The next attempt prepares it under another name; the old one is freed with the connection.
                if error.message == Self.stalePlan { statements.removeValue(for: key) }
                throw error
            }
        }
    }

    /// Returns a successful result, and throws an error for every other one.
    private func check(_ result: OpaquePointer?, _ text: String) throws(DatabaseError) -> OpaquePointer {
        let status = PQresultStatus(result)
        if let result, status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK { return result }
        defer { PQclear(result) }
        if status == PGRES_EMPTY_QUERY {
            throw DatabaseError(.syntax, "the statement is empty", statement: text)
        }
        let state = PQresultErrorField(result, troquet_pg_diag_sqlstate()).map { String(cString: $0) }
        // The primary message names columns and constraints. The detail message would contain values.
        let primary = PQresultErrorField(result, troquet_pg_diag_primary())
        let message = primary.map { String(cString: $0) } ?? PostgresAddress.firstLine(of: PQerrorMessage(handle))
        var kind = state.map { DatabaseError.Kind(sqlState: $0) } ?? .other
        if PQstatus(handle) != CONNECTION_OK { kind = .unavailable }
        if message == Self.stalePlan { kind = .serialization }
        if kind == .unavailable { isBroken = true }
        throw DatabaseError(kind, message, statement: text)
    }
}
