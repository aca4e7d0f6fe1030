// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The column names of one result, shared by its rows and by later results of the same statement.
final class Columns: Sendable {
    let names: [String]
    /// Where each name stands first.
    private let positions: [String: Int]
    /// The column after the one that was found last. Rows are mostly read in the order of their columns, and then a
    /// comparison is enough; any other column is looked up, so a wrong guess costs time and nothing else.
    private let guess = Atomic(0)

    init(_ names: [String]) {
        self.names = names
        positions = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Where a column stands; of two with one name the first.
    func position(of name: String) -> Int? {
        let guess = guess.load(ordering: .relaxed)
        // A name that stands twice is always looked up.
        let isThere = guess < names.count && names[guess] == name && positions.count == names.count
        guard let position = isThere ? guess : positions[name] else { return nil }
        self.guess.store(position + 1, ordering: .relaxed)
        return position
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
        guard let index = columns.position(of: column), index < values.count else { return nil }
        return values[index]
    }

    /// A 64-bit integer.
    public func int(_ column: String) throws(DatabaseError) -> Int64 {
        try value(column).int(column)
    }

    /// A 64-bit integer or NULL.
    public func intOrNil(_ column: String) throws(DatabaseError) -> Int64? {
        try value(column).intOrNil(column)
    }

    /// Text.
    public func text(_ column: String) throws(DatabaseError) -> String {
        try value(column).text(column)
    }

    /// Text or NULL.
    public func textOrNil(_ column: String) throws(DatabaseError) -> String? {
        try value(column).textOrNil(column)
    }

    /// A boolean: PostgreSQL's boolean, or SQLite's 1 and 0.
    public func bool(_ column: String) throws(DatabaseError) -> Bool {
        try value(column).bool(column)
    }

    /// A boolean or NULL.
    public func boolOrNil(_ column: String) throws(DatabaseError) -> Bool? {
        try value(column).boolOrNil(column)
    }

    /// A floating point number. An integer value is converted.
    public func double(_ column: String) throws(DatabaseError) -> Double {
        try value(column).double(column)
    }

    /// A floating point number or NULL.
    public func doubleOrNil(_ column: String) throws(DatabaseError) -> Double? {
        try value(column).doubleOrNil(column)
    }

    /// Bytes.
    public func bytes(_ column: String) throws(DatabaseError) -> [UInt8] {
        try value(column).bytes(column)
    }

    /// Bytes or NULL.
    public func bytesOrNil(_ column: String) throws(DatabaseError) -> [UInt8]? {
        try value(column).bytesOrNil(column)
    }

    /// A reader of the columns from `column` on, one after the other: for what has many of them, always in one order.
    public func reader(from column: String) throws(DatabaseError) -> RowReader {
        guard let start = columns.position(of: column) else { throw missing(column) }
        return RowReader(row: self, start: start)
    }

    private func value(_ column: String) throws(DatabaseError) -> SQLValue {
        guard let value = self[column] else { throw missing(column) }
        return value
    }

    private func missing(_ column: String) -> DatabaseError {
        let names = columns.names.joined(separator: ", ")
        return DatabaseError(.columnMissing, "the result has no column \(column), only \(names)")
    }
}

/// Reads the columns of a row one after the other, without looking for their names.
///
/// The caller knows the order, because it wrote the list of columns itself. Errors are those of ``Row``.
public struct RowReader {
    private let row: Row
    private var position: Int

    init(row: Row, start: Int) {
        self.row = row
        position = start
    }

    /// A 64-bit integer.
    public mutating func int() throws(DatabaseError) -> Int64 { try next().int(lastColumn) }

    /// A 64-bit integer or NULL.
    public mutating func intOrNil() throws(DatabaseError) -> Int64? { try next().intOrNil(lastColumn) }

    /// Text.
    public mutating func text() throws(DatabaseError) -> String { try next().text(lastColumn) }

    /// Text or NULL.
    public mutating func textOrNil() throws(DatabaseError) -> String? { try next().textOrNil(lastColumn) }

    /// A truth value.
    public mutating func bool() throws(DatabaseError) -> Bool { try next().bool(lastColumn) }

    private mutating func next() throws(DatabaseError) -> SQLValue {
        guard position < row.values.count else {
            throw DatabaseError(.columnMissing, "the result has no more than \(row.values.count) columns")
        }
        defer { position += 1 }
        return row.values[position]
    }

    /// The name of the column that was read last; empty before the first one.
    public var lastColumn: String { position > 0 ? row.columns.names[position - 1] : "" }
}

// MARK: - One value as one type; the column is named in errors alone

extension SQLValue {
    fileprivate func intOrNil(_ column: @autoclosure () -> String) throws(DatabaseError) -> Int64? {
        switch self {
        case .null: return nil
        case .integer(let number): return number
        default: throw mismatch(column(), wanted: "an integer")
        }
    }

    fileprivate func textOrNil(_ column: @autoclosure () -> String) throws(DatabaseError) -> String? {
        switch self {
        case .null: return nil
        case .text(let text): return text
        default: throw mismatch(column(), wanted: "text")
        }
    }

    fileprivate func boolOrNil(_ column: @autoclosure () -> String) throws(DatabaseError) -> Bool? {
        switch self {
        case .null: return nil
        case .boolean(let flag): return flag
        case .integer(0): return false
        case .integer(1): return true
        default: throw mismatch(column(), wanted: "a boolean")
        }
    }

    fileprivate func doubleOrNil(_ column: @autoclosure () -> String) throws(DatabaseError) -> Double? {
        switch self {
        case .null: return nil
        case .real(let number): return number
        case .integer(let number): return Double(number)
        default: throw mismatch(column(), wanted: "a number")
        }
    }

    fileprivate func bytesOrNil(_ column: @autoclosure () -> String) throws(DatabaseError) -> [UInt8]? {
        switch self {
        case .null: return nil
        case .bytes(let bytes): return bytes
        default: throw mismatch(column(), wanted: "bytes")
        }
    }

    fileprivate func int(_ column: @autoclosure () -> String) throws(DatabaseError) -> Int64 {
        guard let value = try intOrNil(column()) else { throw Self.null(column()) }
        return value
    }

    fileprivate func text(_ column: @autoclosure () -> String) throws(DatabaseError) -> String {
        guard let value = try textOrNil(column()) else { throw Self.null(column()) }
        return value
    }

    fileprivate func bool(_ column: @autoclosure () -> String) throws(DatabaseError) -> Bool {
        guard let value = try boolOrNil(column()) else { throw Self.null(column()) }
        return value
    }

    fileprivate func double(_ column: @autoclosure () -> String) throws(DatabaseError) -> Double {
        guard let value = try doubleOrNil(column()) else { throw Self.null(column()) }
        return value
    }

    fileprivate func bytes(_ column: @autoclosure () -> String) throws(DatabaseError) -> [UInt8] {
        guard let value = try bytesOrNil(column()) else { throw Self.null(column()) }
        return value
    }

    private static func null(_ column: String) -> DatabaseError {
        DatabaseError(.invalidValue, "column \(column) is NULL")
    }

    /// Names the kind of value that was found, never the value.
    private func mismatch(_ column: String, wanted: String) -> DatabaseError {
        let kind =
            switch self {
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
