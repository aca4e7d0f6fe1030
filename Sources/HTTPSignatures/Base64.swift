// SPDX-License-Identifier: Apache-2.0

/// Base64 with one spelling for each value.
///
/// A verifier that takes several spellings lets a replayed signature look new, so the decoder refuses white space,
/// the URL alphabet, missing or extra padding, and unused bits that are not zero.
/// Spec: RFC 4648 §4, §3.5.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each byte as a digit, 255 for what is not one; 256 entries.
    private static let digits: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, byte) in alphabet.enumerated() { table[Int(byte)] = UInt8(value) }
        return table
    }()

    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var start = 0
        while start < bytes.count {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var word: UInt32 = 0
            for byte in group { word = word << 8 | UInt32(byte) }
            word <<= UInt32(8 * (3 - group.count))
            for position in 0..<4 {
                let isDigit = position <= group.count
                // Safe: six bits index 64 entries.
                let digit = alphabet[Int(word >> UInt32(18 - 6 * position) & 63)]
                text.append(isDigit ? digit : UInt8(ascii: "="))
            }
            start += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Returns: the bytes, or `nil` unless `text` is the one canonical spelling of them.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var word: UInt32 = 0
        var filled = 0
        var padding = 0
        for byte in text {
            if byte == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            // Safe: a byte indexes 256 entries.
            let digit = digits[Int(byte)]
            guard digit != 255, padding == 0 else { return nil }
            word = (word << 6 | UInt32(digit)) & 0xFF_FFFF
            filled += 1
            if filled == 4 {
                bytes.append(contentsOf: [UInt8(word >> 16 & 255), UInt8(word >> 8 & 255), UInt8(word & 255)])
                word = 0
                filled = 0
            }
        }
        return finish(bytes, word: word, filled: filled, padding: padding)
    }

    private static func finish(_ bytes: [UInt8], word: UInt32, filled: Int, padding: Int) -> [UInt8]? {
        switch (filled, padding) {
        case (0, 0): return bytes
        case (2, 2) where word & 0xF == 0: return bytes + [UInt8(word >> 4 & 255)]
        case (3, 1) where word & 0x3 == 0: return bytes + [UInt8(word >> 10 & 255), UInt8(word >> 2 & 255)]
        default: return nil
        }
    }
}
