// SPDX-License-Identifier: Apache-2.0

/// A text and its language, as one of the shapes of JSON-LD states it.
///
/// Spec: ActivityStreams §4.7; JSON-LD 1.1 §4.2.4.
struct LanguageText: Sendable, Hashable {
    /// The text.
    let text: String
    /// The language tag as written; nil when none is stated.
    let language: String?

    /// The most languages that are read from one map. A document with more of them only wants to cost time.
    private static let limit = 100

    /// The texts in a value: a text, an object with `@value`, a language map, or a list of these. Other values are left
    /// out.
    static func all(in value: JSON?) -> [LanguageText] {
        guard let value else { return [] }
        return value.oneOrMany.prefix(limit).flatMap { item -> [LanguageText] in
            switch item {
            case .string: return item.string.map { [LanguageText(text: $0, language: nil)] } ?? []
            case .object(let object): return all(in: object)
            default: return []
            }
        }
    }

    private static func all(in object: JSON.Object) -> [LanguageText] {
        if let text = object["@value"]?.string {
            return [LanguageText(text: text, language: object["@language"]?.string)]
        }
        var texts: [LanguageText] = []
        for (key, value) in object.prefix(limit) where isTag(key) || key == "und" || key == "@none" {
            for item in value.oneOrMany.prefix(limit) {
                guard let text = item.string ?? item["@value"]?.string else { continue }
                texts.append(LanguageText(text: text, language: key))
            }
        }
        return texts
    }

    /// Whether the text may be a language tag: 2 to 35 letters, digits and hyphens, and not `und`.
    ///
    /// Spec: RFC 5646.
    static func isTag(_ text: String) -> Bool {
        (2...35).contains(text.utf8.count) && text != "und"
            && text.utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x2D }
    }
}
