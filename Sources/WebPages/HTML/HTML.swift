// SPDX-License-Identifier: Apache-2.0

internal import Model

/// Markup that is safe by construction: literals are inserted unchanged, values are escaped.
///
/// A `String` becomes `HTML` only through ``init(escaping:)`` or an interpolation, and both escape it. In literals all
/// attribute values are in double quotes, so the same escaping is right for text and for attributes.
struct HTML: ExpressibleByStringInterpolation, Hashable, Sendable {
    /// The markup.
    let string: String

    /// Creates markup from a literal.
    init(stringLiteral value: StaticString) {
        string = value.description
    }

    /// Creates markup from a literal with values. The values are escaped.
    init(stringInterpolation: Interpolation) {
        string = stringInterpolation.text
    }

    /// Creates markup that shows a text.
    init(escaping text: String) {
        string = Self.escape(text)
    }

    fileprivate init(joining parts: [HTML], separator: String) {
        string = parts.map(\.string).joined(separator: separator)
    }

    /// Creates the element with data for programs. ``JSONText`` has no characters that could end it.
    init(_ data: JSONText) {
        string = "<script type=\"application/ld+json\">\(data.string)</script>"
    }

    /// Empty markup.
    static let nothing: HTML = ""

    /// Whether it is empty.
    var isEmpty: Bool { string.isEmpty }

    /// Concatenates two pieces of markup.
    static func + (a: HTML, b: HTML) -> HTML { HTML(joining: [a, b], separator: "") }

    /// Escapes characters that have a meaning in markup, and removes characters that neither HTML nor XML allows.
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

    /// Collects the parts of a literal with values.
    struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 32)
        }

        mutating func appendLiteral(_ literal: StaticString) { text += literal.description }

        /// Appends text, escaped.
        mutating func appendInterpolation(_ value: String) { text += HTML.escape(value) }

        /// Appends a number.
        mutating func appendInterpolation(_ value: Int) { text += String(value) }

        /// Appends the id of a row.
        mutating func appendInterpolation<Entity>(_ value: ID<Entity>) { text += String(value.rawValue) }

        /// Appends an instant in ISO 8601.
        mutating func appendInterpolation(_ value: Timestamp) { text += String(describing: value) }

        /// Appends markup.
        mutating func appendInterpolation(_ value: HTML) { text += value.string }

        /// Appends markup, if there is any.
        mutating func appendInterpolation(_ value: HTML?) { text += value?.string ?? "" }

        /// Appends pieces of markup, one on each line.
        mutating func appendInterpolation(_ values: [HTML]) {
            for value in values where !value.isEmpty { text += value.string + "\n" }
        }

        /// Appends markup that the sanitizer has checked.
        mutating func appendInterpolation(_ value: SanitizedHTML) { text += value.string }

        /// Appends a literal if the condition holds.
        mutating func appendInterpolation(_ markup: StaticString, if condition: Bool) {
            if condition { text += markup.description }
        }

        /// Appends an attribute with its value; nothing when the value is nil.
        mutating func appendInterpolation(_ name: StaticString, _ value: String?) {
            guard let value else { return }
            text += " \(name)=\"" + HTML.escape(value) + "\""
        }
    }
}

extension [HTML] {
    /// Concatenates all elements, with markup in between.
    func joined(separator: HTML = "") -> HTML { HTML(joining: self, separator: separator.string) }
}

/// Returns the markup if the condition holds, else nothing.
func when(_ condition: Bool, _ markup: @autoclosure () -> HTML) -> HTML {
    condition ? markup() : .nothing
}

/// Returns the markup for a value; nothing when it is nil.
func maybe<Value>(_ value: Value?, _ make: (Value) -> HTML) -> HTML {
    value.map(make) ?? .nothing
}

/// Returns the markup for each element of a list, one on each line.
func each<Values: Sequence>(_ values: Values, _ make: (Values.Element) -> HTML) -> HTML {
    values.map(make).joined(separator: "\n")
}
