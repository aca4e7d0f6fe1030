// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Calendar

@Suite struct CalendarFeedTests {
    private func event(zone: String = "Europe/Paris", start: Int64 = 1_788_505_200_000) -> CalendarEvent {
        CalendarEvent(
            uid: "0198-a@cafe.example", summary: "Breakfast", startMillis: start, timeZone: zone,
            stampMillis: 1_785_578_400_000)
    }

    private func lines(_ events: [CalendarEvent]) -> [String] {
        String(decoding: CalendarFeed.render(events: events, name: "Café"), as: UTF8.self).split(separator: "\r\n").map(
            String.init)
    }

    @Test("a whole feed, byte for byte")
    func golden() {
        var breakfast = event()
        breakfast.endMillis = breakfast.startMillis + 7_200_000
        breakfast.sequence = 2
        breakfast.createdMillis = 1_785_578_400_000
        breakfast.modifiedMillis = 1_785_664_800_000
        breakfast.description = "Bring: cups, plates;\nand time."
        breakfast.location = "Café X, Hauptstr. 1"
        breakfast.position = CalendarEvent.Position(latitude: 48.8566, longitude: 2.3522)
        breakfast.url = "https://cafe.example/e/0198"
        breakfast.organizer = CalendarEvent.Organizer(name: "Ana \"A\"")
        breakfast.categories = ["Networking", "Food, drink"]
        let options = CalendarFeed.Options(refreshMinutes: 30, source: "https://cafe.example/calendar/all.ics")
        let feed = CalendarFeed.render(events: [breakfast], name: "Café", options: options)
        #expect(
            String(decoding: feed, as: UTF8.self) == Self.goldenFeed.split(separator: "\n").joined(separator: "\r\n")
                + "\r\n")
    }

    private static let goldenFeed = """
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Troquet//Troquet//EN
        CALSCALE:GREGORIAN
        METHOD:PUBLISH
        NAME:Café
        X-WR-CALNAME:Café
        SOURCE;VALUE=URI:https://cafe.example/calendar/all.ics
        REFRESH-INTERVAL;VALUE=DURATION:PT30M
        X-PUBLISHED-TTL:PT30M
        BEGIN:VTIMEZONE
        TZID:Europe/Paris
        BEGIN:DAYLIGHT
        DTSTART:20250903T090000
        TZOFFSETFROM:+0200
        TZOFFSETTO:+0200
        TZNAME:CEST
        END:DAYLIGHT
        BEGIN:STANDARD
        DTSTART:20251026T030000
        TZOFFSETFROM:+0200
        TZOFFSETTO:+0100
        TZNAME:CET
        RDATE:20261025T030000
        END:STANDARD
        BEGIN:DAYLIGHT
        DTSTART:20260329T020000
        TZOFFSETFROM:+0100
        TZOFFSETTO:+0200
        TZNAME:CEST
        RDATE:20270328T020000
        END:DAYLIGHT
        END:VTIMEZONE
        BEGIN:VEVENT
        UID:0198-a@cafe.example
        SEQUENCE:2
        DTSTAMP:20260801T100000Z
        CREATED:20260801T100000Z
        LAST-MODIFIED:20260802T100000Z
        DTSTART;TZID=Europe/Paris:20260904T090000
        DTEND;TZID=Europe/Paris:20260904T110000
        SUMMARY:Breakfast
        DESCRIPTION:Bring: cups\\, plates\\;\\nand time.
        LOCATION:Café X\\, Hauptstr. 1
        GEO:48.856600;2.352200
        URL:https://cafe.example/e/0198
        STATUS:CONFIRMED
        ORGANIZER;CN="Ana ^'A^'":invalid:nomail
        CATEGORIES:Networking,Food\\, drink
        END:VEVENT
        END:VCALENDAR
        """

    @Test(
        "a zone that is missing, or hostile, means UTC",
        arguments: ["UTC", "Nowhere/Land", "../../etc/passwd", "X\r\nATTENDEE:x", ""])
    func missingZone(zone: String) {
        let lines = lines([event(zone: zone)])
        #expect(lines.contains("DTSTART:20260904T070000Z"))
        #expect(!lines.contains("BEGIN:VTIMEZONE"))
    }

    @Test("each zone is described once, for all its events")
    func zones() {
        let feed = lines([
            event(), event(zone: "America/New_York"), event(start: 1_830_000_000_000), event(zone: "Asia/Kolkata"),
        ])
        #expect(
            feed.filter { $0.hasPrefix("TZID:") } == [
                "TZID:America/New_York", "TZID:Asia/Kolkata", "TZID:Europe/Paris",
            ])
        #expect(feed.contains("TZOFFSETTO:+0530"))
        #expect(feed.contains("RDATE:20280326T020000"))
    }

    @Test(
        "one absurd date neither fills the feed nor spoils the others",
        arguments: [-62_000_000_000_000, 250_000_000_000_000] as [Int64])
    func absurd(start: Int64) {
        let feed = lines([event(start: start), event()])
        #expect(feed.count < 80)
        #expect(feed.contains("DTSTART:20260329T020000") || feed.contains("RDATE:20260329T020000"))
        #expect(feed.filter { $0 == "BEGIN:VEVENT" }.count == 2)
    }

    @Test("an event outside the years that can be written is left out", arguments: [Int64.min, .max])
    func unwritable(start: Int64) {
        #expect(!lines([event(start: start)]).contains("BEGIN:VEVENT"))
    }

    @Test("an end that is not after the start is left out", arguments: [0, 1_788_505_200_000] as [Int64])
    func ends(end: Int64) {
        var meeting = event()
        meeting.endMillis = end
        #expect(!lines([meeting]).contains { $0.hasPrefix("DTEND") })
    }

    @Test("what is no address is left out, and the organiser keeps the name only")
    func addresses() {
        var meeting = event()
        meeting.url = "https://x\r\nATTENDEE:y"
        meeting.organizer = CalendarEvent.Organizer(name: "Ana\r\nX:y", uri: "no uri")
        let feed = lines([meeting])
        #expect(!feed.contains { $0.hasPrefix("URL") || $0.hasPrefix("ATTENDEE") || $0.hasPrefix("X:") })
        #expect(feed.contains("ORGANIZER;CN=\"Ana^nX:y\":invalid:nomail"))
    }

    @Test(
        "a status is written as the standard spells it",
        arguments: [
            (CalendarEvent.Status.tentative, "STATUS:TENTATIVE"), (.cancelled, "STATUS:CANCELLED"),
        ])
    func statuses(status: CalendarEvent.Status, line: String) {
        var meeting = event()
        meeting.status = status
        #expect(lines([meeting]).contains(line))
    }
}
