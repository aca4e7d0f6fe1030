// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing

@Suite("Polls, quotes and what waits")
struct PollsTests {
    private static let end = Scene.start + .hours(1)

    private static func poll(multiple: Bool = false) -> Poll {
        Poll(
            options: ["Tea", "Milk", "Water"].map { Poll.Option(title: $0) }, isMultiple: multiple, expiresAt: end)
    }

    private static func asking(_ scene: Scene, multiple: Bool = false) async throws -> (Post, Account, Account) {
        let ada = try await scene.account("ada")
        let bob = try await scene.account("bob")
        let draft = try scene.draft(by: ada)
        var parts = PostParts()
        parts.poll = poll(multiple: multiple)
        try await scene.store(draft, parts)
        return (draft, ada, bob)
    }

    @Test("a vote counts once, and what was chosen is the viewer's alone", arguments: TestEngine.available)
    func vote(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (post, ada, bob) = try await Self.asking(scene)
            try await scene.db.write { tx in
                #expect(try Polls.vote([0, 1], by: bob.id, on: post.id, at: Scene.start, in: tx) == .alreadyVoted)
                #expect(try Polls.vote([3], by: bob.id, on: post.id, at: Scene.start, in: tx) == .noSuchChoice)
                #expect(try Polls.vote([-1], by: bob.id, on: post.id, at: Scene.start, in: tx) == .noSuchChoice)
                #expect(try Polls.vote([1], by: bob.id, on: post.id, at: Self.end, in: tx) == .over)
                #expect(try Polls.vote([1], by: bob.id, on: post.id, at: Scene.start, in: tx) == .counted)
                #expect(try Polls.vote([0], by: bob.id, on: post.id, at: Scene.start, in: tx) == .alreadyVoted)
                #expect(
                    try Polls.vote(for: "Tea", by: bob.id, on: post.id, at: Scene.start, in: tx) == .alreadyVoted)
                let mine = try Polls.one(post.id, viewer: bob.id, in: tx)
                #expect(mine?.options.map(\.votes) == [0, 1, 0] && mine?.votersCount == 1 && mine?.ownVotes == [1])
                let hers = try Polls.one(post.id, viewer: ada.id, in: tx)
                #expect(hers?.ownVotes == [])
            }
        }
    }

    @Test(
        "an option keeps the words of its owner, and a vote is counted by its meaning", arguments: TestEngine.available)
    func names(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (post, _, bob) = try await Self.asking(scene)
            var poll = Self.poll()
            poll.options[0] = Poll.Option(title: "Tea ?", name: " Tea\u{A0}?")
            poll.options[1] = Poll.Option(title: "Milk", name: "Milk")
            try await scene.db.write { [poll] tx in
                try Polls.set(poll, of: post.id, in: tx)
                let stored = try Polls.one(post.id, viewer: nil, in: tx)
                #expect(stored?.options.map(\.name) == [" Tea\u{A0}?", "Milk", "Water"])
                var spaced = poll
                spaced.options[1].name = "Milk "
                try Polls.set(spaced, of: post.id, in: tx)
                #expect(try Polls.one(post.id, viewer: nil, in: tx)?.options[1].name == "Milk ")
                let outcome = try Polls.vote(for: "Tea ?", by: bob.id, on: post.id, at: Scene.start, in: tx)
                #expect(outcome == .counted)
                #expect(try Polls.one(post.id, viewer: bob.id, in: tx)?.ownVotes == [0])
            }
        }
    }

    @Test("choices of one voter that come one after the other count each once", arguments: TestEngine.available)
    func several(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (post, _, bob) = try await Self.asking(scene, multiple: true)
            try await scene.db.write { tx in
                for title in ["Tea", "Water"] {
                    #expect(try Polls.vote(for: title, by: bob.id, on: post.id, at: Scene.start, in: tx) == .counted)
                }
                #expect(
                    try Polls.vote(for: "Tea", by: bob.id, on: post.id, at: Scene.start, in: tx) == .alreadyVoted)
                #expect(
                    try Polls.vote(for: "Wine", by: bob.id, on: post.id, at: Scene.start, in: tx) == .noSuchChoice)
                let poll = try Polls.one(post.id, viewer: bob.id, in: tx)
                #expect(poll?.votersCount == 1 && poll?.ownVotes == [0, 2])
            }
        }
    }

    @Test("twenty who vote at once are twenty votes", arguments: TestEngine.available)
    func race(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (post, _, _) = try await Self.asking(scene)
            var people: [Account] = []
            for number in 0..<20 { people.append(try await scene.account("guest\(number)")) }
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for person in people + people {
                    tasks.addTask {
                        try await scene.db.write { tx in
                            _ = try Polls.vote([1], by: person.id, on: post.id, at: Scene.start, in: tx)
                        }
                    }
                }
                try await tasks.waitForAll()
            }
            let poll = try await scene.db.read { db in try Polls.one(post.id, viewer: nil, in: db) }
            #expect(poll?.votersCount == 20 && poll?.options[1].votes == 20)
        }
    }

    @Test("a poll ends once, and other answers empty the ballot box", arguments: TestEngine.available)
    func ends(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (post, _, bob) = try await Self.asking(scene)
            try await scene.db.write { tx in
                _ = try Polls.vote([1], by: bob.id, on: post.id, at: Scene.start, in: tx)
                #expect(try Polls.takeChanged(limit: 5, in: tx) == [post.id])
                #expect(try Polls.takeChanged(limit: 5, in: tx) == [])
                #expect(try Polls.takeEnded(at: Scene.start, limit: 5, in: tx) == [])
                #expect(try Polls.takeEnded(at: Self.end, limit: 5, in: tx) == [post.id])
                #expect(try Polls.takeEnded(at: Self.end, limit: 5, in: tx) == [])
                #expect(try Polls.localVoters(of: post.id, in: tx) == [bob.id])
                var other = Self.poll()
                other.options[0].title = "Coffee"
                try Polls.set(other, of: post.id, in: tx)
                let poll = try Polls.one(post.id, viewer: bob.id, in: tx)
                #expect(poll?.ownVotes == [] && poll?.options.map(\.votes) == [0, 0, 0])
            }
        }
    }

    @Test("each edit keeps what the post said before", arguments: TestEngine.available)
    func versions(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (post, _, _) = try await Self.asking(scene)
            try await scene.db.write { tx in
                var next = post
                next.warning = "tea"
                next.editedAt = Scene.start + .hours(2)
                let parts = try Posts.parts(of: post.id, in: tx)
                try Posts.update(next, parts, in: tx)
                try Posts.update(next, parts, in: tx)
                let versions = try PostVersions.of(next, in: tx)
                #expect(versions.map(\.warning) == ["", "tea"])
                #expect(versions.map(\.at) == [post.publishedAt, Scene.start + .hours(2)])
                #expect(versions.allSatisfy { $0.options == ["Tea", "Milk", "Water"] })
            }
        }
    }

    @Test("a quote shows that what it quotes is gone", arguments: TestEngine.available)
    func quotes(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let quoted = try await scene.post(by: ada)
            var quoting = try scene.draft(by: ada)
            quoting.quote = Quote(iri: quoted.iri, post: quoted.id, state: .accepted)
            try await scene.store(quoting)
            let (first, second) = (quoting.id, quoted.id)
            try await scene.db.write { tx in
                let view = try StatusViews.ofPosts([first], viewer: nil, in: tx).first
                #expect(view?.quoted?.post.id == second && view?.quoted?.quoteCount == 1)
                let list = try Timelines.quotes(of: second, PageRequest(), viewer: nil, in: tx)
                #expect(list.posts == [first])
                try Posts.delete(second, in: tx)
                let left = try StatusViews.ofPosts([first], viewer: nil, in: tx).first
                #expect(left?.quoted == nil && left?.post?.post.quote?.state == .deleted)
            }
        }
    }

    @Test("what is due is taken by one, and comes back when that one dies", arguments: TestEngine.available)
    func scheduled(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let post = ScheduledPost(id: scene.id(), author: ada.id, dueAt: Scene.start, parameters: "{}")
            let (now, lease) = (Scene.start, Scene.start + .hours(1))
            try await scene.db.write { tx in
                try Scheduled.insert(post, in: tx)
                let taken = try Scheduled.lease(5, Lease(now: now, until: lease), in: tx)
                #expect(taken.map(\.id) == [post.id] && taken.map(\.parameters) == ["{}"])
                #expect(try Scheduled.lease(5, Lease(now: lease, until: lease), in: tx) == [])
                let late = lease + .seconds(1)
                #expect(try Scheduled.lease(5, Lease(now: late, until: late), in: tx).map(\.attempts) == [2])
                let first = try Scheduled.remove(post.id, of: ada.id, in: tx)
                let second = try Scheduled.remove(post.id, of: ada.id, in: tx)
                #expect(first && !second)
            }
        }
    }

    @Test("of forty who claim one key at once, one has it", arguments: TestEngine.available)
    func once(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let claims = try await withThrowingTaskGroup(of: Int64?.self) { tasks in
                for number in 1...40 {
                    tasks.addTask {
                        try await scene.db.write { tx in
                            try SentOnce.claim("1:key", by: ada.id, for: Int64(number), at: Scene.start, in: tx)
                        }
                    }
                }
                return try await tasks.reduce(into: [Int64?]()) { $0.append($1) }
            }
            #expect(claims.filter { $0 == nil }.count == 1 && Set(claims.compactMap { $0 }).count == 1)
            try await scene.db.write { tx in
                let late = Scene.start + .hours(1)
                let claimed = try SentOnce.claim("1:key", by: ada.id, for: 99, at: late, in: tx)
                let found = try SentOnce.find("1:key", by: ada.id, at: late, in: tx)
                #expect(claimed == nil && found == 99)
            }
        }
    }
}
