// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Searching everything")
struct SearchEverythingTests {
    @Test(
        "a member is found by name and handle, in any case, with our host or without, at once",
        arguments: ["ada", "@ada", "ADA", "@ADA@cafe.example", "ada@CAFE.example", " ad ", "https://cafe.example/@ada"])
    func members(text: String) async throws {
        try await Cafe.open { cafe in
            cafe.world.goDown()
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            var wish = SearchQuery(text)
            wish.asksOthers = true
            let found = try await cafe.services.search(wish, as: .member(bob))
            #expect(found.accounts.map(\.id) == [ada])
            #expect(found.statuses.isEmpty && found.tags.isEmpty)
        }
    }

    @Test("a stranger is fetched only when somebody asks for it, and nobody is an empty list")
    func resolve() async throws {
        try await Cafe.open { cafe in
            cafe.world.servePerson("vic")
            let ada = try await cafe.member("ada")
            var wish = SearchQuery("@vic@far.example")
            #expect(try await cafe.services.search(wish, as: .member(ada)).accounts == [])
            wish.asksOthers = true
            #expect(try await cafe.services.search(wish, as: nil).accounts == [])
            #expect(try await cafe.services.search(wish, as: .member(ada)).accounts.map(\.username) == ["vic"])
            for text in ["bananaman", "@no@far.example", "https://far.example/nothing", "@no@cafe.example", "", "  "] {
                wish.text = text
                #expect(try await cafe.services.search(wish, as: .member(ada)) == SearchFindings(), "\(text)")
            }
            cafe.world.goDown()
            wish.text = "@una@far.example"
            var unreachable = SearchFindings()
            unreachable.problem = "unreachable"
            #expect(try await cafe.services.search(wish, as: .member(ada)) == unreachable)
        }
    }

    @Test("a hashtag finds hashtags by name and nothing else", arguments: TestEngine.available)
    func hashtags(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            for tag in ["hashtag_z", "hashtag_x", "hashtag_y", "Hashtag_X"] {
                _ = try await cafe.services.publishPost(PostDraft(text: "hashtag #\(tag)"), as: .member(ada))
            }
            let found = try await cafe.services.search(SearchQuery("#hashtag"), as: .member(ada))
            #expect(found.tags.map(\.name) == ["hashtag_x", "hashtag_y", "hashtag_z"])
            #expect(found.accounts.isEmpty && found.statuses.isEmpty)
            #expect(try await cafe.services.search(SearchQuery("hashtag"), as: .member(ada)).statuses.count == 4)
            #expect(try await cafe.services.search(SearchQuery("hashtag"), as: nil).statuses == [])
        }
    }

    @Test("words and operators find posts and events", arguments: TestEngine.available)
    func statuses(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            let first = try await cafe.services.publishPost(PostDraft(text: "Thé vert"), as: .member(ada))
            cafe.clock.pass(.days(2))
            let second = try await cafe.services.publishPost(PostDraft(text: "thé noir"), as: .member(bob))
            let cases: [(String, [ID<Post>])] = [
                ("the", [second, first]), ("THÉ noir", [second]), ("the from:ada", [first]), ("from:me", [second]),
                ("the from:@ada@cafe.example", [first]), ("from:nobody the", []), ("the has:media", []),
                ("the before:2026-05-30", [first]), ("the after:2026-05-29", [second]),
                ("the before:yesterday", [second, first]),
            ]
            for (text, expected) in cases {
                let found = try await cafe.services.search(SearchQuery(text), as: .member(bob)).statuses
                #expect(found.map(\.id.rawValue) == expected.map(\.rawValue), "\(text)")
            }
            let event = try await cafe.plan(by: ada)
            let title = try await cafe.event(event).title
            let found = try await cafe.services.search(SearchQuery(title), as: .member(bob)).statuses
            #expect(found.map(\.id.rawValue) == [event.rawValue])
        }
    }

    @Test("addresses of posts and profiles are found as apps write them")
    func addresses() async throws {
        try await Cafe.open { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            let post = try await cafe.services.publishPost(PostDraft(text: "Tea"), as: .member(ada))
            var draft = PostDraft(text: "Milk")
            draft.visibility = .followers
            let secret = try await cafe.services.publishPost(draft, as: .member(ada))
            for text in ["https://cafe.example/posts/\(post)", "https://cafe.example/@ada/\(post)"] {
                let found = try await cafe.services.search(SearchQuery(text), as: .member(bob))
                #expect(found.statuses.map(\.id.rawValue) == [post.rawValue])
            }
            let found = try await cafe.services.search(
                SearchQuery("https://cafe.example/@ada/\(secret)"), as: .member(bob))
            #expect(found == SearchFindings())
        }
    }
}
