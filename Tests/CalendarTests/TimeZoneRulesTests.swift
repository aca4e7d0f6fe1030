// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Calendar

/// A local time from its five numbers.
private func local(_ n: [Int]) throws -> LocalTime {
    try #require(LocalTime(year: n[0], month: n[1], day: n[2], hour: n[3], minute: n[4]))
}

@Suite struct TimeZoneRulesTests {
    @Test(
        "an instant has the offset and the name that clocks had",
        arguments: [
            ("Europe/Paris", 1_767_225_600, 3600, "CET"), ("Europe/Paris", 1_783_000_000, 7200, "CEST"),
            // These are 2026-03-29T01:00Z and 2026-10-25T01:00Z, one second before the change and at the change.
            ("Europe/Paris", 1_774_745_999, 3600, "CET"), ("Europe/Paris", 1_774_746_000, 7200, "CEST"),
            ("Europe/Paris", 1_792_889_999, 7200, "CEST"), ("Europe/Paris", 1_792_890_000, 3600, "CET"),
            // These are 2026-03-08T07:00Z and 2026-11-01T06:00Z.
            ("America/New_York", 1_772_953_199, -18000, "EST"), ("America/New_York", 1_772_953_200, -14400, "EDT"),
            ("America/New_York", 1_793_512_799, -14400, "EDT"), ("America/New_York", 1_793_512_800, -18000, "EST"),
            // These dates are after the last transition in the files: 2050-07-01 and 2050-01-01.
            ("Europe/Paris", 2_540_246_400, 7200, "CEST"), ("Europe/Paris", 2_524_608_000, 3600, "CET"),
            ("Asia/Kolkata", 1_767_225_600, 19800, "IST"), ("Australia/Sydney", 1_767_225_600, 39600, "AEDT"),
            ("Australia/Sydney", 2_524_608_000, 39600, "AEDT"), ("UTC", 0, 0, "UTC"),
        ] as [(String, Int64, Int, String)])
    func offsets(zone: String, seconds: Int64, offset: Int, name: String) throws {
        let rules = try #require(TimeZoneRules.named(zone))
        #expect(rules.offset(atMillis: seconds * 1000) == offset)
        #expect(rules.abbreviation(atMillis: seconds * 1000) == name)
    }

    @Test(
        "a local time names one instant, none or two",
        arguments: [
            ("Europe/Paris", [2026, 9, 4, 9, 0], .exact(1_788_505_200_000)),
            ("Europe/Paris", [2026, 3, 29, 1, 59], .exact(1_774_745_940_000)),
            (
                "Europe/Paris", [2026, 3, 29, 2, 0],
                .gap(withOffsetBefore: 1_774_746_000_000, withOffsetAfter: 1_774_742_400_000)
            ),
            (
                "Europe/Paris", [2026, 3, 29, 2, 30],
                .gap(withOffsetBefore: 1_774_747_800_000, withOffsetAfter: 1_774_744_200_000)
            ),
            ("Europe/Paris", [2026, 3, 29, 3, 0], .exact(1_774_746_000_000)),
            ("Europe/Paris", [2026, 10, 25, 1, 59], .exact(1_792_886_340_000)),
            ("Europe/Paris", [2026, 10, 25, 2, 0], .overlap(earlier: 1_792_886_400_000, later: 1_792_890_000_000)),
            ("Europe/Paris", [2026, 10, 25, 2, 59], .overlap(earlier: 1_792_889_940_000, later: 1_792_893_540_000)),
            ("Europe/Paris", [2026, 10, 25, 3, 0], .exact(1_792_893_600_000)),
            ("America/New_York", [2026, 3, 8, 1, 59], .exact(1_772_953_140_000)),
            (
                "America/New_York", [2026, 3, 8, 2, 30],
                .gap(withOffsetBefore: 1_772_955_000_000, withOffsetAfter: 1_772_951_400_000)
            ),
            ("America/New_York", [2026, 3, 8, 3, 0], .exact(1_772_953_200_000)),
            ("America/New_York", [2026, 11, 1, 0, 59], .exact(1_793_509_140_000)),
            ("America/New_York", [2026, 11, 1, 1, 30], .overlap(earlier: 1_793_511_000_000, later: 1_793_514_600_000)),
            ("America/New_York", [2026, 11, 1, 2, 0], .exact(1_793_516_400_000)),
            (
                "Europe/Paris", [2050, 3, 27, 2, 30],
                .gap(withOffsetBefore: 2_531_957_400_000, withOffsetAfter: 2_531_953_800_000)
            ),
            // Samoa skipped 30 December 2011.
            (
                "Pacific/Apia", [2011, 12, 30, 12, 0],
                .gap(withOffsetBefore: 1_325_282_400_000, withOffsetAfter: 1_325_196_000_000)
            ),
        ] as [(String, [Int], LocalResolution)])
    func resolutions(zone: String, numbers: [Int], expected: LocalResolution) throws {
        let rules = try #require(TimeZoneRules.named(zone))
        #expect(rules.millis(ofLocal: try local(numbers)) == expected)
    }

    @Test("a skipped time moves forward and a repeated one is its first")
    func preferred() throws {
        let paris = try #require(TimeZoneRules.named("Europe/Paris"))
        let moved = paris.localFields(of: paris.millis(ofLocal: try local([2026, 3, 29, 2, 30])).preferred)
        #expect([moved.hour, moved.minute] == [3, 30])
        let first = paris.millis(ofLocal: try local([2026, 10, 25, 2, 30])).preferred
        #expect(paris.offset(atMillis: first) == 7200)
    }

    @Test(
        "local fields and instants are each other's inverse",
        arguments: ["Europe/Paris", "America/New_York", "Asia/Kathmandu"])
    func inverse(zone: String) throws {
        let rules = try #require(TimeZoneRules.named(zone))
        for minute in stride(from: Int64(1_770_000_000), to: 1_800_000_000, by: 54_540) {
            let millis = minute / 60 * 60_000
            let fields = rules.localFields(of: millis)
            let time = try local([fields.year, fields.month, fields.day, fields.hour, fields.minute])
            switch rules.millis(ofLocal: time) {
            case .exact(let found): #expect(found == millis)
            case .overlap(let earlier, let later): #expect(earlier == millis || later == millis)
            case .gap: Issue.record("no clock shows \(fields)")
            }
        }
    }

    @Test(
        "fields tell the weekday, also before 1970",
        arguments: [
            (0, [1970, 1, 1, 0, 0, 0, 4]), (-1, [1969, 12, 31, 23, 59, 59, 3]),
            (1_709_164_800_000, [2024, 2, 29, 0, 0, 0, 4]),
            (951_782_400_000, [2000, 2, 29, 0, 0, 0, 2]), (-62_135_596_800_000, [1, 1, 1, 0, 0, 0, 1]),
        ] as [(Int64, [Int])])
    func fields(millis: Int64, expected: [Int]) {
        let found = TimeZoneRules.utc.localFields(of: millis)
        #expect(
            [found.year, found.month, found.day, found.hour, found.minute, found.second, found.weekday] == expected)
    }

    @Test("the ends of time are answered", arguments: ["Europe/Paris", "UTC", "Asia/Tehran"], [Int64.min, .max, 0])
    func extremes(zone: String, millis: Int64) throws {
        let rules = try #require(TimeZoneRules.named(zone))
        #expect(abs(rules.localFields(of: millis).year) < 300_000_000)
    }

    @Test(
        "a name that is no zone, or would leave the folder, has no rules",
        arguments: [
            "", "/etc/passwd", "../../../etc/passwd", "Europe/../Paris", "Europe//Paris", "Europe/Paris/", "./Paris",
            "Nowhere/Land",
            "Europe", "tzdata.zi", "zone.tab", "leapseconds", "Europe/Paris\u{0}", "Europe/Pâris", "-x", "a/b/c/d",
            "posix/../UTC", "right/Europe/Paris",
            String(repeating: "x", count: 65),
        ])
    func names(name: String) {
        #expect(TimeZoneRules.named(name) == nil)
    }

    @Test(
        "a day that is not in the calendar is no local time",
        arguments: [
            [2026, 2, 29, 0, 0], [2026, 4, 31, 0, 0], [2026, 13, 1, 0, 0], [2026, 1, 1, 24, 0], [2026, 1, 1, 0, 60],
            [0, 1, 1, 0, 0],
            [10_000, 1, 1, 0, 0], [2026, 1, 0, 0, 0], [1900, 2, 29, 0, 0],
        ])
    func noSuchDay(n: [Int]) {
        #expect(LocalTime(year: n[0], month: n[1], day: n[2], hour: n[3], minute: n[4]) == nil)
    }
}
