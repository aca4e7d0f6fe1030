// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Pages of discussions")
struct DiscussionPagesTests {
    @Test(
        "answers come in pages, forwards, backwards and around one of them, each once and by when they were written",
        arguments: TestEngine.available)
    func pages(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, eve) = (try await scene.account("ana"), try await scene.account("eve"))
            let root = try await scene.post(by: ana)
            var answers: [Post] = []
            for number in 0..<60 {
                // Every third reply is by an account that the reader blocked. The publication times are not in the
                // order of arrival.
                var answer = try scene.draft(by: number % 3 == 0 ? eve : ana, replyingTo: root)
                answer.publishedAt = Scene.start + .seconds((number * 37) % 60)
                try await scene.store(answer)
                answers.append(answer)
            }
            try await scene.block(eve, by: ana)
            let all = answers.sorted { ($0.publishedAt, $0.id) < ($1.publishedAt, $1.id) }.filter {
                $0.author == ana.id
            }
            let ids = all.map(\.id)
            try await scene.db.read { db in
                let subject = TimelineItem.Subject.post(root.id)
                #expect(try Threads.load(root.id, viewer: ana.id, in: db) == [root.id] + ids)
                for limit in [1, 7, 40, 100] {
                    var (page, found) = (
                        try Threads.answers(to: subject, viewer: ana.id, limit: limit, in: db), ids[..<0]
                    )
                    #expect(page.earlier == nil)
                    found += page.posts
                    while let later = page.later {
                        page = try Threads.answers(to: subject, .after(later), viewer: ana.id, limit: limit, in: db)
                        found += page.posts
                        #expect(page.earlier != nil)
                    }
                    #expect(Array(found) == ids, "\(limit)")
                    var back = page.posts
                    while let earlier = page.earlier {
                        page = try Threads.answers(to: subject, .before(earlier), viewer: ana.id, limit: limit, in: db)
                        back = page.posts + back
                        #expect(page.later != nil)
                    }
                    #expect(back == ids, "\(limit)")
                    for answer in all {
                        let place = AnswerPosition(publishedAt: answer.publishedAt, post: answer.id)
                        let around = try Threads.answers(
                            to: subject, .around(place), viewer: ana.id, limit: limit, in: db)
                        #expect(around.posts.contains(answer.id), "\(limit)")
                    }
                }
            }
        }
    }

    @Test("a page of a long discussion takes as many statements as one of a short one", arguments: TestEngine.available)
    func longDiscussion(engine: TestEngine) async throws {
        let statements = Counter()
        try await Scene.with(engine, onStatement: { _ in statements.increment() }) { scene in
            let ana = try await scene.account("ana")
            let (short, long) = (try await scene.post(by: ana), try await scene.post(by: ana))
            for _ in 0..<5 { try await scene.post(by: ana, replyingTo: short) }
            for _ in 0..<300 { try await scene.post(by: ana, replyingTo: long) }
            var counts: [Int] = []
            for root in [short, long] {
                let begun = statements.value
                let page = try await scene.db.read { db in
                    _ = try PostViews.one(root.id, viewer: nil, with: .page, in: db)
                    return try Threads.answers(to: .post(root.id), viewer: nil, in: db)
                }
                counts.append(statements.value - begun)
                #expect(page.posts.count == (root.id == short.id ? 5 : Threads.pageSize))
                #expect((page.later == nil) == (root.id == short.id))
            }
            #expect(counts[0] == counts[1])
        }
    }

    @Test("the page of a group takes one statement, however many answers it holds", arguments: TestEngine.available)
    func groupPage(engine: TestEngine) async throws {
        let statements = Counter()
        try await Scene.with(engine, onStatement: { _ in statements.increment() }) { scene in
            let ana = try await scene.account("ana")
            let (quiet, busy) = (
                try await scene.account("quiet", kind: .group), try await scene.account("busy", kind: .group)
            )
            var counts: [Int] = []
            for (group, answers) in [(quiet, 3), (busy, 200)] {
                let first = try await scene.post(by: ana, group: group)
                let second = try await scene.post(by: ana, group: group)
                for _ in 0..<answers { try await scene.post(by: ana, replyingTo: first, group: group) }
                let begun = statements.value
                let page = try await scene.db.read { db in
                    try Timelines.group(group.id, PageRequest(limit: 20), viewer: nil, mode: .open, in: db)
                }
                counts.append(statements.value - begun)
                #expect(page.posts == [second.id, first.id])
                #expect(page.older == nil)
            }
            #expect(counts[0] == counts[1])
        }
    }

    @Test(
        "the number of answers beside a discussion is that of its public and unlisted ones, whatever happens to them",
        arguments: TestEngine.available)
    func counts(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob"))
            let (first, second) = (try await scene.post(by: ana), try await scene.post(by: ana))
            var posts: [Post] = []
            for (number, visibility) in [Visibility.everyone, .unlisted, .followers, .direct, .everyone].enumerated() {
                posts.append(try await scene.post(by: number % 2 == 0 ? ana : bob, visibility, replyingTo: first))
                posts.append(try await scene.post(by: bob, replyingTo: posts.last))
            }
            try await scene.post(by: bob, replyingTo: second)
            try await Self.expectCounts(scene)
            // A narrower visibility, a wider one, and a move to another discussion.
            var changed = posts
            changed[0].visibility = .followers
            changed[4].visibility = .everyone
            changed[2].thread = second.id
            for number in [0, 4, 2] {
                let post = changed[number]
                try await scene.db.write { tx in _ = try Posts.update(post, PostParts(), in: tx) }
                try await Self.expectCounts(scene)
            }
            // A reply that arrives before its parent, and then the missing parent between a discussion and this branch.
            let missing = try scene.draft(by: bob, replyingTo: second)
            var orphan = try scene.draft(by: ana)
            orphan.inReplyToIRI = missing.iri
            try await scene.store(orphan)
            try await scene.post(by: ana, replyingTo: orphan)
            try await scene.post(by: bob, .direct, replyingTo: orphan)
            try await Self.expectCounts(scene)
            try await scene.store(missing)
            try await scene.db.write { tx in try Posts.attachOrphanReplies(of: missing, in: tx) }
            try await Self.expectCounts(scene)
            let gone = posts[8].id
            _ = try await scene.db.write { tx in try Posts.delete(gone, in: tx) }
            try await Self.expectCounts(scene)
            _ = try await scene.db.write { tx in try AccountRemoval.step(of: bob.id, limit: 100, in: tx) }
            try await Self.expectCounts(scene)
        }
    }

    private static func expectCounts(_ scene: Scene) async throws {
        let wrong = try await scene.db.read { db in
            try db.rows(
                """
                SELECT t.id, t.thread_reply_count AS kept, (
                    SELECT count(*) FROM post p WHERE p.thread_id = t.id AND p.id <> t.id
                        AND p.visibility IN ('public', 'unlisted')) AS counted
                FROM post t
                """
            ).filter { try $0.int("kept") != $0.int("counted") }.map { try $0.int("id") }
        }
        #expect(wrong == [])
    }
}
