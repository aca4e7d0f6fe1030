// SPDX-License-Identifier: Apache-2.0

/// A JSON value that keeps numbers as written and object keys in their original order.
///
/// Parsing and printing returns the same document, unknown keys included. A group needs this to forward the documents
/// that it received.
///
/// Spec: RFC 8259.
public enum JSON: Hashable, Sendable {
    /// The literal `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number with its original text.
    case number(Number)
    /// A string; may contain U+0000, which the readers remove.
    case string(String)
    /// An array.
    case array([JSON])
    /// An object with unique, ordered keys.
    case object(Object)
}

// MARK: - Reading

extension JSON {
    /// The member named `key`; `nil` when this is not an object or has no such member.
    public subscript(key: String) -> JSON? {
        guard case .object(let object) = self else { return nil }
        return object[key]
    }

    /// The text of a string without U+0000, because the database cannot store that character.
    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text.utf8.contains(0) ? String(text.unicodeScalars.filter { $0.value != 0 }.map(Character.init)) : text
    }

    /// The boolean; `nil` for other values.
    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The number when it is an integer of 64 bits: `1.0` and `1e3` are, `1.5` and `1e99` are not.
    public var int: Int64? {
        guard case .number(let number) = self else { return nil }
        return number.int64
    }

    /// The number, when it is finite.
    public var double: Double? {
        guard case .number(let number) = self else { return nil }
        return number.double
    }

    /// The elements; `nil` when this is not an array.
    public var array: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members; `nil` when this is not an object.
    public var object: Object? {
        guard case .object(let object) = self else { return nil }
        return object
    }

    /// Whether this is the literal `null`.
    public var isNull: Bool { self == .null }

    /// The elements of an array, an empty list for `null`, otherwise a list of this value.
    public var oneOrMany: [JSON] {
        switch self {
        case .null: []
        case .array(let elements): elements
        default: [self]
        }
    }
}

// MARK: - Initialisers

extension JSON {
    /// Wraps a string.
    public init(_ text: String) { self = .string(text) }

    /// Wraps a boolean.
    public init(_ value: Bool) { self = .bool(value) }

    /// Wraps an integer.
    public init(_ value: Int64) { self = .number(Number(value)) }

    /// Wraps an integer.
    public init(_ value: Int) { self = .number(Number(Int64(value))) }

    /// Wraps a number with a fraction or an exponent; `null` when it is not finite.
    public init(_ value: Double) { self = Number(value).map(JSON.number) ?? .null }

    /// Wraps an identifier as a string.
    public init(_ iri: IRI) { self = .string(iri.string) }

    /// Wraps identifiers as an array of strings.
    public init(_ iris: [IRI]) { self = .array(iris.map { .string($0.string) }) }

    /// Wraps strings as an array.
    public init(_ texts: [String]) { self = .array(texts.map(JSON.string)) }

    /// Makes an object of the members that have a value, in this order. When a key is given twice, the last value
    /// counts.
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
    /// Makes a string.
    public init(stringLiteral value: String) { self = .string(value) }

    /// Makes an integer.
    public init(integerLiteral value: Int64) { self = .number(Number(value)) }

    /// Makes a number; `null` when it is not finite.
    public init(floatLiteral value: Double) { self.init(value) }

    /// Makes a boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// Makes an array.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }

    /// Makes an object in this order. When a key is given twice, the last value counts.
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(Object(elements)) }

    /// Makes the literal `null`.
    public init(nilLiteral: ()) { self = .null }
}

/// Why bytes are not accepted as a JSON document.
public enum JSONError: Error, Equatable, Sendable {
    /// A syntax error at this byte offset; also a lone surrogate or a number longer than 256 bytes.
    case malformed(at: Int)
    /// Arrays and objects are nested more deeply than the limit.
    case tooDeep
    /// There are more values than the limit.
    case tooManyNodes
    /// There are more bytes than the limit.
    case tooLarge
    /// An object contains this key twice. Two parsers could understand such a document differently.
    case duplicateKey(String)
    /// A string is not UTF-8.
    case invalidUTF8
}
