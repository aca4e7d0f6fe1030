// SPDX-License-Identifier: Apache-2.0

/// A JSON value that keeps numbers as they were written and keys in the order they came.
///
/// Parsing and printing give back the same document, unknown keys included, which a group needs in order to
/// pass on what it received.
///
/// Spec: RFC 8259.
public enum JSON: Hashable, Sendable {
    /// The literal `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, with its text.
    case number(Number)
    /// A string; may hold U+0000, which the readers drop.
    case string(String)
    /// An array.
    case array([JSON])
    /// An object with unique, ordered keys.
    case object(Object)
}

// MARK: - Reading

extension JSON {
    /// The member named `key`; `nil` unless this is an object that has it.
    public subscript(key: String) -> JSON? {
        guard case .object(let object) = self else { return nil }
        return object[key]
    }

    /// The text of a string, without U+0000, which no database of ours stores.
    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text.utf8.contains(0) ? String(text.unicodeScalars.filter { $0.value != 0 }.map(Character.init)) : text
    }

    /// The truth value, when this is one.
    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The number, when it is whole and fits 64 bits: `1.0` and `1e3` are, `1.5` and `1e99` are not.
    public var int: Int64? {
        guard case .number(let number) = self else { return nil }
        return number.int64
    }

    /// The number, when it is finite.
    public var double: Double? {
        guard case .number(let number) = self else { return nil }
        return number.double
    }

    /// The elements, when this is an array.
    public var array: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members, when this is an object.
    public var object: Object? {
        guard case .object(let object) = self else { return nil }
        return object
    }

    /// Whether this is the literal `null`.
    public var isNull: Bool { self == .null }

    /// The elements of an array, nothing for `null`, and otherwise the value itself.
    public var oneOrMany: [JSON] {
        switch self {
        case .null: []
        case .array(let elements): elements
        default: [self]
        }
    }
}

// MARK: - Making

extension JSON {
    /// Wraps a text.
    public init(_ text: String) { self = .string(text) }

    /// Wraps a truth value.
    public init(_ value: Bool) { self = .bool(value) }

    /// Wraps a whole number.
    public init(_ value: Int64) { self = .number(Number(value)) }

    /// Wraps a whole number.
    public init(_ value: Int) { self = .number(Number(Int64(value))) }

    /// Wraps a number, written with a fraction or an exponent; `null` when it is not finite.
    public init(_ value: Double) { self = Number(value).map(JSON.number) ?? .null }

    /// Wraps an identifier as a string.
    public init(_ iri: IRI) { self = .string(iri.string) }

    /// Wraps identifiers as an array of strings.
    public init(_ iris: [IRI]) { self = .array(iris.map { .string($0.string) }) }

    /// Wraps texts as an array of strings.
    public init(_ texts: [String]) { self = .array(texts.map(JSON.string)) }

    /// An object of those members that have a value, in this order; a key given twice keeps its last value.
    public static func object(droppingNil members: [(String, JSON?)]) -> JSON {
        var object = Object()
        for (key, value) in members {
            if let value { object[key] = value }
        }
        return .object(object)
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByNilLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }

    /// A whole number.
    public init(integerLiteral value: Int64) { self = .number(Number(value)) }

    /// A number; `null` when it is not finite.
    public init(floatLiteral value: Double) { self.init(value) }

    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// An array.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }

    /// An object in this order; a key given twice keeps its last value.
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(Object(elements)) }

    /// The literal `null`.
    public init(nilLiteral: ()) { self = .null }
}

/// Why bytes are not a document that we read.
public enum JSONError: Error, Equatable, Sendable {
    /// The grammar is broken at this byte offset; also a lone surrogate or a number longer than 256 bytes.
    case malformed(at: Int)
    /// Arrays and objects are nested deeper than the limit.
    case tooDeep
    /// There are more values than the limit.
    case tooManyNodes
    /// There are more bytes than the limit.
    case tooLarge
    /// An object names this key twice, so that two readers could see two documents.
    case duplicateKey(String)
    /// A string is not UTF-8.
    case invalidUTF8
}
