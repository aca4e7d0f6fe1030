// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

// The parser makes one pass over the bytes without backtracking. The array is indexed with bounds checks on, because
// the input comes from strangers and the checks are cheap. `Limits.depth`, which has a maximum of 512, bounds the
// recursion.

extension JSON {
    /// The limits for parsing a document.
    public struct Limits: Sendable, Hashable {
        /// The maximum nesting of arrays and objects; values above 512 count as 512.
        public var depth: Int
        /// The maximum number of values; keys do not count.
        public var nodes: Int
        /// The maximum number of bytes.
        public var bytes: Int

        /// The limits for documents from the network: depth 64, 50,000 values, 1 MiB.
        public static let network = Limits(depth: 64, nodes: 50_000, bytes: 1_048_576)

        /// Makes limits.
        public init(depth: Int, nodes: Int, bytes: Int) {
            self.depth = depth
            self.nodes = nodes
            self.bytes = bytes
        }
    }

    /// Parses a document. It accepts only strict JSON syntax and UTF-8, without bytes after the value and without
    /// duplicate keys. A byte order mark before the value is skipped, because some servers send one.
    ///
    /// Keys that differ only in Unicode normalisation count as the same key.
    public static func parse(_ bytes: [UInt8], limits: Limits = .network) throws(JSONError) -> JSON {
        guard bytes.count <= limits.bytes else { throw .tooLarge }
        var parser = JSONParser(bytes: bytes, limits: limits)
        return try parser.document()
    }

    /// Parses a document from text.
    public static func parse(_ text: String, limits: Limits = .network) throws(JSONError) -> JSON {
        try parse(Array(text.utf8), limits: limits)
    }
}

private struct JSONParser {
    private static let deepest = 512
    private static let longestNumber = 256

    private let bytes: [UInt8]
    private let maximumDepth: Int
    private var nodesLeft: Int
    private var position = 0

    init(bytes: [UInt8], limits: JSON.Limits) {
        self.bytes = bytes
        maximumDepth = min(limits.depth, Self.deepest)
        nodesLeft = limits.nodes
    }

    mutating func document() throws(JSONError) -> JSON {
        // Spec: RFC 8259 §8.1.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        skipSpace()
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw .malformed(at: position) }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSON {
        guard nodesLeft > 0 else { throw .tooManyNodes }
        nodesLeft -= 1
        guard position < bytes.count else { throw .malformed(at: position) }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSON.Object {
        guard depth <= maximumDepth else { throw .tooDeep }
        var object = JSON.Object()
        position += 1
        skipSpace()
        if take(UInt8(ascii: "}")) { return object }
        while true {
            guard peek() == UInt8(ascii: "\"") else { throw .malformed(at: position) }
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw .malformed(at: position) }
            skipSpace()
            let value = try value(depth: depth)
            guard object.insert(key, value) else { throw .duplicateKey(key) }
            skipSpace()
            if take(UInt8(ascii: "}")) { return object }
            guard take(UInt8(ascii: ",")) else { throw .malformed(at: position) }
            skipSpace()
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSON] {
        guard depth <= maximumDepth else { throw .tooDeep }
        var elements: [JSON] = []
        position += 1
        skipSpace()
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try value(depth: depth))
            skipSpace()
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else { throw .malformed(at: position) }
            skipSpace()
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        for offset in 0..<text.utf8CodeUnitCount {
            guard peek() == text.utf8Start[offset] else { throw .malformed(at: position) }
            position += 1
        }
        return value
    }

    @inline(__always)
    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    @inline(__always)
    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    @inline(__always)
    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }
}

// MARK: - Numbers

extension JSONParser {
    private mutating func number() throws(JSONError) -> JSON.Number {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if take(UInt8(ascii: "0")) == false { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if take(UInt8(ascii: "+")) == false { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        guard position - start <= Self.longestNumber else { throw .malformed(at: start) }
        return JSON.Number(checked: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        guard position > start else { throw .malformed(at: position) }
    }
}

// MARK: - Strings

extension JSONParser {
    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let text = String(validating: bytes[start..<position], as: UTF8.self)
                position += 1
                guard let text else { throw .invalidUTF8 }
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw .malformed(at: position) }
            position += 1
        }
        throw .malformed(at: position)
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                guard let text = String(validating: text, as: UTF8.self) else { throw .invalidUTF8 }
                return text
            }
            if byte == UInt8(ascii: "\\") {
                position += 1
                try escape(into: &text)
                continue
            }
            guard byte >= 0x20 else { throw .malformed(at: position) }
            text.append(byte)
            position += 1
        }
        throw .malformed(at: position)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let byte = peek() else { throw .malformed(at: position) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: try scalar().utf8Bytes)
        default: throw .malformed(at: position - 1)
        }
    }

    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        let first = try hexQuad()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw .malformed(at: position) }
        let second = try hexQuad()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x1_0000 + (UInt32(first - 0xD800) << 10) + UInt32(second - 0xDC00))
        else { throw .malformed(at: position) }
        return scalar
    }

    private mutating func hexQuad() throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = peek().flatMap(Hexadecimal.value(of:)) else {
                throw .malformed(at: position)
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }
}

extension Unicode.Scalar {
    fileprivate var utf8Bytes: Unicode.UTF8.EncodedScalar {
        // Safe: every scalar has a UTF-8 encoding, so the replacement character is never used.
        Unicode.UTF8.encode(self) ?? Unicode.UTF8.encodedReplacementCharacter
    }
}
