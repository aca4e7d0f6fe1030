// SPDX-License-Identifier: Apache-2.0

import CPostgres
import Glibc
import Limits

/// One connection to a PostgreSQL server, used by one thread only.
///
/// Parameters have explicit types, so that `$1 > 0` compares 64-bit integers. Only for text the server infers the type.
/// Results arrive as text and are parsed by the type of their column.
///
/// Statements are sent in a pipeline (libpq's pipeline mode): a statement without a waiting caller is sent together
/// with the next one that has a waiting caller.
final class PostgresConnection: Connection {
    private struct Key: Hashable {
        let text: String
        let types: [Oid]
    }

    /// One sent item whose response was not read yet.
    private enum Step {
        case preparation(Key, text: String)
        case statement(Key?, text: String)
        /// A point at which the server ends the error state and continues.
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
    /// The names of the prepared statements.
    private var statements: LRUCache<Key, String>
    private var named: UInt64 = 0
    private var steps: [Step] = []

    init(location: String, cacheCapacity: Int = 256) throws(DatabaseError) {
        handle = try Self.connect(location)
        statements = LRUCache(capacity: cacheCapacity)
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        try execute("SET standard_conforming_strings = on; SET bytea_output = 'hex'; SET extra_float_digits = 1")
    }

    deinit {
        PQfinish(handle)
    }

    /// Whether libpq can parse the address.
    static func understands(_ location: String) -> Bool {
        guard !location.utf8.contains(0), let options = PQconninfoParse(location, nil) else { return false }
        PQconninfoFree(options)
        return true
    }

    /// The file descriptor of the connection, for waiting for notifications.
    var descriptor: Int32 { PQsocket(handle) }

    var preparedCount: Int { statements.count }

    private static func connect(_ location: String) throws(DatabaseError) -> OpaquePointer {
        // Parameters in the address are later in the list and override these values.
        let keywords = ["application_name", "connect_timeout", "dbname", "client_encoding"]
        let values = ["troquet", "10", location, "UTF8"]
        let keywordStrings = keywords.map { strdup($0) }
        let valueStrings = values.map { strdup($0) }
        defer { for string in keywordStrings + valueStrings { free(string) } }
        let keywordPointers = keywordStrings.map { UnsafePointer($0) } + [nil]
        let valuePointers = valueStrings.map { UnsafePointer($0) } + [nil]
        guard let handle = PQconnectdbParams(keywordPointers, valuePointers, 1) else {
            throw DatabaseError(.unavailable, "The database cannot be reached: out of memory.")
        }
        guard PQstatus(handle) == CONNECTION_OK else {
            let reason = firstLine(of: PQerrorMessage(handle))
            PQfinish(handle)
            throw DatabaseError(.unavailable, "The database cannot be reached: \(reason).")
        }
        return handle
    }

    private static func firstLine(of message: UnsafePointer<CChar>?) -> String {
        guard let message else { return "no reason given" }
        let line = String(cString: message).prefix { $0 != "\n" }
        return line.isEmpty ? "the connection was lost" : String(line)
    }

    func execute(_ text: String) throws(DatabaseError) {
        try settle()
        PQclear(try check(PQexec(handle, text), text))
    }

    func rollBack() {
        // An error here belongs to the statements that are rolled back, so it is ignored.
        try? settle()
        if !isBroken { try? execute("ROLLBACK") }
    }

    func prepare(_ statement: Statement) throws(DatabaseError) {
        _ = try name(of: statement, PostgresParameters(statement.values))
        try settle()
    }

    func rows(_ statement: Statement) throws(DatabaseError) -> [Row] {
        let result = try perform(statement)
        defer { PQclear(result) }
        return PostgresResult(result).rows()
    }

    func run(_ statement: Statement) throws(DatabaseError) -> Int {
        let result = try perform(statement)
        defer { PQclear(result) }
        return PostgresResult(result).changedRows()
    }

    func send(_ statement: Statement) throws(DatabaseError) {
        try add(statement)
        if steps.count >= Self.stepLimit { try settle() }
    }

    func flush() throws(DatabaseError) {
        switch steps.last {
        case nil, .sync: break
        case .preparation, .statement: try sent(PQpipelineSync(handle), .sync)
        }
    }

    func settle() throws(DatabaseError) {
        try flush()
        PQclear(try lastResult())
    }

    /// Reads the input that has arrived and returns its notifications. Only the listener calls it.
    func notifications() throws(DatabaseError) -> [String] {
        guard PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else {
            isBroken = true
            throw DatabaseError(.unavailable, Self.firstLine(of: PQerrorMessage(handle)))
        }
        var messages: [String] = []
        while let notification = PQnotifies(handle) {
            if let payload = notification.pointee.extra { messages.append(String(cString: payload)) }
            PQfreemem(notification)
        }
        return messages
    }

    // MARK: - The pipeline

    private func perform(_ statement: Statement) throws(DatabaseError) -> OpaquePointer {
        try add(statement)
        try flush()
        guard let result = try lastResult() else { throw lost() }
        return result
    }

    /// Adds a statement to the pipeline, after those that are already in it.
    private func add(_ statement: Statement) throws(DatabaseError) {
        let parameters = PostgresParameters(statement.values)
        let name = try name(of: statement, parameters)
        let isSent = parameters.withPointers { values, lengths, formats in
            PQsendQueryPrepared(handle, name, Int32(clamping: values.count), values, lengths, formats, 0)
        }
        try sent(isSent, .statement(Key(text: statement.text, types: parameters.types), text: statement.text))
    }

    /// The name of a prepared statement. A new statement is added to the pipeline for preparation.
    private func name(of statement: Statement, _ parameters: PostgresParameters) throws(DatabaseError) -> String {
        if PQpipelineStatus(handle) == PQ_PIPELINE_OFF, PQenterPipelineMode(handle) != 1 { throw lost() }
        let key = Key(text: statement.text, types: parameters.types)
        if let known = statements.value(for: key) { return known }
        if statements.isFull, let oldest = statements.removeOldest() {
            let text = "DEALLOCATE \(oldest.value)"
            try sent(PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 0), .statement(nil, text: text))
        }
        named &+= 1
        let name = "s\(named)"
        let isSent = PQsendPrepare(handle, name, statement.text, Int32(clamping: key.types.count), key.types)
        try sent(isSent, .preparation(key, text: statement.text))
        statements.insert(name, for: key)
        return name
    }

    private func sent(_ status: Int32, _ step: Step) throws(DatabaseError) {
        guard status == 1 else { throw lost() }
        steps.append(step)
    }

    private func lost() -> DatabaseError {
        isBroken = true
        return DatabaseError(.unavailable, Self.firstLine(of: PQerrorMessage(handle)))
    }

    /// Reads the responses to everything that was sent, up to the last sync.
    ///
    /// - Returns: the result of the last statement, if there was one.
    /// - Throws: the first error. The statements after it did not run.
    private func lastResult() throws(DatabaseError) -> OpaquePointer? {
        let answered = steps
        steps.removeAll(keepingCapacity: true)
        var last: OpaquePointer?
        var failure: DatabaseError?
        for (index, step) in answered.enumerated() where !isBroken {
            if case .sync = step {
                PQclear(PQgetResult(handle))
                // No caller waited for the end of an earlier transaction, so its error is dropped.
                if index < answered.count - 1 { failure = nil }
                continue
            }
            PQclear(last)
            last = nil
            do throws(DatabaseError) {
                last = try answer(to: step)
            } catch {
                failure = failure ?? error
            }
        }
        if failure == nil, PQexitPipelineMode(handle) != 1 { failure = lost() }
        guard let failure else { return last }
        PQclear(last)
        if !isBroken, PQexitPipelineMode(handle) != 1 { throw lost() }
        throw failure
    }

    private func answer(to step: Step) throws(DatabaseError) -> OpaquePointer? {
        guard let result = PQgetResult(handle) else { throw lost() }
        while PQstatus(handle) == CONNECTION_OK, let end = PQgetResult(handle) { PQclear(end) }
        switch step {
        case .sync:
            return result
        case .preparation(let key, let text):
            do {
                return try check(result, text)
            } catch {
                statements.removeValue(for: key)
                throw error
            }
        case .statement(let key, let text):
            do {
                return try check(result, text)
            } catch {
                // The next attempt prepares the statement under another name. The old one is freed when the connection
                // closes.
                if error.message == Self.stalePlan, let key { statements.removeValue(for: key) }
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
        let message = primary.map { String(cString: $0) } ?? Self.firstLine(of: PQerrorMessage(handle))
        var kind = state.map { DatabaseError.Kind(sqlState: $0) } ?? .other
        if PQstatus(handle) != CONNECTION_OK { kind = .unavailable }
        if message == Self.stalePlan { kind = .serialization }
        if kind == .unavailable { isBroken = true }
        throw DatabaseError(kind, message, statement: text)
    }
}
