// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import WebPages

@Suite("Previews", .serialized)
struct PreviewTests {
    private func meta(_ page: String, _ name: String) -> String? {
        Markup(page).values(of: "content", in: "\"\(name)\"").first
    }

    /// The data for search engines in a page.
    private func data(_ page: String) throws -> JSON? {
        let parts = page.split(separator: "<script type=\"application/ld+json\">")
        guard parts.count == 2 else { return nil }
        let text = parts[1].split(separator: "</script>").first ?? ""
        return try JSON.parse(Array(text.utf8))
    }

    @Test("every page has a type, a title, a picture, an address and a language")
    func everyPage() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            for (path, kind) in [
                ("/", "website"), ("/events/\(cafe.event)", "website"), ("/posts/\(cafe.post)", "article"),
                ("/users/lina", "profile"), ("/groups/lyon", "profile"), ("/events?past=1", "website"),
            ] {
                let page = try await browser.get(path).text
                #expect(meta(page, "og:type") == kind, "\(path)")
                #expect(meta(page, "og:locale") == "fr_FR" && meta(page, "og:title")?.isEmpty == false)
                #expect(meta(page, "og:url") == "http://cafe.example\(path)")
                #expect(Markup(page).values(of: "href", in: "canonical") == ["http://cafe.example\(path)"])
                #expect(meta(page, "twitter:card") == "summary")
                let picture = try #require(meta(page, "og:image"))
                let path = picture.replacing("http://cafe.example", with: "")
                #expect(try await browser.get(path).header("content-type") == "image/png", "\(picture)")
            }
            let english = try await browser.get("/about", headers: [("Accept-Language", "en")])
            #expect(english.status == 200)
            let answer = try await browser.get("/posts/\(cafe.answer)?view=print").text
            #expect(Markup(answer).values(of: "href", in: "canonical") == ["http://cafe.example/posts/\(cafe.post)"])
            for path in ["/search", "/posts/\(cafe.remotePost)", "/events/\(cafe.remoteEvent)"] {
                let page = try await browser.get(path).text
                #expect(Markup(page).values(of: "href", in: "canonical").isEmpty && page.contains("noindex"), "\(path)")
            }
        }
    }

    @Test("the description of an event has its hours, its place and its words, and says first that it is cancelled")
    func description() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let words = try #require(meta(try await browser.get("/events/\(cafe.event)").text, "og:description"))
            #expect(words.contains("18\u{A0}h\u{A0}30") && words.contains("13 rue Jangot"))
            #expect(words.contains("On se retrouve autour d’un café."))
            let off = try #require(meta(try await browser.get("/events/\(cafe.cancelledEvent)").text, "og:description"))
            #expect(off.hasPrefix("Annulé"))
        }
    }

    @Test("what stands behind a warning is not in the description")
    func warning() async throws {
        let cafe = try await Cafe.furnished()
        var draft = PostDraft(text: "Le majordome est le coupable.")
        draft.title = "Le film de jeudi"
        draft.warning = "La fin du film"
        let id = try await cafe.services.publishPost(draft, as: .member(cafe.karim))
        try await cafe.serve { browser in
            let page = try await browser.get("/posts/\(id)").text
            #expect(meta(page, "og:description") == "La fin du film" && meta(page, "description") == "La fin du film")
        }
    }

    @Test("an event is there for search engines, with the hours as they are told at its place")
    func event() async throws {
        let cafe = try await Cafe.furnished()
        let id = cafe.event
        let event = try #require(try await cafe.services.database.read { db in try Events.byID(id, in: db) })
        try await cafe.serve { browser in
            let page = try await browser.get("/events/\(id)")
            let json = try #require(try data(page.text))
            #expect(json["@type"]?.string == "Event" && json["name"]?.string == "Café du jeudi")
            let start = try #require(json["startDate"]?.string)
            #expect(start.contains("T18:30:00+0") && Timestamp(iso: start) == event.startsAt)
            #expect(json["endDate"]?.string.flatMap { Timestamp(iso: $0) } == event.endsAt)
            #expect(json["eventStatus"]?.string == "https://schema.org/EventScheduled")
            #expect(json["eventAttendanceMode"]?.string == "https://schema.org/OfflineEventAttendanceMode")
            #expect(json["location"]?["name"]?.string == "Le Court-Circuit")
            #expect(json["location"]?["address"]?["postalCode"]?.string == "69007")
            #expect(json["organizer"]?["url"]?.string == "http://cafe.example/groups/lyon")
            #expect(json["url"]?.string == "http://cafe.example/events/\(id)")
            #expect(json["maximumAttendeeCapacity"]?.int == 20)
            let policy = try #require(page.header("content-security-policy"))
            #expect(policy.contains("script-src 'self';") && policy.contains("manifest-src 'self'"))
        }
    }

    @Test("its state is told: cancelled, postponed, moved")
    func states() async throws {
        let cafe = try await Cafe.furnished()
        let (id, lina) = (cafe.event, cafe.lina)
        try await cafe.serve { browser in
            let off = try data(try await browser.get("/events/\(cafe.cancelledEvent)").text)
            #expect(off?["eventStatus"]?.string == "https://schema.org/EventCancelled")
            try await cafe.services.postponeEvent(id, as: .member(lina))
            let later = try data(try await browser.get("/events/\(id)").text)
            #expect(later?["eventStatus"]?.string == "https://schema.org/EventPostponed")
            try await cafe.services.database.write { tx in
                guard var event = try Events.byID(id, in: tx) else { return }
                event.status = .rescheduled
                event.previousStart = event.startsAt
                event.startsAt = event.startsAt + .days(1)
                event.endsAt = event.endsAt + .days(1)
                try Events.update(event, in: tx)
            }
            let moved = try data(try await browser.get("/events/\(id)").text)
            #expect(moved?["eventStatus"]?.string == "https://schema.org/EventRescheduled")
            #expect(moved?["previousStartDate"]?.string?.contains("T18:30:00+") == true)
        }
    }

    @Test("whole days are days without hours, the last one included")
    func wholeDays() async throws {
        let cafe = try await Cafe.furnished()
        let id = cafe.event
        try await cafe.services.database.write { tx in
            guard var event = try Events.byID(id, in: tx) else { return }
            event.isAllDay = true
            event.startsAt = try #require(ZonedTime.parse("2027-03-27T00:00", in: event.timeZone))
            event.endsAt = try #require(ZonedTime.parse("2027-03-29T00:00", in: event.timeZone))
            try Events.update(event, in: tx)
        }
        try await cafe.serve { browser in
            let json = try data(try await browser.get("/events/\(id)").text)
            #expect(json?["startDate"]?.string == "2027-03-27" && json?["endDate"]?.string == "2027-03-28")
        }
    }

    @Test("the address of an online meeting is not in it, also not for a guest, and no text can end it")
    func secrets() async throws {
        let cafe = try await Cafe.furnished()
        let id = cafe.event
        let nasty = "</script><script>alert(1)</script><!-- \" \\ \u{2028} &amp; ]]>"
        try await cafe.services.database.write { tx in
            guard var event = try Events.byID(id, in: tx) else { return }
            event.onlineURL = IRI("https://talk.example/secret-room")
            event.isOnline = true
            event.title = nasty
            event.place = Place(name: nasty)
            try Events.update(event, in: tx)
        }
        try await cafe.serve { browser in
            for isGuest in [false, true] {
                if isGuest { try await browser.signIn("karim") }
                let page = try await browser.get("/events/\(id)").text
                #expect(page.split(separator: "<script").count == 2 && page.split(separator: "</script").count == 2)
                let json = try #require(try data(page))
                #expect(json["name"]?.string == nasty)
                #expect(!String(decoding: json.serialized(), as: UTF8.self).contains("secret-room"))
                #expect(json["eventAttendanceMode"]?.string == "https://schema.org/MixedEventAttendanceMode")
                let rooms = try #require(json["location"]?.array)
                #expect(rooms.compactMap { $0["@type"]?.string } == ["Place", "VirtualLocation"])
                #expect(page.contains("secret-room") == isGuest)
            }
        }
    }

    @Test("events for few people and those of other nodes are not for search engines")
    func hidden() async throws {
        let cafe = try await Cafe.furnished()
        let id = cafe.event
        try await cafe.services.database.write { tx in
            guard var event = try Events.byID(id, in: tx) else { return }
            event.visibility = .unlisted
            try Events.update(event, in: tx)
        }
        try await cafe.serve { browser in
            for event in [id, cafe.remoteEvent] {
                let page = try await browser.get("/events/\(event)").text
                #expect(page.contains("noindex") && !page.contains("<script"))
            }
        }
    }
}

extension Timestamp {
    fileprivate init?(iso text: String) {
        guard text.utf8.count == 25, let local = ZonedTime.parse(String(text.prefix(16)), in: "UTC") else { return nil }
        let offset = text.suffix(6)
        guard let hours = Int(offset.dropFirst().prefix(2)), let minutes = Int(offset.suffix(2)) else { return nil }
        let distance = Duration.minutes(hours * 60 + minutes)
        self = offset.first == "-" ? local + distance : local - distance
    }
}
