// SPDX-License-Identifier: Apache-2.0

/// Splits a text into search terms. Case and accents do not matter, and both database engines get the same terms.
public enum SearchTerms {
    /// The terms of a text, each once, in order. Terms contain only letters and digits; a term has at most 40
    /// characters, and there are at most 1,000 terms.
    ///
    /// Each character of a script without spaces between words is a term of its own.
    public static func of(_ text: String) -> [String] {
        var terms: [String] = []
        var seen: Set<String> = []
        var term = String.UnicodeScalarView()
        // The view cannot tell its length without counting, and a text may be one word of 40,000 letters.
        var length = 0
        func end() {
            guard !term.isEmpty else { return }
            let text = String(term)
            term = String.UnicodeScalarView()
            length = 0
            if seen.insert(text).inserted { terms.append(text) }
        }
        for scalar in text.unicodeScalars.prefix(40_000) {
            guard terms.count < 1_000 else { break }
            let folded = folded(scalar)
            switch folded {
            case nil: end()
            case .some(let letters):
                if isAlone(scalar) { end() }
                for letter in letters where length < 40 {
                    term.append(letter)
                    length += 1
                }
                if isAlone(scalar) { end() }
            }
        }
        end()
        return terms
    }

    /// The letters that a character is folded to; empty for a mark, nil for a separator.
    static func folded(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView? {
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
        let parts = (scalar.properties.name ?? "").split(separator: " ")
        if parts.count > 5, parts[0] == "LATIN", parts[2] == "LETTER", parts[4] == "WITH", parts[3].count == 1 {
            return parts[3].lowercased().unicodeScalars
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
