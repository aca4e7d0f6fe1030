// SPDX-License-Identifier: Apache-2.0

/// The two supported database engines.
public enum Engine: String, Sendable, Hashable, CaseIterable {
    case sqlite
    case postgres
}

/// An SQL word that the two engines spell differently. All other SQL is common to both.
public enum Dialect: Sendable, Hashable {
    /// The type and constraint of a primary key column for an `ID`: `BIGINT PRIMARY KEY` or `INTEGER PRIMARY KEY`.
    case key
    /// A 64-bit integer column: ids, counts, milliseconds.
    case integer
    /// A boolean column.
    case boolean
    /// True and false, as a column's default and in a SELECT.
    case yes, no
    /// A column of bytes.
    case bytes
    /// A 64-bit floating point column.
    case real
    /// Follows a table's closing parenthesis, so that SQLite rejects values of the wrong type.
    case strict
    /// Follows a text column that is sorted by bytes, so that values with the same prefix are neighbours.
    case byteOrder
    /// The type of the words in a search table, for a CAST.
    case words
    /// The full-text operator between a search column and a query in the engine's own query language.
    case matches
    /// Ends the inner SELECT of a queue claim. Rows of the table alias that another worker has locked are skipped.
    case skipLocked(of: String)
    /// Ends the SELECT inside an EXISTS that is not a whole condition of a WHERE. Without it PostgreSQL may read all
    /// rows of one key, such as all favourites of an account, into a hash table, instead of looking up each row by an
    /// index.
    case rowByRow

    /// The word in the spelling of `engine`. It may be empty.
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
        case (.words, .sqlite): "TEXT"
        case (.words, .postgres): "tsvector"
        case (.matches, .sqlite): "MATCH"
        case (.matches, .postgres): "@@"
        case (.skipLocked, .sqlite): ""
        case (.skipLocked(let alias), .postgres): "FOR UPDATE OF \(alias) SKIP LOCKED"
        case (.rowByRow, .sqlite): ""
        case (.rowByRow, .postgres): "OFFSET 0"
        }
    }
}
