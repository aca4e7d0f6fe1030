// SPDX-License-Identifier: Apache-2.0
import HTTPSignatures
import Testing
import TextEncoding

@Suite("signing")
struct SigningTests {
    @Test("a signed POST looks exactly as the strictest peers expect")
    func cavagePost() throws {
        let head = try Sample.signed(.cavage, key: TestKeys.private("rsa-2048"))
        let digest = ContentDigest.digestHeader(Sample.body)
        #expect(head.values(of: "host") == ["node.example"])
        #expect(head.values(of: "date") == ["Fri, 02 Jan 2026 03:04:05 GMT"])
        #expect(head.values(of: "digest") == [digest])
        let header = try #require(head.values(of: "signature").first)
        let start =
            #"keyId="https://peer.example/users/vic#main-key",algorithm="rsa-sha256","#
            + #"headers="(request-target) host date digest content-type",signature=""#
        #expect(header.hasPrefix(start))
        #expect(head.values(of: "signature-input").isEmpty)
        let text = """
            (request-target): post /inbox
            host: node.example
            date: Fri, 02 Jan 2026 03:04:05 GMT
            digest: \(digest)
            content-type: application/activity+json
            """
        let bytes = try #require(Base64.decode(header.dropFirst(start.count).dropLast().utf8))
        #expect(try TestKeys.public("rsa-2048").verify(bytes, of: Array(text.utf8)))
    }

    @Test("a signed GET covers target, host and date only")
    func cavageGet() throws {
        let head = try Sample.signed(.cavage, key: TestKeys.private("ed25519"), method: "GET", target: "/a?b=c")
        let header = try #require(head.values(of: "signature").first)
        #expect(header.contains(#",algorithm="hs2019",headers="(request-target) host date",signature=""#))
        #expect(head.values(of: "digest").isEmpty)
    }

    @Test(
        "RFC 9421 output is what Mastodon demands",
        arguments: [
            (
                "rsa-2048", "POST",
                #"sig1=("@method" "@target-uri" "content-digest" "content-type");created=1767323045;"#
                    + #"keyid="https://peer.example/users/vic#main-key";alg="rsa-v1_5-sha256""#
            ),
            (
                "ed25519", "GET",
                #"sig1=("@method" "@target-uri");created=1767323045;"#
                    + #"keyid="https://peer.example/users/vic#main-key";alg="ed25519""#
            ),
        ])
    func messageSignature(key: String, method: String, expected: String) throws {
        let head = try Sample.signed(.rfc9421, key: TestKeys.private(key), method: method)
        #expect(head.values(of: "signature-input") == [expected])
        #expect(head.values(of: "signature").first?.hasPrefix("sig1=:") == true)
        #expect(head.values(of: "content-digest").count == (method == "POST" ? 1 : 0))
    }

    @Test("signing again replaces the old signature, whichever scheme it was")
    func again() throws {
        let key = try TestKeys.private("rsa-2048")
        var head = try Sample.signed(.rfc9421, key: key)
        let later = Sample.now + 3_600_000
        try Signer.sign(&head, body: Sample.body, keyID: Sample.keyID, key: key, scheme: .cavage, now: later)
        #expect(head.values(of: "signature-input").isEmpty)
        #expect(head.values(of: "content-digest").isEmpty)
        for name in ["host", "date", "digest", "signature"] { #expect(head.values(of: name).count == 1) }
        let verdict = Outcome.of(Sample.verifier, head, body: Sample.body, now: later, key: key.publicKey)
        #expect(verdict == "ok")
    }

    @Test("what is signed verifies, whatever the request looks like", arguments: 0..<60)
    func property(seed: Int) throws {
        var chance = SeededGenerator(state: UInt64(seed))
        let key = try TestKeys.private(["rsa-2048", "ed25519"].randomElement(using: &chance) ?? "")
        let scheme: SignatureScheme = Bool.random(using: &chance) ? .cavage : .rfc9421
        let method = Bool.random(using: &chance) ? "POST" : "GET"
        let letters = Array("abcXYZ019-._~%&=/+:@!$'()*,;")
        let tail = String(
            (0..<Int.random(in: 0..<40, using: &chance)).compactMap { _ in letters.randomElement(using: &chance) })
        let query = Bool.random(using: &chance) ? "?" + tail : ""
        let bytes = (0..<Int.random(in: 0..<3000, using: &chance)).map { _ in UInt8.random(in: 0...255, using: &chance)
        }
        let body = method == "POST" ? bytes : nil
        var head = Sample.head(method, "/" + tail + query)
        let moment = Sample.now + Int64.random(in: -3_600_000...3_600_000, using: &chance)
        try Signer.sign(&head, body: body, keyID: Sample.keyID, key: key, scheme: scheme, now: moment)
        let parsed = try Sample.verifier.parse(head, body: body, now: Sample.now)
        #expect(Sample.verifier.match(parsed, key: key.publicKey) == .exact)
        #expect(parsed.created == moment / 1000 * 1000)
        #expect(parsed.keyID == Sample.keyID)
        let stranger = try TestKeys.public("other-rsa-2048")
        #expect(!Sample.verifier.verify(parsed, key: stranger))
    }

    @Test(
        "nothing that could end a line or a quoted text is ever signed",
        arguments: [
            ("/inbox\r\nhost: evil.example", "https://a.example/k", "x"), ("/in box", "https://a.example/k", "x"),
            ("inbox", "https://a.example/k", "x"), ("/inbox", "https://a.example/\"k", "x"),
            ("/inbox", "https://a.example/k\n", "x"), ("/inbox", "https://a.example/\\k", "x"), ("/inbox", "", "x"),
            ("/inbox", "https://a.example/k", "a\r\nb"), ("/inbox", "https://a.example/k", "a\0"),
        ])
    func unsafeValues(target: String, keyID: String, type: String) throws {
        let key = try TestKeys.private("ed25519")
        for scheme in [SignatureScheme.cavage, .rfc9421] {
            var head = Sample.head("POST", target).removing("content-type").adding("content-type", type)
            #expect(throws: SigningError.self) {
                try Signer.sign(&head, body: [], keyID: keyID, key: key, scheme: scheme, now: Sample.now)
            }
            #expect(head.values(of: "signature").isEmpty)
        }
    }

    @Test(
        "the host is signed as it goes on the wire: lower case, without the scheme's own port",
        arguments: [
            ("Node.Example:443", "https", "node.example"), ("node.example:8443", "https", "node.example:8443"),
            ("127.0.0.1:80", "http", "127.0.0.1"), ("[::1]:443", "https", "[::1]"), ("[::1]", "https", "[::1]"),
        ])
    func hosts(authority: String, scheme: String, expected: String) throws {
        var head = RequestHead(method: "GET", target: "/", authority: authority, scheme: scheme)
        try Signer.sign(&head, body: nil, keyID: Sample.keyID, key: TestKeys.private("ed25519"), now: Sample.now)
        #expect(head.values(of: "host") == [expected])
    }
}
