// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The normal form by which a hashtag is stored, compared and addressed.
public enum Hashtag {
    /// The normal form of `name` (without `#`): NFKC and case folding.
    ///
    /// - Returns: `nil` when it is not a hashtag: it has characters other than letters, digits, marks, `_` and joiners,
    ///   or it has no letter.
    public static func normalForm(of name: String) -> String? {
        let scalars = name.unicodeScalars
        guard scalars.allSatisfy({ isLetter($0) || isContinuation($0) || isJoiner($0) }) else { return nil }
        guard scalars.contains(where: isLetter) else { return nil }
        let folded = name.precomposedStringWithCompatibilityMapping.folding(options: .caseInsensitive, locale: nil)
        return folded.precomposedStringWithCompatibilityMapping
    }

    static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber: true
        default: false
        }
    }

    /// Whether the character is a digit, mark or `_`. These may continue a hashtag, but at least one letter is also
    /// needed.
    static func isContinuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .decimalNumber, .nonspacingMark, .spacingMark, .enclosingMark, .connectorPunctuation: true
        default: false
        }
    }

    /// Whether the character is a middle dot (Catalan, Greek, Japanese) or a zero-width joiner. These may be inside a
    /// hashtag, never at its end.
    static func isJoiner(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\u{B7}", "\u{387}", "\u{30FB}", "\u{FF65}", "\u{200C}", "\u{200D}": true
        default: false
        }
    }
}
