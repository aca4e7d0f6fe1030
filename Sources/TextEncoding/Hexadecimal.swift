// SPDX-License-Identifier: Apache-2.0

/// Conversion between bytes and hexadecimal digits. Spec: RFC 4648 §8.
public enum Hexadecimal {
    /// Encodes the bytes as lower-case digits, two per byte.
    public static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(lowerDigit(byte >> 4))
            text.append(lowerDigit(byte))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The value of one ASCII digit of either case, 0 … 15; nil for all other bytes.
    @inlinable
    public static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }

    /// The ASCII digit of the lower four bits, with `a` … `f` for 10 … 15.
    @inlinable
    public static func lowerDigit(_ value: UInt8) -> UInt8 {
        let nibble = value & 15
        return nibble < 10 ? 0x30 + nibble : 0x57 + nibble
    }

    /// The ASCII digit of the lower four bits, with `A` … `F` for 10 … 15.
    @inlinable
    public static func upperDigit(_ value: UInt8) -> UInt8 {
        let nibble = value & 15
        return nibble < 10 ? 0x30 + nibble : 0x37 + nibble
    }
}
