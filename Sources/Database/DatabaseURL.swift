// SPDX-License-Identifier: Apache-2.0

/// The address of a database: `sqlite:PATH` or `postgres://user:password@host:port/name`.
///
/// A PostgreSQL address is passed to libpq, with all of its parameters (`sslmode`, `host` for a socket directory, …).
public struct DatabaseURL: Sendable, Hashable, CustomStringConvertible {
    /// The engine that the scheme names.
    public let engine: Engine
    /// The file's path, or the libpq address including the password. It must not be logged.
    let location: String

    /// Parses an address.
    ///
    /// - Throws: `.invalidValue` with one sentence for the operator; the sentence never repeats a password.
    public init(_ string: String) throws(DatabaseError) {
        if string.hasPrefix("sqlite:") {
            engine = .sqlite
            location = try Self.path(String(string.dropFirst("sqlite:".count)))
        } else if string.hasPrefix("postgres://") || string.hasPrefix("postgresql://") {
            engine = .postgres
            location = try Self.checkedPostgres(string)
        } else {
            throw DatabaseError(
                .invalidValue, "The database address must begin with sqlite: or postgres:// and this one does not.")
        }
    }

    /// The address without its password and parameters, for logs.
    public var description: String {
        guard engine == .postgres else { return "sqlite:\(location)" }
        let address = location.prefix { $0 != "?" }
        guard let separator = address.firstRange(of: "://") else { return "postgres" }
        let rest = address[separator.upperBound...]
        let host = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
        return "postgres://\(host)"
    }

    private static func path(_ rest: String) throws(DatabaseError) -> String {
        let path = rest.hasPrefix("//") ? String(rest.dropFirst(2)) : rest
        guard !path.isEmpty else {
            throw DatabaseError(.invalidValue, "The database address sqlite: must be followed by the path of a file.")
        }
        guard !path.utf8.contains(0) else {
            throw DatabaseError(.invalidValue, "The path of the database must not hold U+0000.")
        }
        guard path != ":memory:", !path.hasPrefix("file:") else {
            throw DatabaseError(
                .invalidValue, "The database must be a file, because several connections share it: give its path.")
        }
        return path
    }

    private static func checkedPostgres(_ string: String) throws(DatabaseError) -> String {
        guard PostgresAddress.isUnderstood(string) else {
            throw DatabaseError(
                .invalidValue,
                "The database address is not understood: it must read postgres://user:password@host:port/name, "
                    + "with special characters of the password percent-encoded.")
        }
        return string
    }
}
