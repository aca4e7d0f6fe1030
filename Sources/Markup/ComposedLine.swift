// SPDX-License-Identifier: Apache-2.0

public import Model

extension Composer {
    /// Turns `text` into one line of markup, without a paragraph around it: for what stands beside a name.
    ///
    /// Line breaks become spaces; links and hashtags become links, handles stay as they are typed.
    public static func line(_ text: String, hashtagURL: (String) -> String) -> SanitizedHTML {
        let line = String(text.map { $0.isNewline ? " " : $0 })
        let (start, end) = ("<p>", "</p>")
        let markup = compose(line, mentions: { _ in nil }, hashtagURL: hashtagURL).html.string
        guard markup.hasPrefix(start), markup.hasSuffix(end), markup.count >= start.count + end.count else {
            return SanitizedHTML(unchecked: markup)
        }
        return SanitizedHTML(unchecked: String(markup.dropFirst(start.count).dropLast(end.count)))
    }
}
