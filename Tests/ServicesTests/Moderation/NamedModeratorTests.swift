// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("What other servers believe of the moderators of a group")
struct NamedModeratorTests {
    @Test(
        "a decision is the act of its moderator when the group names this person, otherwise of the account for reports",
        arguments: TestEngine.available)
    func actor(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let mia = try await cafe.member("mia")
            let ada = try await cafe.member("ada", .steward)
            let group = try await cafe.local("cafe").id
            try await cafe.follow(group, by: try await cafe.stranger("una", at: "near.example").id)
            try await cafe.database.write { tx in
                try GroupRoles.set(.moderator, group: group, account: mia, in: tx)
            }
            try await Self.decide(as: mia, about: mia, in: group, speaker: "mia", cafe)
            try await Self.decide(as: ada, about: mia, in: group, speaker: "moderator", cafe)
        }
    }

    /// Somebody locks a discussion and removes it; the speaker is who says so to other servers.
    private static func decide(
        as decider: ID<Account>, about author: ID<Account>, in group: ID<Account>, speaker: String, _ cafe: Cafe
    ) async throws {
        var draft = PostDraft(text: "Achetez")
        draft.group = group
        let post = try await cafe.services.publishPost(draft, as: .member(author))
        try await cafe.forgetSayings()
        try await cafe.services.lockDiscussion(post, true, as: .member(decider))
        try await check("Lock", by: speaker, cafe)
        // What was said about the post goes with it.
        try await cafe.services.removeFromGroup(post, as: .member(decider))
        try await check("Delete", by: speaker, cafe)
    }

    /// Checks the one decision that the group has announced.
    private static func check(_ type: String, by speaker: String, _ cafe: Cafe) async throws {
        let inner = try await cafe.documents("Announce").compactMap { $0["object"] }
        #expect(inner.map { $0["type"]?.string } == [type])
        #expect(inner.map { $0["actor"]?.string } == ["https://cafe.example/users/\(speaker)"])
    }

    @Test(
        "a server of communities gets a report for each post, with one address, and others get one for all",
        arguments: TestEngine.available)
    func reports(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let vic = try await cafe.stranger("vic")
            let (person, pages) = ("https://far.example/users/vic", ["https://far.example/1", "https://far.example/2"])
            var posts: [ID<Post>] = []
            for page in pages {
                let post = Post(
                    id: cafe.ids.make(at: cafe.clock.now), iri: try iri(page), author: vic.id,
                    content: .init(unchecked: "<p>Achetez</p>"), visibility: .everyone, publishedAt: cafe.clock.now,
                    isLocal: false)
                _ = try await cafe.database.write { tx in try Posts.insert(post, PostParts(), in: tx) }
                posts.append(post.id)
            }
            let cases: [(software: String, posts: [ID<Post>], told: [JSON])] = [
                ("mastodon", posts, [.array(([person] + pages).map { .string($0) })]),
                ("piefed", posts, pages.map { .string($0) }), ("piefed", [], [.string(person)]),
            ]
            for (software, posts, told) in cases {
                try await cafe.forgetSayings()
                let now = cafe.clock.now
                try await cafe.database.write { tx in
                    try Peers.rememberSoftware("far.example", software, at: now, in: tx)
                }
                var draft = ReportDraft(account: vic.id)
                draft.items = posts.map { ID($0.rawValue) }
                draft.isForwarded = true
                _ = try await cafe.services.report(draft, as: .member(ada))
                #expect(try await cafe.documents("Flag").compactMap { $0["object"] } == told)
            }
        }
    }
}
