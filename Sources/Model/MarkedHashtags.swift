// SPDX-License-Identifier: Apache-2.0

extension SanitizedHTML {
    /// How many hashtags of one text count.
    private static let hashtagLimit = 30

    /// The hashtags that stand in the text as links of that class, in lower case and without `#`, each once, in their
    /// order; thirty at the most. For texts of which no list of hashtags is kept.
    public var hashtags: [String] {
        var found: [String] = []
        for link in string.split(separator: "<a ").dropFirst(string.hasPrefix("<a ") ? 0 : 1)
        where found.count < Self.hashtagLimit {
            guard let name = Self.hashtag(ofLink: link), !found.contains(name) else { continue }
            found.append(name)
        }
        return found
    }

    /// - Parameter link: what follows `<a `, to the next link or the end.
    private static func hashtag(ofLink link: Substring) -> String? {
        guard let end = link.firstRange(of: "</a>"), let head = link[..<end.lowerBound].firstIndex(of: ">") else {
            return nil
        }
        guard let classes = link[..<head].firstRange(of: " class=\"") else { return nil }
        let words = link[classes.upperBound..<head].prefix { $0 != "\"" }.split(separator: " ")
        guard words.contains("hashtag") else { return nil }
        let shown = SanitizedHTML(unchecked: String(link[link.index(after: head)..<end.lowerBound])).plainText
        let name = shown.drop { $0 == "#" }.lowercased()
        return name.isEmpty || name.utf8.count > 200 || name.contains(where: \.isWhitespace) ? nil : name
    }
}
