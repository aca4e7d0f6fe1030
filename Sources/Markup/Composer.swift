// SPDX-License-Identifier: Apache-2.0

public import Model

/// The HTML made from plain text, and the mentions, hashtags and links that were found in the text.
public struct Composition: Hashable, Sendable {
    /// The HTML.
    public let html: SanitizedHTML
    /// All handles in the text, including those without an address, without duplicates, in order of first appearance.
    public let mentions: [Handle]
    /// The normal forms of the hashtags, without duplicates, in order of first appearance.
    public let hashtags: [String]
    /// The link targets, without duplicates, in order of first appearance.
    public let links: [String]
}

/// Converts the text that members type into HTML.
///
/// The output is written by the sanitiser's own writer, so sanitising it again changes nothing except the `rel="tag"`
/// of hashtags, which only this server writes. So servers with the same table show the same text.
public enum Composer {
    /// The address that a mention links to, and the name to show after its `@`.
    public typealias MentionTarget = (url: String, displayed: String)

    /// Converts `text` into paragraphs (separated by empty lines), line breaks, links, mentions and hashtags.
    ///
    /// The result has at most ``Sanitizer/inputLimitBytes`` bytes; callers limit posts to far less.
    ///
    /// - Parameters:
    ///   - mentions: returns the link of a handle; `nil` leaves the handle as text.
    ///   - hashtagURL: returns the address of a hashtag, given by its normal form.
    public static func compose(
        _ text: String, mentions: (Handle) -> MentionTarget?, hashtagURL: (String) -> String
    ) -> Composition {
        var found = Found()
        var writer = HTMLWriter(blocks: true, limit: Sanitizer.inputLimitBytes)
        writer.enter(leaf: "p")
        for span in TextScanner.scan(text) {
            switch span.kind {
            case .text:
                writeText(span.text, to: &writer)
            case .mention(let handle):
                found.mentions.append(handle)
                writeMention(span.text, mentions(handle), to: &writer)
            case .hashtag(let name):
                found.hashtags.append(name)
                writeHashtag(span.text, hashtagURL(name), to: &writer)
            case .link(let target):
                found.links.append(target)
                writeLink(span.text, target, to: &writer)
            }
        }
        writer.leave()
        return Composition(
            html: SanitizedHTML(unchecked: writer.finish()), mentions: unique(found.mentions),
            hashtags: unique(found.hashtags), links: unique(found.links))
    }

    private struct Found {
        var mentions: [Handle] = []
        var hashtags: [String] = []
        var links: [String] = []
    }

    /// Removes duplicates. Handles that differ only in case are the same account.
    private static func unique(_ handles: [Handle]) -> [Handle] {
        var seen: Set<Handle> = []
        return handles.filter { seen.insert(Handle(name: $0.foldedName, host: $0.host)).inserted }
    }

    private static func unique(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.filter { seen.insert($0).inserted }
    }

    /// Writes text. One line feed becomes a line break; two or more, also with blanks between them, begin a new
    /// paragraph.
    private static func writeText(_ text: String, to writer: inout HTMLWriter) {
        var lineFeeds = 0
        var line = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            if scalar == "\n" && previous == "\r" { continue }
            if scalar == "\n" || scalar == "\r" || scalar == "\u{2029}" {
                if lineFeeds == 0 { flush(&line, to: &writer) }
                lineFeeds += 1
            } else {
                if lineFeeds > 0, HTMLText.isSpace(scalar) { continue }
                writeLineFeeds(&lineFeeds, to: &writer)
                line.append(scalar)
            }
        }
        writeLineFeeds(&lineFeeds, to: &writer)
        flush(&line, to: &writer)
    }

    private static func flush(_ line: inout String.UnicodeScalarView, to writer: inout HTMLWriter) {
        writer.text(String(line))
        line = String.UnicodeScalarView()
    }

    private static func writeLineFeeds(_ count: inout Int, to writer: inout HTMLWriter) {
        if count == 1 { writer.lineBreak() }
        if count > 1 {
            writer.leave()
            writer.enter(leaf: "p")
        }
        count = 0
    }

    private static func writeMention(_ text: String, _ target: MentionTarget?, to writer: inout HTMLWriter) {
        guard let target, let link = linkAttributes(target.url, classes: "u-url mention") else {
            return writer.text(text)
        }
        writer.enter(inline: "span", attributes: " class=\"h-card\"")
        writeTagged(sigil: "@", target.displayed, link, to: &writer)
        writer.leave()
    }

    private static func writeHashtag(_ text: String, _ url: String, to writer: inout HTMLWriter) {
        guard let link = linkAttributes(url, classes: "mention hashtag", relation: AllowList.tagRelation) else {
            return writer.text(text)
        }
        writeTagged(sigil: "#", String(text.unicodeScalars.dropFirst()), link, to: &writer)
    }

    private static func writeTagged(sigil: String, _ name: String, _ link: String, to writer: inout HTMLWriter) {
        writer.enter(inline: "a", attributes: link)
        writer.text(sigil)
        writer.enter(inline: "span")
        writer.text(name)
        writer.leave()
        writer.leave()
    }

    // MARK: - Links

    private static let shownLength = 30

    /// Writes a link that shows the host and the beginning of the path. The scheme and the rest are hidden by CSS
    /// classes but stay in the text, so that copying gives the whole address.
    private static func writeLink(_ text: String, _ target: String, to writer: inout HTMLWriter) {
        guard let link = linkAttributes(target, classes: nil) else { return writer.text(text) }
        let prefixLength = hiddenPrefixLength(text)
        let shown = text.unicodeScalars.dropFirst(prefixLength)
        let rest = shown.dropFirst(shownLength)
        writer.enter(inline: "a", attributes: link)
        writeSpan(text.unicodeScalars.prefix(prefixLength), "invisible", to: &writer)
        if rest.isEmpty {
            writer.text(String(shown))
        } else {
            writeSpan(shown.prefix(shownLength), "ellipsis", to: &writer)
            writeSpan(rest, "invisible", to: &writer)
        }
        writer.leave()
    }

    private static func writeSpan(
        _ text: Substring.UnicodeScalarView, _ name: String, to writer: inout HTMLWriter
    ) {
        writer.enter(inline: "span", attributes: " class=\"\(name)\"")
        writer.text(String(text))
        writer.leave()
    }

    private static func hiddenPrefixLength(_ text: String) -> Int {
        let lowered = asciiLowercased(text)
        for prefix in ["https://www.", "http://www.", "https://", "http://"]
        where lowered.hasPrefix(prefix) && lowered.utf8.count > prefix.utf8.count {
            return prefix.utf8.count
        }
        return 0
    }

    private static func linkAttributes(
        _ url: String, classes: String?, relation: String = AllowList.linkRelation
    ) -> String? {
        var given = ["href": url]
        given["class"] = classes
        return AllowList.attributes(of: "a", given: given, insideLink: false, relation: relation)
    }
}
