// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Thanking and recommending")
struct LikeTests {
    @Test("thanking twice is thanking once, and can be taken back once", arguments: TestEngine.available)
    func like(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let post = try await remotePost(in: cafe)
            try await cafe.forgetSayings()
            for _ in 1...2 { try await cafe.services.likePost(post, as: .member(ada)) }
            let inbox = "https://far.example/users/vic/inbox"
            #expect(try await cafe.deliveries() == ["Like ada \(inbox)"])
            #expect(try await cafe.database.read { db in try Likes.count(of: post, in: db) } == 1)
            for _ in 1...2 { try await cafe.services.unlikePost(post, as: .member(ada)) }
            #expect(try await cafe.deliveries() == ["Like ada \(inbox)", "Undo ada \(inbox)"])
            #expect(try await cafe.database.read { db in try Likes.count(of: post, in: db) } == 0)
        }
    }

    @Test(
        "interest in an event of another server is told to its owner and taken back; an answer to the invitation is not",
        arguments: TestEngine.available)
    func event(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let event = try await cafe.remoteEvent(by: try await cafe.stranger("vic"))
            let inbox = "https://far.example/users/vic/inbox"
            try await cafe.forgetSayings()
            for _ in 1...2 { try await cafe.services.favourite(.event(event), as: .member(ada)) }
            #expect(try await cafe.deliveries() == ["Like ada \(inbox)"])
            let like = try #require(try await cafe.documents("Like").first)
            #expect(like["object"] == JSON(try await cafe.event(event).iri))
            for _ in 1...2 { try await cafe.services.unfavourite(.event(event), as: .member(ada)) }
            #expect(try await cafe.deliveries() == ["Like ada \(inbox)", "Undo ada \(inbox)"])
            let undo = try #require(try await cafe.documents("Undo").first)
            #expect(undo["object"]?["id"] == like["id"] && undo["object"]?["type"] == "Like")
            try await cafe.forgetSayings()
            try await cafe.services.sendRSVP(event, .perhaps, as: .member(ada))
            try await cafe.services.unfavourite(.event(event), as: .member(ada))
            #expect(try await cafe.sayings().isEmpty)
        }
    }

    @Test(
        "sharing an event of another server twice is sharing it once; followers and the owner hear of it",
        arguments: TestEngine.available)
    func share(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            try await cafe.follow(ada, by: try await cafe.stranger("una", at: "near.example").id)
            let event = try await cafe.remoteEvent(by: try await cafe.stranger("vic"))
            try await cafe.forgetSayings()
            for _ in 1...2 { try await cafe.services.boostEvent(event, as: .member(ada)) }
            let inboxes = ["https://far.example/users/vic/inbox", "https://near.example/inbox"]
            #expect(try await cafe.deliveries() == inboxes.map { "Announce ada \($0)" })
            let announce = try #require(try await cafe.documents("Announce").first)
            #expect(announce["object"] == JSON(try await cafe.event(event).iri))
            for _ in 1...2 { try await cafe.services.unboostEvent(event, as: .member(ada)) }
            #expect(
                try await cafe.deliveries() == inboxes.map { "Announce ada \($0)" } + inboxes.map { "Undo ada \($0)" })
            #expect(try await cafe.documents("Undo").first?["object"]?["id"] == announce["id"])
            try await cafe.expect(.notAllowed) {
                try await $0.boostEvent(event, to: .followers, as: .member(ada))
            }
        }
    }

    @Test(
        "recommending twice is recommending once; followers and the author hear of it",
        arguments: TestEngine.available)
    func boost(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            try await cafe.follow(ada, by: try await cafe.stranger("una", at: "near.example").id)
            let post = try await remotePost(in: cafe)
            try await cafe.forgetSayings()
            for _ in 1...2 { try await cafe.services.boostPost(post, as: .member(ada)) }
            let inboxes = ["https://far.example/users/vic/inbox", "https://near.example/inbox"]
            #expect(try await cafe.deliveries() == inboxes.map { "Announce ada \($0)" })
            for _ in 1...2 { try await cafe.services.unboostPost(post, as: .member(ada)) }
            #expect(
                try await cafe.deliveries() == inboxes.map { "Announce ada \($0)" } + inboxes.map { "Undo ada \($0)" })
            #expect(try await cafe.database.read { db in try Boosts.count(of: post, in: db) } == 0)
        }
    }

    @Test(
        "a boost never widens: what is for followers is recommended by its author only, and a message by nobody",
        arguments: [Visibility.followers, .direct])
    func narrow(visibility: Visibility) async throws {
        try await Cafe.open { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            var draft = PostDraft(text: "Entre nous, @bob")
            draft.visibility = visibility
            let post = try await cafe.services.publishPost(draft, as: .member(ada))
            try await cafe.expect(.notAllowed) { try await $0.boostPost(post, as: .member(bob)) }
            if visibility == .followers {
                try await cafe.services.boostPost(post, as: .member(ada))
            } else {
                try await cafe.expect(.notAllowed) { try await $0.boostPost(post, as: .member(ada)) }
            }
            try await cafe.services.likePost(post, as: .member(bob))
        }
    }

    @Test("what one may not read is not there")
    func hidden() async throws {
        try await Cafe.open { cafe in
            let (ada, eve) = (try await cafe.member("ada"), try await cafe.member("eve"))
            var draft = PostDraft(text: "Entre nous")
            draft.visibility = .direct
            let post = try await cafe.services.publishPost(draft, as: .member(ada))
            for id in [post, ID(1)] {
                try await cafe.expect(.notFound) { try await $0.likePost(id, as: .member(eve)) }
                try await cafe.expect(.notFound) { try await $0.unlikePost(id, as: .member(eve)) }
                try await cafe.expect(.notFound) { try await $0.boostPost(id, as: .member(eve)) }
                try await cafe.expect(.notFound) { try await $0.unboostPost(id, as: .member(eve)) }
            }
            try await cafe.expect(.notAllowed) { try await $0.likePost(post, as: .member(ID(1))) }
        }
    }

    @Test("eight clicks at once are one thank-you", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let post = try await remotePost(in: cafe)
            try await cafe.forgetSayings()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...8 { group.addTask { try await cafe.services.likePost(post, as: .member(ada)) } }
                try await group.waitForAll()
            }
            #expect(try await cafe.sayings() == ["Like ada"])
        }
    }

    private func remotePost(in cafe: Cafe) async throws -> ID<Post> {
        let vic = try await cafe.stranger("vic")
        let post = Post(
            id: ID(5), iri: try iri("https://far.example/posts/5"), author: vic.id,
            content: SanitizedHTML(unchecked: "<p>5</p>"), visibility: .everyone, publishedAt: cafe.clock.now,
            isLocal: false)
        try await cafe.database.write { tx in _ = try Posts.insert(post, PostParts(), in: tx) }
        return post.id
    }
}
