// SPDX-License-Identifier: Apache-2.0

/// A column name and the value of a row in this column.
///
/// A row with many columns is written as one list of these. Both its INSERT and its UPDATE are made from this list, so
/// that no column can be forgotten in one of them:
///
/// ```swift
/// try tx.run("INSERT INTO post \(row: [ColumnValue("id", p.id)] + said)")
/// try tx.run("UPDATE post SET \(set: said) WHERE id = \(p.id)")
/// ```
public struct ColumnValue: Sendable {
    /// The column's name in the table.
    public let name: StaticString
    /// The value that is bound.
    public let value: SQLValue

    /// - Parameters:
    ///   - name: becomes part of the statement. It can only be a literal in our own source.
    ///   - value: a value, or nil for NULL.
    public init(_ name: StaticString, _ value: some SQLBindable) {
        self.name = name
        self.value = value.sqlValue
    }
}

extension SQL.StringInterpolation {
    /// `(a, b) VALUES ($1, $2)`: the columns of a new row, after `INSERT INTO` and the table's name.
    public mutating func appendInterpolation(row columns: [ColumnValue]) {
        let names = columns.map(\.name.description).joined(separator: ", ")
        parts.append(.text("(\(names)) VALUES ("))
        for (index, column) in columns.enumerated() {
            if index > 0 { parts.append(.text(", ")) }
            parts.append(.value(column.value))
        }
        parts.append(.text(")"))
    }

    /// `a = $1, b = $2`: the new values of a row, after `UPDATE`, the table's name and `SET`.
    public mutating func appendInterpolation(set columns: [ColumnValue]) {
        for (index, column) in columns.enumerated() {
            parts.append(.text("\(index > 0 ? ", " : "")\(column.name) = "))
            parts.append(.value(column.value))
        }
    }
}
