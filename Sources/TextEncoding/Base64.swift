// SPDX-License-Identifier: Apache-2.0

/// Base64 with padding, in which each value has exactly one spelling. Spec: RFC 4648 §4, §3.5.
///
/// A verifier that accepts several spellings lets a replayed signature look new. So ``decode(_:)`` refuses white space,
/// the URL alphabet, missing or extra padding, and unused bits that are not zero. ``decodeLeniently(_:)`` is for input
/// from client apps, where nothing depends on the spelling.
public enum Base64 {
    fileprivate static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each byte as a digit of either alphabet, 255 for all other bytes; 256 entries.
    private static let digits: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, byte) in Base64URL.alphabet.enumerated() { table[Int(byte)] = UInt8(value) }
        for (value, byte) in alphabet.enumerated() { table[Int(byte)] = UInt8(value) }
        return table
    }()

    /// Encodes the bytes in the standard alphabet with padding.
    public static func encode(_ bytes: [UInt8]) -> String { encode(bytes, alphabet: alphabet, isPadded: true) }

    /// Decodes canonical base64.
    ///
    /// - Returns: the bytes, or nil unless `text` is their one canonical spelling.
    public static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        let text = Array(text)
        let digits = text.prefix { $0 != UInt8(ascii: "=") }
        guard text.count % 4 == 0, text.count - digits.count <= 2,
            text.dropFirst(digits.count).allSatisfy({ $0 == UInt8(ascii: "=") }),
            !digits.contains(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
        else { return nil }
        return decode(digits, allowsSpareBits: false)
    }

    /// Decodes base64 of either alphabet, with or without padding; unused bits are ignored.
    ///
    /// - Returns: nil for a character outside both alphabets, for a character after the padding, and for an impossible
    ///   length.
    public static func decodeLeniently(_ text: some StringProtocol) -> [UInt8]? {
        var digits = Array(text.utf8)[...]
        while digits.last == UInt8(ascii: "=") { digits.removeLast() }
        return decode(digits, allowsSpareBits: true)
    }

    private static func decode(_ text: ArraySlice<UInt8>, allowsSpareBits: Bool) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 2)
        var word: UInt32 = 0
        var bits: UInt32 = 0
        for byte in text {
            // Safe: a byte is a valid index into 256 entries.
            let digit = digits[Int(byte)]
            guard digit != 255 else { return nil }
            // At most 6 bits are left from the digits before, so at most 12 bits are in use and the mask removes only
            // old ones.
            word = (word << 6 | UInt32(digit)) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: word >> bits))
            }
        }
        let spare = word & (1 << bits - 1)
        guard bits < 6, allowsSpareBits || spare == 0 else { return nil }
        return bytes
    }

    fileprivate static func encode(_ bytes: [UInt8], alphabet: [UInt8], isPadded: Bool) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var word: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            word = (word << 8 | UInt32(byte)) & 0xFFFF
            bits += 8
            while bits >= 6 {
                bits -= 6
                // Safe: six bits are a valid index into 64 entries.
                text.append(alphabet[Int(word >> bits & 63)])
            }
        }
        // Safe: as above.
        if bits > 0 { text.append(alphabet[Int(word << (6 - bits) & 63)]) }
        while isPadded, text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Base64 in the alphabet that URLs, HTTP headers and file names can contain without escapes. Spec: RFC 4648 §5.
public enum Base64URL {
    fileprivate static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Encodes the bytes in the URL alphabet, by default without padding.
    public static func encode(_ bytes: [UInt8], isPadded: Bool = false) -> String {
        Base64.encode(bytes, alphabet: alphabet, isPadded: isPadded)
    }
}
