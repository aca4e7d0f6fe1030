// SPDX-License-Identifier: Apache-2.0

/// An error of the database. Its kinds are the same for both engines.
///
/// `message` and `statement` are for our log. They name tables, columns and constraints, and never contain bound
/// values.
public struct DatabaseError: Error, Equatable, CustomStringConvertible {
    /// The kinds of failure that a caller can tell apart.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The unique index or primary key already has the value. Inside a transaction use `ON CONFLICT` instead.
        case uniqueViolation
        /// A foreign key refers to a row that does not exist, or a row that is deleted is still referred to.
        case foreignKeyViolation
        /// A CHECK constraint rejected the row.
        case checkViolation
        /// A NOT NULL column got NULL.
        case notNullViolation
        /// Two transactions were in conflict. It was already retried when the caller gets it.
        case serialization
        /// Another process holds the lock. It was already retried when the caller gets it.
        case busy
        /// The database cannot be reached or is closed. A write that was committing may have been stored.
        case unavailable
        /// Too many calls wait for a connection, or this one waited too long. Its body did not run.
        case overloaded
        /// A statement took longer than it may, and everything was rolled back.
        case timeout
        /// The disk is full.
        case full
        /// The database may only be read at present: the file, the file system or the server says so.
        case readOnly
        /// The file is damaged.
        case corrupt
        /// The SQLite file was removed or replaced by another one while it was open.
        case replaced
        /// A value that the column, the type or this module does not accept.
        case invalidValue
        /// The statement is not SQL, or names a table or column that does not exist.
        case syntax
        /// The result has no column of that name.
        case columnMissing
        /// Every other error.
        case other
    }

    /// The kind of the error, for the caller's decision.
    public let kind: Kind
    /// One sentence for the log.
    public let message: String
    /// The text of the statement with `$n` for its values; nil when no statement was running.
    public let statement: String?

    /// Creates an error.
    public init(_ kind: Kind, _ message: String, statement: String? = nil) {
        self.kind = kind
        self.message = message
        self.statement = statement
    }

    /// The complete error, for the log.
    public var description: String {
        guard let statement else { return "\(kind.rawValue): \(message)" }
        return "\(kind.rawValue): \(message) in: \(statement)"
    }

    /// Whether the cause may pass by itself, so that the caller should try again later.
    public var isPassing: Bool { isTransient || kind == .unavailable || kind == .full }

    static let closed = DatabaseError(.unavailable, "The database is closed.")

    /// Whether the whole database cannot do its work at present, so that no single body or row caused the error. The
    /// same call may succeed later.
    public var isOutage: Bool {
        switch kind {
        case .busy, .unavailable, .overloaded, .timeout, .full, .readOnly, .corrupt, .replaced: true
        case .uniqueViolation, .foreignKeyViolation, .checkViolation, .notNullViolation, .serialization, .invalidValue,
            .syntax, .columnMissing, .other:
            false
        }
    }

    /// Why no call is begun while PostgreSQL does not respond.
    static let silent = DatabaseError(.unavailable, "The database does not respond.")
    static let queueIsFull = DatabaseError(.overloaded, "Too many calls wait for the database.")
    static let waitedTooLong = DatabaseError(.overloaded, "The database had no free connection for too long.")

    /// Whether the same transaction may succeed when it is run again.
    var isTransient: Bool { kind == .serialization || kind == .busy }
}

// MARK: - The engines' codes

extension DatabaseError.Kind {
    /// Maps a five-character SQLSTATE of PostgreSQL.
    init(sqlState: String) {
        switch sqlState {
        case "23505": self = .uniqueViolation
        case "23503": self = .foreignKeyViolation
        case "23514": self = .checkViolation
        case "23502": self = .notNullViolation
        case "40001", "40P01": self = .serialization
        case "55P03": self = .busy
        case "53100": self = .full
        case "57014": self = .timeout
        case "25006": self = .readOnly
        case "XX001", "XX002": self = .corrupt
        case "53200", "53300", "53400", "58030", "57P01", "57P02", "57P03", "57P05", "25P03": self = .unavailable
        default: self = Self.ofClass(sqlState.prefix(2))
        }
    }

    /// Maps the first two characters (the class) of a SQLSTATE.
    private static func ofClass(_ name: Substring) -> Self {
        switch name {
        case "08": .unavailable
        case "22": .invalidValue
        case "42": .syntax
        default: .other
        }
    }

    /// Maps an extended result code of SQLite.
    init(sqliteCode code: Int32) {
        switch code {
        case 2067, 1555, 2579: self = .uniqueViolation  // CONSTRAINT_UNIQUE, _PRIMARYKEY, _ROWID
        case 787: self = .foreignKeyViolation  // CONSTRAINT_FOREIGNKEY
        case 275: self = .checkViolation  // CONSTRAINT_CHECK
        case 1299: self = .notNullViolation  // CONSTRAINT_NOTNULL
        case 3091: self = .invalidValue  // CONSTRAINT_DATATYPE, of STRICT tables
        case 1032: self = .replaced  // READONLY_DBMOVED
        default: self = Self.ofPrimary(code & 0xff)
        }
    }

    /// Maps the low byte of a SQLite result code.
    private static func ofPrimary(_ code: Int32) -> Self {
        switch code {
        case 1: .syntax  // ERROR
        case 5, 6: .busy  // BUSY, LOCKED
        case 8: .readOnly  // READONLY
        case 9: .timeout  // INTERRUPT
        case 10, 14: .unavailable  // IOERR, CANTOPEN
        case 11, 26: .corrupt  // CORRUPT, NOTADB
        case 13: .full  // FULL
        case 18, 20, 25: .invalidValue  // TOOBIG, MISMATCH, RANGE
        default: .other
        }
    }
}
