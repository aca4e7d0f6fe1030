// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Testing

@testable import Services

@Suite("The kinds of e-mails")
struct EmailKindsTests {
    /// A sample of each kind.
    static func samples() throws -> [any Email] {
        var event = Event(
            id: ID(7), iri: try iri("https://cafe.example/events/7"), owner: ID(1), uuid: "u-7",
            title: "Apéro du quartier", startsAt: Timestamp(1_788_505_200_000), endsAt: Timestamp(1_788_512_400_000),
            publishedAt: Timestamp(1_780_000_000_000), isLocal: true)
        event.timeZone = "Europe/Paris"
        event.place = Place(name: "Le Comptoir", locality: "Lyon")
        let owner = Account(
            id: ID(1), kind: .group, username: "cafe", host: "", iri: try iri("https://cafe.example/groups/cafe"),
            createdAt: event.publishedAt)
        var news = EventNews(event: event, owner: owner)
        let (seat, changed) = (SeatEmail(news: news), EventChangedEmail(news: news))
        news.event.status = .postponed
        let postponed = EventPostponedEmail(news: news)
        news.event.status = .cancelled
        let line = DigestEmail.Line(name: "Karim", text: "Tu viens demain", path: "/posts/9")
        let whisper = DigestEmail.Line(name: "Lina", text: nil, path: "/posts/10")
        return [
            SignInEmail(link: "https://cafe.example/sign-in/link?token=abc"), WaitingEmail(), WelcomeEmail(),
            PasswordEmail(), seat, changed, postponed, EventCancelledEmail(news: news),
            ToDoEmail(tasks: WaitingTasks(signUps: 2, reports: 1, requests: 1)),
            DigestEmail(lines: [line, whisper], more: 3, thanks: 2),
        ]
    }

    static func reader(_ language: String) throws -> EmailReader {
        let community = Community(origin: try iri("https://cafe.example"), name: "Le Comptoir", tagline: "")
        return EmailReader(community: community, language: language)
    }

    @Test("the list names every kind once, and each has a sample here")
    func list() throws {
        let names = EmailKind.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(try Self.samples().map { type(of: $0).kind.name } == names)
    }

    @Test("each kind has its own words in both languages, and French keeps its typography")
    func texts() throws {
        for email in try Self.samples() {
            let (french, english) = (try Self.reader("fr"), try Self.reader("en"))
            let kind = type(of: email).kind.name
            #expect(email.subject(french) != email.subject(english), "\(kind)")
            #expect(email.body(french) != email.body(english), "\(kind)")
            #expect(!email.subject(french).contains("\n") && email.subject(french).count < 78, "\(kind)")
            // The narrow space is white space too, so the words are cut at plain spaces only.
            let text = email.subject(french) + "\n" + email.body(french)
            let words = text.split { $0 == " " || $0 == "\n" }.filter { !$0.contains("://") }.joined(separator: " ")
            for mark in ["'", "!", "...", " :", " ;", " ?"] { #expect(!words.contains(mark), "\(kind): \(mark)") }
        }
    }

    @Test("an event is attached for the calendar, and a cancelled one removes itself from there")
    func calendars() throws {
        for email in try Self.samples() {
            let file = email.calendar(try Self.reader("fr"))
            let isCancelled = email is EventCancelledEmail
            #expect((file != nil) == (email.event != nil))
            guard let file else { continue }
            #expect(file.contains("METHOD:\(isCancelled ? "CANCEL" : "PUBLISH")\r\n"))
            #expect(file.contains("STATUS:CANCELLED") == isCancelled)
            #expect(file.contains("UID:u-7\r\n") && !file.contains("X-WR-CALNAME"))
        }
    }

    @Test("the hours from eight in the evening to eight in the morning are quiet, in winter and in summer")
    func quietHours() {
        let hours = QuietHours(zone: "Europe/Paris")
        func end(_ text: String) -> String? {
            ZonedTime.parse(text, in: "Europe/Paris").map {
                ZonedTime.formValue(hours.end(of: $0), in: "Europe/Paris")
            }
        }
        #expect(end("2026-01-10T08:00") == "2026-01-10T08:00")
        #expect(end("2026-01-10T19:59") == "2026-01-10T19:59")
        #expect(end("2026-01-10T20:00") == "2026-01-11T08:00")
        #expect(end("2026-07-31T23:59") == "2026-08-01T08:00")
        #expect(end("2026-07-31T00:00") == "2026-07-31T08:00")
        #expect(end("2026-07-31T07:59") == "2026-07-31T08:00")
        // The clocks change in the nights before 29 March and before 25 October.
        #expect(end("2026-03-28T22:00") == "2026-03-29T08:00")
        #expect(end("2026-10-24T21:00") == "2026-10-25T08:00")
    }
}

@Suite("Which e-mail is sent to whom, and when")
struct EmailMatrixTests {
    /// What the table of the product says of each kind: whether it leaves at any hour, whether it can be switched off,
    /// and how many of its sort a week allows.
    private static let product: [String: (anyHour: Bool, optional: Bool, weekly: Int?)] = [
        "sign_in": (true, false, nil), "waiting": (true, false, nil), "welcome": (true, false, nil),
        "password_changed": (true, false, nil), "seat": (false, false, nil), "event_changed": (false, false, nil),
        "event_postponed": (false, false, nil), "event_cancelled": (false, false, nil), "to_do": (false, true, nil),
        "digest": (false, true, 1),
    ]

    /// An hour of the day in Paris, and for how many minutes it is quiet from then on.
    private static let hours = [
        ("2026-05-05T07:59", 1), ("2026-05-05T08:00", 0), ("2026-05-05T12:00", 0), ("2026-05-05T19:59", 0),
        ("2026-05-05T20:00", 720), ("2026-05-05T23:30", 510), ("2026-05-06T03:00", 300),
    ]

    @Test("every kind, door, preference, number of e-mails this week, hour and nearness of the event")
    func matrix() throws {
        var cells = 0
        for kind in EmailKind.all {
            let rule = try #require(Self.product[kind.name])
            #expect((kind.choice != nil) == rule.optional, "\(kind.name)")
            for hasDoor in [true, false] {
                for choice in [nil, true, false] {
                    for sent in 0...3 {
                        for (hour, quiet) in Self.hours {
                            for lead in [nil, 0, 1, 1_439, 1_440, 20_000] {
                                let now = try #require(ZonedTime.parse(hour, in: "Europe/Paris"))
                                let situation = EmailSituation(
                                    hasDoor: hasDoor, choice: choice, sentThisWeek: sent,
                                    start: lead.map { now + .minutes($0) }, now: now,
                                    quietHours: QuietHours(zone: "Europe/Paris"))
                                var expected = EmailPlan.none
                                let isWanted = !(rule.optional && choice == false)
                                let isWithinBudget = rule.weekly.map { sent < $0 } ?? true
                                if hasDoor, isWanted, isWithinBudget {
                                    let rests = !rule.anyHour && !(lead.map { $0 < 1_440 } ?? false)
                                    expected = .at(now + .minutes(rests ? quiet : 0))
                                }
                                #expect(kind.plan(situation) == expected, "\(kind.name) \(situation)")
                                cells += 1
                            }
                        }
                    }
                }
            }
        }
        print("kinds × doors × preferences × budget × quiet hours × nearness: \(cells) cells")
        #expect(cells == 10 * 2 * 3 * 4 * 7 * 6)
    }
}
