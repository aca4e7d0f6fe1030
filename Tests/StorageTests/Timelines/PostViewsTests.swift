// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Synchronization
import TestSupport
import Testing
import Vocabulary

@Suite("post views")
struct PostViewsTests {
    @Test("a view holds all that a page shows", arguments: TestEngine.available)
    func contents(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob", host: "there.example"))
            let cafe = try await scene.account("cafe", kind: .group)
            let lyon = try await scene.account("lyon", host: "lyon.example", kind: .group)
            let post = try await scene.post(by: ana, group: cafe, mentions: [bob, ana], tags: ["b", "a"])
            for account in [ana, cafe, lyon] { try await scene.boost(post, by: account) }
            let (like, file) = (try scene.iri("likes"), try scene.iri("files"))
            let answer = try await scene.post(by: bob, replyingTo: post)
            let last = try await scene.post(by: ana, replyingTo: answer)
            try await scene.post(by: bob, .direct, replyingTo: post)
            let picture = Attachment(url: file, mediaType: "image/png", description: "a cup")
            try await scene.db.write { tx in
                try Likes.add(account: bob.id, post: post.id, activity: like, at: Scene.start, in: tx)
                var parts = try Posts.parts(of: post.id, in: tx)
                parts.attachments = [picture]
                try Posts.update(post, parts, in: tx)
            }
            try await scene.db.read { db in
                let view = try #require(try PostViews.one(post.id, viewer: nil, with: .page, in: db))
                #expect(view.post == post)
                #expect(view.author.id == ana.id)
                #expect(view.group?.id == cafe.id)
                #expect(view.mentions.map(\.id) == [ana.id, bob.id])
                #expect(view.hashtags == ["a", "b"])
                #expect(view.attachments == [picture])
                #expect(view.replyCount == 2 && view.threadReplyCount == 2 && view.answerCount == 2)
                #expect(view.lastReplyAt == last.publishedAt)
                #expect(view.repliers.map(\.id) == [ana.id, bob.id])
                #expect(view.sharedBy?.id == lyon.id)
                #expect(!view.interactions.liked && !view.interactions.boosted)
                let anas = try #require(try PostViews.one(post.id, viewer: ana.id, in: db))
                #expect(!anas.interactions.liked && anas.interactions.boosted)
                let bobs = try #require(try PostViews.one(post.id, viewer: bob.id, in: db))
                #expect(bobs.interactions.liked && !bobs.interactions.boosted)
                // Replies that only some readers may read are not counted.
                #expect(bobs.answerCount == 2)
                let below = try #require(try PostViews.one(answer.id, viewer: nil, with: .page, in: db))
                #expect(below.answerCount == 1 && below.repliers == [])
                #expect(below.group == nil && below.sharedBy == nil)
            }
        }
    }

    @Test("the newest five answerers are named, and all answers counted", arguments: TestEngine.available)
    func repliers(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ana = try await scene.account("ana")
            let post = try await scene.post(by: ana)
            var people: [Account] = []
            for number in 0..<7 {
                let person = try await scene.account("p\(number)")
                people.insert(person, at: 0)
                try await scene.post(by: person, replyingTo: post)
                try await scene.post(by: person, replyingTo: post)
            }
            try await scene.block(try #require(people.first), by: ana)
            let others = Array(people.dropFirst().prefix(5))
            let newest = Array(people.prefix(5))
            try await scene.db.read { db in
                let view = try #require(try PostViews.one(post.id, viewer: nil, with: .page, in: db))
                #expect(view.answerCount == 14)
                #expect(view.repliers.map(\.id) == newest.map(\.id))
                let own = try #require(try PostViews.one(post.id, viewer: ana.id, with: .page, in: db))
                #expect(own.answerCount == 14)
                #expect(own.repliers.map(\.id) == others.map(\.id))
            }
        }
    }

    @Test("forty posts take as many statements as one: no more than six", arguments: TestEngine.available)
    func queries(engine: TestEngine) async throws {
        let statements = Counter()
        try await Scene.with(engine, onStatement: { _ in statements.increment() }) { scene in
            let (ana, cafe) = (try await scene.account("ana"), try await scene.account("cafe", kind: .group))
            var ids: [ID<Post>] = []
            for _ in 0..<40 {
                let post = try await scene.post(by: ana, group: cafe, mentions: [ana, cafe], tags: ["a", "b"])
                try await scene.post(by: cafe, replyingTo: post)
                ids.append(post.id)
            }
            ids.shuffle()
            let shuffled = ids
            var counts: [Int] = []
            for number in [0, 1, 40] {
                let before = statements.value
                let views = try await scene.db.read { db in
                    try PostViews.load(Array(shuffled.prefix(number)), viewer: ana.id, with: .page, in: db)
                }
                #expect(views.map(\.id) == Array(shuffled.prefix(number)))
                #expect(views.allSatisfy { $0.answerCount == 1 && $0.mentions.count == 2 && $0.hashtags.count == 2 })
                counts.append(statements.value - before)
            }
            #expect(counts == [0, 6, 6])
        }
    }

    @Test(
        "a post is shown to its author with six statements, and as the author's to nobody else",
        arguments: TestEngine.available)
    func own(engine: TestEngine) async throws {
        let statements = Counter()
        try await Scene.with(engine, onStatement: { _ in statements.increment() }) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob"))
            let post = try await scene.post(by: ana, mentions: [bob], tags: ["a", "b"])
            let before = statements.value
            let view = try await scene.db.read { db in try StatusViews.own(post.id, of: ana.id, in: db) }
            #expect(statements.value - before == 6)
            let read = try await scene.db.read { db in try StatusViews.one(ID(post.id.rawValue), viewer: ana.id, in: db)
            }
            #expect(view != nil && view == read)
            #expect(try await scene.db.read { db in try StatusViews.own(post.id, of: bob.id, in: db) } == nil)
        }
    }

    @Test("more posts than one statement takes come in their order too", arguments: TestEngine.available)
    func manyIDs(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ana = try await scene.account("ana")
            let post = try await scene.post(by: ana)
            let last = try await scene.post(by: ana)
            let unknown: [ID<Post>] = (0..<600).map { _ in scene.id() }
            try await scene.db.read { db in
                let views = try PostViews.load([last.id] + unknown + [post.id], viewer: nil, in: db)
                #expect(views.map(\.id) == [last.id, post.id])
            }
        }
    }
}

/// A thread-safe counter.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    func increment() { count.add(1, ordering: .relaxed) }

    var value: Int { count.load(ordering: .relaxed) }
}
