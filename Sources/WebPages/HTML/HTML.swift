// SPDX-License-Identifier: Apache-2.0

internal import Model

/// Markup that is safe by construction: what a programmer typed stands as it is, what comes from a value is escaped.
///
/// There is no way from a `String` to `HTML` but through ``init(escaping:)`` or an interpolation, which escape. In
/// literals attribute values always stand in double quotes, so the same escaping serves text and attributes.
struct HTML: ExpressibleByStringInterpolation, Hashable, Sendable {
    /// The markup.
    let string: String

    /// Takes a literal as it stands.
    init(stringLiteral value: StaticString) {
        string = value.description
    }

    /// Takes the literal parts as they stand and the values escaped.
    init(stringInterpolation: Interpolation) {
        string = stringInterpolation.text
    }

    /// Text as markup that shows it.
    init(escaping text: String) {
        string = Self.escape(text)
    }

    fileprivate init(joining parts: [HTML], separator: String) {
        string = parts.map(\.string).joined(separator: separator)
    }

    /// No markup at all.
    static let nothing: HTML = ""

    /// Whether there is nothing to show.
    var isEmpty: Bool { string.isEmpty }

    /// One after the other.
    static func + (a: HTML, b: HTML) -> HTML { HTML(joining: [a, b], separator: "") }

    /// Replaces what has a meaning in markup and leaves out what neither HTML nor XML can show.
    static func escape(_ text: String) -> String {
        var text = text
        let escaped = text.withUTF8 { utf8 -> String? in
            guard let first = firstSpecial(in: utf8) else { return nil }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(utf8.count + 32)
            bytes += utf8[..<first]
            for byte in utf8[first...] { add(byte, to: &bytes) }
            return String(decoding: bytes, as: UTF8.self)
        }
        return escaped ?? text
    }

    private static func add(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case 38: bytes += "&amp;".utf8
        case 60: bytes += "&lt;".utf8
        case 62: bytes += "&gt;".utf8
        case 34: bytes += "&quot;".utf8
        case 39: bytes += "&#39;".utf8
        case 0...8, 11, 12, 14...31, 127: break
        default: bytes.append(byte)
        }
    }

    /// The index of the first byte that must be escaped or left out. Most texts have none and are not copied.
    private static func firstSpecial(in utf8: UnsafeBufferPointer<UInt8>) -> Int? {
        utf8.firstIndex { byte in
            byte < 63 && (byte < 32 || byte == 34 || byte == 38 || byte == 39 || byte == 60 || byte == 62)
                || byte == 127
        }
    }

    /// Gathers the parts of a literal with values in it.
    struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 32)
        }

        mutating func appendLiteral(_ literal: StaticString) { text += literal.description }

        /// Text, escaped.
        mutating func appendInterpolation(_ value: String) { text += HTML.escape(value) }

        /// A number.
        mutating func appendInterpolation(_ value: Int) { text += String(value) }

        /// The number of a row.
        mutating func appendInterpolation<Entity>(_ value: ID<Entity>) { text += String(value.rawValue) }

        /// An instant in ISO 8601.
        mutating func appendInterpolation(_ value: Timestamp) { text += String(describing: value) }

        /// Markup.
        mutating func appendInterpolation(_ value: HTML) { text += value.string }

        /// Markup, or nothing.
        mutating func appendInterpolation(_ value: HTML?) { text += value?.string ?? "" }

        /// Pieces of markup, a line each.
        mutating func appendInterpolation(_ values: [HTML]) {
            for value in values where !value.isEmpty { text += value.string + "\n" }
        }

        /// Markup that the sanitiser let through.
        mutating func appendInterpolation(_ value: SanitizedHTML) { text += value.string }

        /// A piece of the programmer's markup, when it applies.
        mutating func appendInterpolation(_ markup: StaticString, if condition: Bool) {
            if condition { text += markup.description }
        }

        /// An attribute with its value; nothing when there is none.
        mutating func appendInterpolation(_ name: StaticString, _ value: String?) {
            guard let value else { return }
            text += " \(name)=\"" + HTML.escape(value) + "\""
        }
    }
}

extension [HTML] {
    /// All of them, with markup between.
    func joined(separator: HTML = "") -> HTML { HTML(joining: self, separator: separator.string) }
}

/// Markup that is there when the condition holds.
func when(_ condition: Bool, _ markup: @autoclosure () -> HTML) -> HTML {
    condition ? markup() : .nothing
}

/// Markup for a value, when there is one.
func maybe<Value>(_ value: Value?, _ make: (Value) -> HTML) -> HTML {
    value.map(make) ?? .nothing
}

/// Markup for each value of a list, a line each.
func each<Values: Sequence>(_ values: Values, _ make: (Values.Element) -> HTML) -> HTML {
    values.map(make).joined(separator: "\n")
}
