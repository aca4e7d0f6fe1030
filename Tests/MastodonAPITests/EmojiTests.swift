// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Custom emoji in client apps")
struct EmojiTests {
    @Test("stand at the status, its account and its poll, with the address of a copy", arguments: TestEngine.available)
    func shown(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let reader = try await node.guest("ada")
            let author = try await node.stranger("vic", at: "far.example:8443")
            var post = Post(
                id: node.ids.make(at: node.clock.now), iri: try iri("https://far.example:8443/posts/1"),
                author: author.id, content: SanitizedHTML(unchecked: "<p>A :cup:</p>"), visibility: .everyone,
                publishedAt: node.clock.now, isLocal: false)
            post.emojis = ["cup", "tea"]
            var parts = PostParts()
            parts.poll = Poll(
                options: [.init(title: ":tea:"), .init(title: "No")], isMultiple: false,
                expiresAt: node.clock.now + .hours(1))
            var named = author
            named.displayName = "Vic :cup:"
            named.emojis = ["cup"]
            let (stored, known, words) = (post, named, parts)
            try await node.database.write { tx in
                _ = try Accounts.upsertRemote(known, in: tx)
                try Posts.insert(stored, words, in: tx)
            }
            for _ in 1...2 {
                let status = try await node.get("/api/v1/statuses/\(post.id)", token: reader.token)
                let emojis = try #require(status["emojis"]?.array)
                #expect(emojis.compactMap { $0["shortcode"]?.string } == ["cup", "tea"])
                let url = try #require(emojis.first?["url"]?.string)
                #expect(url.hasSuffix("/emoji/far.example%3A8443/cup"))
                #expect(emojis.first?["static_url"]?.string == url)
                #expect(status["account"]?["emojis"]?.array?.count == 1)
                #expect(status["poll"]?["emojis"]?.array?.compactMap { $0["shortcode"]?.string } == ["tea"])
            }
        }
    }
}
