// SPDX-License-Identifier: Apache-2.0

internal import Vocabulary

/// Reads one value of a host-meta document: the URL template for WebFinger.
///
/// Spec: RFC 6415 §3. The XML form is read by a scanner that knows tags and attributes only, so no entity can expand.
enum HostMeta {
    static let accept = "application/xrd+xml, application/xml, text/xml"

    /// The WebFinger URL for a resource, made from the template in the document.
    ///
    /// - Returns: `nil` when there is no template or the result is not a valid URL.
    static func address(in document: [UInt8], resource: String) -> IRI? {
        let text = String(decoding: document.prefix(65_536), as: UTF8.self)
        guard !text.contains("<!") || !text.lowercased().contains("<!doctype") else { return nil }
        for piece in text.split(separator: "<") where piece.hasPrefix("Link") {
            let tag = piece.prefix { $0 != ">" }
            guard attribute("rel", of: tag) == "lrdd", let template = attribute("template", of: tag),
                template.contains("{uri}")
            else { continue }
            let parts = template.split(separator: "{uri}", omittingEmptySubsequences: false)
            return IRI(parts.joined(separator: encoded(resource)))
        }
        return nil
    }

    private static func attribute(_ name: String, of tag: Substring) -> String? {
        var rest = tag.drop { !$0.isWhitespace }
        while let equals = rest.firstIndex(of: "=") {
            let key = rest[..<equals].filter { !$0.isWhitespace }
            let after = rest[rest.index(after: equals)...].drop(while: \.isWhitespace)
            guard let quote = after.first, quote == "\"" || quote == "'" else { return nil }
            let value = after.dropFirst().prefix { $0 != quote }
            if key == name { return decoded(value) }
            rest = after.dropFirst(value.count + 2)
        }
        return nil
    }

    private static func decoded(_ value: Substring) -> String {
        value.split(separator: "&amp;", omittingEmptySubsequences: false).joined(separator: "&")
    }

    private static func encoded(_ resource: String) -> String {
        resource.split(separator: ":", omittingEmptySubsequences: false).joined(separator: "%3A")
            .split(separator: "@", omittingEmptySubsequences: false).joined(separator: "%40")
    }
}
