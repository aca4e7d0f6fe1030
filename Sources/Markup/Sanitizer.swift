// SPDX-License-Identifier: Apache-2.0

public import Model

/// Turns markup from strangers into markup that we show.
///
/// The input is parsed, and everything that ``AllowList`` names is written anew by ``HTMLWriter``. No byte of the
/// input's markup reaches the output: what differs between our parser and a browser's cannot matter.
public struct Sanitizer: Sendable {
    /// How much structure the output may have.
    public enum Policy: Sendable, Hashable {
        /// Paragraphs, lists, quotes, headings and marks.
        case post
        /// One line: marks and links only, for profile fields and titles. Lines are joined by a space.
        case inline
    }

    /// Input beyond this many bytes is not read, and no output is longer.
    public static let inputLimitBytes = 65_536

    /// Sanitises `html`.
    ///
    /// Total: any input gives an output, at worst ``SanitizedHTML/empty``. Idempotent: its own output comes back
    /// unchanged. Elements that are nested too deeply lose their markup and keep their text, up to 256 levels.
    public static func sanitize(_ html: String, policy: Policy = .post) -> SanitizedHTML {
        let input = prepared(html)
        guard !input.isEmpty else { return .empty }
        var visitor = SanitizingVisitor(writer: HTMLWriter(blocks: policy == .post, limit: inputLimitBytes))
        XMLTree(html: input).walk(&visitor)
        return SanitizedHTML(unchecked: visitor.writer.finish())
    }

    /// The first ``inputLimitBytes`` bytes, whole characters only, without characters that no document may hold.
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

/// Applies the table to each element on the way through the tree.
private struct SanitizingVisitor: XMLVisitor {
    var writer: HTMLWriter

    mutating func enter(_ name: String, attributes: [String: String]) -> Bool {
        switch AllowList.treatment(of: name) {
        case .drop:
            return false
        case .lineBreak:
            writer.lineBreak()
            return false
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

    private func written(_ name: String, _ given: [String: String]) -> String? {
        AllowList.attributes(of: name, given: given, insideLink: writer.isInLink)
    }
}
