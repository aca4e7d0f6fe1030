// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Looking up")
struct LookUpTests {
    @Test("what is here is found by handle and by address, without the network")
    func local() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            let post = try await cafe.services.publishPost(PostDraft(text: "Hé"), as: .member(ada))
            let event = try await cafe.plan(by: ada)
            cafe.world.goDown()
            for text in [
                "@ada", " ADA ", "ada@cafe.example", "acct:ada@cafe.example", "https://cafe.example/users/ada",
            ] {
                #expect(try await cafe.services.lookUp(text, as: .operator) == .account(ada))
            }
            #expect(try await cafe.services.lookUp("https://cafe.example/posts/\(post)", as: .operator) == .post(post))
            #expect(
                try await cafe.services.lookUp("https://cafe.example/events/\(event)", as: .operator) == .event(event))
        }
    }

    @Test("somebody elsewhere is found by handle and by address, and kept", arguments: TestEngine.available)
    func remote(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            cafe.world.servePerson("vic")
            guard case .account(let vic) = try await cafe.services.lookUp("@vic@far.example", as: .operator) else {
                Issue.record("no account")
                return
            }
            #expect(try await cafe.services.lookUp("https://far.example/users/vic", as: .operator) == .account(vic))
            cafe.world.goDown()
            #expect(try await cafe.services.account(named: "@vic@far.example", as: .operator).id == vic)
        }
    }

    @Test("a post elsewhere is fetched with its author", arguments: TestEngine.available)
    func post(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            cafe.world.servePerson("vic")
            cafe.world.serve([
                "id": "https://far.example/notes/1", "type": "Note", "attributedTo": "https://far.example/users/vic",
                "content": "<p>Bonjour<script>x</script></p>", "published": "2026-01-02T03:04:05Z",
                "to": ["https://www.w3.org/ns/activitystreams#Public"],
            ])
            guard case .post(let id) = try await cafe.services.lookUp("https://far.example/notes/1", as: .operator)
            else {
                Issue.record("no post")
                return
            }
            let post = try #require(try await cafe.post(id))
            #expect(post.content.string.contains("Bonjour") && !post.content.string.contains("script"))
        }
    }

    @Test("who has no name that can be followed is refused with a reason of its own")
    func nameless() async throws {
        try await Cafe.open { cafe in
            let id = "https://far.example/users/nameless"
            cafe.world.serve(["id": JSON(id), "type": "Person", "inbox": JSON(id + "/inbox")])
            try await cafe.expect(.conflict("nameless_actor")) { _ = try await $0.lookUp(id, as: .operator) }
            var query = SearchQuery(id)
            query.asksOthers = true
            let found = try await cafe.services.search(query, as: .member(try await cafe.member("ada")))
            #expect(found.problem == "nameless_actor")
        }
    }

    @Test("what nobody has is not found, what nobody answers for is unreachable, other text is no handle")
    func missing() async throws {
        try await Cafe.open { cafe in
            for text in [
                "@nobody", "@nobody@far.example", "https://far.example/users/nobody", "https://cafe.example/x",
            ] {
                try await cafe.expect(.notFound) { _ = try await $0.lookUp(text, as: .operator) }
            }
            for text in ["", "two words", "ftp://far.example/x", "@a@b@c", "javascript:alert(1)"] {
                try await cafe.expect(.field("handle", "not_a_handle")) { _ = try await $0.lookUp(text, as: .operator) }
            }
            cafe.world.goDown()
            for text in ["@vic@far.example", "https://far.example/users/vic"] {
                try await cafe.expect(.unreachable("fetch_failed")) { _ = try await $0.lookUp(text, as: .operator) }
            }
        }
    }

    @Test("a member who is gone is not found")
    func gone() async throws {
        try await Cafe.open { cafe in
            try await cafe.services.deleteAccount(try await cafe.member("ada"), as: .operator)
            try await cafe.expect(.notFound) { _ = try await $0.account(named: "@ada", as: .operator) }
            try await cafe.expect(.notFound) {
                _ = try await $0.account(named: "https://cafe.example/users/ada", as: .operator)
            }
        }
    }
}
