// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Blocks and mutes")
struct BlockTests {
    @Test("a block ends follows both ways and is told to the other node, once", arguments: TestEngine.available)
    func block(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let vic = try await cafe.stranger("vic")
            try await cafe.follow(vic.id, by: ada)
            try await cafe.follow(ada, by: vic.id)
            try await cafe.forgetSayings()
            for _ in 1...2 { try await cafe.services.block(vic.id, as: .member(ada)) }
            #expect(try await cafe.sayings() == ["Undo ada", "Reject ada", "Block ada"])
            #expect(
                try await cafe.deliveries() == [
                    "Block ada https://far.example/users/vic/inbox", "Reject ada https://far.example/users/vic/inbox",
                    "Undo ada https://far.example/users/vic/inbox",
                ])
            #expect(try await cafe.documents("Block").map { $0["object"]?.string } == [String(describing: vic.iri)])
            let relation = try await relation(of: ada, to: vic.id, cafe)
            #expect(relation.blocks && !relation.follows && !relation.isFollowed)
            try await cafe.expect(.notFound) { try await $0.follow(vic.id, as: .member(ada)) }
            try await cafe.forgetSayings()
            for _ in 1...2 { try await cafe.services.unblock(vic.id, as: .member(ada)) }
            #expect(try await cafe.sayings() == ["Undo ada"])
            let undo = try #require(try await cafe.documents("Undo").first)
            #expect(undo["object"]?["type"]?.string == "Block")
            #expect(undo["object"]?["object"]?.string == String(describing: vic.iri))
            #expect(try await !self.relation(of: ada, to: vic.id, cafe).blocks)
        }
    }

    @Test("nobody blocks or mutes oneself, or somebody who is not there")
    func oneself() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            try await cafe.expect(.notAllowed) { try await $0.block(ada, as: .member(ada)) }
            try await cafe.expect(.notAllowed) {
                try await $0.mute(ada, hidesNotifications: true, seconds: nil, as: .member(ada))
            }
            try await cafe.expect(.notFound) { try await $0.block(ID(77), as: .member(ada)) }
        }
    }

    @Test("a mute is told to nobody, keeps the follow, and may end by itself")
    func mute() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            let vic = try await cafe.stranger("vic")
            try await cafe.follow(vic.id, by: ada)
            try await cafe.forgetSayings()
            try await cafe.services.mute(vic.id, hidesNotifications: false, seconds: 60, as: .member(ada))
            var relation = try await relation(of: ada, to: vic.id, cafe)
            #expect(relation.mutes && !relation.mutesNotifications && relation.follows)
            #expect(relation.muteEndsAt == cafe.clock.now + .seconds(60))
            try await cafe.services.mute(vic.id, hidesNotifications: true, seconds: .max, as: .member(ada))
            relation = try await self.relation(of: ada, to: vic.id, cafe)
            #expect(relation.mutesNotifications && relation.muteEndsAt != nil)
            for _ in 1...2 { try await cafe.services.unmute(vic.id, as: .member(ada)) }
            #expect(try await !self.relation(of: ada, to: vic.id, cafe).mutes)
            #expect(try await cafe.sayings() == [])
        }
    }

    @Test("who is removed from the followers is told, and may ask again", arguments: TestEngine.available)
    func removeFollower(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let vic = try await cafe.stranger("vic")
            try await cafe.follow(ada, by: vic.id)
            for _ in 1...2 { try await cafe.services.removeFollower(vic.id, as: .member(ada)) }
            #expect(try await cafe.deliveries() == ["Reject ada https://far.example/users/vic/inbox"])
            #expect(try await !relation(of: ada, to: vic.id, cafe).isFollowed)
        }
    }

    @Test("a blocked host loses its follows both ways", arguments: TestEngine.available)
    func host(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let vic = try await cafe.stranger("vic")
            let una = try await cafe.stranger("una")
            let other = try await cafe.stranger("other", at: "near.example")
            for friend in [vic, other] { try await cafe.follow(friend.id, by: ada) }
            try await cafe.follow(ada, by: una.id)
            let preview = try await cafe.services.followsBetween(ada, andHost: "FAR.example")
            #expect(preview.following == 1 && preview.followers == 1)
            for _ in 1...2 { try await cafe.services.blockHost(" Far.Example ", as: .member(ada)) }
            #expect(try await relation(of: ada, to: vic.id, cafe).blocksHost)
            #expect(try await !relation(of: ada, to: vic.id, cafe).follows)
            #expect(try await !relation(of: ada, to: una.id, cafe).isFollowed)
            #expect(try await relation(of: ada, to: other.id, cafe).follows)
            #expect(Set(try await cafe.sayings()).isSuperset(of: ["Undo ada", "Reject ada"]))
            try await cafe.services.unblockHost("far.example", as: .member(ada))
            #expect(try await !relation(of: ada, to: vic.id, cafe).blocksHost)
            for text in ["", "far example", "http://far.example", String(repeating: "a", count: 300)] {
                try await cafe.expect(.field("domain", "not_a_host")) { try await $0.blockHost(text, as: .member(ada)) }
            }
        }
    }

    private func relation(of viewer: ID<Account>, to account: ID<Account>, _ cafe: Cafe) async throws -> AccountRelation
    {
        let relations = try await cafe.database.read { db in
            try AccountRelations.load([account], viewer: viewer, at: cafe.clock.now, in: db)
        }
        return try #require(relations.first)
    }
}

@Suite("Reports of members")
struct ReportContentTests {
    @Test(
        "a report stands before the moderators, and is passed on without the name of its author",
        arguments: TestEngine.available)
    func report(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let vic = try await cafe.stranger("vic")
            try await cafe.forgetSayings()
            var draft = ReportDraft(account: vic.id)
            draft.comment = " rude "
            draft.category = "spam"
            let quiet = try await cafe.services.report(draft, as: .member(ada))
            #expect(quiet.handover == .none)
            #expect(try await cafe.sayings() == [])
            draft.isForwarded = true
            let loud = try await cafe.services.report(draft, as: .member(ada))
            #expect(loud.handover == .queued)
            let flag = try #require(try await cafe.documents("Flag").first)
            #expect(flag["actor"]?.string == "https://cafe.example/users/moderator")
            #expect(flag["content"]?.string == "rude")
            #expect(flag["object"]?.array?.compactMap(\.string) == [String(describing: vic.iri)])
            let open = try await cafe.database.read { db in try Reports.open(in: db) }
            #expect(open == [quiet, loud])
            #expect(open.map(\.category) == ["spam", "spam"])
        }
    }

    @Test("a report about a member goes nowhere else, and names only what that member wrote")
    func local() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            let bob = try await cafe.member("bob")
            let post = try await cafe.services.publishPost(PostDraft(text: "Tea"), as: .member(bob))
            let mine = try await cafe.services.publishPost(PostDraft(text: "Milk"), as: .member(ada))
            try await cafe.forgetSayings()
            var draft = ReportDraft(account: bob)
            draft.items = [ID(post.rawValue)]
            draft.isForwarded = true
            let made = try await cafe.services.report(draft, as: .member(ada))
            #expect(made.handover == .none)
            #expect(made.objects == ["https://cafe.example/users/bob", "https://cafe.example/posts/\(post)"])
            draft.items = [ID(mine.rawValue)]
            try await cafe.expect(.notFound) { [draft] in _ = try await $0.report(draft, as: .member(ada)) }
            draft.category = "boredom"
            try await cafe.expect(.field("category", "not_a_category")) { [draft] in
                _ = try await $0.report(draft, as: .member(ada))
            }
        }
    }
}
