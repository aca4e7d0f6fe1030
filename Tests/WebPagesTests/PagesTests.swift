// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import TestSupport
import Testing

@testable import WebPages

@Suite("Every page", .serialized)
struct PagesTests {
    private static func paths(_ cafe: Cafe) -> [String] {
        [
            "/", "/discussions", "/groups", "/groups/cafe", "/groups/lyon", "/groups/lyon/members",
            "/events?group=lyon", "/posts/\(cafe.post)",
            "/posts/\(cafe.answer)", "/posts/\(cafe.remotePost)", "/events", "/events?past=1", "/events/\(cafe.event)",
            "/events/\(cafe.fullEvent)", "/events/\(cafe.pastEvent)", "/events/\(cafe.cancelledEvent)",
            "/events/\(cafe.remoteEvent)", "/events/\(cafe.event)/guests", "/users/lina",
            "/accounts/\(cafe.remoteGroup)", "/members", "/networks",
            "/about", "/tags/assurance", "/tags/r%C3%A9seau", "/events?view=print", "/posts/\(cafe.post)?view=print",
        ]
    }

    private static func privatePaths(_ cafe: Cafe) -> [String] {
        [
            "/discussions?view=mine", "/discussions?view=named", "/write", "/write?group=lyon",
            "/posts/\(cafe.answer)/edit", "/events/new",
            "/events/new?like=\(cafe.pastEvent)", "/events/\(cafe.event)/manage", "/groups/lyon/edit", "/my-events",
            "/settings", "/moderation", "/notifications", "/authorize_interaction", "/kept",
            "/settings/people", "/settings/delete", "/report?post=\(cafe.post)", "/report?account=\(cafe.karim)",
            "/moderation/log", "/moderation/community", "/moderation/mail",
        ]
    }

    @Test("has one heading, labels, ids that are unique, safe forms and no script, for a stranger and for a steward")
    func soundness() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            for path in Self.paths(cafe) + ["/sign-in", "/sign-up", "/sign-in/link?token=x"] {
                try Self.check(try await browser.get(path), path)
            }
            try await browser.signIn("lina")
            for path in Self.paths(cafe) + Self.privatePaths(cafe) {
                try Self.check(try await browser.get(path), path)
            }
        }
    }

    @Test("of a person who waits for approval is for moderators only")
    func waiting() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            #expect(try await browser.get("/users/noor").status == 404)
            try await browser.signIn("karim")
            #expect(try await browser.get("/users/noor").status == 404)
        }
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            #expect(try await browser.get("/users/noor").status == 200)
        }
    }

    private static func check(_ response: TestResponse, _ path: String) throws {
        #expect(response.status == 200, "\(path)")
        let page = Markup(response.text)
        #expect(page.all("h1").count == 1, "\(path)")
        #expect(
            page.all("main").count == 1 && page.all("header").count >= 1 && page.all("footer").count == 1, "\(path)")
        #expect(
            page.all("script").allSatisfy { $0 == "script type=\"application/ld+json\"" }
                && !page.tags.contains { $0.contains(" on") && $0.contains("=\"alert") },
            "\(path)")
        #expect(page.all("html").first?.contains("lang=\"fr\"") == true, "\(path)")
        #expect(!response.text.contains("<img") && !response.text.contains("style=\""), "\(path)")
        let ids = page.values(of: "id")
        #expect(ids.count == Set(ids).count, "\(path): \(ids.filter { id in ids.filter { $0 == id }.count > 1 })")
        labels(page, path)
        forms(response.text, path)
    }

    private static func labels(_ page: Markup, _ path: String) {
        let labelled = Set(page.all("label").compactMap { Markup.value("for", in: $0) })
        let fields =
            page.all("input").filter { !$0.contains("type=\"hidden\"") } + page.all("textarea") + page.all("select")
        for field in fields {
            #expect(labelled.contains(Markup.value("id", in: field) ?? "-"), "\(path): \(field)")
        }
        let ids = Set(page.values(of: "id"))
        for reference in page.values(of: "aria-labelledby") + page.values(of: "aria-describedby") {
            for id in reference.split(separator: " ") { #expect(ids.contains(String(id)), "\(path): \(id)") }
        }
    }

    private static func forms(_ text: String, _ path: String) {
        for form in text.split(separator: "<form").dropFirst() where form.prefix(80).contains("method=\"post\"") {
            let body = form.prefix(
                max(
                    0,
                    form.firstRange(of: "</form>").map { form.distance(from: form.startIndex, to: $0.lowerBound) } ?? 0)
            )
            #expect(body.contains("name=\"form_token\""), "\(path): \(form.prefix(80))")
        }
    }

    @Test("leads only to pages that are there")
    func links() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            var queue = ["/"]
            var seen: Set<String> = ["/"]
            while let path = queue.popLast(), seen.count < 400 {
                let response = try await browser.get(path)
                #expect([200, 303].contains(response.status), "\(path): \(response.status)")
                guard response.header("content-type")?.hasPrefix("text/html") == true else { continue }
                for link in Markup(response.text).values(of: "href") where link.hasPrefix("/") {
                    let target = String(link.prefix { $0 != "#" })
                    if !target.contains("view=print"), seen.insert(target).inserted { queue.append(target) }
                }
            }
            #expect(seen.count > 30)
        }
    }

    @Test("says what was typed as text, never as markup")
    func hostileText() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            for path in ["/", "/discussions", "/moderation", "/discussions.atom"] {
                let text = try await browser.get(path).text
                #expect(
                    !text.contains("<img src=x") && !text.contains("<script>") && !text.contains("<b>Haddad"), "\(path)"
                )
            }
            #expect(try await browser.get("/moderation").text.contains("Noor &lt;b&gt;Haddad&lt;/b&gt;"))
        }
    }

    @Test("is told in the reader's language")
    func language() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let english = try await browser.get("/events", headers: [("Accept-Language", "en")])
            _ = english
            #expect(try await browser.get("/events").text.contains("<h1>Rencontres</h1>"))
            let answer = try await browser.get("/language?to=en&next=/events")
            #expect(answer.status == 303 && answer.header("location") == "/events")
            #expect(try await browser.get("/events").text.contains("<h1>Meet-ups</h1>"))
            #expect(try await browser.get("/posts/\(cafe.post)").text.contains("lang=\"fr\""))
        }
    }

    @Test("names the origin of what came from elsewhere")
    func origins() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let post = try await browser.get("/posts/\(cafe.remotePost)").text
            #expect(post.contains("grenoble.example") && post.contains("lang=\"en\"") && post.contains("noindex"))
            #expect(try await browser.get("/events/\(cafe.remoteEvent)").text.contains("heure de Berlin"))
            #expect(try await browser.get("/accounts/\(cafe.lina)").header("location") == "/users/lina")
            #expect(try await browser.get("/@lina").header("location") == "/users/lina")
        }
    }

    @Test("that need a session are not there for strangers, and not for members when it is for stewards")
    func doors() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let settings = try await browser.get("/settings")
            #expect(settings.status == 303 && settings.header("location") == "/sign-in?next=%2Fsettings")
            try await browser.signIn("karim")
            for path in [
                "/moderation", "/events/\(cafe.event)/manage", "/groups/lyon/edit", "/posts/\(cafe.answer)/edit",
            ] {
                let response = try await browser.get(path)
                #expect(response.status == 404 && response.text.contains("Cette chaise est vide"), "\(path)")
            }
        }
    }

    @Test("feeds and calendars are well formed, and know when nothing has changed")
    func feeds() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            for path in ["/discussions.atom", "/groups/lyon/feed.atom"] {
                let feed = try await browser.get(path)
                #expect(feed.status == 200 && feed.text.hasPrefix("<?xml") && feed.text.contains("<entry>"), "\(path)")
                let again = try await browser.get(path, headers: [("If-None-Match", feed.header("etag") ?? "")])
                #expect(again.status == 304 && again.body.isEmpty, "\(path)")
            }
            for path in ["/events.ics", "/groups/lyon/events.ics", "/events/\(cafe.event)/event.ics"] {
                let calendar = try await browser.get(path)
                #expect(calendar.header("content-type")?.hasPrefix("text/calendar") == true, "\(path)")
                #expect(calendar.text.contains("SUMMARY:Café du jeudi\r\n"), "\(path)")
            }
            #expect(try await browser.get("/events.ics").text.contains("STATUS:CANCELLED"))
        }
    }
}
