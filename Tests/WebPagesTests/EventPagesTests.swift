// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("pages of events of other nodes")
struct EventPagesTests {
    /// Changes the event of the neighbours.
    private func change(_ cafe: Cafe, _ body: @escaping @Sendable (inout Event) throws -> Void) async throws {
        let id = cafe.remoteEvent
        try await cafe.services.database.write { tx in
            guard var event = try Events.byID(id, in: tx) else { return }
            try body(&event)
            try Events.update(event, in: tx)
        }
    }

    /// The line of an event's page that says when it is.
    private static func when(_ page: String) -> String {
        guard let start = page.firstRange(of: "<p class=\"when\">") else { return "" }
        return String(page[start.upperBound...].prefix { $0 != "<" })
    }

    @Test("every hour has its zone where that is not the zone of the community", arguments: ["/", "/events"])
    func zones(path: String) async throws {
        let cafe = try await Cafe.furnished()
        try await change(cafe) { $0.timeZone = "America/New_York" }
        try await cafe.serve { browser async throws in
            let page = try await browser.get(path).text
            #expect(page.contains("heure de New York"))
            // All other events are in the zone of the community.
            #expect(page.ranges(of: "heure de").count == 1)
        }
        try await change(cafe) { $0.timeZone = "Etc/GMT-2" }
        try await cafe.serve { browser async throws in #expect(try await browser.get(path).text.contains("UTC+2")) }
    }

    @Test("an end that nobody stated is neither shown nor in the calendar, and a day has no hours")
    func openEnd() async throws {
        let cafe = try await Cafe.furnished()
        let (page, feed) = ("/events/\(cafe.remoteEvent)", "/events/\(cafe.remoteEvent)/event.ics")
        try await cafe.serve { browser async throws in
            #expect(Self.when(try await browser.get(page).text).contains(", de "))
            #expect(try await browser.get(feed).text.contains("DTEND"))
        }
        try await change(cafe) { $0.showsEnd = false }
        try await cafe.serve { browser async throws in
            #expect(!Self.when(try await browser.get(page).text).contains(", de "))
            #expect(try await !browser.get(feed).text.contains("DTEND"))
        }
        try await change(cafe) {
            $0.isAllDay = true
            $0.timeZone = "Europe/Paris"
            $0.startsAt = ZonedTime.parse("2031-07-01T00:00", in: "Europe/Paris") ?? $0.startsAt
            $0.endsAt = ZonedTime.parse("2031-07-02T00:00", in: "Europe/Paris") ?? $0.endsAt
        }
        try await cafe.serve { browser async throws in
            let text = try await browser.get(page).text
            #expect(text.contains("<p class=\"when\">mardi 1er juillet 2031</p>"))
            #expect(!text.contains("class=\"hour\""))
            #expect(try await browser.get(feed).text.contains("DTSTART;VALUE=DATE:20310701"))
        }
    }

    @Test("the picture with its words, the topics, the region and the echo of an event are shown")
    func details() async throws {
        let cafe = try await Cafe.furnished()
        let picture = try iri("https://grenoble.example/media/1.jpg")
        try await change(cafe) {
            $0.picture = EventPicture(url: picture, mediaType: "image/jpeg", description: "Des <verres>")
            $0.hashtags = ["apéro"]
            $0.category = "FOOD_DRINK"
            $0.place = Place(name: "Halle", locality: "Grenoble", region: "Isère", country: "France")
        }
        let (event, karim) = (cafe.remoteEvent, cafe.karim)
        try await cafe.services.favourite(.event(event), as: .member(karim))
        try await cafe.serve { browser async throws in
            let text = try await browser.get("/events/\(event)").text
            for part in [
                "https://grenoble.example/media/1.jpg", "Image : Des &lt;verres&gt;", "#apéro", "food drink", "Isère",
                "1 personne intéressée",
            ] {
                #expect(text.contains(part), "\(part)")
            }
            #expect(!text.contains("<img src=\"https://grenoble.example"))
        }
    }

    @Test("a request that nobody has answered for three days says so")
    func unanswered() async throws {
        let cafe = try await Cafe.furnished()
        let (event, karim) = (cafe.remoteEvent, cafe.karim)
        try await cafe.services.joinEvent(event, as: .member(karim))
        try await cafe.serve { browser async throws in
            try await browser.signIn("karim")
            #expect(try await browser.get("/events/\(event)").text.contains("grenoble.example n’a pas encore répondu."))
            try await cafe.services.database.write { tx in
                try tx.run("UPDATE guest SET asked_at = asked_at - \(Duration.days(3).milliseconds)")
            }
            #expect(try await browser.get("/events/\(event)").text.contains("n’a pas répondu depuis trois jours"))
            #expect(try await browser.get("/events").text.contains("Toujours sans réponse"))
        }
    }

    @Test("the form for a discussion offers the groups of other nodes that the member follows")
    func remoteGroups() async throws {
        let cafe = try await Cafe.furnished()
        let group = cafe.remoteGroup
        try await cafe.serve { browser async throws in
            try await browser.signIn("karim")
            #expect(try await !browser.get("/write").text.contains("Café de Grenoble"))
        }
        let (karim, now) = (cafe.karim, cafe.services.clock.now)
        let follow = try iri("http://cafe.example/activities/10")
        try await cafe.services.database.write { tx in
            _ = try Follows.request(by: karim, of: group, activity: follow, at: now, in: tx)
            _ = try Follows.setState(.accepted, by: karim, of: group, in: tx)
        }
        try await cafe.serve { browser async throws in
            try await browser.signIn("karim")
            #expect(try await browser.get("/write").text.contains("Café de Grenoble, sur grenoble.example</option>"))
        }
    }
}
