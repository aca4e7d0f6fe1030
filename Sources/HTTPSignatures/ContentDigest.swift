// SPDX-License-Identifier: Apache-2.0

internal import RawStructuredFieldValues
internal import TextEncoding

/// The result of comparing the digest headers with the body.
public enum DigestResult: Sendable, Hashable {
    /// There is no digest header.
    case absent
    /// There is a SHA-256 or SHA-512 digest, and every digest with a known algorithm fits the body.
    case matches
    /// A digest with a known algorithm does not fit the body.
    case mismatch
    /// There is a digest header, but none with SHA-256 or SHA-512.
    case withoutKnownAlgorithm
    /// A digest header has a syntax error or a digest of the wrong length.
    case malformed
}

/// The headers `Digest` (RFC 3230) and `Content-Digest` (RFC 9530), which connect the signature to the body.
///
/// The signature covers these headers, not the body itself. So the digest is always recomputed over the bytes as
/// received, never over a document that was encoded again.
public enum ContentDigest {
    private static let largestHeaderBytes = 2048
    /// The limit exists because each digest in the list costs one hash over the whole body.
    private static let largestListCount = 4

    /// The SHA-256 of the body in base64.
    public static func sha256Base64(_ body: [UInt8]) -> String { Base64.encode(Hash.sha256(body)) }

    /// The value of a `Digest` header: `SHA-256=…`.
    public static func digestHeader(_ body: [UInt8]) -> String { "SHA-256=" + sha256Base64(body) }

    /// The value of a `Content-Digest` header: `sha-256=:…:`.
    public static func contentDigestHeader(_ body: [UInt8]) -> String { "sha-256=:" + sha256Base64(body) + ":" }

    /// Compares every digest of both headers with the body.
    ///
    /// SHA-256 and SHA-512 are known; other algorithms are ignored. When both headers are present, both must fit. So a
    /// correct digest that is not signed cannot hide a wrong digest that is signed.
    public static func verify(_ head: RequestHead, body: [UInt8]) -> DigestResult {
        let older = head.values(of: "digest")
        let newer = head.values(of: "content-digest")
        guard older.count <= 1, newer.count <= 1 else { return .malformed }
        var results: [DigestResult] = []
        if let header = older.first { results.append(judge(readDigest(header), body: body)) }
        if let header = newer.first { results.append(judge(readContentDigest(header), body: body)) }
        for worst in [DigestResult.malformed, .mismatch, .withoutKnownAlgorithm] where results.contains(worst) {
            return worst
        }
        return results.isEmpty ? .absent : .matches
    }

    private typealias Listed = (function: HashFunction, value: [UInt8])

    private static func judge(_ listed: [Listed]?, body: [UInt8]) -> DigestResult {
        guard let listed, listed.allSatisfy({ $0.value.count == $0.function.length }) else { return .malformed }
        for (function, value) in listed where Hash.digest(body, function) != value { return .mismatch }
        return listed.isEmpty ? .withoutKnownAlgorithm : .matches
    }

    /// Parses `SHA-256=<base64>,SHA-512=<base64>`; algorithm names may have any case. Spec: RFC 3230 §4.3.2.
    private static func readDigest(_ header: String) -> [Listed]? {
        guard header.utf8.count <= largestHeaderBytes else { return nil }
        var listed: [Listed] = []
        for part in header.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let pair = String(decoding: part, as: UTF8.self).trimmingSpaces
            guard let equals = pair.firstIndex(of: "="), Characters.isToken(pair[..<equals]) else { return nil }
            guard let function = function(named: Characters.lowercased(pair[..<equals])) else { continue }
            guard let value = Base64.decode(pair[pair.index(after: equals)...].utf8) else { return nil }
            listed.append((function, value))
        }
        return listed.count <= largestListCount ? listed : nil
    }

    /// Parses `sha-256=:<base64>:`, a structured dictionary. Spec: RFC 9530 §2.
    private static func readContentDigest(_ header: String) -> [Listed]? {
        guard header.utf8.count <= largestHeaderBytes,
            let dictionary = try? StructuredDictionary(header, most: 16)
        else { return nil }
        var listed: [Listed] = []
        for (key, member) in dictionary.members {
            guard let function = function(named: key) else { continue }
            guard let value = StructuredDictionary.bytes(member) else { return nil }
            listed.append((function, value))
        }
        return listed
    }

    private static func function(named name: String) -> HashFunction? {
        switch name {
        case "sha-256": .sha256
        case "sha-512": .sha512
        default: nil
        }
    }
}
