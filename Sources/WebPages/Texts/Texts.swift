// SPDX-License-Identifier: Apache-2.0

/// A language of the pages.
enum Language: String, CaseIterable, Sendable {
    case french = "fr"
    case english = "en"

    /// The name of the language in the language itself.
    var ownName: String {
        switch self {
        case .french: "Français"
        case .english: "English"
        }
    }

    /// Returns the language of the pages that `Accept-Language` prefers.
    ///
    /// - Returns: nil when the header names none of them.
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

/// All texts of the pages in one language. Every ``Phrase`` has a text in each language.
///
/// In a text, `{1}` and `{2}` are placeholders for values, and `{n}` for a number. Where a text depends on a number,
/// its forms are separated by `|`: one and many, or none, one and many.
struct Texts: Sendable {
    /// The language.
    let language: Language
    private let sentences: [Phrase: Sentence]

    /// Creates the texts in a language.
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

    /// Returns the text with its values.
    func callAsFunction(_ phrase: Phrase, _ values: String...) -> String {
        sentences[phrase]?.filled(with: values) ?? ""
    }

    /// Returns the form of the text that fits a number.
    func count(_ phrase: Phrase, _ number: Int, _ values: String...) -> String {
        let isOne = number == 1 || (number == 0 && language == .french)
        return sentences[phrase]?.filled(with: values, number: number, isOne: isOne) ?? ""
    }

    /// Returns "of" and a name: in French `du Café` for "Le Café", `des Halles`, `d’Ada` and `de Karim`; in English the
    /// name alone, because its texts say "of".
    func of(_ name: String) -> String {
        guard language == .french else { return name }
        let folded = name.lowercased()
        if folded.hasPrefix("le ") { return "du " + name.dropFirst(3) }
        if folded.hasPrefix("les ") { return "des " + name.dropFirst(4) }
        if folded.hasPrefix("la ") || folded.hasPrefix("l’") || folded.hasPrefix("l'") {
            return "de " + name.prefix(1).lowercased() + name.dropFirst()
        }
        let startsWithVowel = folded.first.map { "aàâäeéèêëiîïoôöuùûüœæ".contains($0) } ?? false
        return startsWithVowel ? "d’\(name)" : "de \(name)"
    }

    /// Returns an item of a list by its number: weekdays from Monday, months from January.
    func item(_ phrase: Phrase, _ number: Int) -> String {
        guard let items = sentences[phrase]?.items, items.indices.contains(number - 1) else { return "" }
        return items[number - 1]
    }
}
