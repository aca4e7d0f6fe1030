// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import Storage
import TestSupport
import Testing
import TextEncoding

@testable import WebPages

@Suite("A form", .serialized)
struct FormPageTests {
    @Test("that was refused goes on in the other language with what was typed, and without its secrets")
    func language() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let fields = [
                "name": "no spaces", "email": "eve@mail.example", "display_name": "Ève", "password": "un-secret-long",
            ]
            let refused = try await browser.post("/sign-up", fields, from: "/sign-up")
            #expect(refused.status == 422)
            // The way to the other language is a form, because a link would lose the text.
            #expect(!refused.text.contains("/language?to="))
            let page = Markup(refused.text)
            #expect(page.values(of: "value", in: "name=\"in_language\"") == ["en"])
            #expect(!refused.text.contains("un-secret-long"))
            let wanted = [
                "name": "no spaces", "email": "eve@mail.example", "display_name": "Ève", "in_language": "en",
            ]
            let english = try await browser.post("/sign-up", wanted, from: "/sign-up")
            #expect(english.status == 200 && english.text.contains("<html lang=\"en\">"))
            #expect(english.text.contains("value=\"no spaces\"") && english.text.contains("value=\"Ève\""))
            let home = try await browser.get("/", headers: [])
            #expect(home.text.contains("<html lang=\"en\">"))
        }
    }

    @Test("of a search keeps its words in the other language")
    func search() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let page = try await browser.get("/search?q=caf%C3%A9").text
            #expect(page.contains("/language?to=en&amp;next=%2Fsearch%3Fq%3Dcaf%25C3%25A9"))
        }
    }

    @Test("whose page was open for too long changes nothing and hands the text back")
    func stale() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let fields = ["title": "Un titre", "text": "Un long texte", "form_token": "old"]
            let answer = try await browser.post("/posts", fields)
            #expect(answer.status == 403)
            #expect(answer.text.contains("value=\"Un titre\"") && answer.text.contains("Un long texte</textarea>"))
            let reply = ["text": "Ma réponse", "in_reply_to": "\(cafe.post)", "form_token": "old"]
            let thread = try await browser.post("/posts", reply)
            #expect(thread.status == 403 && thread.text.contains("Ma réponse</textarea>"))
            let again = Browser(origin: browser.origin)
            let lost = try await again.post("/posts", reply)
            #expect(lost.status == 403 && lost.text.contains("Ma réponse</textarea>"))
            let list = try await browser.get("/discussions").text
            #expect(!list.contains("Un titre"))
        }
    }

    @Test("that is sent twice publishes one post and plans one event")
    func once() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let word = Markup(try await browser.get("/write").text).values(of: "value", in: "name=\"once\"")
            #expect(word.count == 1)
            var fields = ["title": "Deux fois", "text": "Une fois", "once": word.first ?? ""]
            let first = try await browser.post("/posts", fields, from: "/write")
            let second = try await browser.post("/posts", fields, from: "/write")
            #expect(first.status == 303 && first.header("location") == second.header("location"))
            fields["text"] = "Un autre texte"
            let other = try await browser.post("/posts", fields, from: "/write")
            #expect(other.status == 303 && other.header("location") != first.header("location"))

            let plan = try await browser.get("/events/new").text
            let event = [
                "title": "Une seule rencontre", "start": "2031-05-08T18:30", "end": "", "zone": "America/Montreal",
                "group": "\(cafe.group)",
                "once": Markup(plan).values(of: "value", in: "name=\"once\"").first ?? "",
            ]
            let planned = try await browser.post("/events", event, from: "/events/new")
            let replanned = try await browser.post("/events", event, from: "/events/new")
            #expect(planned.status == 303 && planned.header("location") == replanned.header("location"))
            let path = (planned.header("location") ?? "").prefix { $0 != "?" }
            let page = try await browser.get(String(path)).text
            #expect(page.contains("de 18\u{A0}h\u{A0}30 à 20\u{A0}h\u{A0}30") && page.contains("heure de Montreal"))
        }
    }

    @Test("says once what it did, at the post that it wrote")
    func flash() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let fields = ["text": "Merci à tous", "in_reply_to": "\(cafe.post)"]
            let sent = try await browser.post("/posts", fields, from: "/posts/\(cafe.post)")
            let path = String((sent.header("location") ?? "").prefix { $0 != "#" })
            #expect(path.hasSuffix("?done=published"))
            let page = try await browser.get(path).text
            let notices = page.ranges(of: "C’est publié.").count
            #expect(notices == 1)
            #expect(page.contains("class=\"notice at-post\""))
            let again = try await browser.get(path).text
            #expect(!again.contains("C’est publié."))
            let another = Browser(origin: browser.origin)
            let shared = try await another.get("/about?done=published").text
            #expect(!shared.contains("C’est publié."))
        }
    }

    @Test("names the field of each error")
    func fields() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let sent = ["title": "", "start": "", "group": "\(cafe.group)"]
            let answer = try await browser.post("/events", sent, from: "/events/new")
            #expect(answer.status == 422)
            #expect(answer.text.contains("Titre – Il manque quelque chose ici."))
            #expect(answer.text.contains("Début – Donne une date et une heure."))
        }
    }

    @Test("shows who belongs to a group, and to strangers those who agreed")
    func members() async throws {
        let cafe = try await Cafe.furnished()
        var signUp = SignUp(name: "discret", email: "d@mail.example")
        signUp.displayName = "Personne Discrète"
        let quiet = try await cafe.services.createAccount(signUp, role: .member, as: .operator)
        try await cafe.services.follow(cafe.group, as: .member(quiet.id))
        try await cafe.serve { browser in
            for path in ["/groups/lyon", "/groups/lyon/members"] {
                let page = try await browser.get(path).text
                #expect(page.contains("Karim Benali") && !page.contains("Personne Discrète"), "\(path)")
            }
            try await browser.signIn("karim")
            for path in ["/groups/lyon", "/groups/lyon/members"] {
                let page = try await browser.get(path).text
                #expect(page.contains("Karim Benali") && page.contains("Personne Discrète"), "\(path)")
            }
            let page = try await browser.get("/groups/lyon").text
            #expect(page.contains("/events/new?group=lyon") && page.contains("/events?group=lyon"))
            let agenda = try await browser.get("/groups/agenda").text
            #expect(!agenda.contains("/write?group=agenda"))
        }
    }
}
