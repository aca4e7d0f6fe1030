// SPDX-License-Identifier: Apache-2.0

/// One of the six kinds of value that both engines can store.
///
/// Times are `integer` milliseconds, JSON is `text`, lists are stored in separate tables.
public enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case boolean(Bool)
    case real(Double)
    case text(String)
    case bytes([UInt8])

    /// The reason why the value cannot be stored in the same way on both engines; `nil` when it can.
    ///
    /// Both engines take text as a C string and would cut it at U+0000 without an error. SQLite stores a NaN as NULL.
    var refusal: String? {
        switch self {
        case .text(let text) where text.utf8.contains(0): "text holds U+0000"
        case .real(let number) where !number.isFinite: "a number is not finite"
        default: nil
        }
    }
}

/// A type whose values can be bound to a statement.
public protocol SQLBindable {
    /// The value that is sent to the engine.
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLBindable {
    /// The value itself.
    public var sqlValue: SQLValue { self }
}

extension Int64: SQLBindable {
    /// An integer.
    public var sqlValue: SQLValue { .integer(self) }
}

extension Int: SQLBindable {
    /// An integer.
    public var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension Bool: SQLBindable {
    /// A boolean.
    public var sqlValue: SQLValue { .boolean(self) }
}

extension Double: SQLBindable {
    /// A number.
    public var sqlValue: SQLValue { .real(self) }
}

extension String: SQLBindable {
    /// Text.
    public var sqlValue: SQLValue { .text(self) }
}

extension Array: SQLBindable where Element == UInt8 {
    /// Bytes.
    public var sqlValue: SQLValue { .bytes(self) }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
    /// The value, or NULL.
    public var sqlValue: SQLValue { self?.sqlValue ?? .null }
}

extension SQLBindable where Self: RawRepresentable, RawValue: SQLBindable {
    /// The raw value.
    public var sqlValue: SQLValue { rawValue.sqlValue }
}
