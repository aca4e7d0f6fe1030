// SPDX-License-Identifier: Apache-2.0

internal import Vocabulary

/// An e-mail address to send to or from: `local@domain`.
///
/// Only the dot-atom form of the grammar is accepted. Quoted local parts, comments and domain literals are refused,
/// because a submission server may not support them. An international domain is written with `xn--`. The local part may
/// contain letters and digits of all scripts; then the mail server must support `SMTPUTF8`, and no ASCII spelling exists. The accepted form cannot contain a line end. `%` and the backtick are refused too: old relays read `user%other@host` as an address at another host.
///
/// This is the only rule for e-mail addresses on the server: for registration, for the sender and for recipients. Rows
/// store addresses as plain text and are not checked with this type when read. So an address that an older version
/// accepted stays readable, and its owner can still sign in with it.
/// Spec: RFC 5321 §4.1.2 and §4.5.3.1, RFC 5322 §3.4.1, RFC 6531 §3.3.
public struct MailAddress: Sendable, Hashable, CustomStringConvertible {
    /// The part before the `@`; its case is kept.
    public let local: String
    /// The part after the `@`, in lower case.
    public let domain: String

    /// Parses an address of at most 254 bytes, with at most 64 bytes before the `@`.
    public init?(_ text: String) {
        guard text.utf8.count <= 254 else { return nil }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isLocalPart(parts[0]) else { return nil }
        let isASCII = parts[1].utf8.allSatisfy { $0 < 0x80 }
        guard let domain = isASCII ? parts[1].lowercased() : Host.normalise(parts[1]), domain.utf8.count <= 253,
            Self.isDomain(domain[...])
        else { return nil }
        local = String(parts[0])
        self.domain = domain
    }

    /// The text in which an address is stored and compared: with an international domain in ASCII. Every other text is
    /// returned as it is.
    public static func canonical(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }), let address = MailAddress(text) else { return text }
        return address.description
    }

    /// The address, without angle brackets.
    public var description: String { "\(local)@\(domain)" }

    private static let atomBytes = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&'*+-/=?^_{|}~".utf8)
    private static let labelBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-".utf8)

    private static func isLocalPart(_ text: Substring) -> Bool {
        guard text.utf8.count <= 64 else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy { $0 >= 0x80 || atomBytes.contains($0) }
        } && text.unicodeScalars.allSatisfy { $0.isASCII || isLetter($0) }
    }

    /// Whether a character outside of ASCII may stand in a local part. Accents that stand apart from their Latin letter
    /// are refused: with them, one address would have two spellings.
    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .lowercaseLetter, .uppercaseLetter, .otherLetter, .modifierLetter, .decimalNumber: true
        case .nonspacingMark, .spacingMark: !(0x300...0x36F).contains(scalar.value)
        default: false
        }
    }

    private static func isDomain(_ text: Substring) -> Bool {
        let hyphen = UInt8(ascii: "-")
        // No mailbox exists at a domain of two letters; such an address is an incomplete input.
        guard text.utf8.count >= 3 else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                && label.allSatisfy(labelBytes.contains)
        }
    }
}
