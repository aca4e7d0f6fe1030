// SPDX-License-Identifier: Apache-2.0

public import Model

/// Converts untrusted HTML into HTML that pages may show.
///
/// The input is parsed, and ``HTMLWriter`` writes everything that ``AllowList`` contains again. No byte of the input's
/// markup reaches the output. So differences between libxml2 and a browser's parser do no harm.
public struct Sanitizer: Sendable {
    /// Which elements the output may contain.
    public enum Policy: Sendable, Hashable {
        /// Paragraphs, lists, quotes, headings and inline elements.
        case post
        /// One line with inline elements and links only, for profile fields and titles. Lines are joined by a space.
        case inline
    }

    /// The maximum number of bytes that are read from the input, and of the output.
    public static let inputLimitBytes = 65_536

    /// Sanitises `html`.
    ///
    /// Every input gives an output, at worst ``SanitizedHTML/empty``. Sanitising the output again does not change it.
    /// Elements that are nested too deeply lose their markup and keep their text, up to 256 levels.
    public static func sanitize(_ html: String, policy: Policy = .post) -> SanitizedHTML {
        var pictures = InlinePictures(room: 0)
        return sanitize(html, policy: policy, pictures: &pictures)
    }

    /// Sanitises `html` and takes the pictures out of it.
    public static func sanitize(
        _ html: String, policy: Policy = .post, pictures: inout InlinePictures
    ) -> SanitizedHTML {
        let input = prepared(html)
        guard !input.isEmpty else { return .empty }
        var visitor = SanitizingVisitor(
            writer: HTMLWriter(blocks: policy == .post, limit: inputLimitBytes), pictures: pictures)
        XMLTree(html: input).walk(&visitor)
        pictures = visitor.pictures
        return SanitizedHTML(unchecked: visitor.writer.finish())
    }

    /// The first ``inputLimitBytes`` bytes of the input, cut at a character, without characters that HTML does not
    /// allow.
    static func prepared(_ html: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(html.utf8.count, inputLimitBytes))
        for scalar in html.unicodeScalars where HTMLText.isSpace(scalar) || HTMLText.isWritable(scalar) {
            guard bytes.count + UTF8.width(scalar) <= inputLimitBytes else { break }
            HTMLText.appendRaw(scalar, to: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Applies the allow-list to each element of the tree.
private struct SanitizingVisitor: XMLVisitor {
    var writer: HTMLWriter
    var pictures: InlinePictures

    mutating func enter(_ name: String, attributes: [String: String]) -> Bool {
        switch AllowList.treatment(of: name) {
        case .drop:
            return false
        case .lineBreak:
            writer.lineBreak()
            return false
        case .picture:
            writer.enterUnwritten(separate: false)
            write(pictures.replace(attributes))
        case .unwrap:
            writer.enterUnwritten(separate: false)
        case .separate:
            writer.enterUnwritten(separate: true)
        case .leaf(let name):
            writer.enter(leaf: name)
        case .container(let name):
            writer.enter(container: name, attributes: written(name, attributes) ?? "")
        case .inline(let name):
            guard let attributes = written(name, attributes) else {
                writer.enterUnwritten(separate: false)
                return true
            }
            writer.enter(inline: name, attributes: attributes)
        }
        return true
    }

    mutating func leave() { writer.leave() }

    mutating func text(_ text: String) { writer.text(text) }

    private mutating func write(_ replacement: InlinePictures.Replacement) {
        switch replacement {
        case .nothing: break
        case .words(let words): writer.text(words)
        case .link(let target, let text):
            guard let attributes = written("a", ["href": target]) else { return }
            writer.enter(inline: "a", attributes: attributes)
            writer.text(text)
            writer.leave()
        }
    }

    private func written(_ name: String, _ given: [String: String]) -> String? {
        AllowList.attributes(of: name, given: given, insideLink: writer.isInLink)
    }
}
