// SPDX-License-Identifier: Apache-2.0

extension SanitizedHTML {
    /// The hashtags in the text: the contents of links with the class `hashtag`, in lower case, without `#`, without
    /// duplicates, in order, at most thirty. It is for texts whose hashtags are not stored.
    ///
    /// The cost is linear. The result is only correct for output of the sanitiser.
    public var hashtags: [String] {
        var found: [String] = []
        var bytes = string.utf8[...]
        while found.count < 30, let tag = Self.nextTag(&bytes) {
            guard Self.isHashtag(tag), let name = Self.name(&bytes), !found.contains(name) else { continue }
            found.append(name)
        }
        return found
    }

    /// Consumes all bytes up to the end of the next tag.
    ///
    /// - Returns: the tag from `<` to before `>`; nil when there is none.
    private static func nextTag(_ bytes: inout Substring.UTF8View) -> Substring.UTF8View? {
        guard let start = bytes.firstIndex(of: UInt8(ascii: "<")) else { return nil }
        let tag = bytes[start...].prefix { $0 != UInt8(ascii: ">") }
        bytes = bytes[tag.endIndex...].dropFirst()
        return tag
    }

    private static func isHashtag(_ tag: Substring.UTF8View) -> Bool {
        guard tag.starts(with: "<a ".utf8) else { return false }
        let head = String(Substring(tag))
        guard let classes = head.firstRange(of: " class=\"") else { return false }
        return head[classes.upperBound...].prefix { $0 != "\"" }.split(separator: " ").contains("hashtag")
    }

    /// Consumes the content of a link and its end tag, and returns the hashtag in it.
    private static func name(_ bytes: inout Substring.UTF8View) -> String? {
        let shown = bytes
        while let tag = nextTag(&bytes) {
            guard tag.starts(with: "</a".utf8) else { continue }
            let text = SanitizedHTML(unchecked: String(Substring(shown[..<tag.startIndex]))).plainText
            let name = text.drop { $0 == "#" }.lowercased()
            return name.isEmpty || name.utf8.count > 200 || name.contains(where: \.isWhitespace) ? nil : name
        }
        return nil
    }
}
