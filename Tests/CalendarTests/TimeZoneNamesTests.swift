// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Calendar

@Suite("Names of time zones in other spellings")
struct TimeZoneNamesTests {
    static let table: [(String, String?)] = [
        ("Europe/Berlin", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"), ("EUROPE/BERLIN", "Europe/Berlin"),
        ("america/argentina/buenos_aires", "America/Argentina/Buenos_Aires"), ("America/New York", "America/New_York"),
        (" Europe/Paris ", "Europe/Paris"), ("UTC", "UTC"), ("utc", "UTC"), ("Z", "UTC"), ("UTC+0", "UTC"),
        ("UTC+2", "Etc/GMT-2"), ("GMT+02:00", "Etc/GMT-2"), ("+02:00", "Etc/GMT-2"), ("+0200", "Etc/GMT-2"),
        ("UTC-5", "Etc/GMT+5"), ("UTC−5", "Etc/GMT+5"), ("UTC+05:30", "Asia/Kolkata"), ("UTC+14", "Etc/GMT-14"),
        ("W. Europe Standard Time", "Europe/Berlin"), ("Romance Standard Time", "Europe/Paris"),
        ("eastern standard time", "America/New_York"), ("CEST", "Europe/Paris"),
        ("", nil), (" ", nil), ("UTC+15", nil), ("UTC+2:99", nil), ("UTC+", nil), ("UTC+02:00:00", nil),
        ("../../etc/passwd", nil), ("europe/../europe/berlin", nil), ("Europe", nil), ("Middle/Earth", nil),
        ("UTC+99999999999999999999", nil), ("Europe/Berlin\u{0}", nil),
    ]

    @Test("a name leads to the zone that it means, or to none", arguments: table)
    func resolve(text: String, expected: String?) {
        #expect(TimeZoneNames.resolve(text) == expected)
    }

    @Test("every name of Windows leads to a zone of this machine, and a fixed offset is shown as one")
    func shown() {
        #expect(TimeZoneNames.resolve("Nepal Standard Time") == "Asia/Kathmandu")
        #expect(TimeZoneNames.offsetName(of: "Etc/GMT-2") == "UTC+2")
        #expect(TimeZoneNames.offsetName(of: "Etc/GMT+5") == "UTC−5")
        #expect(TimeZoneNames.offsetName(of: "Etc/GMT") == nil)
        #expect(TimeZoneNames.offsetName(of: "Europe/Paris") == nil)
        #expect(TimeZoneNames.fixed(61) == nil)
        #expect(TimeZoneNames.fixed(0) == "UTC")
    }
}
