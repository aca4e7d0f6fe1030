// SPDX-License-Identifier: Apache-2.0
import CivilDates
import HTTPSignatures
import Testing
import TextEncoding

/// One change that an attacker makes, and the expected refusal.
struct Tampering: Sendable, CustomTestStringConvertible {
    var what: String
    var scheme: SignatureScheme
    var expected: String
    var change: @Sendable (RequestHead) -> RequestHead

    var testDescription: String { "\(scheme.rawValue): \(what)" }

    init(
        _ scheme: SignatureScheme, _ what: String, _ expected: String,
        _ change: @escaping @Sendable (RequestHead) -> RequestHead
    ) {
        self.scheme = scheme
        self.what = what
        self.expected = expected
        self.change = change
    }

    private static func with(_ head: RequestHead, _ change: (inout RequestHead) -> Void) -> RequestHead {
        var copy = head
        change(&copy)
        return copy
    }

    static let both: [Tampering] = [SignatureScheme.cavage, .rfc9421].flatMap { scheme in
        [
            Tampering(scheme, "the method", "bad_signature") { with($0) { $0.method = "PUT" } },
            Tampering(scheme, "the path", "bad_signature") { with($0) { $0.target = "/users/alice/inbox" } },
            Tampering(scheme, "a query", "bad_signature") { with($0) { $0.target += "?x" } },
            Tampering(scheme, "the content type", "bad_signature") {
                $0.replacing("content-type") { _ in "text/html" }
            },
            Tampering(scheme, "a second content type", "bad_signature") { $0.adding("content-type", "text/html") },
            Tampering(scheme, "the host", "wrong_host") { $0.replacing("host") { _ in "peer2.example" } },
            Tampering(scheme, "a line feed in a header", "malformed_header") {
                $0.adding("x-a", "b\nhost: node.example")
            },
            Tampering(scheme, "a return in a header", "malformed_header") { $0.adding("x-a", "b\r") },
            Tampering(scheme, "NUL in a header", "malformed_header") { $0.adding("x-a", "b\0") },
            Tampering(scheme, "a folded header", "malformed_header") { $0.replacing("date") { $0 + "\r\n x" } },
            Tampering(scheme, "a header name with a colon", "malformed_header") { $0.adding("date: x\nhost", "b") },
            Tampering(scheme, "an empty header name", "malformed_header") { $0.adding("", "b") },
            Tampering(scheme, "a line feed in the target", "malformed_header") {
                with($0) { $0.target += "\nhost: a" }
            },
            Tampering(scheme, "an absolute target", "malformed_header") {
                with($0) { $0.target = "https://node.example/inbox" }
            },
            Tampering(scheme, "a space in the method", "malformed_header") { with($0) { $0.method = "POST /inbox" } },
            Tampering(scheme, "two digests", "duplicate_header") {
                $0.adding("digest", "SHA-256=" + String(repeating: "A", count: 43) + "=").adding("digest", "x")
            },
            Tampering(scheme, "two signatures", "duplicate_header") { $0.adding("signature", "x") },
            Tampering(scheme, "two lengths", "duplicate_header") {
                $0.adding("content-length", "1").adding("content-length", "2")
            },
            Tampering(scheme, "two authorizations", "duplicate_header") {
                $0.adding("authorization", "a").adding("authorization", "b")
            },
            Tampering(scheme, "an unsigned header more", "ok") { $0.adding("x-forwarded-for", "192.0.2.1") },
        ]
    }

    static let cavage: [Tampering] = [
        Tampering(.cavage, "the date", "bad_signature") { $0.replacing("date") { $0.replacing("04:05", "04:06") } },
        Tampering(.cavage, "the digest", "digest_mismatch") {
            $0.replacing("digest") { _ in ContentDigest.digestHeader([]) }
        },
        Tampering(.cavage, "the key", "bad_key_id") {
            $0.replacing("signature") { $0.replacing("https://peer", "ftp://peer") }
        },
        Tampering(.cavage, "the order of the list", "bad_signature") {
            $0.replacing("signature") { $0.replacing("host date", "date host") }
        },
        Tampering(.cavage, "a shorter list", "bad_signature") {
            $0.replacing("signature") { $0.replacing(" content-type", "") }
        },
        Tampering(.cavage, "a list without digest", "digest_not_signed") {
            $0.replacing("signature") { $0.replacing(" digest", "") }
        },
        Tampering(.cavage, "an expiry long ago", "expired") { $0.replacing("signature") { $0 + ",expires=1" } },
        Tampering(.cavage, "an expiry that is no number", "malformed_signature") {
            $0.replacing("signature") { $0 + ",expires=99999999999999999999" }
        },
        Tampering(.cavage, "a header of 100 kB", "malformed_signature") {
            $0.replacing("signature") { $0 + ",x=\"" + String(repeating: "a", count: 100_000) + "\"" }
        },
        Tampering(.cavage, "a comma at the end", "malformed_signature") { $0.replacing("signature") { $0 + "," } },
        Tampering(.cavage, "white space in the base64", "bad_signature") {
            $0.replacing("signature") { $0.replacing("signature=\"", "signature=\" ") }
        },
    ]

    static let messages: [Tampering] = [
        Tampering(.rfc9421, "the creation time", "bad_signature") {
            $0.replacing("signature-input") { $0.replacing("1767323045", "1767323046") }
        },
        Tampering(.rfc9421, "the key id", "bad_signature") {
            $0.replacing("signature-input") { $0.replacing("/vic", "/eve") }
        },
        Tampering(.rfc9421, "the order of the list", "bad_signature") {
            $0.replacing("signature-input") { $0.replacing(#""@method" "@target-uri""#, #""@target-uri" "@method""#) }
        },
        Tampering(.rfc9421, "an expiry in the far future", "bad_signature") {
            $0.replacing("signature-input") { $0 + ";expires=4070908800" }
        },
        Tampering(.rfc9421, "a parameter that nobody knows", "bad_signature") {
            $0.replacing("signature-input") { $0 + ";x" }
        },
        Tampering(.rfc9421, "the content digest", "digest_mismatch") {
            $0.replacing("content-digest") { _ in ContentDigest.contentDigestHeader([]) }
        },
        Tampering(.rfc9421, "only the older digest", "digest_mismatch") {
            $0.replacing("digest") { _ in ContentDigest.digestHeader([]) }
        },
        Tampering(.rfc9421, "no content digest", "digest_missing") { $0.removing("content-digest") },
        Tampering(.rfc9421, "a list of 10,000", "malformed_signature") {
            $0.replacing("signature-input") { $0.replacing("(", "(" + String(repeating: "\"a\" ", count: 10_000)) }
        },
        Tampering(.rfc9421, "a list of 65", "malformed_signature") {
            $0.replacing("signature-input") { $0.replacing("(", "(" + String(repeating: "\"a\" ", count: 65)) }
        },
        Tampering(.rfc9421, "a label that is a text", "malformed_signature") {
            $0.replacing("signature-input") { _ in "sig1=\"a\"" }
        },
        Tampering(.rfc9421, "an empty input", "malformed_signature") { $0.replacing("signature-input") { _ in "" } },
    ]
}

extension String {
    /// Replaces the first occurrence of a text; the standard library has no such function without Foundation.
    func replacing(_ old: String, _ new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return replacingCharacters(in: range, with: new)
    }

    private func replacingCharacters(in range: Range<Index>, with new: String) -> String {
        var copy = self
        copy.replaceSubrange(range, with: new)
        return copy
    }
}

@Suite("tampering")
struct TamperingTests {
    @Test(
        "each change of a signed request is refused with its own code",
        arguments: [
            Tampering.both, Tampering.cavage, Tampering.messages,
        ].flatMap { $0 })
    func changed(tampering: Tampering) throws {
        let key = try TestKeys.private("rsa-2048")
        let head = tampering.change(try Sample.signed(tampering.scheme, key: key))
        let verdict = Outcome.of(Sample.verifier, head, body: Sample.body, now: Sample.now, key: key.publicKey)
        #expect(verdict == tampering.expected)
    }

    @Test("each flipped bit of the body is noticed", arguments: [SignatureScheme.cavage, .rfc9421])
    func body(scheme: SignatureScheme) throws {
        let key = try TestKeys.private("ed25519")
        let head = try Sample.signed(scheme, key: key)
        for bit in 0..<Sample.body.count * 8 {
            var body = Sample.body
            body[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: SignatureError.digestMismatch) {
                try Sample.verifier.parse(head, body: body, now: Sample.now)
            }
        }
        #expect(throws: SignatureError.digestMismatch) {
            try Sample.verifier.parse(head, body: nil, now: Sample.now)
        }
    }

    @Test(
        "the window is 65 minutes back and 60 minutes ahead, to the second",
        arguments: [
            (-3900, "ok"), (-3901, "date_out_of_range"), (3600, "ok"), (3601, "date_out_of_range"),
        ] as [(Int64, String)])
    func window(seconds: Int64, expected: String) throws {
        let key = try TestKeys.private("ed25519")
        for scheme in [SignatureScheme.cavage, .rfc9421] {
            var head = Sample.head()
            let moment = Sample.now + seconds * 1000
            try Signer.sign(&head, body: Sample.body, keyID: Sample.keyID, key: key, scheme: scheme, now: moment)
            let verdict = Outcome.of(Sample.verifier, head, body: Sample.body, now: Sample.now, key: key.publicKey)
            #expect(verdict == expected)
        }
    }

    @Test("a replay has the identity of its original, and a new signature another one")
    func identity() throws {
        let key = try TestKeys.private("ed25519")
        let first = try Sample.verifier.parse(Sample.signed(.cavage, key: key), body: Sample.body, now: Sample.now)
        let replay = try Sample.verifier.parse(
            Sample.signed(.cavage, key: key), body: Sample.body, now: Sample.now + 60_000)
        #expect(first.identity == replay.identity)
        #expect(first.identity.count == 32)
        let respelt = try Sample.signed(.cavage, key: key).replacing("signature") { $0.replacing("peer.ex", "PEER.ex") }
        #expect(try Sample.verifier.parse(respelt, body: Sample.body, now: Sample.now).identity == first.identity)
        let other = try Sample.verifier.parse(Sample.signed(.rfc9421, key: key), body: Sample.body, now: Sample.now)
        #expect(first.identity != other.identity)
    }

    @Test("a test node on plain http takes http keys of other ports and not its own")
    func plainHTTP() throws {
        let key = try TestKeys.private("ed25519")
        let verifier = Verifier(authority: "127.0.0.1:8080", scheme: "http")
        for (keyID, expected) in [
            ("http://127.0.0.1:8081/users/vic", "ok"), ("http://127.0.0.1:8080/users/alice", "bad_key_id"),
        ] {
            var head = RequestHead(method: "GET", target: "/", authority: "127.0.0.1:8080", scheme: "http")
            try Signer.sign(&head, body: nil, keyID: keyID, key: key, now: Sample.now)
            #expect(Outcome.of(verifier, head, body: nil, now: Sample.now, key: key.publicKey) == expected)
        }
    }

    @Test("the valve for old peers lets the target be missing only where the digest is covered, and says so")
    func valve() throws {
        let key = try TestKeys.private("ed25519")
        var head = Sample.head().adding("host", "node.example").adding("date", Dates.httpDate(Sample.now))
        head = head.adding("digest", ContentDigest.digestHeader(Sample.body))
        let names = ["host", "date", "digest"]
        let text = try CavageSignature.signingString(names, head: head, target: "/", parameters: .empty)
        let signature = Base64.encode(try key.sign(text))
        let list = names.joined(separator: " ")
        head = head.adding("signature", "keyId=\"\(Sample.keyID)\",headers=\"\(list)\",signature=\"\(signature)\"")
        #expect(throws: SignatureError.weakCoverage) {
            try Sample.verifier.parse(head, body: Sample.body, now: Sample.now)
        }
        let open = Verifier(authority: "node.example", acceptsUnsignedTarget: true)
        let parsed = try open.parse(head, body: Sample.body, now: Sample.now)
        #expect(!parsed.coversTarget)
        #expect(open.verify(parsed, key: key.publicKey))
    }

    @Test("a server that keeps the host out of its headers still checks it")
    func hostElsewhere() throws {
        let key = try TestKeys.private("ed25519")
        let head = try Sample.signed(.cavage, key: key).removing("host")
        #expect(Outcome.of(Sample.verifier, head, body: Sample.body, now: Sample.now, key: key.publicKey) == "ok")
        let other = Verifier(authority: "peer2.example")
        let verdict = Outcome.of(other, head, body: Sample.body, now: Sample.now, key: key.publicKey)
        #expect(verdict == "bad_signature")
    }
}
