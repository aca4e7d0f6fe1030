// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Calendar

@Suite struct ContentLineTests {
    private func lines(_ value: String) -> String {
        var lines = ContentLines()
        lines.add("X", text: value)
        return String(decoding: lines.bytes, as: UTF8.self)
    }

    @Test("a line of 75 bytes stays whole and one of 76 is folded")
    func boundary() {
        #expect(lines(String(repeating: "a", count: 73)) == "X:" + String(repeating: "a", count: 73) + "\r\n")
        #expect(lines(String(repeating: "a", count: 74)) == "X:" + String(repeating: "a", count: 73) + "\r\n a\r\n")
    }

    @Test(
        "folding never divides a character, and unfolding gives the value back",
        arguments: ["é", "日", "😀", "a", "e\u{301}", "\\"])
    func characters(piece: String) {
        for shift in 0..<4 {
            let value = String(repeating: "x", count: shift) + String(repeating: piece, count: 120)
            var lines = ContentLines()
            lines.add("X", text: value)
            let folded = lines.bytes.split(separator: 0x0A).map { $0.dropLast() }
            #expect(folded.allSatisfy { $0.count <= 75 && String(validating: $0, as: UTF8.self) != nil })
            let unfolded = folded.enumerated().flatMap { $0 == 0 ? $1[...] : $1.dropFirst() }
            #expect(String(decoding: unfolded, as: UTF8.self) == "X:" + ContentLines.escaped(value))
        }
    }

    @Test("a line is never folded between a backslash and the character that it escapes")
    func escapesStayWhole() {
        for shift in 0..<4 {
            for piece in ["\n", ",", ";", "\\", "a,\nb"] {
                let value = String(repeating: "x", count: shift) + String(repeating: piece, count: 120)
                let folded = lines(value).split(separator: "\r\n")
                #expect(folded.count > 1)
                for line in folded {
                    let backslashes = line.reversed().prefix { $0 == "\\" }.count
                    #expect(backslashes.isMultiple(of: 2))
                    #expect(line.utf8.count <= 75)
                }
            }
        }
    }

    @Test(
        "text is escaped, and no value begins a line of its own",
        arguments: [
            ("a,b;c\\d", "a\\,b\\;c\\\\d"), ("a\nb", "a\\nb"), ("a\r\nb", "a\\nb"), ("a\rb", "a\\nb"),
            ("a\u{2028}b\u{85}c", "a\\nb\\nc"),
            ("a\u{0}\u{7F}b\tc", "ab c"), ("x\r\nATTENDEE:mailto:a@b", "x\\nATTENDEE:mailto:a@b"),
            ("\"q\": é", "\"q\": é"),
        ] as [(String, String)])
    func escaping(text: String, expected: String) {
        #expect(ContentLines.escaped(text) == expected)
    }

    @Test(
        "a parameter value is quoted",
        arguments: [("Café \"X\"", "\"Café ^'X^'\""), ("a^b\nc\r", "\"a^^b^nc\""), ("", "\"\"")] as [(String, String)])
    func quoting(text: String, expected: String) {
        #expect(ContentLines.quoted(text) == expected)
    }

    @Test(
        "a position is written to a millionth of a degree",
        arguments: [
            (52.4861, 13.3523, "52.486100;13.352300"), (-0.5, -180, "-0.500000;-180.000000"), (91, 0, nil),
            (.nan, 0, nil),
            (0, .infinity, nil),
        ] as [(Double, Double, String?)])
    func positions(latitude: Double, longitude: Double, expected: String?) {
        #expect(CalendarValue.position(latitude: latitude, longitude: longitude) == expected)
    }

    @Test(
        "an offset has a sign and four digits",
        arguments: [(0, "+0000"), (7200, "+0200"), (-12_600, "-0330"), (561, "+000921")])
    func offsets(seconds: Int, expected: String) {
        #expect(CalendarValue.offset(seconds) == expected)
    }
}
