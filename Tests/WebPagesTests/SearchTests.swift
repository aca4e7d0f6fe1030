// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import TestSupport
import Testing

@testable import WebPages

@Suite("Search")
struct SearchTests {
    @Test("members find people, groups, hashtags, discussions and events by a word")
    func members() async throws {
        let cafe = try await Cafe.furnished()
        let post = try await cafe.services.publishPost(
            PostDraft(text: "Un salon de bergamote #bergamote"), as: .member(cafe.lina))
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let page = try await browser.get("/search?q=bergamote").text
            #expect(page.contains("href=\"/posts/\(post)\"") && page.contains("href=\"/tags/bergamote\""))
            #expect(page.contains("value=\"bergamote\""))
            let people = try await browser.get("/search?q=karim").text
            #expect(people.contains("href=\"/users/karim\""))
            let nothing = try await browser.get("/search?q=zzzzz%3Cb%3E").text
            #expect(nothing.contains("Rien trouvé.") && nothing.contains("zzzzz&lt;b&gt;"))
        }
    }

    @Test("strangers find people and hashtags, and are told where the rest is")
    func strangers() async throws {
        let cafe = try await Cafe.furnished()
        let post = try await cafe.services.publishPost(
            PostDraft(text: "Un salon de bergamote #bergamote"), as: .member(cafe.lina))
        try await cafe.serve { browser in
            let page = try await browser.get("/search?q=bergamote").text
            #expect(!page.contains("/posts/\(post)") && page.contains("href=\"/tags/bergamote\""))
            #expect(page.contains("Connecte-toi pour chercher"))
        }
    }

    @Test("what was said goes on over pages of twenty, each found once")
    func pages() async throws {
        let cafe = try await Cafe.furnished(limits: false)
        for number in 1...23 {
            _ = try await cafe.services.publishPost(
                PostDraft(text: "bergamote numéro \(number)"), as: .member(cafe.lina))
        }
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            var (path, found): (String?, [String]) = ("/search?q=bergamote", [])
            var pages = 0
            while let next = path, pages < 5 {
                let page = Markup(try await browser.get(next).text)
                found += page.values(of: "href", in: "/posts/").filter { !$0.contains("#") }
                path = page.values(of: "href", in: "class=\"button quiet\" href=\"/search?before=").first
                pages += 1
            }
            #expect(Set(found).count == 23)
            #expect(pages == 2)
        }
    }
}
