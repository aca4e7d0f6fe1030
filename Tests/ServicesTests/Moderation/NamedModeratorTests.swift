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
            #expect(try await Self.speakers(mia, cafe) == ["Lock mia", "Delete mia"])
            #expect(try await Self.speakers(ada, cafe) == ["Lock moderator", "Delete moderator"])
        }
    }

    /// Type and actor of what the group announces when somebody closes a discussion and takes it out.
    private static func speakers(_ decider: ID<Account>, _ cafe: Cafe) async throws -> [String] {
        var draft = PostDraft(text: "Achetez")
        draft.group = try await cafe.local("cafe").id
        let post = try await cafe.services.publishPost(draft, as: .member(decider))
        try await cafe.forgetSayings()
        try await cafe.services.lockDiscussion(post, true, as: .member(decider))
        try await cafe.services.removeFromGroup(post, as: .member(decider))
        return try await cafe.documents("Announce").compactMap { document in
            guard let act = document["object"], let type = act["type"]?.string, let actor = act["actor"]?.string
            else { return nil }
            return type + " " + (actor.split(separator: "/").last ?? "")
        }
    }

    @Test(
        "a server of communities gets a report for each post, with one address, and others get one for all",
        arguments: TestEngine.available)
    func reports(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let vic = try await cafe.stranger("vic")
            let person = "https://far.example/users/vic"
            let pages = ["https://far.example/1", "https://far.example/2"]
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
