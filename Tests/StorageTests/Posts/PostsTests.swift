// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("posts")
struct PostsTests {
    @Test("a post and its parts are read as they were stored", arguments: TestEngine.available)
    func roundTrip(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let author = try await scene.account("ana")
            let other = try await scene.account("bob", host: "there.example")
            var post = try scene.draft(by: author, .followers)
            post.group = other.id
            post.inReplyTo = scene.id()
            post.inReplyToIRI = try scene.iri("parents")
            post.thread = scene.id()
            post.event = scene.id()
            post.kind = .article
            post.title = "Été"
            post.source = "*source*"
            post.warning = "spoiler"
            post.language = "fr"
            post.url = try scene.iri("pages")
            post.editedAt = Scene.start + .hours(1)
            var parts = PostParts()
            parts.mentions = [author.id, other.id]
            parts.hashtags = ["été", "café"].sorted()
            parts.attachments = [
                Attachment(url: try scene.iri("z"), mediaType: "image/png", description: "first"),
                Attachment(url: try scene.iri("a"), mediaType: "image/jpeg", description: ""),
            ]
            try await scene.store(post, parts)
            let (stored, expected) = (post, parts)
            try await scene.db.read { db in
                #expect(try Posts.byID(stored.id, in: db) == stored)
                #expect(try Posts.byIRI(stored.iri, in: db) == stored)
                let found = try Posts.parts(of: stored.id, in: db)
                #expect(found.mentions == expected.mentions)
                #expect(Set(found.hashtags) == Set(expected.hashtags))
                #expect(found.attachments == expected.attachments)
                #expect(try Posts.byID(ID(1), in: db) == nil)
            }
        }
    }

    @Test("a post whose iri is known is not stored again", arguments: TestEngine.available)
    func insertTwice(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let author = try await scene.account("ana")
            let first = try await scene.post(by: author, tags: ["one"])
            var second = try scene.draft(by: author)
            second.iri = first.iri
            var parts = PostParts()
            parts.hashtags = ["two"]
            let (post, others) = (second, parts)
            try await scene.db.write { tx throws in
                #expect(try Posts.insert(post, others, in: tx) == false)
                #expect(try Posts.byIRI(first.iri, in: tx) == first)
                #expect(try Posts.parts(of: first.id, in: tx).hashtags == ["one"])
                #expect(try Posts.parts(of: post.id, in: tx) == PostParts())
            }
        }
    }

    @Test("an update replaces the text and all parts, and nothing of another post", arguments: TestEngine.available)
    func update(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let author = try await scene.account("ana")
            let post = try await scene.post(by: author, mentions: [author], tags: ["one"])
            let bystander = try await scene.post(by: author, tags: ["one"])
            var changed = post
            changed.content = SanitizedHTML(unchecked: "<p>new</p>")
            changed.visibility = .unlisted
            changed.editedAt = Scene.start + .hours(2)
            let edited = changed
            var parts = PostParts()
            parts.hashtags = ["two"]
            let newParts = parts
            try await scene.db.write { tx in
                try Posts.update(edited, newParts, in: tx)
                #expect(try Posts.byID(post.id, in: tx) == edited)
                #expect(try Posts.parts(of: post.id, in: tx) == newParts)
                #expect(try Posts.byID(bystander.id, in: tx) == bystander)
                #expect(try Posts.parts(of: bystander.id, in: tx).hashtags == ["one"])
            }
        }
    }

    @Test("a deleted post takes its parts along; its answers stay in the thread", arguments: TestEngine.available)
    func delete(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let author = try await scene.account("ana")
            let post = try await scene.post(by: author, mentions: [author], tags: ["one"])
            let answer = try await scene.post(by: author, replyingTo: post)
            try await scene.boost(post, by: author)
            let like = try scene.iri("likes")
            try await scene.db.write { tx in
                try Likes.add(account: author.id, post: post.id, activity: like, at: Scene.start, in: tx)
                #expect(try Posts.delete(post.id, in: tx))
                #expect(try Posts.delete(post.id, in: tx) == false)
                #expect(try Posts.parts(of: post.id, in: tx) == PostParts())
                #expect(try Boosts.count(of: post.id, in: tx) == 0)
                #expect(try Likes.count(of: post.id, in: tx) == 0)
                let orphan = try #require(try Posts.byID(answer.id, in: tx))
                #expect(orphan.inReplyTo == nil)
                #expect(orphan.inReplyToIRI == post.iri)
                #expect(!orphan.isTopLevel)
                #expect(orphan.thread == post.id)
            }
        }
    }

    @Test("the posts of an author go in steps, with what the author did to others", arguments: TestEngine.available)
    func deleteAll(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob"))
            let gone = try await scene.post(by: ana)
            try await scene.post(by: ana)
            let kept = try await scene.post(by: bob, replyingTo: gone)
            try await scene.boost(kept, by: ana)
            try await scene.db.write { tx throws in
                #expect(try AccountRemoval.step(of: ana.id, limit: 1, in: tx) == 1)
                #expect(try AccountRemoval.step(of: ana.id, limit: 10, in: tx) == 2)
                #expect(try AccountRemoval.step(of: ana.id, limit: 10, in: tx) == 0)
                #expect(try Posts.byID(gone.id, in: tx) == nil)
                #expect(try Posts.byID(kept.id, in: tx)?.inReplyTo == nil)
            }
            // The counts are written at the end of the transaction.
            #expect(try await scene.db.read { db in try Boosts.count(of: kept.id, in: db) } == 0)
        }
    }

    @Test("a person's relation to a post is what follows, mentions and blocks make it", arguments: TestEngine.available)
    func relation(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let author = try await scene.account("ana")
            let (follower, named) = (try await scene.account("follower"), try await scene.account("named"))
            let (blocker, blocked) = (try await scene.account("blocker"), try await scene.account("blocked"))
            let (asking, stranger) = (try await scene.account("asking"), try await scene.account("stranger"))
            try await scene.follow(author, by: follower)
            try await scene.block(author, by: blocker)
            try await scene.block(blocked, by: author)
            let wish = try scene.iri("follows")
            let post = try await scene.post(by: author, mentions: [named])
            try await scene.db.write { tx in
                _ = try Follows.request(by: asking.id, of: author.id, activity: wish, at: Scene.start, in: tx)
                func relation(_ account: Account) throws -> PostRelation {
                    try Posts.relation(of: account.id, to: post, in: tx)
                }
                var expected = PostRelation.stranger
                #expect(try relation(stranger) == expected)
                #expect(try relation(asking) == expected)
                expected.isAuthor = true
                #expect(try relation(author) == expected)
                expected = .stranger
                expected.followsAuthor = true
                #expect(try relation(follower) == expected)
                expected = .stranger
                expected.isMentioned = true
                #expect(try relation(named) == expected)
                expected = .stranger
                expected.isBlocked = true
                #expect(try relation(blocker) == expected)
                #expect(try relation(blocked) == expected)
            }
        }
    }

    @Test(
        "boosts and likes count once, are found by their activity and can be taken back",
        arguments: TestEngine.available)
    func marks(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ana = try await scene.account("ana")
            let post = try await scene.post(by: ana)
            let (first, second) = (try scene.iri("marks"), try scene.iri("marks"))
            let (one, two): (ID<Boost>, ID<Boost>) = (scene.id(), scene.id())
            let now = Scene.start
            try await scene.db.write { tx throws in
                #expect(try Boosts.add(one, account: ana.id, post: post.id, activity: first, at: now, in: tx))
                #expect(try !Boosts.add(two, account: ana.id, post: post.id, activity: second, at: now, in: tx))
                #expect(try Boosts.find(account: ana.id, post: post.id, in: tx) == first)
                #expect(try Boosts.byActivity(first, in: tx)?.post == post.id)
                #expect(try Boosts.byActivity(second, in: tx) == nil)
                #expect(try Likes.add(account: ana.id, post: post.id, activity: first, at: now, in: tx))
                #expect(try !Likes.add(account: ana.id, post: post.id, activity: second, at: now, in: tx))
                #expect(try Likes.find(account: ana.id, post: post.id, in: tx) == first)
                #expect(try Likes.byActivity(first, in: tx)?.account == ana.id)
            }
            // Counters are written at the end of the transaction that changes them.
            try await scene.db.write { tx throws in
                #expect(try Boosts.count(of: post.id, in: tx) == 1)
                #expect(try Boosts.remove(account: ana.id, post: post.id, in: tx))
                #expect(try !Boosts.remove(account: ana.id, post: post.id, in: tx))
                #expect(try Likes.count(of: post.id, in: tx) == 1)
                #expect(try Likes.remove(account: ana.id, post: post.id, in: tx))
                #expect(try !Likes.remove(account: ana.id, post: post.id, in: tx))
                #expect(try Likes.find(account: ana.id, post: post.id, in: tx) == nil)
            }
            try await scene.db.read { db throws in
                #expect(try Boosts.count(of: post.id, in: db) == 0)
                #expect(try Likes.count(of: post.id, in: db) == 0)
            }
        }
    }
}
