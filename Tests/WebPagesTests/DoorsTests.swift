// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import TextEncoding

@testable import WebPages

@Suite("Doors of the pages", .serialized)
struct DoorsTests {
    @Test("an invitation says who invites, lets in at once, and leads to where the person came from")
    func invitation() async throws {
        let cafe = try await Cafe.furnished { $0.registration = .approval }
        let token = try await cafe.services.invite(as: .member(cafe.karim))
        try await cafe.serve { browser in
            let path = "/sign-up?invitation=\(token)&next=%2Fevents"
            let page = try await browser.get(path).text
            #expect(page.contains("Karim Benali t’invite") && !page.contains("name=\"note\""))
            let fields = [
                "name": "zoe", "email": "zoe@mail.example", "password": "un-long-mot", "invitation": token,
                "next": "/events", "display_name": "Zoé",
            ]
            let answer = try await browser.post("/sign-up", fields, from: path)
            #expect(answer.status == 303 && answer.header("location") == "/events?done=welcome")
            let again = Browser(origin: browser.origin)
            let used = try await again.get(path).text
            #expect(used.contains("Cette invitation ne sert plus") && used.contains("name=\"note\""))
        }
    }

    @Test("while no e-mail leaves the node, no page promises one, and a password is enough to come in")
    func withoutMail() async throws {
        let cafe = try await Cafe.furnished {
            $0.mailReachesPeople = false
            $0.registration = .approval
        }
        try await cafe.serve { browser in
            let door = try await browser.get("/sign-in").text
            #expect(!door.contains("/sign-in/send") && door.contains("peut te donner un lien"))
            let page = try await browser.get("/sign-up").text
            let password = Markup(page).tags.first { $0.contains("name=\"password\"") } ?? ""
            let email = Markup(page).tags.first { $0.contains("name=\"email\"") } ?? ""
            #expect(password.contains(" required") && !email.contains(" required"))
            var fields = ["name": "zoe", "email": "", "password": "", "display_name": "Zoé"]
            let refused = try await browser.post("/sign-up", fields, from: "/sign-up")
            #expect(refused.status == 422)
            fields["password"] = "un-long-mot"
            let asked = try await browser.post("/sign-up", fields, from: "/sign-up")
            #expect(asked.status == 200 && asked.text.contains("ton mot de passe") && !asked.text.contains("courriel"))
            try await browser.signIn("lina")
            let zoe = try await cafe.services.database.read { db in try LocalAccounts.byName("zoe", in: db)?.account.id
            }
            let request = ["account": "\(try #require(zoe))"]
            let opened = try await browser.post("/moderation/approve", request, from: "/moderation")
            #expect(opened.header("location") == "/moderation?done=approvedWithoutMail")
            let told = try await browser.get("/moderation?done=approvedWithoutMail").text
            #expect(told.contains("dis-le-lui toi-même"))
        }
        try await cafe.serve { browser in
            let fields = ["name": "zoe", "password": "un-long-mot", "next": "/"]
            let entered = try await browser.post("/sign-in", fields, from: "/sign-in")
            #expect(entered.status == 303)
        }
    }

    @Test("an invitation lets in somebody without an e-mail address while no e-mail leaves the node")
    func invitedWithoutMail() async throws {
        let cafe = try await Cafe.furnished {
            $0.mailReachesPeople = false
            $0.registration = .closed
        }
        let token = try await cafe.services.invite(as: .member(cafe.karim))
        try await cafe.serve { browser in
            let fields = ["name": "zoe", "password": "un-long-mot", "invitation": token, "email": ""]
            let answer = try await browser.post("/sign-up", fields, from: "/sign-up?invitation=\(token)")
            #expect(answer.status == 303 && answer.header("location") == "/settings?done=welcome")
        }
    }

    @Test("the way survives from an event over sign-in to sign-up")
    func next() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let signIn = try await browser.get("/sign-in?next=%2Fevents%2F\(cafe.event)").text
            #expect(signIn.contains("/sign-up?next=%2Fevents%2F\(cafe.event)"))
            let signUp = try await browser.get("/sign-up?next=%2Fevents%2F\(cafe.event)").text
            #expect(signUp.contains("name=\"next\" value=\"/events/\(cafe.event)\""))
        }
    }

    @Test("strangers see the listed members on the first page, however many are not listed")
    func members() async throws {
        let cafe = try await Cafe.furnished()
        for number in 1...61 {
            let signUp = SignUp(name: "caché\(number)".replacing("é", with: "e"), email: "c\(number)@mail.example")
            try await cafe.services.createAccount(signUp, role: .member, as: .operator)
        }
        try await cafe.serve { browser in
            let page = try await browser.get("/members").text
            #expect(page.contains("Lina Moreau") && page.contains("Karim Benali"))
            #expect(!page.contains("cache61"))
        }
    }

    @Test("who runs a group may choose to follow in their own name")
    func myself() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let page = try await browser.get("/networks").text
            #expect(
                page.contains("<option value=\"\">Moi</option>") || page.contains("<option value=\"\" selected>Moi"))
            #expect(!page.contains("name=\"as\" required"))
        }
    }

    @Test(
        "a monthly event keeps its weekday of the month",
        arguments: [
            ("2026-12-03T19:00", 1, "2027-01-07T19:00"), ("2026-10-29T19:00", 1, "2026-11-26T19:00"),
            ("2026-01-15T09:30", 13, "2027-02-18T09:30"), ("2026-12-31T19:00", 1, "2027-01-28T19:00"),
            ("2026-07-30T19:00", 3, "2026-10-29T19:00"),
        ])
    func monthly(start: String, months: Int, expected: String) throws {
        let zone = "Europe/Paris"
        let day = MonthlyDay(of: try #require(ZonedTime.parse(start, in: zone)), in: zone)
        let next = try #require(day.start(after: months))
        #expect(ZonedTime.formValue(next, in: zone) == expected)
    }

    @Test("several answers of a poll are taken in one form")
    func poll() async throws {
        let cafe = try await Cafe.furnished()
        var draft = PostDraft(text: "Quand ?")
        draft.poll = PollDraft(options: ["Lundi", "Mardi", "Jeudi"], seconds: 86_400, isMultiple: true)
        let post = try await cafe.services.publishPost(draft, as: .member(cafe.lina))
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let page = try await browser.get("/posts/\(post)").text
            let token = Markup(page).values(of: "value", in: "name=\"form_token\"").first ?? ""
            let answer = try await browser.send(
                "POST", "/posts/\(post)/vote", headers: [("Content-Type", "application/x-www-form-urlencoded")],
                Array("choice=0&choice=2&form_token=\(token)".utf8))
            #expect(answer.status == 303)
            let poll = try await cafe.services.database.read { [karim = cafe.karim] db in
                try Polls.one(post, viewer: karim, in: db)
            }
            #expect(poll?.ownVotes == [0, 2])
        }
    }
}
