// SPDX-License-Identifier: Apache-2.0

/// A reader for the small part of DER that public keys need.
///
/// OpenSSL's own decoders cost twenty times as much as a verification, because they try every format they know. A
/// public key is two nested sequences. Reading them here and passing the numbers to `EVP_PKEY_fromdata` takes 12 µs
/// instead of 1 ms. Lengths must be definite and in their shortest form, otherwise the key is refused, so that one key
/// has exactly one encoding.
/// Spec: X.690 §10.1, RFC 5280 §4.1, RFC 8017 §A.1.1, RFC 8410 §4.
struct DERReader {
    static let sequence: UInt8 = 0x30
    static let integer: UInt8 = 0x02
    static let bitString: UInt8 = 0x03
    static let null: UInt8 = 0x05
    static let objectIdentifier: UInt8 = 0x06

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    /// Takes the next element when it has this tag; `nil` when the tag differs or the length is not valid DER.
    mutating func take(_ tag: UInt8) -> ArraySlice<UInt8>? {
        var ahead = rest
        guard ahead.popFirst() == tag, let first = ahead.popFirst() else { return nil }
        var length = Int(first)
        if first >= 0x80 {
            let count = Int(first & 0x7F)
            guard (1...3).contains(count), ahead.count >= count else { return nil }
            length = 0
            for byte in ahead.prefix(count) { length = length << 8 | Int(byte) }
            ahead = ahead.dropFirst(count)
            let smallestOfThisForm = count == 1 ? 0x80 : 1 << (8 * (count - 1))
            guard length >= smallestOfThisForm else { return nil }
        }
        guard ahead.count >= length else { return nil }
        rest = ahead.dropFirst(length)
        return ahead.prefix(length)
    }

    /// Takes a positive integer and returns its magnitude without leading zeros.
    mutating func takeMagnitude() -> [UInt8]? {
        guard let content = take(Self.integer), let first = content.first, first < 0x80 else { return nil }
        guard first == 0 else { return Array(content) }
        let magnitude = content.dropFirst()
        guard let next = magnitude.first, next >= 0x80 else { return nil }
        return Array(magnitude)
    }

    /// Takes a bit string of whole bytes.
    mutating func takeBits() -> ArraySlice<UInt8>? {
        guard let content = take(Self.bitString), content.first == 0 else { return nil }
        return content.dropFirst()
    }
}

/// A writer for DER elements.
enum DERWriter {
    static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        var length: [UInt8] = []
        var left = content.count
        while left > 0 {
            length.insert(UInt8(left & 255), at: 0)
            left >>= 8
        }
        if content.count < 0x80 {
            length = [UInt8(content.count)]
        } else {
            length.insert(0x80 | UInt8(length.count), at: 0)
        }
        return [tag] + length + content
    }

    static func integer(_ magnitude: [UInt8]) -> [UInt8] {
        let needsZero = (magnitude.first ?? 0x80) >= 0x80
        return element(DERReader.integer, (needsZero ? [0] : []) + magnitude)
    }

    static func bits(_ content: [UInt8]) -> [UInt8] { element(DERReader.bitString, [0] + content) }
}
