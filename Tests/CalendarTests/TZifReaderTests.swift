// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Calendar

@Suite struct TZifReaderTests {
    /// A file with one transition (to +1 h at 1000), types `AAA` +0 and `BBB` +1 h, and `footer`.
    private func file(footer: String, time: UInt8 = 0xE8, index: UInt8 = 1) -> [UInt8] {
        func header(_ counts: [UInt8]) -> [UInt8] {
            Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + counts.flatMap { [0, 0, 0, $0] }
        }
        return header([0, 0, 0, 0, 1, 4]) + [0, 0, 0, 0, 0, 0] + Array("AAA\0".utf8) + header([0, 0, 0, 1, 2, 8])
            + [0, 0, 0, 0, 0, 0, 3, time, index] + [0, 0, 0, 0, 0, 0] + [0, 0, 0x0E, 0x10, 1, 4]
            + Array("AAA\0BBB\0".utf8)
            + Array("\n\(footer)\n".utf8)
    }

    @Test("a small file is understood")
    func small() throws {
        let rules = try #require(TZifReader.read(file(footer: ""), identifier: "X"))
        #expect(rules.offset(atMillis: 999_999) == 0)
        #expect(rules.offset(atMillis: 1_000_000) == 3600)
        #expect(rules.abbreviation(atMillis: .max) == "BBB")
    }

    @Test("a file cut anywhere in its data, or with any byte changed, never traps")
    func damaged() {
        let whole = file(footer: "AAA0BBB,M3.5.0,M10.5.0")
        for count in 0..<(whole.count - 24) {
            #expect(TZifReader.read(Array(whole.prefix(count)), identifier: "X") == nil)
        }
        for index in whole.indices {
            for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
                var bytes = whole
                bytes[index] = value
                let rules = TZifReader.read(bytes, identifier: "X")
                #expect(abs(rules?.offset(atMillis: 1_790_000_000_000) ?? 0) <= 93_600)
            }
        }
    }

    @Test("a transition to a type that is not there is refused")
    func badIndex() {
        #expect(TZifReader.read(file(footer: "", index: 2), identifier: "X") == nil)
    }

    @Test(
        "a rule for the future is read",
        arguments: [
            ("UTC0", 0, 0), ("<+03>-3", 10_800, 10_800), ("EST5EDT,M3.2.0,M11.1.0", -18_000, -14_400),
            ("CET-1CEST,M3.5.0,M10.5.0/3", 3600, 7200), ("IST-1GMT0,M10.5.0,M3.5.0/1", 0, 3600),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", -7200, -3600), ("AAA0BBB,J60/0,J300/0", 0, 3600),
            ("AAA0BBB,59/0,299/0", 0, 3600),
        ] as [(String, Int, Int)])
    func rules(text: String, january: Int, july: Int) throws {
        let rule = try #require(PosixRule(text))
        #expect(rule.period(at: 4_102_444_800).offset == january)
        #expect(rule.period(at: 4_118_083_200).offset == july)
    }

    @Test(
        "what is no rule is refused",
        arguments: [
            "", "A0", "AAA", "AAA99", "AAA0BBB", "AAA0BBB,M3.5.0", "AAA0BBB,M13.1.0,M1.1.0", "AAA0BBB,M1.6.0,M1.1.0",
            "AAA0BBB,M1.1.7,M1.1.0", "AAA0BBB,J0,J1", "AAA0BBB,M3.5.0,M10.5.0x", "<AAA0", "AAA0BBB,M3.5.0/999,M10.5.0",
            "AAA1:60",
        ])
    func noRules(text: String) {
        #expect(PosixRule(text) == nil)
    }
}
