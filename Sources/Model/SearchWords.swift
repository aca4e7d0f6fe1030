// SPDX-License-Identifier: Apache-2.0

/// Splits a text into search terms. Case and accents do not matter, and both database engines get the same terms.
public enum SearchWords {
    /// The terms of a text, each once, in order. Terms contain only letters and digits; a term has at most 40
    /// characters, and there are at most 1,000 terms.
    ///
    /// Each character of a script without spaces between words is a term of its own.
    public static func of(_ text: String) -> [String] {
        var words: [String] = []
        var seen: Set<String> = []
        var word = String.UnicodeScalarView()
        func end() {
            guard !word.isEmpty else { return }
            let text = String(word)
            word = String.UnicodeScalarView()
            if seen.insert(text).inserted { words.append(text) }
        }
        for scalar in text.unicodeScalars.prefix(40_000) {
            guard words.count < 1_000 else { break }
            let folded = folded(scalar)
            switch folded {
            case nil: end()
            case .some(let letters):
                if isAlone(scalar) { end() }
                word.append(contentsOf: letters)
                if word.count > 40 { word = String.UnicodeScalarView(word.prefix(40)) }
                if isAlone(scalar) { end() }
            }
        }
        end()
        return words
    }

    /// The letters that a character is folded to; empty for a mark, nil for a separator.
    private static func folded(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView? {
        if scalar.isASCII {
            let byte = UInt8(truncatingIfNeeded: scalar.value)
            switch byte {
            case 0x61...0x7A, 0x30...0x39: return String.UnicodeScalarView([scalar])
            case 0x41...0x5A: return String.UnicodeScalarView([Unicode.Scalar(byte | 0x20)])
            default: return nil
            }
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter: return base(of: scalar)
        case .modifierLetter, .otherLetter, .decimalNumber, .letterNumber: return String.UnicodeScalarView([scalar])
        case .nonspacingMark, .enclosingMark: return String.UnicodeScalarView()
        default: return nil
        }
    }

    /// The base letter of an accented letter, taken from its Unicode name: `LATIN SMALL LETTER E WITH ACUTE`.
    private static func base(of scalar: Unicode.Scalar) -> String.UnicodeScalarView {
        switch scalar {
        case "ß", "ẞ": return "ss".unicodeScalars
        case "æ", "Æ": return "ae".unicodeScalars
        case "œ", "Œ": return "oe".unicodeScalars
        case "ø", "Ø": return "o".unicodeScalars
        case "ł", "Ł": return "l".unicodeScalars
        case "đ", "Đ", "ð", "Ð": return "d".unicodeScalars
        case "þ", "Þ": return "th".unicodeScalars
        case "ı": return "i".unicodeScalars
        default: break
        }
        let words = (scalar.properties.name ?? "").split(separator: " ")
        if words.count > 5, words[0] == "LATIN", words[2] == "LETTER", words[4] == "WITH", words[3].count == 1 {
            return words[3].lowercased().unicodeScalars
        }
        return scalar.properties.lowercaseMapping.unicodeScalars
    }

    /// Whether the script of the character (Han, kana, Thai) has no spaces between words.
    private static func isAlone(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0E7F, 0x3040...0x30FF, 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
        default: false
        }
    }
}
