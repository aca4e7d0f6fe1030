// SPDX-License-Identifier: Apache-2.0

extension SanitizedHTML {
    /// The text without markup, for searches. The cost is linear. The result is only correct for output of the
    /// sanitiser.
    public var plainText: String {
        var text: [UInt8] = []
        var bytes = string.utf8[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "<"):
                let tag = bytes.prefix { $0 != UInt8(ascii: ">") }
                bytes = bytes.dropFirst(tag.count + 1)
                let name = tag.drop { $0 == UInt8(ascii: "/") }.prefix { $0 != UInt8(ascii: " ") }
                if Self.breaking.contains(String(Substring(name))) { text.append(UInt8(ascii: "\n")) }
            case UInt8(ascii: "&"):
                let name = bytes.prefix(10).prefix { $0 != UInt8(ascii: ";") }
                guard let meant = Self.references[String(Substring(name))] else {
                    text.append(byte)
                    continue
                }
                text += meant.utf8
                bytes = bytes.dropFirst(name.count + 1)
            default: text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let breaking: Set<String> = [
        "p", "br", "li", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "div",
    ]
    private static let references: [String: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'", "apos": "'", "nbsp": " ", "#160": " ",
    ]
}

/// Text for a keyword search to which case and accents do not matter, as for ``SearchTerms``.
public struct FoldedText: Sendable {
    let scalars: [Unicode.Scalar]

    /// Folds a text.
    ///
    /// - Parameter text: only its first 20,000 characters are used.
    public init(_ text: String) {
        var scalars: [Unicode.Scalar] = []
        for scalar in text.unicodeScalars.prefix(20_000) { scalars += Self.folded(scalar) }
        self.scalars = scalars
    }

    private static func folded(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        if scalar.isASCII && !scalar.properties.isUppercase { return [scalar] }
        return Array(SearchTerms.folded(scalar) ?? scalar.properties.lowercaseMapping.unicodeScalars)
    }

    /// Whether the character is part of a word: a letter, digit, mark or connector.
    fileprivate static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .connectorPunctuation:
            true
        default: false
        }
    }
}

/// A keyword or phrase to search for.
///
/// The search reads each text once, whatever the keyword and the text are, so no input can make it slow.
public struct KeywordPattern: Sendable {
    private let scalars: [Unicode.Scalar]
    /// For each prefix of the pattern, the length of its longest proper prefix that is also a suffix (Knuth, Morris,
    /// Pratt).
    private let fallbacks: [Int]
    private let startsWord: Bool
    private let endsWord: Bool
    /// Whether the keyword is a hashtag. The `#` of an address begins none.
    private let startsHashtag: Bool

    /// Prepares a keyword.
    ///
    /// - Parameter wholeWord: whether the keyword must not be a part of a longer word. It has no effect at an end of
    ///   the keyword that is not a word character.
    public init(_ text: String, wholeWord: Bool) {
        let scalars = FoldedText(text).scalars
        var fallbacks = [Int](repeating: 0, count: scalars.count)
        var length = 0
        for index in scalars.indices.dropFirst() {
            while length > 0, scalars[index] != scalars[length] { length = fallbacks[length - 1] }
            if scalars[index] == scalars[length] { length += 1 }
            fallbacks[index] = length
        }
        self.scalars = scalars
        self.fallbacks = fallbacks
        startsWord = wholeWord && scalars.first.map(FoldedText.isWord) == true
        endsWord = wholeWord && scalars.last.map(FoldedText.isWord) == true
        startsHashtag = wholeWord && scalars.first == "#"
    }

    /// Whether the text contains the keyword.
    public func isFound(in text: FoldedText) -> Bool {
        guard !scalars.isEmpty else { return false }
        var length = 0
        for (index, scalar) in text.scalars.enumerated() {
            while length > 0, scalar != scalars[length] { length = fallbacks[length - 1] }
            if scalar == scalars[length] { length += 1 }
            guard length == scalars.count else { continue }
            if fits(in: text.scalars, from: index + 1 - length, to: index + 1) { return true }
            length = fallbacks[length - 1]
        }
        return false
    }

    private func fits(in text: [Unicode.Scalar], from start: Int, to end: Int) -> Bool {
        if startsWord, start > 0, FoldedText.isWord(text[start - 1]) { return false }
        if endsWord, end < text.count, FoldedText.isWord(text[end]) { return false }
        if startsHashtag, start > 0,
            "/=@#&".unicodeScalars.contains(text[start - 1]) || FoldedText.isWord(text[start - 1])
        {
            return false
        }
        return true
    }
}
