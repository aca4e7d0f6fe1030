// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The one spelling by which a tag is stored, compared and addressed.
public enum Hashtag {
    /// The normal form of `name` (without `#`): compatibility composed (NFKC) and case folded.
    ///
    /// - Returns: `nil` when it is no tag: another character than letters, digits, marks, `_` and joiners, or no
    ///   letter.
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

    /// Digits, marks and `_`: they go on with a word but do not make one.
    static func isContinuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .decimalNumber, .nonspacingMark, .spacingMark, .enclosingMark, .connectorPunctuation: true
        default: false
        }
    }

    /// Middle dot (Catalan) and the zero-width joiners of several scripts: inside a tag, never at its end.
    static func isJoiner(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\u{B7}" || scalar == "\u{200C}" || scalar == "\u{200D}"
    }
}
