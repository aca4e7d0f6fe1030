// SPDX-License-Identifier: Apache-2.0

import Model
import Testing
import Vocabulary

@testable import Federation

@Suite("the hours of events of other nodes")
struct EventTimeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var start: String
        var end: String?
        var zone: String?
        /// Start, end (nil when readers see none), zone, and whether only days are shown.
        var expected: (start: String, end: String?, zone: String)
        var isAllDay = false
    }

    static let cases: [Case] = [
        Case(
            testDescription: "a zone and an offset", start: "2027-07-14T19:30:00+02:00",
            end: "2027-07-14T21:00:00+02:00", zone: "Europe/Berlin",
            expected: ("2027-07-14T17:30:00Z", "2027-07-14T19:00:00Z", "Europe/Berlin")),
        Case(
            testDescription: "no zone, the offset of the community", start: "2027-07-14T19:30:00+02:00",
            expected: ("2027-07-14T17:30:00Z", nil, "Europe/Paris")),
        Case(
            testDescription: "no zone, another offset", start: "2027-07-14T19:30:00-04:00",
            expected: ("2027-07-14T23:30:00Z", nil, "Etc/GMT+4")),
        Case(
            testDescription: "no zone, an instant in UTC", start: "2027-07-14T17:30:00Z",
            expected: ("2027-07-14T17:30:00Z", nil, "Europe/Paris")),
        Case(
            testDescription: "a zone in small letters", start: "2027-07-14T17:30:00Z", zone: "europe/berlin",
            expected: ("2027-07-14T17:30:00Z", nil, "Europe/Berlin")),
        Case(
            testDescription: "an offset as a zone", start: "2027-07-14T17:30:00Z", zone: "UTC+2",
            expected: ("2027-07-14T17:30:00Z", nil, "Etc/GMT-2")),
        Case(
            testDescription: "a zone of Windows", start: "2027-07-14T19:30:00", zone: "W. Europe Standard Time",
            expected: ("2027-07-14T17:30:00Z", nil, "Europe/Berlin")),
        Case(
            testDescription: "an unknown zone and an offset", start: "2027-07-14T19:30:00+02:00", zone: "Middle/Earth",
            expected: ("2027-07-14T17:30:00Z", nil, "Europe/Paris")),
        Case(
            testDescription: "a local time in a zone", start: "2027-07-14T19:30:00", zone: "America/New_York",
            expected: ("2027-07-14T23:30:00Z", nil, "America/New_York")),
        Case(
            testDescription: "a local time without a zone", start: "2027-07-14T19:30:00",
            expected: ("2027-07-14T17:30:00Z", nil, "Europe/Paris")),
        Case(
            testDescription: "a local time that the clocks skip", start: "2027-03-28T02:30:00",
            end: "2027-03-28T03:30:00", zone: "Europe/Berlin",
            expected: ("2027-03-28T01:30:00Z", nil, "Europe/Berlin")),
        Case(
            testDescription: "a day", start: "2027-07-01", expected: ("2027-06-30T22:00:00Z", nil, "Europe/Paris"),
            isAllDay: true),
        Case(
            testDescription: "days", start: "2027-07-01", end: "2027-07-03",
            expected: ("2027-06-30T22:00:00Z", "2027-07-02T22:00:00Z", "Europe/Paris"), isAllDay: true),
        Case(
            testDescription: "an end before the start", start: "2027-07-14T19:30:00Z", end: "2027-07-14T18:30:00Z",
            expected: ("2027-07-14T19:30:00Z", nil, "Europe/Paris")),
    ]

    @Test("the name of a zone counts first, then the offset, then the zone of the community", arguments: cases)
    func times(example: Case) throws {
        let event = try read(example)
        #expect(event.startsAt.description == example.expected.start)
        #expect(event.showsEnd == (example.expected.end != nil))
        if let end = example.expected.end { #expect(event.endsAt.description == end) }
        #expect(event.endsAt > event.startsAt)
        #expect(event.timeZone == example.expected.zone)
        #expect(event.isAllDay == example.isAllDay)
    }

    @Test("an end that is only an estimate is not shown")
    func estimate() throws {
        var example = Self.cases[0]
        #expect(try read(example).showsEnd)
        example.end = "2027-07-14T20:00:00+02:00"
        let event = try read(example, more: ["displayEndTime": false])
        #expect(!event.showsEnd)
        #expect(event.endsAt.description == "2027-07-14T18:00:00Z")
    }

    @Test("the picture with its words, the hashtags, the region and the category are kept")
    func details() throws {
        let event = try read(
            Self.cases[0],
            more: [
                "category": "SPORTS",
                "tag": [
                    ["type": "Hashtag", "name": "#Dance", "href": "https://far.example/tags/dance"],
                    ["type": "Hashtag", "name": "#dance", "href": "https://far.example/tags/dance"],
                ],
                "attachment": [
                    [
                        "type": "Document", "mediaType": "image/jpeg", "name": "Dancers",
                        "url": "https://far.example/media/1.jpg",
                    ]
                ],
                "location": [
                    "type": "Place", "name": "The Hall",
                    "address": [
                        "type": "PostalAddress", "streetAddress": "The Hall", "addressLocality": "Exeter",
                        "addressRegion": "Devon", "addressCountry": "England",
                    ],
                ],
            ])
        #expect(event.category == "SPORTS")
        #expect(event.hashtags == ["dance"])
        #expect(event.picture?.url.string == "https://far.example/media/1.jpg")
        #expect(event.picture?.mediaType == "image/jpeg")
        #expect(event.picture?.description == "Dancers")
        #expect(event.place?.line == "The Hall, Exeter")
        #expect(event.place?.addressLines == ["The Hall", "Exeter", "Devon", "England"])
    }

    @Test("an address that a server writes into the name and the street is shown once")
    func placeOnce() {
        let whole = "Hauptplatz 3, 8010 Graz, Austria"
        #expect(Place(name: whole, street: whole).line == whole)
        #expect(Place(name: whole, street: "Hauptplatz 3", locality: "Graz", postalCode: "8010").line == whole)
        #expect(Place(name: "Hauptplatz 3", street: whole).line == whole)
        #expect(Place(name: "Au Bar", street: "1 rue X", locality: "Au").addressLines == ["Au Bar", "1 rue X"])
        #expect(Place(name: "Aubar", street: "1 rue X", locality: "Au").line == "Aubar, 1 rue X, Au")
    }

    private func read(_ example: Case, more: JSON.Object = [:]) throws -> Event {
        var document: JSON.Object = [
            "id": "https://far.example/events/1", "type": "Event", "attributedTo": "https://far.example/users/ina",
            "name": "Dance", "to": ["https://www.w3.org/ns/activitystreams#Public"], "startTime": JSON(example.start),
        ]
        if let end = example.end { document["endTime"] = JSON(end) }
        if let zone = example.zone { document["timezone"] = JSON(zone) }
        for (key, value) in more { document[key] = value }
        let owner = Account(
            id: ID(1), kind: .person, username: "ina", host: "far.example",
            iri: try address("https://far.example/users/ina"), createdAt: Timestamp(0))
        return try DocumentToEvent.read(
            try EventDocument(Document(document)), id: ID(2), owner: owner, at: ManualClock.start,
            identifiers: LocalIdentifiers(origin: try address("https://cafe.example")), communityZone: "Europe/Paris"
        ).event
    }
}
