// SPDX-License-Identifier: Apache-2.0

/// An address that a mail can be sent to or from: `local@domain`, in ASCII.
///
/// It is the dot-atom form of the grammar. Quoted local parts, comments, domain literals and addresses beyond ASCII
/// are not taken: no submission server is promised to carry them, and none of them can smuggle a line end in. `%` and
/// the backtick are not taken either: relays of old read `user%other@host` as an address at another host.
///
/// This is the one rule of the node: what a member may register, what the node writes from, what a mail is sent to.
/// Rows keep addresses as plain text and are not read through it, so an address that an older version has taken stays
/// readable, and its owner still signs in with it.
/// Spec: RFC 5321 §4.1.2 and §4.5.3.1, RFC 5322 §3.4.1.
public struct MailAddress: Sendable, Hashable, CustomStringConvertible {
    /// The part before the sign; its case is kept.
    public let local: String
    /// The part after the sign, in lower case.
    public let domain: String

    /// Reads an address of at most 254 bytes, of which 64 may stand before the sign.
    public init?(_ text: String) {
        guard text.utf8.count <= 254 else { return nil }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isLocalPart(parts[0]), Self.isDomain(parts[1]) else { return nil }
        local = String(parts[0])
        domain = parts[1].lowercased()
    }

    /// The address, without angle brackets.
    public var description: String { "\(local)@\(domain)" }

    private static let atomBytes = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&'*+-/=?^_{|}~".utf8)
    private static let labelBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-".utf8)

    private static func isLocalPart(_ text: Substring) -> Bool {
        guard text.utf8.count <= 64 else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy(atomBytes.contains)
        }
    }

    private static func isDomain(_ text: Substring) -> Bool {
        let hyphen = UInt8(ascii: "-")
        // No mailbox lives at a name of two letters; who writes one has not finished typing.
        guard text.utf8.count >= 3 else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                && label.allSatisfy(labelBytes.contains)
        }
    }
}
