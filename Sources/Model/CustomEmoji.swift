// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// A custom emoji of another server: a small picture in place of `:shortcode:` in a text.
public struct CustomEmoji: Sendable, Hashable {
    /// The name between the colons.
    public let shortcode: String
    /// The address of the picture.
    public let url: IRI

    /// Creates the value.
    ///
    /// - Returns: nil when the shortcode, given with or without its colons, has other characters than ASCII letters,
    ///   digits, `_`, `-` and `+`, or more than 64 of them.
    public init?(shortcode: String, url: IRI) {
        var name = shortcode[...]
        if name.first == ":", name.last == ":", name.count > 2 { name = name.dropFirst().dropLast() }
        guard Self.isShortcode(name) else { return nil }
        self.shortcode = String(name)
        self.url = url
    }

    /// The most custom emoji of one post or profile.
    public static let limit = 50

    /// Whether the text may be a shortcode.
    public static func isShortcode(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(isShortcodeByte)
    }

    private static func isShortcodeByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x5F || byte == 0x2D || byte == 0x2B
    }

    /// The parts of a text, in order: plain text, and shortcodes that are in `known`, without their colons. A text
    /// without any is one part.
    public static func parts(of text: String, known: [String]) -> [Part] {
        guard !known.isEmpty, text.utf8.contains(0x3A) else { return [.text(text)] }
        var parts: [Part] = []
        var start = text.startIndex
        var search = text.startIndex
        while let colon = text[search...].firstIndex(of: ":") {
            let name = text[text.index(after: colon)...].prefix { $0 != ":" && $0 != " " && $0 != "\n" }
            guard name.endIndex < text.endIndex, text[name.endIndex] == ":", known.contains(where: { $0 == name })
            else {
                search = text.index(after: colon)
                continue
            }
            if start < colon { parts.append(.text(String(text[start..<colon]))) }
            parts.append(.emoji(String(name)))
            start = text.index(after: name.endIndex)
            search = start
        }
        if start < text.endIndex || parts.isEmpty { parts.append(.text(String(text[start...]))) }
        return parts
    }

    /// The parts of HTML, in order: HTML, and shortcodes that are in `known` and stand outside of tags.
    public static func parts(of content: SanitizedHTML, known: [String]) -> [HTMLPart] {
        guard !known.isEmpty, content.string.utf8.contains(0x3A) else { return [.html(content)] }
        var parts: [HTMLPart] = []
        var rest = content.string[...]
        while !rest.isEmpty {
            let words = rest.prefix { $0 != "<" }
            for part in Self.parts(of: String(words), known: known) {
                switch part {
                // The output of the sanitizer stays safe when it is cut outside of tags and references. No reference
                // contains a colon.
                case .text(let text): parts.append(.html(SanitizedHTML(unchecked: text)))
                case .emoji(let code): parts.append(.emoji(code))
                }
            }
            rest = rest[words.endIndex...]
            let tag = rest.prefix { $0 != ">" }
            let end = tag.endIndex < rest.endIndex ? rest.index(after: tag.endIndex) : rest.endIndex
            if tag.startIndex < end { parts.append(.html(SanitizedHTML(unchecked: String(rest[..<end])))) }
            rest = rest[end...]
        }
        return parts
    }

    /// A part of HTML with custom emoji.
    public enum HTMLPart: Sendable, Hashable {
        /// HTML that the sanitizer has checked.
        case html(SanitizedHTML)
        /// The shortcode of a custom emoji.
        case emoji(String)
    }

    /// A part of a text with custom emoji.
    public enum Part: Sendable, Hashable {
        /// Plain text.
        case text(String)
        /// The shortcode of a custom emoji.
        case emoji(String)
    }
}
