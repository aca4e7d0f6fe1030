// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

/// Encodes text as lines of at most 76 printable ASCII characters, which every mail server transports unchanged.
///
/// Spec: RFC 2045 §6.7.
enum QuotedPrintable {
    private static let lineLimitBytes = 76

    /// Encodes text. Every kind of line ending becomes CR LF, and the result ends with one.
    static func encode(_ text: String) -> String {
        var output: [UInt8] = []
        for line in lines(text) {
            append(line, to: &output)
            output += [0x0D, 0x0A]
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The lines without their line endings. A line ending at the end of the text adds no empty line.
    private static func lines(_ text: String) -> [[UInt8]] {
        var lines: [[UInt8]] = [[]]
        var wasReturn = false
        for byte in text.utf8 {
            switch byte {
            case 0x0A where wasReturn: break
            case 0x0A, 0x0D: lines.append([])
            default: lines[lines.count - 1].append(byte)
            }
            wasReturn = byte == 0x0D
        }
        if lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    private static func append(_ line: [UInt8], to output: inout [UInt8]) {
        var width = 0
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            let piece = encoded(byte, isLast: isLast)
            // One column stays free for the `=` of a soft line break, except after the last character.
            if width + piece.count > lineLimitBytes - (isLast ? 0 : 1) {
                output += [UInt8(ascii: "="), 0x0D, 0x0A]
                width = 0
            }
            output += piece
            width += piece.count
        }
    }

    private static func encoded(_ byte: UInt8, isLast: Bool) -> [UInt8] {
        switch byte {
        case 0x20, 0x09: isLast ? escaped(byte) : [byte]
        case UInt8(ascii: "="): escaped(byte)
        case 0x21...0x7E: [byte]
        default: escaped(byte)
        }
    }

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        [UInt8(ascii: "="), Hexadecimal.upperDigit(byte >> 4), Hexadecimal.upperDigit(byte)]
    }
}
