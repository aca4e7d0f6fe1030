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
        var text = ""
        var rest = string[...]
        while let mark = rest.firstIndex(where: { $0 == "<" || $0 == "&" }) {
            text += rest[..<mark]
            let after = rest[rest.index(after: mark)...]
            if rest[mark] == "<" {
                let tag = after.prefix { $0 != ">" }
                if !Self.isInline(tag) { text.append(" ") }
                rest = after.dropFirst(tag.count + 1)
            } else if let end = after.prefix(10).firstIndex(of: ";") {
                text += Self.decode(String(after[..<end]))
                rest = after[after.index(after: end)...]
            } else {
                text.append("&")
                rest = after
            }
        }
        return Self.shorten(text + rest, to: limit)
    }

    private static func isInline(_ tag: Substring) -> Bool {
        let name = tag.drop { $0 == "/" }.prefix { $0.isLetter }
        return ["a", "span", "strong", "em", "b", "i", "u", "del", "s", "code", "sub", "sup"].contains(name)
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
        for word in text.split(whereSeparator: \.isWhitespace) {
            guard length + word.count < limit else {
                let cut = words.isEmpty ? [word.prefix(max(0, limit - 1))] : words
                return cut.joined(separator: " ") + "…"
            }
            length += word.count + 1
            words.append(word)
        }
        // French puts a space before these marks. A line must not begin with them.
        return words.reduce(into: "") { line, word in
            if !line.isEmpty { line += ["?", "!", ":", ";", "»"].contains(word) ? "\u{A0}" : " " }
            line += word
        }
    }
}
