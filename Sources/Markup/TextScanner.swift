// SPDX-License-Identifier: Apache-2.0

public import Model

/// A part of a plain text and its kind.
public struct TextSpan: Hashable, Sendable {
    /// The kinds of parts.
    public enum Kind: Hashable, Sendable {
        case text
        /// A mention `@name` or `@name@host`; the host is empty for a local name.
        case mention(Handle)
        /// A hashtag, given by its normal form (see ``Hashtag``).
        case hashtag(String)
        /// A link, given by its normalised target.
        case link(String)
    }

    /// The kind of the part.
    public let kind: Kind
    /// The text exactly as it was written.
    public let text: String

    /// Makes a part.
    public init(kind: Kind, text: String) {
        self.kind = kind
        self.text = text
    }
}

/// Finds mentions, hashtags and links in plain text.
///
/// The scanner makes one pass without backtracking. Every look-ahead is either consumed or bounded by a constant, so
/// hostile text costs no more than other text.
public enum TextScanner {
    /// The parts of `text` in order; joined together they are `text` again.
    ///
    /// A mention, hashtag or link does not begin inside a word, so an e-mail address is none of them. Only the first
    /// ``limitScalars`` are scanned; the rest is one part of kind `text`.
    public static func scan(_ text: String) -> [TextSpan] {
        let end = text.unicodeScalars.index(
            text.startIndex, offsetBy: limitScalars, limitedBy: text.endIndex)
        var scan = Scan(Array(text.unicodeScalars[..<(end ?? text.endIndex)]))
        let spans = scan.run()
        guard let end, end < text.endIndex else { return spans }
        return spans + [TextSpan(kind: .text, text: String(text.unicodeScalars[end...]))]
    }

    /// The maximum number of Unicode scalars that are scanned; the longest HTML made from a text has as many bytes.
    public static let limitScalars = 65_536
}

private struct Scan {
    private static let nameLimit = 64
    private static let hostLimit = 253
    private static let tagLimit = 100

    private let scalars: [Unicode.Scalar]
    private var spans: [TextSpan] = []
    private var textStart = 0

    init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    mutating func run() -> [TextSpan] {
        var index = 0
        while index < scalars.count {
            guard let found = find(at: index) else {
                index += 1
                continue
            }
            if found.kind != .text {
                flushText(upTo: index)
                spans.append(TextSpan(kind: found.kind, text: string(index..<found.end)))
                textStart = found.end
            }
            index = found.end
        }
        flushText(upTo: scalars.count)
        return spans
    }

    /// The part that begins at `index`, and its end. The kind is `.text` for something that looked like a link but is
    /// not one, so that it is not scanned again.
    private func find(at index: Int) -> (kind: TextSpan.Kind, end: Int)? {
        switch scalars[index] {
        case "@": mayBegin(index) ? mention(at: index) : nil
        case "#", "\u{FF03}": mayBegin(index) ? hashtag(at: index) : nil
        case "h", "H": mayBegin(index) ? link(at: index) : nil
        default: nil
        }
    }

    private mutating func flushText(upTo end: Int) {
        guard textStart < end else { return }
        spans.append(TextSpan(kind: .text, text: string(textStart..<end)))
        textStart = end
    }

    private func string(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }

    private func scalar(_ index: Int) -> Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private func mayBegin(_ index: Int) -> Bool {
        guard index > 0 else { return true }
        switch scalars[index - 1] {
        case "/", "=", "@", "#", "&", "\u{FF03}": return false
        case let before: return !Self.isWord(before)
        }
    }

    /// Whether the character is part of a word: a letter, digit, mark or `_` of any script.
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return isASCIIAlphanumeric(scalar) || scalar == "_" }
        return Hashtag.isLetter(scalar) || Hashtag.isContinuation(scalar)
    }

    private static func isASCIIAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    // MARK: - Mentions

    private func mention(at start: Int) -> (kind: TextSpan.Kind, end: Int)? {
        let nameEnd = dotted(from: start + 1, limit: Self.nameLimit) { Self.isASCIIAlphanumeric($0) || $0 == "_" }
        if let found = mentionWithHost(at: start, plainEnd: nameEnd) { return found }
        guard nameEnd > start + 1, !isWordAt(nameEnd), scalar(nameEnd) != "@" else { return nil }
        return (.mention(Handle(name: string(start + 1..<nameEnd), host: "")), nameEnd)
    }

    /// A mention `@name@host`. The name may have letters of any script and the punctuation that other servers allow.
    ///
    /// - Parameter plainEnd: the end of the name that only has characters of a local name. After another name the host
    ///   must have a dot or a port: `@ada!@bob` is two mentions.
    private func mentionWithHost(at start: Int, plainEnd: Int) -> (kind: TextSpan.Kind, end: Int)? {
        var nameEnd = start + 1
        while nameEnd - start <= Self.nameLimit, let next = scalar(nameEnd), Handle.mayContain(next) { nameEnd += 1 }
        guard nameEnd > start + 1, scalar(nameEnd) == "@" else { return nil }
        let hostEnd = dotted(from: nameEnd + 1, limit: Self.hostLimit, Self.isHostLetter)
        guard hostEnd > nameEnd + 1, !isWordAt(hostEnd), scalar(hostEnd) != "@" else { return nil }
        let end = port(at: hostEnd)
        let isPlain = plainEnd == nameEnd
        guard isPlain || scalars[nameEnd + 1..<end].contains(where: { $0 == "." || $0 == ":" }),
            let handle = Handle("\(string(start + 1..<nameEnd))@\(string(nameEnd + 1..<end))")
        else { return nil }
        return (.mention(handle), end)
    }

    private static func isHostLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? isASCIIAlphanumeric(scalar) : isWord(scalar)
    }

    private func isWordAt(_ index: Int) -> Bool { scalar(index).map(Self.isWord) ?? false }

    /// The end of a run of `allowed` characters, with `.` and `-` (also repeated) between them.
    private func dotted(from start: Int, limit: Int, _ allowed: (Unicode.Scalar) -> Bool) -> Int {
        var end = start
        var index = start
        while let next = scalar(index), index - start < limit {
            if allowed(next) {
                end = index + 1
            } else if next != "." && next != "-" || end == start {
                break
            }
            index += 1
        }
        return end
    }

    /// The end of a port `:…` of two to five digits at `index`; `index` when there is none.
    private func port(at index: Int) -> Int {
        guard scalar(index) == ":" else { return index }
        var end = index + 1
        while end - index <= 5, let digit = scalar(end), ("0"..."9").contains(digit) { end += 1 }
        return end - index >= 3 && !isWordAt(end) ? end : index
    }

    // MARK: - Hashtags

    private func hashtag(at start: Int) -> (kind: TextSpan.Kind, end: Int)? {
        var end = start + 1
        while end - start <= Self.tagLimit + 1, let next = scalar(end), Self.isWord(next) || Hashtag.isJoiner(next) {
            end += 1
        }
        while end > start + 1, Hashtag.isJoiner(scalars[end - 1]) { end -= 1 }
        guard end - start <= Self.tagLimit + 1, let name = Hashtag.normalForm(of: string(start + 1..<end)) else {
            return nil
        }
        return (.hashtag(name), end)
    }

    // MARK: - Links

    private func link(at start: Int) -> (kind: TextSpan.Kind, end: Int)? {
        guard let hostStart = afterScheme(at: start), let first = scalar(hostStart) else { return nil }
        guard Self.isWord(first) || first == "[" else { return nil }
        var end = hostStart
        var balance = Balance()
        var isInHost = true
        while end - start < LinkTarget.limitBytes, let next = scalar(end), Self.isLinkScalar(next) {
            if next == "/" || next == "?" || next == "#" { isInHost = false }
            if isInHost && Self.endsHost(next) { break }
            balance.add(next)
            end += 1
        }
        while end > hostStart, balance.isTrailing(scalars[end - 1]) {
            balance.remove(scalars[end - 1])
            end -= 1
        }
        guard let target = LinkTarget.normalised(string(start..<end)) else { return (.text, end) }
        return (.link(target), end)
    }

    private static func endsHost(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ",", ";", "!", "'", "(", ")", "*", "&", "=", "+", "$": true
        default: false
        }
    }

    private func afterScheme(at start: Int) -> Int? {
        for scheme in ["https://", "http://"] {
            let matches = scheme.unicodeScalars.enumerated().allSatisfy { offset, expected in
                guard let found = scalar(start + offset) else { return false }
                return found == expected || found.properties.lowercaseMapping.unicodeScalars.elementsEqual([expected])
            }
            if matches { return start + scheme.unicodeScalars.count }
        }
        return nil
    }

    /// Whether a link may contain the character. White space, quotes, angle brackets and CJK punctuation end a link.
    private static func isLinkScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x20, 0x22, 0x3C, 0x3E, 0x5C, 0x5E, 0x60, 0x7B...0x7D, 0x7F...0xA0: false
        case 0xAB, 0xBB, 0x2018...0x201F, 0x2028, 0x2029, 0x3000...0x303F, 0xFF00...0xFF0F, 0xFF1A...0xFF1F: false
        default: !scalar.properties.isWhitespace
        }
    }
}

/// Counts the brackets in a link. A closing bracket belongs to the sentence when its opening bracket is outside the
/// link.
private struct Balance {
    private var round = 0
    private var square = 0

    mutating func add(_ scalar: Unicode.Scalar) { count(scalar, 1) }

    mutating func remove(_ scalar: Unicode.Scalar) { count(scalar, -1) }

    private mutating func count(_ scalar: Unicode.Scalar, _ step: Int) {
        switch scalar {
        case "(": round += step
        case ")": round -= step
        case "[": square += step
        case "]": square -= step
        default: break
        }
    }

    /// Whether `scalar` at the end of a link is punctuation of the surrounding sentence.
    func isTrailing(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ".", ",", ";", ":", "!", "?", "'", "*", "\u{2026}", "(", "[": true
        case ")": round < 0
        case "]": square < 0
        default: false
        }
    }
}
