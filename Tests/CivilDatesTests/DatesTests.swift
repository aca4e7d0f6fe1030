// SPDX-License-Identifier: Apache-2.0

import CivilDates
import Testing

@Suite("Dates")
struct DatesTests {
    @Test(
        "every form seen on the wire reads as its instant",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-01-02T03:04:05Z", 1_767_323_045_000),
            ("2026-01-02T03:04:05.678Z", 1_767_323_045_678), ("2026-01-02T03:04:05.6Z", 1_767_323_045_600),
            ("2026-01-02T03:04:05.678901234Z", 1_767_323_045_678), ("2026-01-02T05:04:05+02:00", 1_767_323_045_000),
            ("2026-01-02T05:04:05+0200", 1_767_323_045_000), ("2026-01-02T05:04:05+02", 1_767_323_045_000),
            ("2026-01-01T19:34:05-07:30", 1_767_323_045_000), ("2026-01-02T03:04:05", 1_767_323_045_000),
            ("2026-01-02T03:04Z", 1_767_323_040_000), ("2026-01-02T03:04", 1_767_323_040_000),
            ("2026-01-02t03:04:05z", 1_767_323_045_000), ("2026-01-02 03:04:05Z", 1_767_323_045_000),
            ("2026-01-02", 1_767_312_000_000), ("2024-02-29T00:00:00Z", 1_709_164_800_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("0000-01-01T00:00:00Z", -62_167_219_200_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000), ("1969-12-31T23:59:59.999Z", -1),
        ] as [(String, Int64)])
    func parses(text: String, instant: Int64) {
        #expect(Dates.parse(text) == instant)
    }

    @Test(
        "what is no date is refused",
        arguments: [
            "", "2026", "2026-1-2", "2026-00-01", "2026-13-01", "2026-02-29", "2026-04-31", "2026-01-00", "2026-01-02T",
            "2026-01-02T24:00:00Z", "2026-01-02T03:60:00Z", "2026-01-02T03:04:61Z", "2026-01-02T03",
            "2026-01-02T03:04:",
            "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05ZZ", "2026-01-02T03:04:05+2", "2026-01-02T03:04:05+24:00",
            "2026-01-02T03:04:05+02:60", "2026-01-02T03:04:05 Z", "20260102T030405Z", "12026-01-02T03:04:05Z",
            "-001-01-02T03:04:05Z", "２０２６-01-02", "today",
            "2026-01-02T03:04:05.99999999999999999999999999999999999999999Zx",
            String(repeating: "9", count: 100_000),
        ])
    func refuses(text: String) {
        #expect(Dates.parse(text) == nil)
    }

    @Test("the offset of a text is told")
    func offsets() {
        #expect(Dates.offsetSeconds("2026-09-04T09:00:00+02:00") == 7200)
        #expect(Dates.offsetSeconds("2026-09-04T09:00:00-0330") == -12_600)
        #expect(Dates.offsetSeconds("2026-09-04T09:00:00Z") == 0)
        #expect(Dates.offsetSeconds("2026-09-04T09:00:00") == nil)
        #expect(Dates.offsetSeconds("soon") == nil)
    }

    @Test("an instant is printed in each form")
    func prints() {
        #expect(Dates.iso(1_767_323_045_678) == "2026-01-02T03:04:05Z")
        #expect(Dates.isoMilliseconds(1_767_323_045_008) == "2026-01-02T03:04:05.008Z")
        #expect(Dates.isoWithOffset(1_767_323_045_000, offsetSeconds: 7200) == "2026-01-02T05:04:05+02:00")
        #expect(Dates.isoWithOffset(1_767_323_045_000, offsetSeconds: -27_000) == "2026-01-01T19:34:05-07:30")
        #expect(Dates.isoWithOffset(1_767_323_045_000, offsetSeconds: 0) == "2026-01-02T03:04:05+00:00")
        #expect(Dates.iso(-1) == "1969-12-31T23:59:59Z")
        #expect(Dates.isoMilliseconds(-1) == "1969-12-31T23:59:59.999Z")
    }

    @Test("an instant beyond the years is printed as the nearest", arguments: [Int64.min, .max])
    func extremes(instant: Int64) {
        let year = instant < 0 ? "0000" : "9999"
        #expect(Dates.iso(instant).hasPrefix(year))
        #expect(Dates.isoWithOffset(instant, offsetSeconds: instant < 0 ? .min : .max).hasPrefix(year))
        #expect(Dates.isoMilliseconds(instant).hasPrefix(year))
        #expect(Dates.httpDate(instant).contains(year))
        #expect(Dates.mailDate(instant).contains(year))
    }

    @Test("what is printed reads back", arguments: 0..<50 as Range<UInt64>)
    func roundTrip(_: UInt64) {
        for _ in 0..<40 {
            let seconds = Int64.random(in: -62_167_219_200...253_402_300_799)
            let offset = Int.random(in: -839...839) * 60
            #expect(Dates.parse(Dates.iso(seconds * 1000)) == seconds * 1000)
            #expect(Dates.parseHTTPDate(Dates.httpDate(seconds * 1000)) == seconds * 1000)
            #expect(Dates.parse(Dates.isoMilliseconds(seconds * 1000 + 7)) == seconds * 1000 + 7)
            if (0..<200_000_000_000).contains(seconds) {
                let text = Dates.isoWithOffset(seconds * 1000, offsetSeconds: offset)
                #expect(Dates.parse(text) == seconds * 1000)
                #expect(Dates.offsetSeconds(text) == offset)
            }
        }
    }

    @Test(
        "header fields and e-mails write one date, each with its own name for UTC",
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00", 0), ("Sun, 06 Nov 1994 08:49:37", 784_111_777),
            ("Thu, 29 Feb 2024 23:59:59", 1_709_251_199), ("Fri, 02 Jan 2026 03:04:05", 1_767_323_045),
            ("Fri, 31 Dec 9999 23:59:59", 253_402_300_799), ("Wed, 31 Dec 1969 23:59:59", -1),
            ("Tue, 29 Feb 2000 00:00:00", 951_782_400), ("Sat, 01 Jan 0000 00:00:00", -62_167_219_200),
        ] as [(String, Int64)])
    func fixedDates(text: String, seconds: Int64) {
        #expect(Dates.httpDate(seconds * 1000) == text + " GMT")
        #expect(Dates.httpDate(seconds * 1000 + 999) == text + " GMT")
        #expect(Dates.mailDate(seconds * 1000) == text + " +0000")
        #expect(Dates.parseHTTPDate(text + " GMT") == seconds * 1000)
    }

    @Test(
        "only an IMF-fixdate is an HTTP date",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777_000), ("Sun, 6 Nov 1994 08:49:37 GMT", nil),
            ("Thu, 30 Feb 2024 00:00:00 GMT", nil), ("Thu, 00 Jan 2024 00:00:00 GMT", nil),
            ("Thu, 01 Jan 2024 24:00:00 GMT", nil), ("Thu, 01 Jan 2024 00:60:00 GMT", nil),
            ("Thu, 01 Jän 2024 00:00:00 GM", nil), ("Thu, 01 Jan 2024 00:00:00 GMT ", nil),
            ("2024-01-01T00:00:00Z", nil), ("Wed, 29 Feb 2023 00:00:00 GMT", nil),
            ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("Sun Nov  6 08:49:37 1994", nil),
            ("Sun, 06 Nov 1994 08:49:37 UTC", nil), ("Sun, 06 Nov 1994 08:49:37 +0000", nil),
            ("Xxx, 06 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 Xxx 1994 08:49:37 GMT", nil),
            ("Sun, 31 Feb 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 25:49:37 GMT", nil), ("", nil),
            ("Sun, 06 Nov 1994 08-49-37 GMT", nil), ("Sun, +6 Nov 1994 08:49:37 GMT", nil),
            ("éun, 6 Nov 1994 08:49:37 GMT", nil),
        ] as [(String, Int64?)])
    func httpDates(text: String, instant: Int64?) {
        #expect(Dates.parseHTTPDate(text) == instant)
    }
}
