// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

/// Encodes text that people typed for a header field, so that it cannot start another field.
///
/// Control characters, including line endings, become spaces first. Text that is long or not plain ASCII is written as
/// encoded words, which contain only ASCII characters.
/// Spec: RFC 5322 §2.2.3 (folding), RFC 2047 (encoded words).
enum HeaderText {
    /// The longest line in bytes, without its line ending.
    private static let lineLimitBytes = 78
    /// How many bytes of text one encoded word contains. 39 bytes become 52 characters of base64, 64 with the
    /// delimiters, so that the first one fits beside the name of its field. On a line of its own, some readers would
    /// show a space before it.
    private static let wordLimitBytes = 39

    /// A whole field `Name: value`, folded when necessary, without the last line ending.
    static func field(_ name: String, _ text: String) -> String {
        let clean = cleaned(text)
        let line = "\(name): \(clean)"
        if isPlain(clean), line.utf8.count <= lineLimitBytes { return line }
        return "\(name): " + encodedWords(clean)
    }

    /// A field with a mailbox: `Name: =?utf-8?B?…?= <local@domain>`.
    static func field(_ name: String, _ mailbox: Mailbox) -> String {
        let display = cleaned(mailbox.name)
        guard !display.isEmpty else { return "\(name): \(mailbox.address)" }
        let phrase =
            display.utf8.allSatisfy(isAtomOrSpace) && display.utf8.count <= 40 ? display : encodedWords(display)
        return "\(name): \(phrase)\r\n <\(mailbox.address)>"
    }

    /// A field whose value is written as it is; on a line of its own when both are longer than a line.
    static func field(_ name: String, asItIs value: String) -> String {
        "\(name):" + (name.utf8.count + value.utf8.count + 2 <= lineLimitBytes ? " " : "\r\n ") + value
    }

    /// The text on one line, without control characters and without spaces at its ends.
    private static func cleaned(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar in
            isControl(scalar) ? " " : scalar
        }
        let words = scalars.split(separator: " ", omittingEmptySubsequences: true)
        return words.map { String(String.UnicodeScalarView($0)) }.joined(separator: " ")
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: true
        default: false
        }
    }

    /// Whether the text is printable ASCII that no reader takes for an encoded word.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
    }

    private static func isAtomOrSpace(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Encoded words, one on each line. No character is split between two words.
    private static func encodedWords(_ text: String) -> String {
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if let last = words.last, last.count + bytes.count > wordLimitBytes { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?utf-8?B?\(Base64.encode($0))?=" }.joined(separator: "\r\n ")
    }
}
