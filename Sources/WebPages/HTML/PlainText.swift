// SPDX-License-Identifier: Apache-2.0

internal import Model

extension SanitizedHTML {
    /// Returns the text without the markup, for excerpts in lists and for feeds. White space is collapsed, and a block
    /// ends with a space.
    ///
    /// The result is text, which must be escaped like any other. Sanitized markup has no stray `<`. If there were one,
    /// the reader would see less text, and no markup.
    ///
    /// - Parameter limit: the maximum number of characters. Longer text ends with `…` after a whole word.
    func plainText(limit: Int) -> String {
        var text: [UInt8] = []
        let markup = string.utf8
        text.reserveCapacity(min(markup.count, 4 * limit + 64))
        var rest = markup[...]
        while let mark = rest.firstIndex(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") }) {
            text += rest[..<mark]
            let after = rest[rest.index(after: mark)...]
            if rest[mark] == UInt8(ascii: "<") {
                let tag = after.prefix { $0 != UInt8(ascii: ">") }
                if !Self.isInline(tag) { text.append(UInt8(ascii: " ")) }
                rest = after[tag.endIndex...].dropFirst()
            } else if let end = after.prefix(10).firstIndex(of: UInt8(ascii: ";")) {
                text += Self.decode(String(Substring(after[..<end]))).utf8
                rest = after[after.index(after: end)...]
            } else {
                text.append(UInt8(ascii: "&"))
                rest = after
            }
        }
        text += rest
        return Self.shorten(String(decoding: text, as: UTF8.self), to: limit)
    }

    /// Tags that do not separate words.
    private static let inline = ["a", "span", "strong", "em", "b", "i", "u", "del", "s", "code", "sub", "sup"]
        .map { Array($0.utf8) }

    private static func isInline(_ tag: Substring.UTF8View) -> Bool {
        let name = tag.drop { $0 == UInt8(ascii: "/") }.prefix { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }
        return inline.contains { name.elementsEqual($0) }
    }

    private static func decode(_ name: String) -> String {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos", "#39": return "'"
        case "nbsp", "#160": return "\u{A0}"
        default:
            guard name.hasPrefix("#") else { return "&\(name);" }
            let isHex = name.hasPrefix("#x") || name.hasPrefix("#X")
            let number = UInt32(name.dropFirst(isHex ? 2 : 1), radix: isHex ? 16 : 10)
            return number.flatMap(Unicode.Scalar.init).map { String($0) } ?? ""
        }
    }

    private static func shorten(_ text: String, to limit: Int) -> String {
        var words: [Substring] = []
        var length = 0
        var rest = text.unicodeScalars[...]
        while let start = rest.firstIndex(where: { !isSpace($0) }) {
            let end = rest[start...].firstIndex(where: isSpace) ?? rest.endIndex
            let word = text[start..<end]
            let count = characters(in: word)
            guard length + count < limit else {
                let cut = words.isEmpty ? [word.prefix(max(0, limit - 1))] : words
                return cut.joined(separator: " ") + "…"
            }
            length += count + 1
            words.append(word)
            rest = rest[end...]
        }
        // French puts a space before these marks. A line must not begin with them.
        return words.reduce(into: "") { line, word in
            let clings = word.utf8.count <= 2 && ["?", "!", ":", ";", "»"].contains(word)
            if !line.isEmpty { line += clings ? "\u{A0}" : " " }
            line += word
        }
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? scalar == " " || (9...13).contains(scalar.value) : scalar.properties.isWhitespace
    }

    /// Counts characters. Finding character boundaries is slow, and in ASCII text every byte is one character.
    private static func characters(in word: Substring) -> Int {
        word.utf8.allSatisfy { $0 < 0x80 } ? word.utf8.count : word.count
    }
}
