// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import WebPages

@Suite("Long discussions")
struct DiscussionTests {
    @Test("the answers of a long discussion come in pages, forwards and backwards, and each has a page that shows it")
    func pages() async throws {
        let cafe = try await Cafe.furnished(limits: false)
        let root = try await cafe.services.publishPost(PostDraft(text: "Qui vient ?"), as: .member(cafe.lina))
        let answers = try await Self.answer(115, to: root, by: cafe.karim, cafe)
        try await cafe.serve { browser in
            var (path, found): (String?, [ID<Post>]) = ("/posts/\(root)", [])
            var pages = 0
            var last = ""
            while let next = path, pages < 5 {
                last = try await browser.get(next).text
                #expect(last.contains("115 réponses") && last.contains("id=\"post-\(root)\""))
                #expect(last.contains("Réponses précédentes") == (pages > 0))
                found += answers.filter { last.contains("id=\"post-\($0)\"") }
                path = Self.address("Réponses suivantes", in: last)
                pages += 1
            }
            #expect(found == answers && pages == 3)
            let before = try #require(Self.address("Réponses précédentes", in: last))
            let middle = try await browser.get(before).text
            #expect(answers.filter { middle.contains("id=\"post-\($0)\"") } == Array(answers[50..<100]))
            for answer in [answers[0], answers[49], answers[50], answers[75], answers[114]] {
                let page = try await browser.get("/posts/\(answer)").text
                #expect(page.contains("<article class=\"post current\" id=\"post-\(answer)\""))
            }
        }
    }

    /// Returns the address of a link by its text.
    private static func address(_ words: String, in page: String) -> String? {
        guard let end = page.firstRange(of: "\">\(words)</a>") else { return nil }
        let start = page[..<end.lowerBound].ranges(of: "href=\"").last
        return start.map { String(page[$0.upperBound..<end.lowerBound]).replacing("&amp;", with: "&") }
    }

    /// Stores replies, each one second after the previous one.
    private static func answer(
        _ count: Int, to root: ID<Post>, by author: ID<Account>, _ cafe: Cafe
    ) async throws -> [ID<Post>] {
        let (maker, now) = (cafe.ids, cafe.services.clock.now)
        return try await cafe.services.database.write { tx in
            var ids: [ID<Post>] = []
            guard let parent = try Posts.byID(root, in: tx) else { return [] }
            for number in 1...count {
                let id: ID<Post> = maker.make(at: now)
                var post = Post(
                    id: id, iri: try iri("http://cafe.example/posts/\(id)"), author: author,
                    content: SanitizedHTML(unchecked: "<p>Moi.</p>"), visibility: .everyone,
                    publishedAt: parent.publishedAt + .seconds(number), isLocal: true)
                post.inReplyTo = parent.id
                post.inReplyToIRI = parent.iri
                post.thread = parent.thread
                _ = try Posts.insert(post, PostParts(), in: tx)
                ids.append(id)
            }
            return ids
        }
    }
}
