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
    private let table: [Phrase: String]

    /// Creates the texts in a language.
    init(_ language: Language) {
        self.language = language
        table = Self.table(of: language)
    }

    static func table(of language: Language) -> [Phrase: String] {
        switch language {
        case .french: frenchTable
        case .english: englishTable
        }
    }

    /// Returns the text with its values.
    func callAsFunction(_ phrase: Phrase, _ values: String...) -> String {
        fill(table[phrase] ?? phrase.rawValue, with: values)
    }

    /// Returns the form of the text that fits a number.
    func count(_ phrase: Phrase, _ number: Int, _ values: String...) -> String {
        let forms = (table[phrase] ?? phrase.rawValue).split(separator: "|", omittingEmptySubsequences: false)
        let isOne = number == 1 || (number == 0 && language == .french)
        let form: Substring? =
            switch forms.count {
            case 3...: number == 0 ? forms.first : forms[isOne ? 1 : 2]
            case 2: isOne ? forms.first : forms.last
            default: forms.first
            }
        return fill(String(form ?? ""), with: values, number: number)
    }

    /// Returns an item of a list by its number: weekdays from Monday, months from January.
    func item(_ phrase: Phrase, _ number: Int) -> String {
        let items = (table[phrase] ?? "").split(separator: "|")
        guard items.indices.contains(number - 1) else { return "" }
        return String(items[number - 1])
    }

    /// Replaces the placeholders in one pass, so that a value that contains braces is shown unchanged.
    private func fill(_ sentence: String, with values: [String], number: Int? = nil) -> String {
        var text = ""
        var rest = sentence[...]
        while let open = rest.firstIndex(of: "{") {
            text += rest[..<open]
            let after = rest[rest.index(after: open)...]
            guard let close = after.firstIndex(of: "}") else { return text + rest[open...] }
            let name = after[..<close]
            if name == "n", let number {
                text += String(number)
            } else if let index = Int(name), values.indices.contains(index - 1) {
                text += values[index - 1]
            }
            rest = after[after.index(after: close)...]
        }
        return text + rest
    }
}
