// SPDX-License-Identifier: Apache-2.0

internal import CivilDates
internal import TextEncoding

/// Checks whether a request has a valid signature for this server and for the current time, and which key made it.
///
/// There are two steps. `parse` makes all checks that need no key, so that a request that cannot be valid costs no
/// fetch. `verify` then checks the signature with the key. Host and scheme are taken from the configuration, never from
/// the request.
///
/// When the request has a `Signature-Input` header, only RFC 9421 decides. A failed check never falls back to the older
/// scheme.
public struct Verifier: Sendable {
    /// The maximum age of a signature: one hour, plus five minutes for the peer's delivery queue.
    public static let oldestMilliseconds: Int64 = 3_900_000
    /// How far a peer's clock may be ahead of this server's clock.
    public static let newestMilliseconds: Int64 = 3_600_000

    private let authority: String
    private let scheme: String
    private let acceptsUnsignedTarget: Bool

    /// Makes a verifier.
    ///
    /// - Parameters:
    ///   - authority: the configured `host[:port]` of this server, never a value from a request.
    ///   - scheme: `https`; `http` only in tests, and then keys may use http too.
    ///   - acceptsUnsignedTarget: lets a cavage signature omit `(request-target)` when it covers the digest. It is off
    ///     unless an operator needs it for an old peer; `ParsedSignature.coversTarget` tells when it was used.
    public init(authority: String, scheme: String = "https", acceptsUnsignedTarget: Bool = false) {
        self.authority = authority
        self.scheme = scheme
        self.acceptsUnsignedTarget = acceptsUnsignedTarget
    }

    /// Makes all checks that need no key.
    ///
    /// The order is: repeated or malformed headers, syntax, key id, algorithm, coverage, host, digest over the raw
    /// body, time.
    ///
    /// - Parameters:
    ///   - body: the bytes as received; `nil` when there is no body.
    ///   - now: milliseconds since 1970 UTC.
    public func parse(_ head: RequestHead, body: [UInt8]?, now: Int64) throws(SignatureError) -> ParsedSignature {
        try HeaderRules.check(head)
        var own = head
        own.authority = authority
        own.scheme = scheme
        let request = Request(head: own, body: body, now: now)
        let signature = head.values(of: "signature").first
        if let input = head.values(of: "signature-input").first {
            guard let signature else { throw .missingSignature }
            return try parseMessageSignature(input: input, signature: signature, request)
        }
        guard let signature else { throw .missingSignature }
        return try parseCavage(signature, request)
    }

    /// Whether the signature fits the key.
    public func verify(_ parsed: ParsedSignature, key: PublicKey) -> Bool { match(parsed, key: key) != nil }

    /// How the signature fits the key; `nil` when it does not.
    ///
    /// The type of the key decides the algorithm; the request can only forbid it. There are at most four verifications.
    public func match(_ parsed: ParsedSignature, key: PublicKey) -> SignatureMatch? {
        for hash in parsed.declared.hashes(for: key.algorithm) {
            for (index, candidate) in parsed.candidates.enumerated() {
                guard key.verify(parsed.signature, of: candidate, hash: hash) else { continue }
                return index == 0 ? .exact : .withoutQuery
            }
        }
        return nil
    }

    private struct Request {
        var head: RequestHead
        var body: [UInt8]?
        var now: Int64

        var needsDigest: Bool { head.needsDigest(body: body) }
    }
}

// MARK: - draft-cavage-12

extension Verifier {
    private func parseCavage(_ header: String, _ request: Request) throws(SignatureError) -> ParsedSignature {
        let parameters = try CavageSignature.parameters(of: header)
        guard let encoded = parameters.signature else { throw .malformedSignature }
        let keyID = try KeyIDRules.check(parameters.keyID, authority: authority, scheme: scheme)
        let declared = try CavageSignature.declared(parameters.algorithm)
        let names = try CavageSignature.list(parameters.headers)
        try checkCavageTimes(names, declared)
        try checkCavageCoverage(names, request)
        try checkHost(request.head)
        try checkDigest(request)
        let created = try cavageCreated(names, parameters, request.head)
        let expires = try parameters.expires.map(Self.milliseconds)
        try checkTime(created: created, expires: expires, now: request.now)
        guard let signature = Base64.decode(encoded.utf8), Self.isPlausible(signature) else { throw .badSignature }
        return ParsedSignature(
            scheme: .cavage, keyID: keyID, signature: signature, covered: names, created: created, expires: expires,
            annotations: .init(), coversTarget: names.contains("(request-target)"), declared: declared,
            candidates: try cavageCandidates(names, parameters, request.head))
    }

    private func checkCavageTimes(_ names: [String], _ declared: DeclaredAlgorithm) throws(SignatureError) {
        let usesParameters = names.contains("(created)") || names.contains("(expires)")
        guard !usesParameters || declared == .hs2019 else { throw .unsupportedAlgorithm }
    }

    private func checkCavageCoverage(_ names: [String], _ request: Request) throws(SignatureError) {
        let covers = Set(names)
        if request.needsDigest, !covers.contains("digest") {
            throw request.head.values(of: "digest").isEmpty ? .digestMissing : .digestNotSigned
        }
        let target = covers.contains("(request-target)") || (acceptsUnsignedTarget && covers.contains("digest"))
        let time = covers.contains("date") || covers.contains("(created)")
        guard target, time, covers.contains("host") else { throw .weakCoverage }
    }

    private func cavageCreated(
        _ names: [String], _ parameters: CavageSignature.Parameters, _ head: RequestHead
    ) throws(SignatureError) -> Int64 {
        if names.contains("(created)") {
            guard let created = parameters.created else { throw .dateMissing }
            return try Self.milliseconds(created)
        }
        guard let date = head.signedValue(of: "date"), let created = Dates.parseHTTPDate(date) else {
            throw .dateMissing
        }
        return created
    }

    private func cavageCandidates(
        _ names: [String], _ parameters: CavageSignature.Parameters, _ head: RequestHead
    ) throws(SignatureError) -> [[UInt8]] {
        let targets = head.method == "GET" && head.path != head.target ? [head.target, head.path] : [head.target]
        var candidates: [[UInt8]] = []
        for target in targets {
            candidates.append(
                try CavageSignature.signingString(names, head: head, target: target, parameters: parameters))
        }
        return candidates
    }

    /// Converts whole seconds since 1970 to milliseconds. A fraction is refused, because two readers could round it
    /// differently. Spec: draft-cavage-12 §2.1.4 (an integer).
    private static func milliseconds(_ seconds: String) throws(SignatureError) -> Int64 {
        guard seconds.utf8.allSatisfy(Characters.isDigit), seconds.utf8.count <= 15, let value = Int64(seconds) else {
            throw .malformedSignature
        }
        return value * 1000
    }
}

// MARK: - RFC 9421

extension Verifier {
    /// Returns the first label that passes every check. When none does, it throws the refusal of the first label.
    private func parseMessageSignature(
        input: String, signature: String, _ request: Request
    ) throws(SignatureError) -> ParsedSignature {
        var firstRefusal: SignatureError?
        for label in try MessageSignature.labels(input: input, signature: signature) {
            do throws(SignatureError) {
                return try judge(try label.get(), request)
            } catch {
                firstRefusal = firstRefusal ?? error
            }
        }
        throw firstRefusal ?? .missingSignature
    }

    private func judge(
        _ label: MessageSignature.Labelled, _ request: Request
    ) throws(SignatureError) -> ParsedSignature {
        let keyID = try KeyIDRules.check(label.keyID, authority: authority, scheme: scheme)
        let declared = try MessageSignature.declared(label.algorithm)
        try checkMessageCoverage(label.components, request)
        try checkHost(request.head)
        try checkDigest(request)
        guard let created = label.created else { throw .dateMissing }
        // Safe: structured integers have at most 15 digits, so the products stay below 10^18.
        let expires = label.expires.map { $0 * 1000 }
        try checkTime(created: created * 1000, expires: expires, now: request.now)
        guard Self.isPlausible(label.signature) else { throw .badSignature }
        let base = try MessageSignature.signatureBase(
            label.components, parameters: label.parameters, head: request.head)
        return ParsedSignature(
            scheme: .rfc9421, keyID: keyID, signature: label.signature, covered: label.components,
            created: created * 1000, expires: expires,
            annotations: .init(label: label.label, nonce: label.nonce, tag: label.tag), coversTarget: true,
            declared: declared, candidates: [base])
    }

    private func checkMessageCoverage(_ components: [String], _ request: Request) throws(SignatureError) {
        let covers = Set(components)
        if request.needsDigest, !covers.contains("content-digest") {
            let hasNone = request.head.values(of: "content-digest").isEmpty
            throw hasNone ? .digestMissing : .digestNotSigned
        }
        let target = covers.contains("@target-uri") || covers.isSuperset(of: ["@authority", "@path", "@query"])
        guard target, covers.contains("@method") else { throw .weakCoverage }
    }
}

// MARK: - Checks for both schemes

extension Verifier {
    /// Checks that a `Host` header, when present, names this server. Without the header, the signing string uses the
    /// configured name.
    private func checkHost(_ head: RequestHead) throws(SignatureError) {
        guard let host = head.signedValue(of: "host") else { return }
        let received = Authority.normalized(host, scheme: scheme)
        guard received == Authority.normalized(authority, scheme: scheme) else { throw .wrongHost }
    }

    /// Compares the digest headers with the body. The coverage was checked before, so the digest is signed.
    private func checkDigest(_ request: Request) throws(SignatureError) {
        switch ContentDigest.verify(request.head, body: request.body ?? []) {
        case .matches: return
        case .absent: guard !request.needsDigest else { throw .digestMissing }
        case .withoutKnownAlgorithm: throw .digestMissing
        case .mismatch: throw .digestMismatch
        case .malformed: throw .malformedDigest
        }
    }

    private func checkTime(created: Int64, expires: Int64?, now: Int64) throws(SignatureError) {
        guard created >= now - Self.oldestMilliseconds, created <= now + Self.newestMilliseconds
        else { throw .dateOutOfRange }
        guard let expires else { return }
        guard expires >= now, expires >= created else { throw .expired }
    }

    /// Whether the length is possible: Ed25519 signatures have 64 bytes, and RSA signatures have the length of the
    /// modulus, at most 8192 bits.
    private static func isPlausible(_ signature: [UInt8]) -> Bool { (64...1024).contains(signature.count) }
}
