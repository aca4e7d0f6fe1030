// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("threads")
struct ThreadsTests {
    @Test("answers that came first get their parent, thread and event when it comes", arguments: TestEngine.available)
    func adoption(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ana = try await scene.account("ana")
            let root = try await scene.post(by: ana)
            var late = try scene.draft(by: ana, replyingTo: root)
            late.event = scene.id()
            let parent = late
            var child = try scene.draft(by: ana)
            child.inReplyToIRI = parent.iri
            let orphan = child
            try await scene.store(orphan)
            var below = orphan
            for _ in 0..<6 { below = try await scene.post(by: ana, replyingTo: below) }
            let leaf = below
            let bystander = try await scene.post(by: ana)
            #expect(leaf.thread == orphan.id)
            try await scene.store(parent)
            try await scene.db.write { tx in
                try Posts.attachOrphanReplies(of: parent, in: tx)
                let adopted = try #require(try Posts.byID(orphan.id, in: tx))
                #expect(adopted.inReplyTo == parent.id)
                for id in [orphan.id, leaf.id] {
                    let post = try #require(try Posts.byID(id, in: tx))
                    #expect(post.thread == root.id)
                    #expect(post.event == parent.event)
                }
                #expect(try Posts.byID(bystander.id, in: tx) == bystander)
                #expect(try Posts.byID(root.id, in: tx) == root)
                let thread = try Threads.load(root.id, viewer: nil, in: tx)
                #expect(thread.count == 9)
                #expect(thread.first == root.id)
            }
        }
    }

    @Test("posts that answer each other in a circle are adopted in finite time", arguments: TestEngine.available)
    func circle(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ana = try await scene.account("ana")
            var (first, second) = (try scene.draft(by: ana), try scene.draft(by: ana))
            first.inReplyToIRI = second.iri
            second.inReplyToIRI = first.iri
            second.inReplyTo = first.id
            second.thread = first.id
            try await scene.store(first)
            try await scene.store(second)
            let (one, two) = (first, second)
            try await scene.db.write { tx in
                try Posts.attachOrphanReplies(of: two, in: tx)
                #expect(try Posts.byID(one.id, in: tx)?.inReplyTo == two.id)
                #expect(try Posts.byID(two.id, in: tx) == two)
                #expect(try Threads.load(one.id, viewer: nil, in: tx) == [one.id, two.id])
            }
        }
    }

    @Test(
        "discussions that came before their event are adopted by it with their answers", arguments: TestEngine.available
    )
    func eventAdoption(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ana = try await scene.account("ana")
            let event = try scene.eventDraft(by: ana)
            var question = try scene.draft(by: ana)
            question.inReplyToIRI = event.iri
            try await scene.store(question)
            let answer = try await scene.post(by: ana, replyingTo: question)
            let secret = try await scene.post(by: ana, .direct, replyingTo: question)
            try await scene.post(by: ana)
            try await scene.store(event)
            let asked = question
            try await scene.db.write { tx in
                try Posts.attachOrphanReplies(of: event, in: tx)
                let subject = TimelineItem.Subject.event(event.id)
                #expect(try Threads.answers(to: subject, viewer: nil, in: tx).posts == [asked.id, answer.id])
                let two = try Threads.answers(to: subject, viewer: ana.id, limit: 2, in: tx)
                #expect(two.posts == [asked.id, answer.id])
                #expect(try Threads.answers(to: subject, viewer: ana.id, in: tx).posts.last == secret.id)
                #expect(try Threads.replyIRIs(to: event.iri, in: tx).iris == [asked.iri])
                try Events.delete(event.id, in: tx)
                #expect(try Posts.byID(answer.id, in: tx)?.event == nil)
            }
        }
    }

    @Test("a thread begins with its first post, then goes by time", arguments: TestEngine.available)
    func order(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob", host: "there.example"))
            let root = try await scene.post(by: ana)
            let middle = try await scene.post(by: ana, replyingTo: root)
            var skewed = try scene.draft(by: bob, replyingTo: middle)
            skewed.publishedAt = Scene.start - .days(9)
            try await scene.store(skewed)
            let last = try await scene.post(by: bob, replyingTo: root)
            let early = skewed.id
            try await scene.db.read { db throws in
                #expect(
                    try Threads.load(root.id, viewer: nil, in: db) == [root.id, early, middle.id, last.id])
                #expect(try Threads.load(root.id, viewer: nil, limit: 2, in: db) == [root.id, early])
            }
        }
    }

    @Test("the replies collection names open answers by people in good standing only", arguments: TestEngine.available)
    func replyIRIs(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ana = try await scene.account("ana")
            let (bob, eve) = (try await scene.account("bob", host: "there.example"), try await scene.account("eve"))
            let cut = try await scene.account("cut", host: "blocked.example")
            let root = try await scene.post(by: ana)
            let open = try await scene.post(by: bob, replyingTo: root)
            let quiet = try await scene.post(by: ana, .unlisted, replyingTo: root)
            for visibility in [Visibility.followers, .direct] {
                try await scene.post(by: bob, visibility, replyingTo: root)
            }
            try await scene.post(by: eve, replyingTo: root)
            try await scene.post(by: cut, replyingTo: root)
            try await scene.post(by: bob, replyingTo: open)
            try await scene.decide(.blocked, about: "blocked.example")
            try await scene.db.write { tx in
                _ = try Accounts.suspend(eve.id, at: Scene.start, in: tx)
                let whole = try Threads.replyIRIs(to: root.iri, in: tx)
                #expect(whole.iris == [open.iri, quiet.iri] && whole.next == nil)
                let first = try Threads.replyIRIs(to: root.iri, limit: 1, in: tx)
                #expect(first.iris == [open.iri])
                let second = try Threads.replyIRIs(to: root.iri, after: first.next, limit: 1, in: tx)
                #expect(second.iris == [quiet.iri] && second.next == nil)
                #expect(try Threads.replyCount(to: root.iri, in: tx) == 2)
            }
        }
    }
}
