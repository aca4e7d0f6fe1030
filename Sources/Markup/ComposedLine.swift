// SPDX-License-Identifier: Apache-2.0

public import Model

extension Composer {
    /// Converts `text` into one line of HTML without a paragraph, for example for a profile field.
    ///
    /// Line breaks become spaces. URLs and hashtags become links; handles stay plain text.
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
