// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("timelines")
struct TimelinesTests {
    private let page = PageRequest(limit: 80)

    @Test(
        "local posts are discussions; remote ones only when a group of ours, or one it follows, relays them",
        arguments: TestEngine.available)
    func relays(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob", host: "there.example"))
            let ours = try await scene.account("cafe", kind: .group)
            let followed = try await scene.account("lyon", host: "lyon.example", kind: .group)
            let stranger = try await scene.account("far", host: "far.example", kind: .group)
            let shady = try await scene.account("shady", host: "shady.example", kind: .group)
            try await scene.follow(followed, by: ours)
            try await scene.follow(shady, by: ours)
            try await scene.follow(stranger, by: ana)
            try await scene.decide(.limited, about: "shady.example")
            let local = try await scene.post(by: ana)
            let relayed = try await scene.post(by: bob, group: ours)
            let partners = try await scene.post(by: bob)
            for (relay, post) in [(ours, relayed), (followed, partners)] { try await scene.boost(post, by: relay) }
            for relay in [stranger, shady, ana] { try await scene.boost(try await scene.post(by: bob), by: relay) }
            try await scene.post(by: bob)
            try await scene.boost(try await scene.post(by: bob, replyingTo: local), by: ours)
            try await scene.db.read { db in
                let list = try Timelines.discussions(page, viewer: nil, mode: .open, in: db)
                // The local discussion has the last reply.
                #expect(list.posts == [local.id, partners.id, relayed.id])
                #expect(list.items.allSatisfy { !$0.isBoost })
                #expect(list.older == nil)
                let group = try Timelines.group(ours.id, page, viewer: nil, mode: .open, in: db)
                #expect(group.posts == [partners.id, relayed.id])
                let theirs = try Timelines.group(followed.id, page, viewer: nil, mode: .open, in: db)
                #expect(theirs.posts == [partners.id])
            }
        }
    }

    @Test(
        "a discussion rises with each reply that everybody may read, and its pages hold each once",
        arguments: TestEngine.available)
    func activity(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob"))
            var posts: [Post] = []
            for _ in 0..<9 { posts.append(try await scene.post(by: ana)) }
            try await scene.post(by: bob, replyingTo: posts[2])
            let deeper = try await scene.post(by: bob, .unlisted, replyingTo: posts[5])
            try await scene.post(by: bob, .followers, replyingTo: posts[7])
            try await scene.post(by: ana, .direct, replyingTo: posts[8])
            try await scene.post(by: ana, replyingTo: deeper)
            // A reply that arrives before its parent lets the discussion rise when the parent is known.
            let missing = try scene.draft(by: bob, .followers, replyingTo: posts[0])
            var orphan = try scene.draft(by: ana)
            orphan.inReplyToIRI = missing.iri
            try await scene.store(orphan)
            try await scene.store(missing)
            try await scene.db.write { tx in try Posts.attachOrphanReplies(of: missing, in: tx) }
            let expected = [0, 5, 2, 8, 7, 6, 4, 3, 1].map { posts[$0].id }
            try await scene.db.read { db in
                for limit in [1, 2, 4, 20] {
                    var (found, before): ([ID<Post>], Int64?) = ([], nil)
                    repeat {
                        let request = PageRequest(before: before, limit: limit)
                        let list = try Timelines.discussions(request, viewer: nil, mode: .open, in: db)
                        found += list.posts
                        before = list.older
                    } while before != nil && found.count < 20
                    #expect(found == expected, "\(limit)")
                }
            }
        }
    }

    @Test("a list is the same in pages of every size", arguments: TestEngine.available)
    func paging(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ana = try await scene.account("ana")
            var all: [ID<Post>] = []
            for number in 0..<7 {
                let visibility = number == 3 ? Visibility.unlisted : .everyone
                let post = try await scene.post(by: ana, visibility, tags: ["tag"])
                if visibility == .everyone { all.insert(post.id, at: 0) }
            }
            let expected = all
            for limit in 1...7 {
                try await scene.db.read { db in
                    var (found, pages, before): ([ID<Post>], Int, Int64?) = ([], 0, nil)
                    repeat {
                        let request = PageRequest(before: before, limit: limit)
                        let list = try Timelines.tagged(TagFilter("tag"), request, viewer: nil, mode: .open, in: db)
                        found += list.posts
                        before = list.older
                        pages += 1
                    } while before != nil && pages < 10
                    #expect(found == expected)
                    #expect(pages == (expected.count + limit - 1) / limit)
                }
            }
        }
    }

    @Test("posts of suspended accounts are in no list", arguments: TestEngine.available)
    func suspended(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob"))
            let group = try await scene.account("cafe", kind: .group)
            try await scene.follow(ana, by: bob)
            let post = try await scene.post(by: ana, group: group, mentions: [bob], tags: ["tag"])
            try await scene.db.write { tx in _ = try Accounts.suspend(ana.id, at: Scene.start, in: tx) }
            try await scene.db.read { db throws in
                #expect(try Timelines.discussions(page, viewer: bob.id, mode: .open, in: db).items.isEmpty)
                #expect(try Timelines.group(group.id, page, viewer: bob.id, mode: .open, in: db).items.isEmpty)
                #expect(try Timelines.tagged(TagFilter("tag"), page, viewer: bob.id, mode: .open, in: db).items.isEmpty)
                #expect(try Timelines.home(bob.id, page, in: db).items.isEmpty)
                #expect(try Timelines.mentions(bob.id, page, in: db).items.isEmpty)
                #expect(try Timelines.account(ana.id, AccountFilter(), page, viewer: bob.id, in: db).items.isEmpty)
                #expect(try Threads.load(post.id, viewer: bob.id, in: db).isEmpty)
            }
        }
    }

    @Test(
        "public lists show a host's posts and events exactly when the mode lists its policy",
        arguments: TestEngine.available, FederationMode.allCases)
    func policies(engine: TestEngine, mode: FederationMode) async throws {
        try await Scene.with(engine) { scene in
            let cafe = try await scene.account("cafe", kind: .group)
            let local = try await scene.post(by: cafe, group: cafe, tags: ["tag"])
            let localEvent = try await scene.event(by: cafe)
            var (posts, events) = ([local.id], [localEvent.id])
            for policy in PeerPolicy.allCases {
                let host = "\(policy.rawValue).example"
                let author = try await scene.account("author", host: host)
                if policy != .unset { try await scene.decide(policy, about: host) }
                try await scene.follow(author, by: cafe)
                let post = try await scene.post(by: author, group: cafe, tags: ["tag"])
                try await scene.boost(post, by: cafe)
                let event = try await scene.event(by: author)
                guard mode.lists(policy) else { continue }
                posts.insert(post.id, at: 0)
                events.append(event.id)
            }
            let (expected, expectedEvents, now) = (posts, events, Scene.start)
            try await scene.db.read { db in
                #expect(try Timelines.discussions(page, viewer: nil, mode: mode, in: db).posts == expected)
                #expect(try Timelines.group(cafe.id, page, viewer: nil, mode: mode, in: db).posts == expected)
                #expect(try Timelines.tagged(TagFilter("tag"), page, viewer: nil, mode: mode, in: db).posts == expected)
                let agenda = try Events.upcoming(
                    from: now, scope: .community, limit: 50, after: nil, viewer: nil, mode: mode, in: db)
                #expect(agenda == expectedEvents)
            }
        }
    }
}
