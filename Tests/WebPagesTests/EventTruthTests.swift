// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing

@testable import WebPages

@Suite("What pages say about an event")
struct EventTruthTests {
    private static let secret = "visio.example/salle-42"

    @Test("a guest of a cancelled or postponed event reads no seat, and it is not the next event")
    func cancelled() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.services.postponeEvent(cafe.event, as: .member(cafe.lina))
        try await cafe.services.cancelEvent(cafe.fullEvent, as: .member(cafe.lina))
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            for event in [cafe.event, cafe.fullEvent, cafe.pastEvent, cafe.cancelledEvent] {
                let page = try await browser.get("/events/\(event)").text
                for lie in ["Ta place est prête", "Tu y vas", "places libres", "place libre", "places sur"] {
                    #expect(!page.contains(lie), "\(event): \(lie)")
                }
            }
            #expect(try await browser.get("/events/\(cafe.event)").text.contains("Ta place est gardée"))
            #expect(try await browser.get("/events/\(cafe.fullEvent)").text.contains("Elle n’a pas lieu"))
            let home = try await browser.get("/").text
            #expect(!home.contains("Ta prochaine rencontre"))
        }
    }

    @Test("the notice of a cancellation says that it is one, and when it would have been")
    func notice() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.services.cancelEvent(cafe.event, as: .member(cafe.lina))
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let news = try await browser.get("/notifications").text
            #expect(news.contains("Une rencontre de Café des freelances · Lyon est annulée"))
            #expect(news.contains("Elle était prévue"))
        }
    }

    @Test(
        "French contracts the article of a name",
        arguments: [
            ("Le Café", "du Café"), ("Les Halles", "des Halles"), ("La Ruche", "de la Ruche"),
            ("L’Atelier", "de l’Atelier"),
            ("Ada", "d’Ada"), ("Émile", "d’Émile"), ("Karim", "de Karim"), ("Léa", "de Léa"),
        ])
    func contraction(name: String, expected: String) {
        #expect(Texts(.french).of(name) == expected)
        #expect(Texts(.english).of(name) == name)
    }

    @Test("a full event asks strangers onto the waiting list")
    func full() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let full = try await browser.get("/events/\(cafe.fullEvent)").text
            #expect(full.contains("Rejoindre la liste d’attente"))
            let free = try await browser.get("/events/\(cafe.event)").text
            #expect(free.contains(">Je viens<"))
        }
    }

    @Test("the address of an online meeting is on no page, feed or form of who has no seat")
    func address() async throws {
        let cafe = try await Cafe.furnished()
        var draft = EventDraft(
            group: cafe.group, title: "Visio", startsAt: cafe.services.clock.now + .days(3),
            endsAt: cafe.services.clock.now + .days(3) + .hours(1), timeZone: "Europe/Paris")
        draft.online = "https://\(Self.secret)"
        let id = try await cafe.services.planEvent(draft, as: .member(cafe.lina))
        try await cafe.serve { browser in
            let paths = [
                "/events/\(id)", "/events/\(id)/event.ics", "/events.ics", "/groups/lyon/events.ics", "/events",
            ]
            for path in paths { #expect(!(try await browser.get(path).text.contains(Self.secret)), "\(path)") }
            #expect(try await browser.get("/events.ics").text.contains("LOCATION:En ligne"))
            try await browser.signIn("karim")
            for path in paths + ["/events/new?like=\(id)"] {
                #expect(!(try await browser.get(path).text.contains(Self.secret)), "\(path)")
            }
            _ = try await browser.post("/events/\(id)/join", [:], from: "/events/\(id)")
            for path in paths.prefix(2) { #expect(try await browser.get(path).text.contains(Self.secret), "\(path)") }
            #expect(!(try await browser.get("/events.ics").text.contains(Self.secret)))
        }
    }
}
