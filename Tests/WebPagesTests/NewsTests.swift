// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import TestSupport
import Testing

@testable import WebPages

@Suite("What is new", .serialized)
struct NewsTests {
    @Test("has a dot in the header until it was looked at")
    func dot() async throws {
        let cafe = try await Cafe.furnished()
        let post = try await cafe.services.publishPost(PostDraft(text: "Du thé <b>?"), as: .member(cafe.lina))
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            _ = try await browser.get("/notifications")
            #expect(!(try await browser.get("/").text.contains("class=\"dot\"")))
            try await cafe.services.likePost(post, as: .member(cafe.karim))
            #expect(try await browser.get("/").text.contains("class=\"dot\""))
            let page = try await browser.get("/notifications").text
            #expect(page.contains("Karim Benali te remercie"))
            #expect(page.contains("href=\"/posts/\(post)\"") && page.contains("Du thé &lt;b&gt;?"))
            #expect(page.contains("class=\"card talk new\""))
            #expect(!(try await browser.get("/").text.contains("class=\"dot\"")))
            #expect(!(try await browser.get("/notifications").text.contains("class=\"card talk new\"")))
        }
    }

    @Test("is for members: strangers are led to the sign-in page")
    func strangers() async throws {
        let cafe = try await Cafe.open()
        try await cafe.serve { browser in
            let answer = try await browser.get("/notifications")
            #expect(answer.status == 303 && answer.header("location") == "/sign-in?next=%2Fnotifications")
        }
    }

    @Test("what stewards announce stands there until it is put away or taken back")
    func announcements() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let empty = try await browser.post("/moderation/announce", ["text": "", "event": ""], from: "/moderation")
            #expect(empty.status == 422)
            let fields = ["text": "Fermé lundi", "event": String(describing: cafe.event)]
            #expect(try await browser.post("/moderation/announce", fields, from: "/moderation").status == 303)
            #expect(try await browser.get("/moderation").text.contains("Fermé lundi"))
            let id =
                Markup(try await browser.get("/notifications").text)
                .values(of: "value", in: "name=\"announcement\"").first ?? ""
            #expect(try await browser.get("/").text.contains("Fermé lundi"))
            let away = try await browser.post("/notifications/put-away", ["announcement": id], from: "/notifications")
            #expect(away.status == 303)
            #expect(!(try await browser.get("/notifications").text.contains("Fermé lundi")))
            #expect(!(try await browser.get("/").text.contains("Fermé lundi")))
            let withdrawn = try await browser.post("/moderation/withdraw", ["announcement": id], from: "/moderation")
            #expect(withdrawn.status == 303)
            #expect(!(try await browser.get("/moderation").text.contains("Fermé lundi")))
        }
    }
}
