// SPDX-License-Identifier: Apache-2.0
import HTTPSignatures
import Testing

@Suite("digests, dates, base64, randomness")
struct DigestAndDateTests {
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
            ("SHA-512=\(right512)", .withoutSHA256), ("MD5=abc", .withoutSHA256), ("SHA-256=", .malformed),
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
            ("sha-512=:\(right512):", .withoutSHA256), ("sha-256=\(right)", .malformed), ("sha-256=\"a\"", .malformed),
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

    @Test("the hashes are those of the standard")
    func hashes() {
        let abc = Array("abc".utf8)
        #expect(Hash.hex(Hash.sha256(abc)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Hash.hex(Hash.sha512(abc)).hasPrefix("ddaf35a193617abacc417349ae204131"))
        #expect(Hash.hex(Hash.sha256([])).hasPrefix("e3b0c44298fc1c14"))
    }

    @Test(
        "an IMF-fixdate is read and written",
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Fri, 02 Jan 2026 03:04:05 GMT", 1_767_323_045),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
        ] as [(String, Int64)])
    func dates(text: String, seconds: Int64) {
        #expect(HTTPDate.parse(text) == seconds * 1000)
        #expect(HTTPDate.format(seconds * 1000 + 999) == text)
    }

    @Test(
        "any other form, and a day that does not exist, is no date",
        arguments: [
            "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 +0000", "Thu, 30 Feb 2024 00:00:00 GMT",
            "Thu, 00 Jan 2024 00:00:00 GMT", "Thu, 01 Jan 2024 24:00:00 GMT", "Thu, 01 Jan 2024 00:60:00 GMT",
            "Thu, 01 Jän 2024 00:00:00 GM", "Xxx, 01 Jan 2024 00:00:00 GMT", "Thu, +1 Jan 2024 00:00:00 GMT",
            "Thu, 01 Jan 2024 00:00:00 GMT ", "2024-01-01T00:00:00Z", "Wed, 29 Feb 2023 00:00:00 GMT",
        ])
    func otherDates(text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }

    @Test("every day of two centuries survives writing and reading")
    func calendar() {
        for day in stride(from: Int64(0), to: 73_049, by: 1) {
            let moment = day * 86_400_000
            #expect(HTTPDate.parse(HTTPDate.format(moment)) == moment)
        }
        #expect(HTTPDate.format(-1).hasSuffix("1970 00:00:00 GMT"))
        #expect(HTTPDate.format(.max).contains("9999"))
    }

    @Test(
        "base64 has one spelling for each value",
        arguments: [
            "A", "AA", "AAA", "AA=", "AA==A", "AB==", "AAB=", "A===", "====", "A A=", "AA-_", "AAAA=", "=AAA",
            "AA==AAAA",
            "AA\n==", "é===",
        ])
    func strictBase64(text: String) {
        #expect(Base64.decode(text.utf8) == nil)
    }

    @Test("base64 of any bytes comes back")
    func base64() {
        var chance = SeededGenerator(state: 3)
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &chance) }
            #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
        }
        #expect(Base64.encode(Array("foobar".utf8)) == "Zm9vYmFy")
        #expect(Base64.encode(Array("foob".utf8)) == "Zm9vYg==")
    }

    @Test("random bytes have the length asked for and do not repeat")
    func randomBytes() throws {
        #expect(try RandomBytes.make(0).isEmpty)
        #expect(try Set((0..<100).map { _ in try RandomBytes.make(16) }).count == 100)
        #expect(throws: OpenSSLError.self) { try RandomBytes.make(-1) }
        #expect(throws: OpenSSLError.self) { try RandomBytes.make(.max) }
    }
}
