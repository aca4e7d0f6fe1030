// SPDX-License-Identifier: Apache-2.0

import Calendar
import Model
import Testing

@Suite("Instants")
struct TimestampTests {
    @Test("adding and subtracting saturates and never traps")
    func saturation() {
        let (first, last) = (Timestamp(.min), Timestamp(.max))
        #expect(last + .milliseconds(1) == last)
        #expect(first + .milliseconds(-1) == first)
        #expect(first - .milliseconds(1) == first)
        #expect(last - .milliseconds(-1) == last)
        #expect(Timestamp(0) - .milliseconds(Int64.min) == last)
        #expect(Timestamp(-1) - .milliseconds(Int64.min) == Timestamp(.max))
        #expect(Timestamp(0) + .seconds(Int64.max) == last)
        #expect(Timestamp(0) + .seconds(Int64.min) == first)
    }

    @Test("the distance of two instants saturates on its own side")
    func distance() {
        #expect((Timestamp(5) - Timestamp(2)).milliseconds == 3)
        #expect((Timestamp(2) - Timestamp(5)).milliseconds == -3)
        #expect((Timestamp(.max) - Timestamp(.min)).milliseconds == .max)
        #expect((Timestamp(.min) - Timestamp(.max)).milliseconds == .min)
    }

    @Test("a duration counts whole milliseconds, rounded towards zero")
    func durations() {
        #expect(Duration.microseconds(1_999).milliseconds == 1)
        #expect(Duration.microseconds(-1_999).milliseconds == -1)
        #expect(Duration.minutes(2).milliseconds == 120_000)
        #expect(Duration.hours(1) == .minutes(60) && Duration.days(1) == .hours(24))
        #expect(Duration.seconds(Int64.max).milliseconds == .max)
        #expect(Duration.seconds(Int64.min).milliseconds == .min)
    }

    @Test("an instant is shown in UTC")
    func shown() {
        #expect(Timestamp(1_767_323_045_678).description == "2026-01-02T03:04:05Z")
        #expect(Timestamp.distantFuture.description == "9999-12-31T23:59:59Z")
    }

    @Test("the machine's clock goes on")
    func clock() {
        let clock = SystemClock()
        let before = clock.now
        #expect(before > Timestamp(1_750_000_000_000) && clock.now >= before)
    }
}

@Suite("The clocks of a place")
struct ZonedTimeTests {
    @Test(
        "a form's date field is read on the clocks of its zone",
        arguments: [
            ("2026-01-15T20:00", "Europe/Paris", "2026-01-15T19:00:00Z"),
            ("2026-07-15T20:00", "Europe/Paris", "2026-07-15T18:00:00Z"),
            ("2026-07-15 20:00", "Europe/Paris", "2026-07-15T18:00:00Z"),
            ("2026-07-15T20:00:59", "Europe/Paris", "2026-07-15T18:00:00Z"),
            ("2026-07-15T20:00", "America/Montreal", "2026-07-16T00:00:00Z"),
            // This time is skipped: it is read with the offset before the change, so 02:30 becomes 03:30.
            ("2026-03-29T02:30", "Europe/Paris", "2026-03-29T01:30:00Z"),
            // This time occurs twice: the earlier instant is used.
            ("2026-10-25T02:30", "Europe/Paris", "2026-10-25T00:30:00Z"),
        ])
    func parsed(text: String, zone: String, expected: String) {
        #expect(ZonedTime.parse(text, in: zone)?.description == expected)
    }

    @Test(
        "other text, a day that does not exist and an unknown zone are no date",
        arguments: [
            ("2026-02-30T10:00", "Europe/Paris"), ("2026-13-01T10:00", "Europe/Paris"),
            ("2026-01-01T24:00", "Europe/Paris"), ("2026-01-01T10:60", "Europe/Paris"),
            ("2026-01-01T10:00:60", "Europe/Paris"), ("2026-01-01", "Europe/Paris"), ("", "Europe/Paris"),
            ("2026-+1-01T10:00", "Europe/Paris"), ("2026:01:01:10:00", "Europe/Paris"),
            ("2026-01-01T10:00Z", "Europe/Paris"), ("26-01-01T10:00", "Europe/Paris"),
            ("2026-1-1T10:00", "Europe/Paris"), ("0000-01-01T10:00", "Europe/Paris"),
            ("99999999999999999999-01-01T10:00", "Europe/Paris"), ("2026-01-01T10:00", "Mars/Olympus"),
            ("2026-01-01T10:00", "../../etc/passwd"), ("2026-01-01T10:00", ""),
        ])
    func refused(text: String, zone: String) {
        #expect(ZonedTime.parse(text, in: zone) == nil)
    }

    @Test("what a date field is given is what it gives back", arguments: ["Europe/Paris", "Asia/Kolkata", "UTC"])
    func roundTrip(zone: String) throws {
        for hour in stride(from: 0, to: 24 * 400, by: 7) {
            let instant = Timestamp(1_767_225_600_000) + .hours(hour)
            let text = ZonedTime.formValue(instant, in: zone)
            let again = try #require(ZonedTime.parse(text, in: zone))
            // In the hour that occurs twice in autumn, the result is the earlier instant.
            #expect(again == instant || again == instant - .hours(1))
            #expect(ZonedTime.formValue(again, in: zone) == text)
        }
    }

    @Test("an unknown zone shows UTC")
    func unknown() {
        #expect(ZonedTime.rules("Mars/Olympus") == nil)
        #expect(ZonedTime.fields(Timestamp(0), in: "Mars/Olympus").hour == 0)
        #expect(ZonedTime.formValue(Timestamp(1_767_323_045_678), in: "Mars/Olympus") == "2026-01-02T03:04")
    }

    @Test("fields of an instant are those of the place's clocks")
    func fields() {
        let fields = ZonedTime.fields(Timestamp(1_767_323_045_678), in: "Europe/Paris")
        #expect((fields.year, fields.month, fields.day) == (2026, 1, 2))
        #expect((fields.hour, fields.minute, fields.second, fields.weekday) == (4, 4, 5, 5))
    }
}

@Suite("Pages")
struct PageRequestTests {
    @Test("the length of a page is kept between 1 and 80", arguments: [(-1, 1), (0, 1), (1, 1), (80, 80), (81, 80)])
    func bounds(limit: Int, expected: Int) {
        #expect(PageRequest(limit: limit).limit == expected)
    }

    @Test("a page without a start begins at the newest")
    func start() {
        #expect(PageRequest().before == .max && PageRequest(before: 7).before == 7)
    }
}
