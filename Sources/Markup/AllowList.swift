// SPDX-License-Identifier: Apache-2.0

/// The elements, attributes, classes and link schemes that the output may contain, in one table.
///
/// - Headings: `h1` and `h2` become `h2`, and `h4` to `h6` become `h4`, because `h1` is reserved for the page.
/// - Links: only `http` and `https`. A link without a valid target loses its markup and keeps its text.
/// - Pictures: no `img` is written. The caller gets them, or a link with their words stands in their place
///   (``InlinePictures``).
/// - An element that is not in the table is unwrapped: its text stays. This also applies to elements that have no
///   content (`embed`, `input`…), because the parser takes some of them as open and the following text as their content.
enum AllowList {
    /// What the sanitiser does with an element.
    enum Treatment: Hashable {
        /// Writes an element that contains blocks: `blockquote`, `ul`, `ol`, `li`.
        case container(String)
        /// Writes an element that contains a line of text: `p`, `pre`, headings.
        case leaf(String)
        /// Writes an element inside a line.
        case inline(String)
        case lineBreak
        /// A picture.
        case picture
        /// Removes the element, but keeps the text before, in and after it on different lines.
        case separate
        /// Removes the element and keeps its content.
        case unwrap
        /// Removes the element and its content.
        case drop
    }

    /// The `rel` of every link in remote content: no search ranking for the target, no access to our window, no
    /// referrer.
    static let linkRelation = "nofollow noopener noreferrer ugc"
    /// The `rel` of local hashtags, which link to pages of this server. Client apps recognise a hashtag by it.
    static let tagRelation = "tag"

    static func treatment(of name: String) -> Treatment { table[name] ?? .unwrap }

    private static let table: [String: Treatment] = {
        var table: [String: Treatment] = [
            "br": .lineBreak, "img": .picture,
            "h1": .leaf("h2"), "h2": .leaf("h2"), "h3": .leaf("h3"),
            "h4": .leaf("h4"), "h5": .leaf("h4"), "h6": .leaf("h4"),
        ]
        for name in ["blockquote", "ul", "ol", "li"] { table[name] = .container(name) }
        for name in ["p", "pre"] { table[name] = .leaf(name) }
        for name in ["a", "span", "strong", "em", "b", "i", "u", "del", "s", "code", "sub", "sup"] {
            table[name] = .inline(name)
        }
        for name in [
            "address", "article", "aside", "body", "caption", "center", "dd", "details", "dir", "div", "dl", "dt",
            "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "legend", "main", "menu", "nav",
            "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
        ] { table[name] = .separate }
        for name in [
            "applet", "audio", "canvas", "datalist", "frameset", "iframe", "listing", "map", "math", "noembed",
            "noframes",
            "noscript", "object", "optgroup", "option", "plaintext", "rp", "script", "select", "style",
            "svg",
            "template", "textarea", "title", "video", "xmp",
        ] { table[name] = .drop }
        return table
    }()

    // MARK: - Attributes

    /// The attributes to write, in one fixed order and spelling, each with a space before it.
    ///
    /// - Parameter relation: the `rel` of a link; other values than the default are only for links that this server
    ///   makes.
    /// - Returns: `nil` when the element is useless without the refused attributes: a link without a target, or a span
    ///   without a class. Inside links a span without a class stays, because `@<span>name</span>` is customary.
    static func attributes(
        of name: String, given: [String: String], insideLink: Bool, relation: String = linkRelation
    ) -> String? {
        switch name {
        case "a":
            guard let target = given["href"].flatMap(LinkTarget.normalised) else { return nil }
            return " href=\"\(escaped(target))\"" + classAttribute(given, insideLink: true)
                + " rel=\"\(relation)\""
        case "span":
            let classes = classAttribute(given, insideLink: insideLink)
            return classes.isEmpty && !insideLink ? nil : classes
        case "ol":
            return number("start", given) + (given["reversed"] == nil ? "" : " reversed=\"reversed\"")
        case "li":
            return number("value", given)
        default:
            return ""
        }
    }

    private static let classes: Set<String> = ["mention", "u-url", "h-card", "hashtag", "quote-inline"]
    /// Classes that hide text. Only links that show a shortened address may use them.
    private static let linkClasses: Set<String> = ["ellipsis", "invisible"]
    private static let classLimit = 8

    private static func classAttribute(_ given: [String: String], insideLink: Bool) -> String {
        guard let value = given["class"] else { return "" }
        var kept: [String] = []
        for token in value.utf8.split(whereSeparator: { $0 <= 0x20 }) where kept.count < classLimit {
            let token = String(decoding: token, as: UTF8.self)
            let allowed =
                classes.contains(token) || isPropertyClass(token) || (insideLink && linkClasses.contains(token))
            if allowed, !kept.contains(token) { kept.append(token) }
        }
        return kept.isEmpty ? "" : " class=\"\(kept.joined(separator: " "))\""
    }

    /// Whether the class is a microformat property such as `p-name` or `p-author`.
    private static func isPropertyClass(_ token: String) -> Bool {
        token.hasPrefix("p-") && (3...32).contains(token.utf8.count)
            && token.utf8.allSatisfy { $0 == 0x2D || ($0 >= 0x61 && $0 <= 0x7A) }
    }

    private static func number(_ name: String, _ given: [String: String]) -> String {
        guard let value = given[name].flatMap({ Int($0) }), (-9999...9999).contains(value) else { return "" }
        return " \(name)=\"\(value)\""
    }
}

/// The rules for link targets.
enum LinkTarget {
    /// The maximum length of an address in bytes.
    static let limitBytes = 2048

    /// The normalised address, or `nil` when it must not become a link.
    ///
    /// White space at the ends is removed, a space inside becomes `%20`, and the scheme becomes lower case. Refused are
    /// schemes other than http and https, control characters anywhere, a missing host, user information and
    /// backslashes.
    static func normalised(_ address: String) -> String? {
        var bytes = Array(address.utf8)
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        bytes.removeFirst(bytes.prefix { $0 <= 0x20 }.count)
        guard bytes.count <= limitBytes, let length = schemeLength(bytes) else { return nil }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }), !hasC1Control(address) else { return nil }
        let rest = bytes[length...]
        let authority = rest.prefix { $0 != 0x2F && $0 != 0x3F && $0 != 0x23 }
        guard let first = authority.first, first != 0x3A, !rest.contains(0x5C) else { return nil }
        guard authority.allSatisfy({ isAuthorityByte($0) }) else { return nil }
        var result = bytes[..<length].map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        for byte in rest {
            if byte == 0x20 { result += Array("%20".utf8) } else { result.append(byte) }
        }
        return result.count <= limitBytes ? String(decoding: result, as: UTF8.self) : nil
    }

    /// The length of `http://` or `https://` at the start, in any case; `nil` for another scheme.
    private static func schemeLength(_ bytes: [UInt8]) -> Int? {
        let head = bytes.prefix(8).map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        if head.starts(with: "https://".utf8) { return 8 }
        return head.starts(with: "http://".utf8) ? 7 : nil
    }

    /// Whether the byte is allowed in an authority: letters, digits, `-._:[]` and all non-ASCII bytes, but not `@`,
    /// `%`, quotes or spaces.
    private static func isAuthorityByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x3A, 0x5B, 0x5D, 0x80...0xFF: true
        default: false
        }
    }

    private static func hasC1Control(_ text: String) -> Bool {
        text.unicodeScalars.contains { !HTMLText.isWritable($0) }
    }
}
