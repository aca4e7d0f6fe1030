// SPDX-License-Identifier: Apache-2.0

/// Characters in HTML.
enum HTMLText {
    /// Whether `scalar` may be written: not a control character, byte order mark or noncharacter.
    static func isWritable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: true
        case 0x00...0x1F, 0x7F...0x9F, 0xFEFF, 0xFDD0...0xFDEF: false
        default: scalar.value & 0xFFFE != 0xFFFE
        }
    }

    /// Whether HTML collapses the character as white space; a no-break space is not collapsed.
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20, 0x09, 0x0A, 0x0C, 0x0D: true
        default: false
        }
    }

    /// Appends `scalar` without escaping.
    static func appendRaw(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        if scalar.isASCII {
            bytes.append(UInt8(truncatingIfNeeded: scalar.value))
        } else {
            bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
        }
    }

    /// Appends `scalar` escaped, so that no parser reads it as markup, neither in text nor in quoted attributes.
    static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        switch scalar {
        case "&": bytes += "&amp;".utf8
        case "<": bytes += "&lt;".utf8
        case ">": bytes += "&gt;".utf8
        case "\"": bytes += "&quot;".utf8
        case "'": bytes += "&#39;".utf8
        default: appendRaw(scalar, to: &bytes)
        }
    }
}

/// The text with `& < > " '` escaped and unwritable characters removed.
func escaped(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars where HTMLText.isWritable(scalar) { HTMLText.append(scalar, to: &bytes) }
    return String(decoding: bytes, as: UTF8.self)
}
