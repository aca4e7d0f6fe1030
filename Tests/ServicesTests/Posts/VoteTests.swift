// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Votes that travel")
struct VoteTests {
    /// Stores a poll of a remote author.
    private static func asked(_ cafe: Cafe, by vera: Account) async throws -> ID<Post> {
        var post = Post(
            id: cafe.ids.make(at: cafe.clock.now), iri: try iri("https://far.example/posts/1"), author: vera.id,
            content: .empty, visibility: .everyone, publishedAt: cafe.clock.now, isLocal: false)
        post.kind = .question
        var parts = PostParts()
        parts.poll = Poll(
            options: [.init(title: "Tea", votes: 4), .init(title: "Milk", votes: 1)], isMultiple: true,
            expiresAt: cafe.clock.now + .hours(1), votersCount: 5)
        let (stored, with) = (post, parts)
        try await cafe.database.write { tx in _ = try Posts.insert(stored, with, in: tx) }
        return post.id
    }

    @Test("each choice in a poll elsewhere is said to its author, and to nobody else", arguments: TestEngine.available)
    func outgoing(_ engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let vera = try await cafe.stranger("vera")
            let poll = try await Self.asked(cafe, by: vera)
            try await cafe.forgetSayings()
            try await cafe.services.vote([1, 0], on: poll, as: .member(ada))
            let votes = try await cafe.documents("Create").compactMap { $0["object"] }
            #expect(votes.map { $0["name"]?.string } == ["Tea", "Milk"])
            #expect(votes.allSatisfy { $0["inReplyTo"]?.string == "https://far.example/posts/1" })
            #expect(votes.allSatisfy { $0["content"] == nil && $0["to"]?.array?.count == 1 })
            #expect(
                try await cafe.deliveries() == [
                    "Create ada https://far.example/users/vera/inbox",
                    "Create ada https://far.example/users/vera/inbox",
                ])
            let seen = try await cafe.database.read { db in try Polls.one(poll, viewer: ada, in: db) }
            #expect(seen?.ownVotes == [0, 1] && seen?.votersCount == 6 && seen?.options.map(\.votes) == [5, 2])
            try await cafe.expect(.conflict("already_voted")) { try await $0.vote([0], on: poll, as: .member(ada)) }
        }
    }

    @Test("readers elsewhere hear of many votes once, and of the end once", arguments: TestEngine.available)
    func coalesced(_ engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            var draft = PostDraft(text: "Tea?")
            draft.poll = PollDraft(options: ["Tea", "Milk"], seconds: 600)
            let poll = try await cafe.services.publishPost(draft, as: .member(ada))
            try await cafe.forgetSayings()
            for name in ["bob", "cleo", "dan"] {
                try await cafe.services.vote([0], on: poll, as: .member(try await cafe.member(name)))
            }
            #expect(try await cafe.documents("Update").isEmpty)
            #expect(try await cafe.services.tellPollCounts() == 1)
            #expect(try await cafe.services.tellPollCounts() == 0)
            let told = try #require(try await cafe.documents("Update").first?["object"])
            #expect(told["type"]?.string == "Question" && told["votersCount"]?.int == 3)
            #expect(told["oneOf"]?.array?.first?["replies"]?["totalItems"]?.int == 3)
            #expect(told["updated"] == nil, "counts are no edit")
            cafe.clock.pass(.minutes(11))
            #expect(try await cafe.services.endPolls().map(\.post) == [poll])
            #expect(try await cafe.services.endPolls().isEmpty)
            // The newest counts replace the earlier ones.
            #expect(try await cafe.sayings().filter { $0 == "Update ada" }.count == 2)
            #expect(try await cafe.documents("Update").count == 1)
        }
    }
}
