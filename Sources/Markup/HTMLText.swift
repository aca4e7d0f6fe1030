// SPDX-License-Identifier: Apache-2.0

/// Characters as they stand in markup.
enum HTMLText {
    /// Whether `scalar` may be written at all: no controls, no byte order mark, no noncharacters.
    static func isWritable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: true
        case 0x00...0x1F, 0x7F...0x9F, 0xFEFF, 0xFDD0...0xFDEF: false
        default: scalar.value & 0xFFFE != 0xFFFE
        }
    }

    /// White space as HTML collapses it; a no-break space is not.
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20, 0x09, 0x0A, 0x0C, 0x0D: true
        default: false
        }
    }

    /// Appends `scalar` as it is.
    static func appendRaw(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        if scalar.isASCII {
            bytes.append(UInt8(truncatingIfNeeded: scalar.value))
        } else {
            bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
        }
    }

    /// Appends `scalar` so that no parser takes it for markup, in text and in quoted attributes alike.
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

/// `text` with `& < > " '` escaped and unwritable characters removed.
func escaped(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars where HTMLText.isWritable(scalar) { HTMLText.append(scalar, to: &bytes) }
    return String(decoding: bytes, as: UTF8.self)
}
