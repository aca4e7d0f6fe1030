// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing

@testable import WebPages

@Suite("Taking care of oneself and of the place, on pages", .serialized)
struct CareTests {
    @Test("a discussion rises with its last answer, on every page of the list and at home")
    func order() async throws {
        let cafe = try await Cafe.furnished(limits: false)
        var old: [ID<Post>] = []
        for number in 1...25 {
            var draft = PostDraft(text: "Sujet numéro \(number)")
            draft.group = cafe.group
            old.append(
                try await cafe.services.publishPost(draft, as: .member(number % 2 == 0 ? cafe.lina : cafe.karim)))
        }
        var reply = PostDraft(text: "Je reviens là-dessus")
        reply.inReplyTo = old[0]
        _ = try await cafe.services.publishPost(reply, as: .member(cafe.lina))
        try await cafe.serve { [old] browser in
            let list = try await browser.get("/discussions").text
            #expect(Self.links(list).first == "/posts/\(old[0])")
            #expect(try await browser.get("/").text.contains("/posts/\(old[0])"))
            var (seen, next): ([String], String?) = ([], "/discussions")
            while let path = next {
                let page = try await browser.get(path).text
                seen += Self.links(page)
                next = Markup(page).values(of: "href", in: "class=\"button quiet\"").first { $0.contains("before=") }
                #expect(seen.count <= 60)
                if seen.count > 60 { break }
            }
            #expect(Set(seen).count == seen.count)
            #expect(Set(old.map { "/posts/\($0)" }).isSubset(of: seen))
        }
    }

    @Test("a member keeps, reports, mutes and blocks with forms")
    func distance() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let post = "/posts/\(cafe.answer)"
            let kept = try await browser.post("/kept", ["post": "\(cafe.answer)", "next": post], from: post)
            #expect(kept.status == 303)
            _ = try await browser.post("/kept", ["event": "\(cafe.event)"], from: post)
            let list = try await browser.get("/kept").text
            #expect(list.contains(post) && list.contains("/events/\(cafe.event)"))
            _ = try await browser.post("/kept/release", ["post": "\(cafe.answer)"], from: post)
            #expect(!(try await browser.get("/kept").text.contains(post)))

            let form = "/report?post=\(cafe.answer)"
            #expect(try await browser.get(form).text.contains("Lina Moreau"))
            let fields = ["post": "\(cafe.answer)", "comment": "Ce n’est pas vrai", "category": "other"]
            let reported = try await browser.post("/report", fields, from: form)
            #expect(reported.status == 303)

            let profile = "/users/lina"
            _ = try await browser.post("/settings/people/mute", ["account": "\(cafe.lina)"], from: profile)
            _ = try await browser.post("/settings/people/block", ["account": "\(cafe.lina)"], from: profile)
            let people = try await browser.get("/settings/people").text
            #expect(people.contains("Entendre de nouveau") && people.contains("Débloquer"))
            _ = try await browser.post(
                "/settings/people/unblock", ["account": "\(cafe.lina)"], from: "/settings/people")
            _ = try await browser.post("/settings/people/unmute", ["account": "\(cafe.lina)"], from: "/settings/people")
            #expect(!(try await browser.get("/settings/people").text.contains("Lina Moreau")))
        }
    }

    @Test("a moderator reads what was reported, suspends in two steps, undoes it, and finds both in the log")
    func moderation() async throws {
        let cafe = try await Cafe.furnished()
        var report = ReportDraft(account: cafe.karim)
        report.items = [ID(cafe.post.rawValue)]
        report.comment = "Hum"
        _ = try await cafe.services.report(report, as: .member(cafe.lina))
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let page = try await browser.get("/moderation").text
            #expect(page.contains("Quelle assurance pour débuter") && page.contains("href=\"/posts/\(cafe.post)\""))
            #expect(page.contains("<details class=\"danger\"><summary>Suspendre"))
            _ = try await browser.post("/moderation/suspend", ["account": "\(cafe.karim)"], from: "/moderation")
            #expect(try await browser.get("/users/karim").status == 404)
            _ = try await browser.post("/moderation/restore", ["account": "\(cafe.karim)"], from: "/moderation")
            #expect(try await browser.get("/users/karim").status == 200)
            let log = try await browser.get("/moderation/log").text
            #expect(log.contains("a suspendu") && log.contains("a levé la suspension"))
        }
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            #expect(try await browser.get("/moderation/log").status == 404)
        }
    }

    @Test("a poll is made on the page and shown with bars")
    func poll() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let fields = [
                "text": "Quel jour ?", "poll1": "Mardi", "poll2": "Jeudi", "poll3": "", "poll4": "", "poll_days": "3",
                "poll_multiple": "yes", "visibility": "public", "group": "",
            ]
            let made = try await browser.post("/posts", fields, from: "/write")
            #expect(made.status == 303)
            let path = String(made.header("location")?.prefix { $0 != "?" } ?? "")
            #expect(try await browser.get(path).text.contains("Mardi"))
            let alone = try await browser.post(
                "/posts", ["text": "Et là ?", "poll1": "Seul", "visibility": "public"], from: "/write")
            #expect(alone.status == 422)
        }
    }

    @Test("a member leaves for good after typing name and password; the last steward may not")
    func leaving() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let page = "/settings/delete"
            let wrong = try await browser.post(page, ["name": "karim", "password": "faux-mot-de-passe"], from: page)
            #expect(wrong.status == 422)
            let gone = try await browser.post(page, ["name": "karim", "password": Cafe.password], from: page)
            #expect(gone.status == 303)
            #expect(try await browser.get("/users/karim").status == 404)
            #expect(try await browser.get("/settings").status == 303)
            let steward = Browser(origin: browser.origin)
            try await steward.signIn("lina")
            let last = try await steward.post(page, ["name": "lina", "password": Cafe.password], from: page)
            #expect(last.status == 409)
        }
    }

    /// The addresses of the cards of a list, in order.
    private static func links(_ page: String) -> [String] {
        page.split(separator: "<h2><a href=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
            .filter { $0.hasPrefix("/posts/") }
    }
}
