// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import TextEncoding

@testable import WebPages

@Suite("Forms", .serialized)
struct FormsTests {
    @Test("without the word of the session are refused, and change nothing")
    func foreignForms() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let fields = ["text": "Pas de moi"]
            let refused = [
                try await browser.post("/posts", fields),
                try await browser.post("/posts", fields.merging(["form_token": "0"]) { $1 }),
                try await browser.post("/posts", fields, from: "/write", headers: [("Sec-Fetch-Site", "cross-site")]),
                try await browser.post("/posts", fields, from: "/write", headers: [("Origin", "https://evil.example")]),
                try await browser.post("/posts", fields, from: "/write", headers: [("Origin", "null")]),
            ]
            for response in refused { #expect(response.status == 403) }
            #expect(!(try await browser.get("/discussions").text.contains("Pas de moi")))
            let taken = try await browser.post(
                "/posts", fields, from: "/write", headers: [("Sec-Fetch-Site", "same-origin")])
            #expect(taken.status == 303)
        }
    }

    @Test("of strangers need the word of their own cookie")
    func strangersForms() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let fields = ["name": "lina", "password": Cafe.password]
            #expect(try await browser.post("/sign-in", fields).status == 403)
            let word = String(repeating: "a", count: 64)
            #expect(try await browser.post("/sign-in", fields.merging(["form_token": word]) { $1 }).status == 403)
            try await browser.signIn("lina")
            #expect(try await browser.get("/").text.contains("Bonjour Lina"))
        }
    }

    @Test(
        "lead on to this node only",
        arguments: [
            ("/events", "/events?done=welcome"), ("//evil.example", "/?done=welcome"),
            ("https://evil.example", "/?done=welcome"), ("/\\evil.example", "/?done=welcome"),
            ("/%2F/evil.example", "/?done=welcome"), ("javascript:alert(1)", "/?done=welcome"), ("", "/?done=welcome"),
        ])
    func next(wanted: String, location: String) async throws {
        let cafe = try await Cafe.open()
        _ = try await cafe.member("lina", "Lina", .member, "")
        try await cafe.serve { browser in
            let fields = ["name": "lina", "password": Cafe.password, "next": wanted]
            let answer = try await browser.post("/sign-in", fields, from: "/sign-in")
            #expect(answer.status == 303 && answer.header("location") == location)
            let language = try await browser.get("/language?to=en&next=\(wanted.percentEncoded)")
            #expect(language.header("location") == String(location.prefix { $0 != "?" }))
        }
    }

    @Test("that are wrong come back filled in, with each problem beside its field and on top")
    func keepsWhatWasTyped() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let fields = [
                "group": "\(cafe.group)", "title": "", "start": "hier", "end": "2030-01-01T10:00",
                "text": "Gardé & <là>",
            ]
            let answer = try await browser.post("/events", fields, from: "/events/new")
            let page = Markup(answer.text)
            #expect(answer.status == 422)
            #expect(page.tags.contains { $0.contains("role=\"alert\"") })
            #expect(answer.text.contains("href=\"#field-title\"") && answer.text.contains("id=\"field-title-error\""))
            #expect(answer.text.contains("Gardé &amp; &lt;là&gt;</textarea>"))
            #expect(page.all("input").filter { $0.contains("aria-invalid") }.count == 2)
        }
    }

    @Test("carry a discussion from the first word to the last")
    func discussion() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let fields = [
                "title": "Un titre", "text": "Bonjour à @lina", "visibility": "public", "group": "\(cafe.group)",
            ]
            let published = try await browser.post("/posts", fields, from: "/write")
            let path = String(published.header("location")?.prefix { $0 != "?" } ?? "")
            #expect(published.status == 303 && path.hasPrefix("/posts/"))
            let edited = try await browser.post(
                "\(path)/edit", ["title": "Autre titre", "text": "Bonsoir"], from: "\(path)/edit")
            #expect(edited.status == 303)
            #expect(try await browser.get(path).text.contains("Autre titre"))
            #expect(try await browser.post("\(path)/boost", [:], from: path).status == 303)
            #expect(try await browser.get(path).text.contains("aria-pressed=\"true\""))
            #expect(try await browser.post("\(path)/unboost", [:], from: path).status == 303)
            #expect(try await browser.post("/posts/\(cafe.answer)/like", [:], from: path).status == 303)
            #expect(try await browser.post("\(path)/delete", [:], from: "\(path)/edit").status == 303)
            #expect(try await browser.get(path).status == 404)
        }
    }

    @Test("sign up for a meet-up, wait, and give the seat back")
    func seats() async throws {
        let cafe = try await Cafe.furnished()
        let sophie = try await cafe.member("sophie", "Sophie", .member, "")
        try await cafe.serve { browser in
            try await browser.signIn("sophie")
            let path = "/events/\(cafe.event)"
            #expect(try await browser.post("\(path)/join", [:], from: path).header("location") == "\(path)?done=going")
            #expect(try await browser.get(path).text.contains("Ta place est prête"))
            #expect(try await browser.get("/my-events").text.contains("Café du jeudi"))
            #expect(try await browser.post("\(path)/leave", [:], from: path).header("location") == "\(path)?done=left")
            let full = "/events/\(cafe.fullEvent)"
            #expect(try await browser.get(full).text.contains("Rejoindre la liste d’attente"))
            #expect(
                try await browser.post("\(full)/join", [:], from: full).header("location") == "\(full)?done=waiting")
            #expect(try await browser.get(full).text.contains("Tu es à la 2e place"))
            let off = "/events/\(cafe.cancelledEvent)"
            #expect(try await browser.post("\(off)/join", [:], from: full).status == 409)
        }
        let states = try await cafe.services.database.read { db in
            try GuestLists.find(account: sophie, event: cafe.event, in: db)?.state
        }
        #expect(states == .cancelled)
    }

    @Test("plan, move and call off a meet-up")
    func planning() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            var fields = [
                "group": "\(cafe.group)", "title": "Goûter", "start": "2029-06-01T16:00", "end": "2029-06-01T18:00",
                "place": "Parc", "capacity": "8",
            ]
            let planned = try await browser.post("/events", fields, from: "/events/new")
            let path = String(planned.header("location")?.prefix { $0 != "?" } ?? "")
            #expect(planned.status == 303 && path.hasPrefix("/events/"))
            #expect(try await browser.get(path).text.contains("vendredi 1er juin 2029"))
            fields["start"] = "2029-06-02T16:00"
            fields["end"] = "2029-06-02T18:00"
            #expect(try await browser.post("\(path)/change", fields, from: "\(path)/manage").status == 303)
            #expect(try await browser.get(path).text.contains("Nouvelle date"))
            #expect(try await browser.post("\(path)/postpone", [:], from: "\(path)/manage").status == 303)
            #expect(try await browser.post("\(path)/cancel", [:], from: "\(path)/manage").status == 303)
            #expect(try await browser.get(path).text.contains("Annulée"))
            #expect(try await browser.post("\(path)/cancel", [:], from: path).status == 409)
        }
    }

    @Test("let in who asked, and only once to a link")
    func door() async throws {
        let cafe = try await Cafe.furnished { $0.registration = .approval }
        let noor = try await cafe.services.database.read { db in try LocalAccounts.byName("noor", in: db)?.account.id }
        let link = try await cafe.services.makeSignInLink(for: cafe.karim, as: .operator)
        try await cafe.serve { browser in
            let asked = try await browser.post(
                "/sign-up", ["name": "tom", "email": "tom@mail.example", "note": "Bonjour"], from: "/sign-up")
            #expect(asked.status == 200 && asked.text.contains("C’est noté"))
            let taken = try await browser.post("/sign-up", ["name": "lina", "email": "x"], from: "/sign-up")
            #expect(taken.status == 422 && taken.text.contains("value=\"lina\""))
            let path = link.replacing("http://cafe.example", with: "")
            let token = String(path.split(separator: "=").last ?? "")
            #expect(try await browser.get(path).status == 200)
            #expect(try await browser.get(path).text.contains("type=\"hidden\" name=\"token\""))
            #expect(try await browser.post("/sign-in/link", ["token": token], from: path).status == 303)
            #expect(try await browser.get("/").text.contains("Bonjour Karim"))
            #expect(try await browser.post("/sign-out", [:], from: "/").status == 303)
            #expect(try await browser.post("/sign-in/link", ["token": token], from: path).status == 410)
            try await browser.signIn("lina")
            let approved = try await browser.post(
                "/moderation/approve", ["account": "\(noor ?? .first)"], from: "/moderation")
            #expect(approved.header("location") == "/moderation?done=approved")
        }
    }

    @Test("change a profile and a password, and the old password no longer opens")
    func settings() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let saved = try await browser.post(
                "/settings", ["display_name": "Karim B.", "summary": "Bonjour", "language": "en"], from: "/settings")
            #expect(saved.status == 303)
            #expect(try await browser.get("/settings").text.contains("<h1>Settings</h1>"))
            let wrong = try await browser.post(
                "/settings/password", ["current": "rien", "password": "un-autre-cafe"], from: "/settings")
            #expect(wrong.status == 422)
            let right = try await browser.post(
                "/settings/password", ["current": Cafe.password, "password": "un-autre-cafe"], from: "/settings")
            #expect(right.header("location") == "/settings?done=password")
            #expect(try await browser.get("/settings").status == 200)
        }
        await #expect(throws: ServiceError.notAllowed) {
            try await cafe.services.signIn(name: "karim", password: Cafe.password)
        }
    }

    @Test("follow a group that is here, and say so when there is nobody at an address")
    func following() async throws {
        let cafe = try await Cafe.furnished()
        _ = try await cafe.member("sophie", "Sophie", .member, "")
        try await cafe.serve { browser in
            try await browser.signIn("sophie")
            let fields = ["account": "\(cafe.group)", "next": "/groups/lyon"]
            let followed = try await browser.post("/follow", fields, from: "/groups/lyon")
            #expect(followed.header("location") == "/groups/lyon?done=entered")
            #expect(try await browser.get("/groups/lyon").text.contains("Quitter le groupe"))
            let nobody = try await browser.post("/follow", ["handle": "@nobody@far.example"], from: "/networks")
            #expect(nobody.status == 422 && nobody.text.contains("value=\"@nobody@far.example\""))
            let opened = try await browser.post(
                "/open", ["address": "http://cafe.example/posts/\(cafe.post)"], from: "/networks")
            #expect(opened.header("location") == "/posts/\(cafe.post)")
            let nothing = try await browser.post("/open", ["address": "https://far.example/1"], from: "/networks")
            #expect(nothing.status == 422 && nothing.text.contains("href=\"#field-address\""))
            let left = try await browser.post("/unfollow", fields, from: "/groups/lyon")
            #expect(left.header("location") == "/groups/lyon?done=leftGroup")
        }
    }
}
