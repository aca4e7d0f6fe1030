// SPDX-License-Identifier: Apache-2.0

/// The rules that a request must satisfy before its signature is parsed.
///
/// Two parsers must never understand the same request differently. So security-relevant headers may not repeat, and no
/// value may contain a byte that ends its line in the signing string.
enum HeaderRules {
    private static let once: Set<String> = [
        "signature", "signature-input", "digest", "content-digest", "date", "host", "content-length", "authorization",
    ]

    static func check(_ head: RequestHead) throws(SignatureError) {
        guard Characters.isToken(head.method), head.target.hasPrefix("/"), Characters.isVisible(head.target)
        else { throw .malformedHeader }
        var seen: Set<String> = []
        for (name, value) in head.headers {
            guard Characters.isToken(name), Characters.isFieldValue(value) else { throw .malformedHeader }
            guard once.contains(name) else { continue }
            guard seen.insert(name).inserted else { throw .duplicateHeader }
        }
    }
}

/// The rules for key ids, checked without fetching the key.
enum KeyIDRules {
    private static let largestBytes = 2048

    /// Checks a key id and returns it.
    ///
    /// - Parameters:
    ///   - authority: the configured `host[:port]` of this server. When it has no port, every port of the host counts
    ///     as this server.
    ///   - scheme: the configured scheme. Keys over plain http are accepted only by a server that itself uses plain
    ///     http, as in tests.
    static func check(_ keyID: String?, authority: String, scheme: String) throws(SignatureError) -> String {
        guard let keyID, keyID.utf8.count <= largestBytes, Characters.isVisible(keyID),
            !keyID.utf8.contains(where: isForbidden)
        else { throw .badKeyID }
        guard let (keyScheme, rest) = separate(keyID), keyScheme == "https" || scheme == "http"
        else { throw .badKeyID }
        let named = String(rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" })
        let theirs = Authority.normalized(named, scheme: keyScheme)
        let (host, port) = Authority.split(theirs)
        guard !host.isEmpty, !named.contains("@"), port.map(isPort) ?? true else { throw .badKeyID }
        let ours = Authority.normalized(authority, scheme: scheme)
        let isOurs = Authority.split(ours).port == nil ? host == ours : theirs == ours
        guard !isOurs else { throw .badKeyID }
        return keyID
    }

    private static func separate(_ keyID: String) -> (scheme: String, rest: Substring)? {
        for scheme in ["https", "http"] {
            let start = "\(scheme)://"
            guard Characters.lowercased(keyID.prefix(start.count)) == start else { continue }
            return (scheme, keyID.dropFirst(start.count))
        }
        return nil
    }

    private static func isPort(_ text: String) -> Bool {
        guard let number = UInt16(text) else { return false }
        return number > 0
    }

    /// Whether the character is forbidden in an address. Spec: RFC 3986 §2.
    private static func isForbidden(_ byte: UInt8) -> Bool { "\"<>\\^`{|}".utf8.contains(byte) }
}
