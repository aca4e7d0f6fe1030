// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPSignatures
import Testing
import TextEncoding

@Suite("digests, hashes, randomness")
struct DigestTests {
    private static let right = ContentDigest.sha256Base64(Sample.body)
    private static let wrong = ContentDigest.sha256Base64([])
    private static let right512 = Base64.encode(Hash.sha512(Sample.body))

    @Test(
        "the Digest header has one reading",
        arguments: [
            ("SHA-256=\(right)", .matches), ("sha-256=\(right)", .matches), (" SHA-256=\(right) ", .matches),
            ("SHA-256=\(right), SHA-512=\(right512)", .matches), ("SHA-256=\(right),SHA-256=\(right)", .matches),
            ("MD5=abc,SHA-256=\(right)", .matches), ("SHA-256=\(wrong)", .mismatch),
            ("SHA-256=\(right),SHA-256=\(wrong)", .mismatch), ("SHA-256=\(right),SHA-512=\(right)", .malformed),
            ("SHA-512=\(right512)", .matches), ("MD5=abc", .withoutKnownAlgorithm), ("SHA-256=", .malformed),
            ("SHA-256=***", .malformed), ("SHA-256=\(right.dropLast())", .malformed), ("SHA-256", .malformed),
            ("", .malformed), ("SHA-256=\(right),", .malformed), ("SHA-256=\"\(right)\"", .malformed),
            ("SHA-256=\(right),\u{301}SHA-256=\(wrong)", .malformed),
            ("SHA-256=\(right),SHA-256=\(right),SHA-256=\(right),SHA-256=\(right),SHA-256=\(right)", .malformed),
        ] as [(String, DigestResult)])
    func digest(header: String, expected: DigestResult) {
        #expect(ContentDigest.verify(Sample.head().adding("digest", header), body: Sample.body) == expected)
    }

    @Test(
        "the Content-Digest header has one reading",
        arguments: [
            ("sha-256=:\(right):", .matches), ("sha-256=:\(right):;x=1", .matches),
            ("sha-512=:\(right512):,sha-256=:\(right):", .matches), ("md5=:AAAA:, sha-256=:\(right):", .matches),
            ("sha-256=:\(wrong):", .mismatch), ("sha-256=:\(right):, sha-512=:\(right512.dropLast(4)):", .malformed),
            ("sha-512=:\(right512):", .matches), ("sha-256=\(right)", .malformed), ("sha-256=\"a\"", .malformed),
            ("SHA-256=:\(right):", .malformed), ("sha-256=:\(right)", .malformed), ("sha-256", .malformed),
            ("sha-256=:\(right):,", .malformed), ("sha-256=:\(right):, sha-256=:\(right):", .malformed),
            ("", .malformed),
            ("sha-256=(:\(right):)", .malformed), ("x=1.5, sha-256=:\(right):", .malformed),
        ] as [(String, DigestResult)])
    func contentDigest(header: String, expected: DigestResult) {
        #expect(ContentDigest.verify(Sample.head().adding("content-digest", header), body: Sample.body) == expected)
    }

    @Test("a right digest beside a wrong one does not help", arguments: [(right, wrong), (wrong, right)])
    func both(older: String, newer: String) {
        let head = Sample.head().adding("digest", "SHA-256=\(older)").adding("content-digest", "sha-256=:\(newer):")
        #expect(ContentDigest.verify(head, body: Sample.body) == .mismatch)
        #expect(ContentDigest.verify(Sample.head(), body: Sample.body) == .absent)
    }

    @Test("a header with SHA-512 alone is understood, when the handed input is there")
    func onlySHA512() throws {
        let file = Checkout.root.appendingPathComponent("../shared/cases/F2-wp2949-sha512-only.txt")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return }
        let value = text.split(separator: ":", maxSplits: 1)[1].trimmingCharacters(in: .whitespacesAndNewlines)
        // Its body is not known. Of another body it is a wrong digest, and not one that cannot be checked.
        #expect(ContentDigest.verify(Sample.head().adding("digest", value), body: Sample.body) == .mismatch)
    }

    @Test("the hashes are those of the standard")
    func hashes() {
        let abc = Array("abc".utf8)
        #expect(
            Hexadecimal.encode(Hash.sha256(abc)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Hexadecimal.encode(Hash.sha512(abc)).hasPrefix("ddaf35a193617abacc417349ae204131"))
        #expect(Hexadecimal.encode(Hash.sha256([])).hasPrefix("e3b0c44298fc1c14"))
    }

    @Test("random bytes have the length asked for and do not repeat")
    func randomBytes() throws {
        #expect(try RandomBytes.make(0).isEmpty)
        #expect(try Set((0..<100).map { _ in try RandomBytes.make(16) }).count == 100)
        #expect(throws: OpenSSLError.self) { try RandomBytes.make(-1) }
        #expect(throws: OpenSSLError.self) { try RandomBytes.make(.max) }
    }
}
