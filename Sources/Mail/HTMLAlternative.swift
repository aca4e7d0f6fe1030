// SPDX-License-Identifier: Apache-2.0

/// Makes the HTML form of a plain text: the same words in paragraphs, addresses as links to themselves.
///
/// It loads nothing and counts nothing: no picture, no style sheet, no script, no address that leads elsewhere.
enum HTMLAlternative {
    /// Lines of this length and more were broken to fit, so the next line continues the sentence.
    private static let fullLine = 60

    static func make(_ text: String, title: String, language: String) -> String {
        let attribute = isLanguage(language) ? " lang=\"\(language)\"" : ""
        let paragraphs = self.paragraphs(of: text).map { "<p>\($0)</p>" }.joined(separator: "\n")
        return """
            <!DOCTYPE html>
            <html\(attribute)>
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>\(escaped(title))</title>
            </head>
            <body style="font-family: sans-serif; line-height: 1.5; max-width: 36em; margin: 1em auto; padding: 0 1em">
            \(paragraphs)
            </body>
            </html>
            """
    }

    /// Whether a text is a language tag of letters and hyphens.
    static func isLanguage(_ text: String) -> Bool {
        (2...16).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0 | 0x20) || $0 == UInt8(ascii: "-") }
    }

    private static func paragraphs(of text: String) -> [String] {
        var paragraphs: [String] = []
        var lines: [Substring] = []
        for line in (text + "\n").split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if line.contains(where: { !$0.isWhitespace }) {
                lines.append(line)
            } else if !lines.isEmpty {
                paragraphs.append(joined(lines))
                lines = []
            }
        }
        return paragraphs
    }

    private static func joined(_ lines: [Substring]) -> String {
        var html = ""
        for (index, line) in lines.enumerated() {
            if index > 0 {
                let before = lines[index - 1]
                let continues =
                    before.count >= fullLine && !isItem(line) && !line.contains("://")
                    && !before.contains("://")
                html += continues ? "\n" : "<br>\n"
            }
            html += line.split(separator: " ", omittingEmptySubsequences: false).map(word).joined(separator: " ")
        }
        return html
    }

    private static func isItem(_ line: Substring) -> Bool {
        ["- ", "* ", "• ", "– ", "> "].contains { line.hasPrefix($0) }
    }

    private static func word(_ text: Substring) -> String {
        guard text.hasPrefix("https://") || text.hasPrefix("http://") else { return escaped(text) }
        let marks: Set<Character> = [".", ",", ";", ":", "!", "?", ")", "»", "”", "\""]
        var address = text
        while let last = address.last, marks.contains(last) { address.removeLast() }
        let rest = text[address.endIndex...]
        return "<a href=\"\(escaped(address))\">\(escaped(address))</a>\(escaped(rest))"
    }

    private static func escaped(_ text: some StringProtocol) -> String {
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            default:
                // Control characters have no place in HTML.
                let isControl = scalar.value < 0x20 && scalar != "\t"
                output.unicodeScalars.append(isControl ? " " : scalar)
            }
        }
        return output
    }
}
