// SPDX-License-Identifier: Apache-2.0

/// The column names of one result, shared by its rows.
final class Columns: Sendable {
    let names: [String]

    init(_ names: [String]) {
        self.names = names
    }
}

/// One row of a result, read by column name and by type.
///
/// Each reader throws `.columnMissing` when there is no such column, and `.invalidValue` when the value has another
/// type. The readers without `OrNil` reject NULL too.
public struct Row: Sendable {
    let columns: Columns
    /// The values in the order of the statement's columns.
    public let values: [SQLValue]

    init(columns: Columns, values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    /// The names of the columns, in order.
    public var columnNames: [String] { columns.names }

    /// The unconverted value, or `nil` when there is no such column.
    public subscript(column: String) -> SQLValue? {
        guard let index = columns.names.firstIndex(of: column), index < values.count else { return nil }
        return values[index]
    }

    /// A 64-bit integer.
    public func int(_ column: String) throws(DatabaseError) -> Int64 {
        try present(intOrNil(column), column)
    }

    /// A 64-bit integer or NULL.
    public func intOrNil(_ column: String) throws(DatabaseError) -> Int64? {
        switch try value(column) {
        case .null: return nil
        case .integer(let number): return number
        case let other: throw mismatch(column, wanted: "an integer", found: other)
        }
    }

    /// Text.
    public func text(_ column: String) throws(DatabaseError) -> String {
        try present(textOrNil(column), column)
    }

    /// Text or NULL.
    public func textOrNil(_ column: String) throws(DatabaseError) -> String? {
        switch try value(column) {
        case .null: return nil
        case .text(let text): return text
        case let other: throw mismatch(column, wanted: "text", found: other)
        }
    }

    /// A boolean: PostgreSQL's boolean, or SQLite's 1 and 0.
    public func bool(_ column: String) throws(DatabaseError) -> Bool {
        try present(boolOrNil(column), column)
    }

    /// A boolean or NULL.
    public func boolOrNil(_ column: String) throws(DatabaseError) -> Bool? {
        switch try value(column) {
        case .null: return nil
        case .boolean(let flag): return flag
        case .integer(0): return false
        case .integer(1): return true
        case let other: throw mismatch(column, wanted: "a boolean", found: other)
        }
    }

    /// A floating point number. An integer value is converted.
    public func double(_ column: String) throws(DatabaseError) -> Double {
        try present(doubleOrNil(column), column)
    }

    /// A floating point number or NULL.
    public func doubleOrNil(_ column: String) throws(DatabaseError) -> Double? {
        switch try value(column) {
        case .null: return nil
        case .real(let number): return number
        case .integer(let number): return Double(number)
        case let other: throw mismatch(column, wanted: "a number", found: other)
        }
    }

    /// Bytes.
    public func bytes(_ column: String) throws(DatabaseError) -> [UInt8] {
        try present(bytesOrNil(column), column)
    }

    /// Bytes or NULL.
    public func bytesOrNil(_ column: String) throws(DatabaseError) -> [UInt8]? {
        switch try value(column) {
        case .null: return nil
        case .bytes(let bytes): return bytes
        case let other: throw mismatch(column, wanted: "bytes", found: other)
        }
    }

    private func value(_ column: String) throws(DatabaseError) -> SQLValue {
        guard let value = self[column] else {
            let names = columns.names.joined(separator: ", ")
            throw DatabaseError(.columnMissing, "the result has no column \(column), only \(names)")
        }
        return value
    }

    private func present<T>(_ value: T?, _ column: String) throws(DatabaseError) -> T {
        guard let value else { throw DatabaseError(.invalidValue, "column \(column) is NULL") }
        return value
    }

    /// Makes an error that names the type of the value, never the value itself.
    private func mismatch(_ column: String, wanted: String, found: SQLValue) -> DatabaseError {
        let kind =
            switch found {
            case .null: "NULL"
            case .integer: "an integer"
            case .boolean: "a boolean"
            case .real: "a number"
            case .text: "text"
            case .bytes: "bytes"
            }
        return DatabaseError(.invalidValue, "column \(column) holds \(kind), not \(wanted)")
    }
}
