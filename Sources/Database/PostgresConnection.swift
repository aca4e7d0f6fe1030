// SPDX-License-Identifier: Apache-2.0

import CPostgres
import Glibc

/// One connection to a PostgreSQL server, used by one thread alone.
///
/// Parameters carry their type, so that `$1 > 0` is a comparison of 64-bit integers; text alone is left for the
/// server to place. Results come as text and are read by the type of their column.
final class PostgresConnection: Connection {
    private struct Key: Hashable {
        let text: String
        let types: [Oid]
    }

    /// What the server says when a migration has changed the columns of a statement that is prepared already.
    private static let stalePlan = "cached plan must not change result type"

    let engine = Engine.postgres
    private(set) var isBroken = false
    private let handle: OpaquePointer
    private var statements: StatementCache<Key, String>
    private var named: UInt64 = 0

    init(location: String, cacheCapacity: Int = 256) throws(DatabaseError) {
        handle = try Self.connect(location)
        statements = StatementCache(capacity: cacheCapacity)
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        try execute("SET standard_conforming_strings = on; SET bytea_output = 'hex'; SET extra_float_digits = 1")
    }

    deinit {
        PQfinish(handle)
    }

    /// Whether libpq can read the address.
    static func understands(_ location: String) -> Bool {
        guard !location.utf8.contains(0), let options = PQconninfoParse(location, nil) else { return false }
        PQconninfoFree(options)
        return true
    }

    /// The descriptor of the connection, to wait for notifications.
    var descriptor: Int32 { PQsocket(handle) }

    var preparedCount: Int { statements.count }

    private static func connect(_ location: String) throws(DatabaseError) -> OpaquePointer {
        // What the address itself says comes later and wins.
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
        PQclear(try check(PQexec(handle, text), text))
    }

    func prepare(_ statement: Statement) throws(DatabaseError) {
        _ = try prepared(statement, PostgresParameters(statement.values))
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

    /// Reads what has arrived and takes the notifications among it. Called by the listener alone.
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

    private func perform(_ statement: Statement) throws(DatabaseError) -> OpaquePointer {
        let parameters = PostgresParameters(statement.values)
        let name = try prepared(statement, parameters)
        let result = parameters.withPointers { values, lengths, formats in
            PQexecPrepared(handle, name, Int32(clamping: values.count), values, lengths, formats, 0)
        }
        do {
            return try check(result, statement.text)
        } catch {
            if error.kind == .serialization, error.message == Self.stalePlan {
                // The next attempt prepares it under another name; the old one is freed with the connection.
                _ = statements.remove(Key(text: statement.text, types: parameters.types))
            }
            throw error
        }
    }

    private func prepared(_ statement: Statement, _ parameters: PostgresParameters) throws(DatabaseError) -> String {
        let key = Key(text: statement.text, types: parameters.types)
        if let known = statements.find(key) { return known }
        if let oldest = statements.makeRoom() { try execute("DEALLOCATE \(oldest)") }
        named &+= 1
        let name = "s\(named)"
        let result = PQprepare(handle, name, statement.text, Int32(clamping: key.types.count), key.types)
        PQclear(try check(result, statement.text))
        statements.insert(name, for: key)
        return name
    }

    /// Passes a result that is one, and turns the others into errors.
    private func check(_ result: OpaquePointer?, _ text: String) throws(DatabaseError) -> OpaquePointer {
        let status = PQresultStatus(result)
        if let result, status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK { return result }
        defer { PQclear(result) }
        if status == PGRES_EMPTY_QUERY {
            throw DatabaseError(.syntax, "the statement is empty", statement: text)
        }
        let state = PQresultErrorField(result, troquet_pg_diag_sqlstate()).map { String(cString: $0) }
        // The primary line names columns and constraints; the detail line would quote values.
        let primary = PQresultErrorField(result, troquet_pg_diag_primary())
        let message = primary.map { String(cString: $0) } ?? Self.firstLine(of: PQerrorMessage(handle))
        var kind = state.map { DatabaseError.Kind(sqlState: $0) } ?? .other
        if PQstatus(handle) != CONNECTION_OK { kind = .unavailable }
        if message == Self.stalePlan { kind = .serialization }
        if kind == .unavailable { isBroken = true }
        throw DatabaseError(kind, message, statement: text)
    }
}
