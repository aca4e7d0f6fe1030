// SPDX-License-Identifier: Apache-2.0

import CPostgres
import Glibc

/// How a connection to PostgreSQL is made from its address.
enum PostgresAddress {
    /// Whether libpq can parse the address.
    static func isUnderstood(_ location: String) -> Bool {
        guard !location.utf8.contains(0), let options = PQconninfoParse(location, nil) else { return false }
        PQconninfoFree(options)
        return true
    }

    /// Connects within the time of `limits`.
    ///
    /// The kernel gives up a connection on which the server has acknowledged nothing for 30 s, also while it is idle.
    /// The parameters of the address override these values.
    ///
    /// - Returns: a connection that the caller ends with `PQfinish`.
    static func connect(_ location: String, _ limits: DatabaseLimits) throws(DatabaseError) -> OpaquePointer {
        let parameters = [
            ("application_name", "troquet"), ("connect_timeout", "\(max(2, limits.connect.components.seconds))"),
            ("keepalives", "1"), ("keepalives_idle", "15"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"), ("dbname", location), ("client_encoding", "UTF8"),
        ]
        let keywords = parameters.map { strdup($0.0) }
        let values = parameters.map { strdup($0.1) }
        defer { for string in keywords + values { free(string) } }
        let keywordPointers = keywords.map { UnsafePointer($0) } + [nil]
        let valuePointers = values.map { UnsafePointer($0) } + [nil]
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

    /// The first line of a message of libpq.
    static func firstLine(of message: UnsafePointer<CChar>?) -> String {
        guard let message else { return "no reason given" }
        let line = String(cString: message).prefix { $0 != "\n" }
        return line.isEmpty ? "the connection was lost" : String(line)
    }
}
