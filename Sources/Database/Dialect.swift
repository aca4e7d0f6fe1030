// SPDX-License-Identifier: Apache-2.0

/// Which of the two engines keeps the data.
public enum Engine: String, Sendable, Hashable, CaseIterable {
    case sqlite
    case postgres
}

/// A word that the two engines spell differently; everything else is common SQL.
public enum Dialect: Sendable, Hashable {
    /// The type and constraint of an `ID` that is the primary key: `BIGINT PRIMARY KEY` or `INTEGER PRIMARY KEY`.
    case key
    /// A 64-bit integer column: ids, counts, milliseconds.
    case integer
    /// A truth column.
    case boolean
    /// True and false, as a column's default and in a SELECT.
    case yes, no
    /// A column of bytes.
    case bytes
    /// A 64-bit floating point column.
    case real
    /// Stands after a table's closing bracket, so that SQLite refuses values of the wrong type.
    case strict
    /// Stands after a text column whose order is that of its bytes, so that what begins alike stands together.
    case byteOrder
    /// Between a column of searched words and a query in the engine's own language.
    case matches
    /// Ends the inner SELECT of a queue claim: rows of the table alias that another worker has locked are passed over.
    case skipLocked(of: String)

    /// The word as `engine` spells it; may be empty.
    public func spelled(for engine: Engine) -> String {
        switch (self, engine) {
        case (.key, .sqlite): "INTEGER PRIMARY KEY"
        case (.key, .postgres): "BIGINT PRIMARY KEY"
        case (.integer, .sqlite): "INTEGER"
        case (.integer, .postgres): "BIGINT"
        case (.boolean, .sqlite): "INTEGER"
        case (.boolean, .postgres): "BOOLEAN"
        case (.yes, .sqlite): "1"
        case (.yes, .postgres): "TRUE"
        case (.no, .sqlite): "0"
        case (.no, .postgres): "FALSE"
        case (.bytes, .sqlite): "BLOB"
        case (.bytes, .postgres): "BYTEA"
        case (.real, .sqlite): "REAL"
        case (.real, .postgres): "DOUBLE PRECISION"
        case (.strict, .sqlite): "STRICT"
        case (.strict, .postgres): ""
        case (.byteOrder, .sqlite): "COLLATE BINARY"
        case (.byteOrder, .postgres): "COLLATE \"C\""
        case (.matches, .sqlite): "MATCH"
        case (.matches, .postgres): "@@"
        case (.skipLocked, .sqlite): ""
        case (.skipLocked(let alias), .postgres): "FOR UPDATE OF \(alias) SKIP LOCKED"
        }
    }
}
