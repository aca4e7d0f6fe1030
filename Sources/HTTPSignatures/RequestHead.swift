// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

/// The part of a request that a signature covers.
///
/// The HTTP server fills it from the wire before anything is decoded or rewritten. The HTTP client fills it before
/// sending.
public struct RequestHead: Sendable {
    /// The method in upper case, as on the wire: `GET`, `POST`, ….
    public var method: String
    /// The path and query exactly as on the wire: `/inbox?x=%2f`.
    public var target: String
    /// The host and optional port: this server's configured `host[:port]` when verifying, the peer's when signing.
    public var authority: String
    /// The scheme: `https`, or `http` in tests.
    public var scheme: String
    /// The headers in order, with names in lower case.
    public var headers: [(name: String, value: String)]

    /// Makes a head. Header names are converted to lower case, values are kept.
    public init(
        method: String, target: String, authority: String, scheme: String,
        headers: [(name: String, value: String)] = []
    ) {
        self.method = method
        self.target = target
        self.authority = authority
        self.scheme = scheme
        self.headers = headers.map { (name: Characters.lowercased($0.name), value: $0.value) }
    }

    /// The values of all headers of this name, in order and untrimmed.
    ///
    /// - Parameter name: in lower case.
    public func values(of name: String) -> [String] {
        var found: [String] = []
        for header in headers where header.name == name { found.append(header.value) }
        return found
    }

    /// The value that both schemes sign for a header: the trimmed values joined by a comma and a space.
    ///
    /// - Returns: `nil` when there is no such header. Spec: draft-cavage-12 §2.3, RFC 9421 §2.1.
    func signedValue(of name: String) -> String? {
        let found = values(of: name)
        guard !found.isEmpty else { return nil }
        return found.map(\.trimmingSpaces).joined(separator: ", ")
    }

    /// Whether the signature must cover a digest: the method is not GET or HEAD, or the body is not empty.
    func needsDigest(body: [UInt8]?) -> Bool {
        let isReading = method == "GET" || method == "HEAD"
        return !isReading || body?.isEmpty == false
    }

    var path: String { String(target.prefix { $0 != "?" }) }

    /// The query with its question mark; only a question mark when there is no query. Spec: RFC 9421 §2.2.7.
    var queryComponent: String {
        guard let mark = target.firstIndex(of: "?") else { return "?" }
        return String(target[mark...])
    }

    mutating func removeHeaders(_ names: Set<String>) { headers.removeAll { names.contains($0.name) } }

    mutating func append(_ name: String, _ value: String) { headers.append((name: name, value: value)) }
}

/// The character classes of HTTP, on bytes.
enum Characters {
    /// Whether the byte may be part of a token. Spec: RFC 9110 §5.6.2 (tchar).
    static func isToken(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    static func isToken(_ text: some StringProtocol) -> Bool { !text.isEmpty && text.utf8.allSatisfy { isToken($0) } }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    /// Whether the byte is an ASCII letter. The two cases of a letter differ only in bit 0x20.
    static func isLetter(_ byte: UInt8) -> Bool { isLower(byte | 0x20) }

    /// Converts ASCII letters to lower case and nothing else. Unicode lower-casing is avoided because some non-ASCII
    /// letters have an ASCII lower case.
    static func lowercased(_ text: some StringProtocol) -> String {
        let bytes = text.utf8.map { isLetter($0) ? $0 | 0x20 : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// Whether the text is allowed as a header value: no control character except the tab.
    static func isFieldValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
    }

    /// Whether the text is printable ASCII without spaces, as a request target must be.
    static func isVisible(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

/// Normalisation of hosts for comparison.
enum Authority {
    /// The host in lower case, without a final dot and without the default port of the scheme.
    static func normalized(_ authority: String, scheme: String) -> String {
        let lower = Characters.lowercased(authority)
        let (host, port) = split(lower)
        let name = host.hasSuffix(".") ? String(host.dropLast()) : host
        let standard = scheme == "http" ? "80" : "443"
        guard let port, port != standard, !port.isEmpty else { return name }
        return "\(name):\(port)"
    }

    /// Splits host and port; an IPv6 literal keeps its brackets.
    static func split(_ authority: String) -> (host: String, port: String?) {
        guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else {
            return (authority, nil)
        }
        return (String(authority[..<colon]), String(authority[authority.index(after: colon)...]))
    }
}
