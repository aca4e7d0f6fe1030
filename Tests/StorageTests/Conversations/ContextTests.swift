// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("The context of a post")
struct ContextTests {
    private static func below(
        _ post: Post, viewer: ID<Account>?, _ scene: Scene
    ) async throws -> [ID<Post>] {
        try await scene.db.read { db in
            try Conversations.around(.post(post.id), viewer: viewer, in: db).below.compactMap(\.post)
        }
    }

    @Test(
        "shows each answer before its own answers, otherwise by when they were written", arguments: TestEngine.available
    )
    func order(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob"))
            let root = try await scene.post(by: ana)
            // The second answer was written before the first one, but arrived later.
            let first = try await scene.post(by: bob, replyingTo: root)
            var early = try scene.draft(by: ana, replyingTo: root)
            early.publishedAt = root.publishedAt
            let second = early
            try await scene.store(second)
            let below = try await scene.post(by: ana, replyingTo: first)
            let last = try await scene.post(by: bob, replyingTo: root)
            let deep = try await scene.post(by: bob, replyingTo: below)
            for viewer in [nil, ana.id] {
                #expect(
                    try await Self.below(root, viewer: viewer, scene)
                        == [second.id, first.id, below.id, deep.id, last.id])
                #expect(try await Self.below(first, viewer: viewer, scene) == [below.id, deep.id])
                #expect(try await Self.below(deep, viewer: viewer, scene) == [])
            }
            let items = try await scene.db.read { db in
                let around = try Conversations.around(.post(deep.id), viewer: ana.id, in: db)
                #expect(around.above.compactMap(\.post) == [root.id, first.id, below.id])
                let list = try Conversations.around(.post(root.id), viewer: ana.id, in: db).below
                #expect(list == (try TimelineItems.byIDs(list.map(\.id), in: db)))
                return list
            }
            #expect(items.count == 5)
        }
    }

    @Test("keeps what hangs below a deleted post, above and below", arguments: TestEngine.available)
    func deleted(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ana = try await scene.account("ana")
            let root = try await scene.post(by: ana)
            var chain = [root]
            for _ in 1...5 { chain.append(try await scene.post(by: ana, replyingTo: chain[chain.count - 1])) }
            let gone = [chain[2].id, chain[3].id]
            for id in gone { _ = try await scene.db.write { tx in try Posts.delete(id, in: tx) } }
            let left = chain.map(\.id).filter { !gone.contains($0) }
            for (index, post) in left.enumerated() {
                let around = try await scene.db.read { db in
                    let around = try Conversations.around(.post(post), viewer: ana.id, in: db)
                    return [around.above.compactMap(\.post), around.below.compactMap(\.post)]
                }
                #expect(around == [Array(left[..<index]), Array(left[(index + 1)...])])
            }
        }
    }

    @Test("keeps answers whose parent was deleted, and answers in a circle", arguments: TestEngine.available)
    func orphans(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ana = try await scene.account("ana")
            let root = try await scene.post(by: ana)
            let parent = try await scene.post(by: ana, replyingTo: root)
            let orphan = try await scene.post(by: ana, replyingTo: parent)
            var one = try scene.draft(by: ana, replyingTo: root)
            var two = try scene.draft(by: ana, replyingTo: root)
            (one.inReplyTo, one.inReplyToIRI) = (two.id, two.iri)
            (two.inReplyTo, two.inReplyToIRI) = (one.id, one.iri)
            let circle = [one, two]
            for post in circle { try await scene.store(post) }
            _ = try await scene.db.write { tx in try Posts.delete(parent.id, in: tx) }
            #expect(try await Self.below(root, viewer: ana.id, scene) == [orphan.id] + circle.map(\.id))
            #expect(try await Self.below(circle[0], viewer: ana.id, scene) == [circle[1].id])
        }
    }

    @Test(
        "of a long discussion holds the answers that were written first, and the pages hold all of them",
        arguments: TestEngine.available)
    func limits(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ana = try await scene.account("ana")
            let root = try await scene.post(by: ana)
            var answers: [ID<Post>] = []
            var parent = root
            for number in 0..<(Conversations.memberLimit + 20) {
                var answer = try scene.draft(by: ana, replyingTo: number % 4 == 0 ? root : parent)
                answer.publishedAt = Scene.start + .seconds(number)
                try await scene.store(answer)
                answers.append(answer.id)
                parent = answer
            }
            let all = answers
            for (viewer, limit) in [(nil, Conversations.strangerLimit), (ana.id, Conversations.memberLimit)] {
                #expect(try await Self.below(root, viewer: viewer, scene) == Array(all.prefix(limit)))
            }
            try await scene.db.read { db in
                var page = try Threads.answers(to: .post(root.id), viewer: nil, in: db)
                var found = page.posts
                while let later = page.later {
                    page = try Threads.answers(to: .post(root.id), .after(later), viewer: nil, in: db)
                    found += page.posts
                }
                #expect(found == all)
            }
        }
    }
}
