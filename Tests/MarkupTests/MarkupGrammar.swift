// SPDX-License-Identifier: Apache-2.0

/// A strict parser of the canonical output, independent of libxml2 and of the writer. Every HTML parser reads the
/// output that it accepts in the same way.
struct MarkupGrammar {
    private static let attributes: [String: Set<String>] = [
        "p": [], "pre": [], "h2": [], "h3": [], "h4": [], "blockquote": [], "ul": [], "ol": ["start", "reversed"],
        "li": ["value"], "br": [], "a": ["href", "class", "rel"], "span": ["class"], "strong": [], "em": [], "b": [],
        "i": [], "u": [], "del": [], "s": [], "code": [], "sub": [], "sup": [],
    ]
    private static let containers: Set<String> = ["blockquote", "ul", "ol", "li"]
    private static let leaves: Set<String> = ["p", "pre", "h2", "h3", "h4"]
    private static let entities = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"]
    private static let classes: Set<String> = [
        "mention", "u-url", "h-card", "hashtag", "ellipsis", "invisible", "quote-inline",
    ]

    private var rest: Substring.UTF8View
    private var open: [String] = []

    /// The first rule that `html` violates, or `nil`.
    static func violation(in html: String) -> String? {
        var grammar = MarkupGrammar(rest: html[...].utf8)
        return grammar.read()
    }

    private mutating func read() -> String? {
        while let byte = rest.first {
            let problem = byte == 0x3C ? readTag() : readText(until: 0x3C)
            if let problem { return problem + " near " + String(Substring(rest.prefix(40))) }
        }
        return open.isEmpty ? nil : "unclosed \(open)"
    }

    /// Reads text up to `end`. Text may not contain unescaped quotes either, so the same rule applies to attribute
    /// values.
    private mutating func readText(until end: UInt8) -> String? {
        while let byte = rest.first, byte != end {
            switch byte {
            case 0x26:
                guard let entity = Self.entities.first(where: { rest.starts(with: $0.utf8) }) else { return "bare &" }
                rest.removeFirst(entity.utf8.count)
            case 0x22, 0x27, 0x3C, 0x3E: return "unescaped \(byte)"
            case 0..<0x09, 0x0B..<0x20, 0x7F: return "control \(byte)"
            default: rest.removeFirst()
            }
        }
        return nil
    }

    private mutating func readTag() -> String? {
        rest.removeFirst()
        if rest.first == 0x2F {
            rest.removeFirst()
            let name = readName()
            guard take(">"), open.popLast() == name else { return "misplaced </\(name)>" }
            return nil
        }
        let name = readName()
        guard let allowed = Self.attributes[name] else { return "element \(name)" }
        var seen: [String: String] = [:]
        while take(" ") {
            let key = readName()
            guard allowed.contains(key), seen[key] == nil, take("=\"") else { return "attribute \(name) \(key)" }
            let start = rest
            if let problem = readText(until: 0x22) { return problem }
            seen[key] = String(Substring(start[start.startIndex..<rest.startIndex]))
            guard take("\"") else { return "unterminated value" }
        }
        guard take(">") else { return "bad tag \(name)" }
        if let problem = attributeViolation(name, seen) ?? nestingViolation(name) { return problem }
        if name != "br" { open.append(name) }
        return nil
    }

    private func attributeViolation(_ name: String, _ given: [String: String]) -> String? {
        if name == "a" {
            let target = given["href"] ?? ""
            guard target.hasPrefix("https://") || target.hasPrefix("http://") else { return "href \(target)" }
            guard given["rel"] == "nofollow noopener noreferrer ugc" else { return "rel" }
        }
        for token in (given["class"] ?? "").split(separator: " ") {
            guard Self.classes.contains(String(token)) || token.hasPrefix("p-") else { return "class \(token)" }
        }
        return nil
    }

    private func nestingViolation(_ name: String) -> String? {
        let parent = open.last
        if name == "li" { return parent == "ul" || parent == "ol" ? nil : "li in \(parent ?? "root")" }
        if parent == "ul" || parent == "ol" { return "\(name) in a list" }
        if Self.containers.contains(name) || Self.leaves.contains(name) {
            return parent.map(Self.containers.contains) ?? true ? nil : "block \(name) in \(parent ?? "")"
        }
        return name == "a" && open.contains("a") ? "a in a" : nil
    }

    private mutating func readName() -> String {
        let name = rest.prefix { ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D }
        rest.removeFirst(name.count)
        return String(Substring(name))
    }

    private mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest.removeFirst(text.utf8.count)
        return true
    }
}
