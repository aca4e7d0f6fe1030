// SPDX-License-Identifier: Apache-2.0

import Testing
import TextEncoding

@Suite("Hexadecimal")
struct HexadecimalTests {
    @Test(
        "bytes are written as two lower-case digits each",
        arguments: [
            ([], ""), ([0], "00"), ([0x0F, 0xF0], "0ff0"), ([0xDE, 0xAD, 0xBE, 0xEF], "deadbeef"),
            (Array("foobar".utf8), "666f6f626172"),
        ] as [([UInt8], String)])
    func writes(bytes: [UInt8], text: String) {
        #expect(Hexadecimal.encode(bytes) == text)
    }

    @Test("every byte comes back from its digits, in either case", arguments: 0...255 as ClosedRange<UInt8>)
    func digits(byte: UInt8) {
        let lower = [Hexadecimal.lowerDigit(byte >> 4), Hexadecimal.lowerDigit(byte)]
        let upper = [Hexadecimal.upperDigit(byte >> 4), Hexadecimal.upperDigit(byte)]
        for digits in [lower, upper, Array(Hexadecimal.encode([byte]).utf8)] {
            let values = digits.compactMap(Hexadecimal.value(of:))
            #expect(values == [byte >> 4, byte & 15])
        }
        let isDigit = "0123456789abcdefABCDEF".utf8.contains(byte)
        #expect((Hexadecimal.value(of: byte) != nil) == isDigit)
    }
}

@Suite("Percent escapes")
struct PercentEncodingTests {
    @Test(
        "everything but unreserved characters is escaped",
        arguments: [
            ("", ""), ("azAZ09-._~", "azAZ09-._~"), ("é/?&=#+ a", "%C3%A9%2F%3F%26%3D%23%2B%20a"), ("100%", "100%25"),
            ("\0\n\u{7F}", "%00%0A%7F"), ("日本", "%E6%97%A5%E6%9C%AC"),
            ("[x]{|}`^\"<>\\'", "%5Bx%5D%7B%7C%7D%60%5E%22%3C%3E%5C%27"),
        ])
    func encodes(text: String, expected: String) {
        #expect(text.percentEncoded == expected)
        #expect(PercentEncoding.encode(text) == expected)
    }

    @Test(
        "escapes are read in both cases, and a plus as a space where forms say so",
        arguments: [
            ("a%20b", false, "a b"), ("a+b", false, "a+b"), ("a+b", true, "a b"), ("a%2Bb", true, "a+b"),
            ("%c3%A9", false, "é"), ("", true, ""), ("%25%32%35", false, "%25"), ("é", false, "é"),
        ])
    func decodes(text: String, plusIsSpace: Bool, expected: String) {
        #expect(PercentEncoding.decode(text.utf8, plusIsSpace: plusIsSpace) == expected)
    }

    @Test(
        "broken escapes, a NUL and what is no UTF-8 are refused",
        arguments: [
            "%", "%2", "a%", "%zz", "%2g", "%g2", "%%20", "%+20", "% 20", "%00", "a\0b", "%C3", "%C3%28", "%FF",
            "%ED%A0%80", "%C0%80", "%F5%80%80%80", "%-1", "%é",
        ])
    func refuses(text: String) {
        #expect(PercentEncoding.decode(text.utf8) == nil)
        #expect(PercentEncoding.decode(text.utf8, plusIsSpace: true) == nil)
    }

    @Test("any text without a NUL comes back", arguments: 0..<200)
    func roundTrip(length: Int) {
        var text = ""
        for _ in 0..<length {
            guard let scalar = Unicode.Scalar(UInt32.random(in: 1...0x10_FFFF)) else { continue }
            text.unicodeScalars.append(scalar)
        }
        let encoded = text.percentEncoded
        #expect(encoded.utf8.allSatisfy { PercentEncoding.isUnreserved($0) || $0 == UInt8(ascii: "%") })
        #expect(PercentEncoding.decode(encoded.utf8) == text)
        #expect(PercentEncoding.decode(encoded.utf8, plusIsSpace: true) == text)
        #expect(PercentEncoding.encode(encoded) == encoded.replacing("%", with: "%25"))
    }

    @Test("only the bytes that are named are escaped")
    func chosen() {
        #expect(PercentEncoding.encode("/a[b]?c=%") { "[]".utf8.contains($0) } == "/a%5Bb%5D?c=%")
        #expect(PercentEncoding.encode("/plain") { $0 > 0x7F } == "/plain")
    }
}

@Suite("White space at the ends")
struct TrimmingTests {
    @Test(
        "spaces and tabs are taken from both ends and no others",
        arguments: [
            ("", ""), (" ", ""), ("\t \t", ""), ("a", "a"), ("  a b\t", "a b"), ("\u{A0}a\n", "\u{A0}a\n"),
            (" \u{301}a", "\u{301}a"), ("a \u{301}", "a \u{301}"), ("é ", "é"),
        ])
    func spaces(text: String, expected: String) {
        #expect(Array(text.trimmingSpaces.utf8) == Array(expected.utf8))
        #expect(
            Array("x\(text)".dropFirst().trimmingSpaces.utf8).suffix(expected.utf8.count) == Array(expected.utf8)[...])
    }

    @Test(
        "white space of all scripts is taken from both ends",
        arguments: [
            ("", ""), (" \n\t\r\n", ""), ("a", "a"), ("\u{A0}\u{2003}a b\u{3000}\n", "a b"), ("\0 a", "\0 a"),
            ("\u{200B}a", "\u{200B}a"),
        ])
    func whitespace(text: String, expected: String) {
        #expect(text.trimmingWhitespace == expected)
        #expect(text[...].trimmingWhitespace == expected)
    }
}
