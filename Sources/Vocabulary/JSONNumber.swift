// SPDX-License-Identifier: Apache-2.0

extension JSON {
    /// A number with its original text.
    ///
    /// Two numbers are equal when their values are equal, whatever their length: `1.0`, `1.00` and `10e-1` are equal,
    /// and `9007199254740993` is not equal to `9007199254740992`.
    public struct Number: Hashable, Sendable, CustomStringConvertible {
        /// The text in JSON number syntax.
        public let text: String

        /// Makes an integer.
        public init(_ value: Int64) { text = String(value) }

        /// Makes a number with a fraction or an exponent (`52.0`, never `52`); `nil` when the value is not finite.
        public init?(_ value: Double) {
            guard value.isFinite else { return nil }
            text = value.description
        }

        /// Takes a text that is already known to be a valid JSON number.
        init(checked text: String) { self.text = text }

        /// The same as ``text``.
        public var description: String { text }

        /// The value, when it is finite.
        public var double: Double? {
            guard let value = Double(text), value.isFinite else { return nil }
            return value
        }

        /// The value, when it is an integer that fits 64 bits.
        public var int64: Int64? {
            if let value = Int64(text) { return value }
            guard let decimal = Decimal(text), decimal.exponent >= 0, decimal.exponent < 19, decimal.digits.count < 20
            else { return nil }
            let zeros = String(repeating: "0", count: decimal.exponent)
            let digits = String(decoding: decimal.digits, as: UTF8.self)
            return Int64((decimal.isNegative ? "-" : "") + digits + zeros)
        }

        /// Whether the values are equal.
        public static func == (a: Number, b: Number) -> Bool {
            if a.text == b.text { return true }
            guard let left = Decimal(a.text), let right = Decimal(b.text) else { return false }
            return left == right
        }

        /// Hashes the value, so that equal numbers have equal hashes.
        public func hash(into hasher: inout Hasher) {
            if let decimal = Decimal(text) { hasher.combine(decimal) } else { hasher.combine(text) }
        }
    }
}

/// A decimal value: digits without leading and trailing zeros, times a power of ten. Zero is one digit `0` with
/// exponent 0.
private struct Decimal: Hashable {
    var isNegative = false
    var digits: [UInt8] = []
    var exponent = 0

    /// Reads a number in JSON syntax; `nil` when the exponent does not fit an `Int`.
    init?(_ text: String) {
        var pointSeen = false
        var power: Substring?
        for (index, byte) in zip(text.utf8.indices, text.utf8) {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): pointSeen = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): power = text[text.utf8.index(after: index)...]
            default:
                if digits.isEmpty == false || byte != UInt8(ascii: "0") { digits.append(byte) }
                if pointSeen { exponent -= 1 }
            }
            if power != nil { break }
        }
        guard raise(by: power) else { return nil }
        normalise()
    }

    private mutating func raise(by power: Substring?) -> Bool {
        guard let power else { return true }
        guard let value = Int(power) else { return digits.isEmpty }
        let (sum, overflow) = exponent.addingReportingOverflow(value)
        exponent = sum
        return overflow == false || digits.isEmpty
    }

    private mutating func normalise() {
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            let (sum, overflow) = exponent.addingReportingOverflow(1)
            exponent = overflow ? exponent : sum
        }
        if digits.isEmpty {
            self.digits = [UInt8(ascii: "0")]
            self.exponent = 0
            self.isNegative = false
        }
    }
}
