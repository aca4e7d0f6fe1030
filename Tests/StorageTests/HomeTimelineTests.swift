// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Home and other timelines of members")
struct HomeTimelineTests {
    private let page = PageRequest(limit: 40)

    private func subjects(_ page: TimelinePage) -> [Int64] {
        page.items.map { $0.post?.rawValue ?? $0.event?.rawValue ?? 0 }
    }

    @Test(
        "home holds one's own posts, those of followed people, their boosts, their events and followed hashtags",
        arguments: TestEngine.available)
    func home(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob", host: "far.example"))
            let (eve, cafe) = (try await scene.account("eve"), try await scene.account("cafe", kind: .group))
            for target in [bob, cafe] { try await scene.follow(target, by: ana) }
            let own = try await scene.post(by: ana)
            let theirs = try await scene.post(by: bob)
            let strange = try await scene.post(by: eve)
            let event = try await scene.event(by: cafe)
            let tagged = try await scene.post(by: eve, tags: ["tea"])
            try await scene.boost(strange, by: bob)
            try await scene.post(by: eve)
            let tag: ID<TimelineItem> = scene.id()
            try await scene.db.write { tx in
                try FollowedTags.add("tea", by: ana.id, mark: tag.rawValue, in: tx)
            }
            try await scene.db.read { db in
                let home = try Timelines.home(ana.id, page, in: db)
                #expect(
                    subjects(home) == [
                        strange.id.rawValue, tagged.id.rawValue, event.id.rawValue, theirs.id.rawValue, own.id.rawValue,
                    ])
                #expect(home.items.first?.isBoost == true && home.items.first?.account == bob.id)
                #expect(try Timelines.home(eve.id, page, in: db).items.count == 3)
            }
        }
    }

    @Test(
        "of answers home shows those that one can follow, and of what groups relay no answers",
        arguments: TestEngine.available)
    func answers(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob"))
            let (eve, cafe) = (try await scene.account("eve"), try await scene.account("cafe", kind: .group))
            for target in [bob, cafe] { try await scene.follow(target, by: ana) }
            let first = try await scene.post(by: eve)
            try await scene.post(by: bob, replyingTo: first)
            let mine = try await scene.post(by: ana)
            let toMe = try await scene.post(by: bob, replyingTo: mine)
            let toSelf = try await scene.post(by: bob, replyingTo: toMe)
            try await scene.boost(try await scene.post(by: eve, replyingTo: first), by: cafe)
            try await scene.db.read { db in
                let home = try Timelines.home(ana.id, page, in: db)
                #expect(subjects(home) == [toSelf, toMe, mine].map(\.id.rawValue))
            }
        }
    }

    @Test(
        "a post that several brought stands once in a page, as its latest bringer shows it",
        arguments: TestEngine.available)
    func once(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob"))
            let cafe = try await scene.account("cafe", kind: .group)
            for target in [bob, cafe] { try await scene.follow(target, by: ana) }
            let post = try await scene.post(by: bob, group: cafe)
            try await scene.boost(post, by: cafe)
            try await scene.db.read { db in
                let home = try Timelines.home(ana.id, page, in: db)
                #expect(home.items.map(\.account) == [cafe.id])
                let alone = try Timelines.group(cafe.id, page, viewer: ana.id, mode: .open, in: db)
                #expect(alone.items.map(\.id.rawValue) == [post.id.rawValue])
            }
        }
    }

    @Test(
        "pages of every size, read down and read up, hold each timeline item once and newest first",
        arguments: TestEngine.available)
    func paging(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ana = try await scene.account("ana")
            var people: [Account] = []
            for number in 0..<5 {
                let person = try await scene.account("p\(number)")
                people.append(person)
                try await scene.follow(person, by: ana)
            }
            for round in 0..<4 { for person in people.dropFirst(round) { try await scene.post(by: person) } }
            try await scene.db.read { db in
                let all = try Timelines.home(ana.id, page, in: db).items
                #expect(all.count == 14)
                #expect(all.map(\.id) == all.map(\.id).sorted(by: >))
                for limit in 1...6 {
                    var (down, before): ([TimelineItem], Int64?) = ([], nil)
                    repeat {
                        let next = try Timelines.home(ana.id, PageRequest(before: before, limit: limit), in: db)
                        #expect(next.items.count == limit || next.older == nil)
                        down += next.items
                        before = next.older
                    } while before != nil
                    #expect(down == all)
                    var (up, after): ([TimelineItem], Int64) = ([], 0)
                    while true {
                        let request = PageRequest(after: after, fromOldest: true, limit: limit)
                        let next = try Timelines.home(ana.id, request, in: db)
                        guard let newer = next.newer else { break }
                        up = next.items + up
                        after = newer
                    }
                    #expect(up == all)
                }
            }
        }
    }

    @Test(
        "home goes on behind the newest posts of many accounts when all of them were deleted",
        arguments: TestEngine.available)
    func behindDeleted(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ana = try await scene.account("ana")
            var (people, kept, deleted): ([Account], [Post], [Post]) = ([], [], [])
            for number in 0..<9 {
                let person = try await scene.account("p\(number)")
                try await scene.follow(person, by: ana)
                people.append(person)
            }
            for person in people { kept.append(try await scene.post(by: person)) }
            for person in people { deleted.append(try await scene.post(by: person)) }
            let gone = deleted.map(\.id)
            try await scene.db.write { tx in
                for id in gone { try Posts.delete(id, in: tx) }
            }
            let newestFirst = Array(kept.map(\.id.rawValue).reversed())
            try await scene.db.read { db in
                for limit in [2, 5, 9, 20] {
                    let home = try Timelines.home(ana.id, PageRequest(limit: limit), in: db)
                    #expect(subjects(home) == Array(newestFirst.prefix(limit)))
                }
            }
        }
    }

    @Test(
        "what is muted, blocked, hidden with its boosts or kept in a list apart is not at home",
        arguments: TestEngine.available)
    func hidden(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob"))
            let eve = try await scene.account("eve")
            try await scene.follow(bob, by: ana)
            let own = try await scene.post(by: bob)
            let others = try await scene.post(by: eve)
            try await scene.boost(others, by: bob)
            try await scene.db.read { db in
                let home = try Timelines.home(ana.id, page, in: db)
                #expect(home.items.count == 2)
            }
            try await scene.db.write { tx in
                try Follows.tune(by: ana.id, of: bob.id, showsBoosts: false, notifies: nil, in: tx)
            }
            try await scene.db.read { db in
                let home = try Timelines.home(ana.id, page, in: db)
                #expect(subjects(home) == [own.id.rawValue])
            }
            try await scene.db.write { tx in
                try Follows.tune(by: ana.id, of: bob.id, showsBoosts: true, notifies: nil, in: tx)
                try ThreadMutes.set(own.thread, muted: true, by: ana.id, in: tx)
            }
            try await scene.block(ana, by: eve)
            try await scene.db.read { db in
                let home = try Timelines.home(ana.id, page, in: db)
                #expect(home.items == [])
            }
        }
    }

    @Test("a profile shows what its reader may read; a letter never stands in one", arguments: TestEngine.available)
    func profile(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob"))
            let open = try await scene.post(by: ana)
            let close = try await scene.post(by: ana, .followers)
            try await scene.post(by: ana, .direct, mentions: [bob])
            try await scene.follow(ana, by: bob)
            try await scene.db.read { db in
                let filter = AccountFilter()
                let stranger = try Timelines.account(ana.id, filter, page, viewer: nil, in: db)
                #expect(subjects(stranger) == [open.id.rawValue])
                let follower = try Timelines.account(ana.id, filter, page, viewer: bob.id, in: db)
                #expect(subjects(follower) == [close.id.rawValue, open.id.rawValue])
            }
        }
    }
}
