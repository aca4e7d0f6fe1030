// SPDX-License-Identifier: Apache-2.0

/// A language in which the pages speak.
enum Language: String, CaseIterable, Sendable {
    case french = "fr"
    case english = "en"

    /// What it calls itself.
    var ownName: String {
        switch self {
        case .french: "Français"
        case .english: "English"
        }
    }

    /// The language that a browser's `Accept-Language` prefers among ours.
    ///
    /// - Returns: nil when it names none of them.
    /// Spec: RFC 9110 §12.5.4.
    static func preferred(by header: String?) -> Language? {
        guard let header else { return nil }
        var best: (language: Language, weight: Double)?
        for range in header.utf8.prefix(500).split(separator: 44) {
            let parts = range.split(separator: 59)
            guard let tag = parts.first.map(word), let language = Language(rawValue: String(tag.prefix(2))),
                tag.count == 2 || tag.dropFirst(2).first == "-"
            else { continue }
            var weight = 1.0
            for part in parts.dropFirst() {
                let parameter = word(part)
                if parameter.hasPrefix("q=") { weight = Double(parameter.dropFirst(2)) ?? 0 }
            }
            if weight > 0, weight > best?.weight ?? 0 { best = (language, weight) }
        }
        return best?.language
    }

    private static func word(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.filter { $0 != 32 && $0 != 9 }, as: UTF8.self).lowercased()
    }
}

/// What the pages say, in one language: every sentence has a key, every key a sentence in each language.
///
/// In a sentence `{1}`, `{2}` stand for values. Where a number decides, the forms stand apart by `|`: one and many, or
/// none, one and many; `{n}` is the number.
struct Texts: Sendable {
    /// Which language.
    let language: Language
    private let sentences: [Phrase: Sentence]

    /// The texts in a language.
    init(_ language: Language) {
        self.language = language
        let table = Self.table(of: language)
        sentences = Dictionary(
            uniqueKeysWithValues: Phrase.allCases.map { ($0, Sentence(table[$0] ?? $0.rawValue)) })
    }

    static func table(of language: Language) -> [Phrase: String] {
        switch language {
        case .french: frenchTable
        case .english: englishTable
        }
    }

    /// The sentence, with its values filled in.
    func callAsFunction(_ phrase: Phrase, _ values: String...) -> String {
        sentences[phrase]?.filled(with: values) ?? ""
    }

    /// The form of the sentence that fits a number.
    func count(_ phrase: Phrase, _ number: Int, _ values: String...) -> String {
        let isOne = number == 1 || (number == 0 && language == .french)
        return sentences[phrase]?.filled(with: values, number: number, isOne: isOne) ?? ""
    }

    /// The names of a list, by the position of the number: weekdays from Monday, months from January.
    func item(_ phrase: Phrase, _ number: Int) -> String {
        guard let items = sentences[phrase]?.items, items.indices.contains(number - 1) else { return "" }
        return items[number - 1]
    }
}
