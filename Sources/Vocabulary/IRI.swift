// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

// This is the only parser of addresses: the value that is compared here is the value that Transport connects to. It
// refuses everything that two parsers could understand differently: user information, backslashes, ports with leading
// zeros, unusual spellings of an IPv4 address.

/// An absolute `http` or `https` identifier of at most 2048 bytes.
///
/// Scheme and host are lower-cased, an international host is converted to its `xn--` form, and the default port of the
/// scheme is dropped. The rest is kept byte for byte, and comparison is by bytes.
///
/// Spec: RFC 3986; RFC 3987.
public struct IRI: Sendable {
    /// The normalised spelling.
    public let string: String
    /// The port as written, or the default port of the scheme.
    public let port: Int

    private let isSecure: Bool
    private let isASCII: Bool
    private let hostEnd: Int
    private let authorityEnd: Int

    /// The maximum length in bytes.
    public static let limitBytes = 2048

    /// The ActivityStreams collection of everybody (Public).
    public static let asPublic = IRI(
        isSecure: true, host: "www.w3.org", port: 443, rest: "/ns/activitystreams#Public")

    /// Parses an identifier; `nil` when it is not an absolute IRI or when two parsers could understand it differently.
    public init?(_ string: String) {
        if let normal = IRI(normal: string) {
            self = normal
            return
        }
        guard string.utf8.count <= Self.limitBytes, let (isSecure, start) = Self.scheme(of: string) else { return nil }
        let tail = string[start...]
        let end = tail.utf8.firstIndex { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 } ?? tail.endIndex
        let rest = tail[end...]
        guard let (host, port) = Host.split(tail[..<end], defaultPort: isSecure ? 443 : 80),
            Self.isClean(rest)
        else { return nil }
        self.init(isSecure: isSecure, host: host, port: port, rest: rest)
        guard self.string.utf8.count <= Self.limitBytes else { return nil }
    }

    /// Reads an identifier that was normalised before, for example one from a database row. It finds the parts and does
    /// not normalise again.
    ///
    /// - Parameter text: the ``string`` of an identifier.
    /// - Returns: `nil` when the text cannot be the ``string`` of an identifier.
    public static func stored(_ text: String) -> IRI? { IRI(stored: text) }

    private init?(stored: String) {
        var text = stored
        guard let parts = text.withUTF8(Self.parts(ofStored:)) else { return nil }
        string = stored
        (port, isSecure, isASCII, hostEnd, authorityEnd) = parts
    }

    /// Parses an identifier that is in normal form already, as nearly all are. It copies nothing, and leaves all other
    /// texts to the complete parser.
    private init?(normal: String) {
        var text = normal
        guard let parts = text.withUTF8(Self.parts(ofNormal:)) else { return nil }
        string = normal
        (port, isSecure, isASCII, hostEnd, authorityEnd) = parts
    }

    private static func parts(ofNormal utf8: UnsafeBufferPointer<UInt8>) -> Parts? {
        guard let parts = parts(ofStored: utf8), parts.isASCII,
            Host.isNormal(utf8[(parts.isSecure ? 8 : 7)..<parts.hostEnd]),
            utf8[parts.authorityEnd...].allSatisfy(isClean)
        else { return nil }
        if parts.hostEnd < parts.authorityEnd {
            let digits = utf8[(parts.hostEnd + 1)..<parts.authorityEnd]
            guard digits.first != UInt8(ascii: "0"), digits.count <= 5, digits.allSatisfy({ $0 &- 0x30 < 10 }),
                parts.port != (parts.isSecure ? 443 : 80)
            else { return nil }
        }
        return parts
    }

    private typealias Parts = (port: Int, isSecure: Bool, isASCII: Bool, hostEnd: Int, authorityEnd: Int)

    /// Finds the parts of an IRI that was stored in normal form. A page reads hundreds of them, so this must be fast.
    private static func parts(ofStored utf8: UnsafeBufferPointer<UInt8>) -> Parts? {
        guard utf8.count <= limitBytes else { return nil }
        let isSecure = utf8.starts(with: "https://".utf8)
        guard isSecure || utf8.starts(with: "http://".utf8) else { return nil }
        let start = isSecure ? 8 : 7
        var (end, hostEnd, inBrackets, port) = (start, 0, false, 0)
        while end < utf8.count {
            let byte = utf8[end]
            switch byte {
            case 0x5B: inBrackets = true
            case 0x5D: inBrackets = false
            case 0x3A where !inBrackets: hostEnd = end
            case 0x30...0x39 where hostEnd > 0 && port < 65_536: port = port * 10 + Int(byte & 15)
            default: break
            }
            if byte == 0x2F || byte == 0x3F || byte == 0x23 { break }
            end += 1
        }
        let host = hostEnd > 0 ? hostEnd : end
        guard host > start, port <= 65_535, (hostEnd > 0) == (port > 0) else { return nil }
        let isASCII = utf8.allSatisfy { $0 < 0x80 }
        return (port > 0 ? port : isSecure ? 443 : 80, isSecure, isASCII, host, end)
    }

    private init(isSecure: Bool, host: String, port: Int, rest: Substring) {
        let scheme = isSecure ? "https://" : "http://"
        let shownPort = port == (isSecure ? 443 : 80) ? "" : ":\(port)"
        string = scheme + host + shownPort + rest
        self.port = port
        self.isSecure = isSecure
        isASCII = rest.utf8.allSatisfy { $0 < 0x80 }
        hostEnd = scheme.utf8.count + host.utf8.count
        authorityEnd = hostEnd + shownPort.utf8.count
    }

    private static func scheme(of string: String) -> (isSecure: Bool, end: String.Index)? {
        for (word, isSecure) in [("https://", true), ("http://", false)] {
            let head = string.utf8.prefix(word.utf8.count)
            if head.elementsEqual(word.utf8, by: { $0 == $1 || ($0 | 0x20 == $1 && $0 & 0x40 != 0) }) {
                return (isSecure, head.endIndex)
            }
        }
        return nil
    }

    private static func isClean(_ byte: UInt8) -> Bool { byte > 0x20 && byte != 0x7F && byte != 0x5C }

    /// Whether path, query and fragment contain no control character, white space, backslash or invisible format
    /// character.
    private static func isClean(_ rest: Substring) -> Bool {
        guard rest.utf8.allSatisfy(isClean) else { return false }
        if rest.utf8.allSatisfy({ $0 < 0x80 }) { return true }
        return rest.unicodeScalars.allSatisfy { scalar in
            if scalar.isASCII { return true }
            switch scalar.properties.generalCategory {
            case .control, .spaceSeparator, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: return false
            case .format: return scalar.value == 0x200C || scalar.value == 0x200D
            default: return true
            }
        }
    }
}

// MARK: - Parts

extension IRI {
    /// `http` or `https`.
    public var scheme: String { isSecure ? "https" : "http" }

    /// The host without port; an IPv6 address in brackets.
    public var host: String { slice(schemeEnd, hostEnd) }

    /// The host, and the port when it is not the scheme's default: the value of a `Host` header.
    public var authority: String { slice(schemeEnd, authorityEnd) }

    /// Scheme, host and port: `https://host[:port]`.
    public var origin: String { slice(0, authorityEnd) }

    /// The path and the query, without the fragment; begins with `/`.
    public var pathAndQuery: String {
        let text = slice(authorityEnd, fragmentStart)
        return text.utf8.first == UInt8(ascii: "/") ? text : "/" + text
    }

    /// The path; `/` when it is empty.
    public var path: String {
        let text = pathAndQuery
        return String(text[..<(text.utf8.firstIndex(of: UInt8(ascii: "?")) ?? text.endIndex)])
    }

    /// The text after the first `?`.
    public var query: String? {
        let text = pathAndQuery
        guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        return String(text[text.utf8.index(after: mark)...])
    }

    /// The text after the first `#`.
    public var fragment: String? {
        let start = fragmentStart
        return start < string.utf8.count ? slice(start + 1, string.utf8.count) : nil
    }

    /// The path and query for an HTTP request line. Bytes that HTTP forbids there are percent-encoded.
    public var requestTarget: String {
        PercentEncoding.encode(pathAndQuery) { $0 >= 0x80 || "\"<>^`{|}".utf8.contains($0) }
    }

    /// The identifier without its fragment: the document that contains the fragment.
    public var withoutFragment: IRI {
        guard fragmentStart < string.utf8.count else { return self }
        let rest = Substring(slice(authorityEnd, fragmentStart))
        return IRI(isSecure: isSecure, host: host, port: port, rest: rest)
    }

    /// Whether both have the same scheme, host and port.
    ///
    /// Spec: FEP-fe34.
    public func isSameOrigin(as other: IRI) -> Bool {
        authorityEnd == other.authorityEnd
            && string.utf8.prefix(authorityEnd).elementsEqual(other.string.utf8.prefix(authorityEnd))
    }

    /// Appends a path, for identifiers of local objects. Exactly one `/` separates the two paths.
    ///
    /// The query and the fragment of the receiver are dropped. Characters in `path` that are not allowed in an
    /// identifier are dropped.
    public func appending(path: String) -> IRI {
        var base = Substring(self.path)
        while base.utf8.last == UInt8(ascii: "/") { base.removeLast() }
        let added = Self.cleaned(path[(path.utf8.firstIndex { $0 != UInt8(ascii: "/") } ?? path.endIndex)...])
        return IRI(isSecure: isSecure, host: host, port: port, rest: base + "/" + added)
    }

    /// The identifier with another fragment, for keys and activities inside a local document.
    ///
    /// Characters that are not allowed in an identifier are dropped.
    public func withFragment(_ fragment: String) -> IRI {
        let rest = slice(authorityEnd, fragmentStart) + "#" + Self.cleaned(fragment[...])
        return IRI(isSecure: isSecure, host: host, port: port, rest: Substring(rest))
    }

    /// The text without the characters that are not allowed in an identifier. Nearly every text has none of them.
    private static func cleaned(_ text: Substring) -> Substring {
        if text.utf8.allSatisfy({ $0 < 0x80 && isClean($0) }) { return text }
        return Substring(text.filter { isClean(Substring(String($0))) })
    }

    private var schemeEnd: Int { isSecure ? 8 : 7 }

    private var fragmentStart: Int {
        let utf8 = string.utf8
        guard let mark = utf8.firstIndex(of: UInt8(ascii: "#")) else { return utf8.count }
        return utf8.distance(from: utf8.startIndex, to: mark)
    }

    private func slice(_ start: Int, _ end: Int) -> String {
        let utf8 = string.utf8
        let first = utf8.index(utf8.startIndex, offsetBy: start)
        return String(string[first..<utf8.index(first, offsetBy: end - start)])
    }
}

// MARK: - Conformances

extension IRI: Hashable, Comparable, LosslessStringConvertible {
    /// The same as ``string``.
    public var description: String { string }

    /// Compares byte by byte.
    public static func == (a: IRI, b: IRI) -> Bool {
        a.isASCII && b.isASCII ? a.string == b.string : a.string.utf8.elementsEqual(b.string.utf8)
    }

    /// Orders by bytes.
    public static func < (a: IRI, b: IRI) -> Bool {
        a.isASCII && b.isASCII ? a.string < b.string : a.string.utf8.lexicographicallyPrecedes(b.string.utf8)
    }

    /// Hashes the normalised spelling.
    public func hash(into hasher: inout Hasher) { hasher.combine(string) }
}

extension IRI: Codable {
    /// Reads a string.
    ///
    /// - Throws: `DecodingError.dataCorrupted` when it is not an identifier.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let iri = IRI(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an absolute http(s) IRI")
        }
        self = iri
    }

    /// Writes a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(string)
    }
}
