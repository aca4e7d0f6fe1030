// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import TextEncoding

@Suite("Base64")
struct Base64Tests {
    @Test(
        "the vectors of RFC 4648 §10 are written and read",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded.utf8) == Array(plain.utf8))
        #expect(Base64.decodeLeniently(encoded) == Array(plain.utf8))
    }

    @Test("the URL alphabet differs in two letters, and is padded only when asked")
    func urlAlphabet() {
        let bytes: [UInt8] = [0xFB, 0xEF, 0xFF, 0xFE]
        #expect(Base64.encode(bytes) == "++///g==")
        #expect(Base64URL.encode(bytes) == "--___g")
        #expect(Base64URL.encode(bytes, isPadded: true) == "--___g==")
        for text in ["--___g", "--___g==", "++///g", "+-/_/g=="] { #expect(Base64.decodeLeniently(text) == bytes) }
    }

    @Test("any bytes come back, and are spelled as Foundation spells them", arguments: 0..<300)
    func roundTrip(length: Int) {
        let bytes = (0..<length).map { _ in UInt8.random(in: 0...255) }
        let text = Base64.encode(bytes)
        #expect(text == Data(bytes).base64EncodedString())
        #expect(Base64.decode(text.utf8) == bytes)
        #expect(Base64.decodeLeniently(Base64URL.encode(bytes)) == bytes)
        #expect(Base64.decodeLeniently(Base64URL.encode(bytes, isPadded: true)) == bytes)
    }

    @Test(
        "a value has one spelling",
        arguments: [
            "A", "AA", "AAA", "AA=", "AA==A", "AB==", "AAB=", "A===", "====", "A A=", "AA-_", "AAAA=", "=AAA",
            "AA==AAAA", "AA\n==", "é===", "AA=A", "=", "==", "AAAA\0\0\0\0", "AAAA ", " AAA",
        ])
    func strict(text: String) {
        #expect(Base64.decode(text.utf8) == nil)
    }

    @Test("of all texts of four characters, each that is read is the spelling of what was read")
    func canonical() {
        let letters = Array("A/+Q-_= \nz9é".utf8)
        for a in letters {
            for b in letters {
                for c in letters {
                    for d in letters {
                        let text = [a, b, c, d]
                        guard let bytes = Base64.decode(text) else { continue }
                        #expect(Array(Base64.encode(bytes).utf8) == text)
                    }
                }
            }
        }
    }

    @Test(
        "the lenient reader refuses what stands for no bytes",
        arguments: ["A", "AAAAA", "A=", "AA=A", "A A", "AA\n", "=A", "%41AA", "é", "AA\0A", "=AAA", "AA==AA"])
    func lenientRefusals(text: String) {
        #expect(Base64.decodeLeniently(text) == nil)
    }

    @Test("the lenient reader takes any padding, and bits that no byte needs")
    func lenient() {
        #expect(Base64.decodeLeniently("AB==") == [0])
        #expect(Base64.decodeLeniently("AAA") == [0, 0])
        #expect(Base64.decodeLeniently("") == [])
        #expect(Base64.decodeLeniently("====") == [])
    }

    @Test("a long text is read in the time of its length")
    func long() {
        let text = String(repeating: "A", count: 400_000)
        let spent = ProcessorTime.measure {
            #expect(Base64.decode(text.utf8)?.count == 300_000)
            #expect(Base64.decode((text + "!AAA").utf8) == nil)
            #expect(Base64.decodeLeniently(String(repeating: "=", count: 400_000)) == [])
        }
        #expect(spent < .seconds(20))
    }
}
