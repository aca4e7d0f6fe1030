// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing

@Suite("What people are told")
struct NotificationsTests {
    static let now = Scene.start + .days(60)

    /// A reason why a recipient may not be notified of what another account did.
    enum Obstacle: String, CaseIterable, Sendable {
        case none, block, blocked, mute, quietMute, endedMute, hostBlock, threadMute, oneself, elsewhere, suspended
        var isHeard: Bool { self == .none || self == .quietMute || self == .endedMute }
    }

    @Test("nobody hears across a block, of the muted, of oneself, nor elsewhere", arguments: TestEngine.available)
    func obstacles(_ engine: TestEngine) async throws {
        for obstacle in Obstacle.allCases {
            try await Scene.with(engine) { scene in
                let ada = try await scene.account("ada", host: obstacle == .elsewhere ? "far.example" : "")
                let vic = try await scene.account("vic", host: "away.example")
                let post = try await scene.post(by: ada)
                try await Self.put(obstacle, between: ada, and: vic, on: post, scene)
                let told = try await scene.tell(.favourite(of: post, by: obstacle == .oneself ? ada.id : vic.id))
                #expect(told.map(\.account) == (obstacle.isHeard ? [ada.id] : []), "\(obstacle)")
            }
        }
    }

    private static func put(
        _ obstacle: Obstacle, between ada: Account, and vic: Account, on post: Post, _ scene: Scene
    ) async throws {
        switch obstacle {
        case .none, .oneself, .elsewhere: break
        case .block: try await scene.block(vic, by: ada)
        case .blocked: try await scene.block(ada, by: vic)
        case .suspended: try await scene.db.write { tx in try Accounts.suspend(vic.id, at: now, in: tx) }
        case .threadMute:
            try await scene.db.write { tx in try ThreadMutes.set(post.thread, muted: true, by: ada.id, in: tx) }
        case .hostBlock:
            try await scene.run(
                "INSERT INTO host_block (account_id, host, created_at) VALUES (\(ada.id), 'away.example', 0)")
        case .mute, .quietMute, .endedMute:
            let end: Timestamp? = obstacle == .endedMute ? now - .seconds(1) : nil
            try await scene.run(
                """
                INSERT INTO mute (account_id, target_id, hides_notifications, expires_at, created_at)
                VALUES (\(ada.id), \(vic.id), \(obstacle != .quietMute), \(end), 0)
                """)
        }
    }

    @Test(
        "repeats tell nothing, what is taken back is gone, a change is told each time", arguments: TestEngine.available)
    func repeats(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let vic = try await scene.account("vic")
            let post = try await scene.post(by: ada)
            try await scene.boost(post, by: vic)
            #expect(try await scene.tell(.reblog(of: post, by: vic.id)).count == 1)
            #expect(try await scene.tell(.reblog(of: post, by: vic.id)).isEmpty)
            #expect(try await scene.told(ada).count == 1)
            let first = try await scene.tell(.update(of: post)).first?.id
            let second = try await scene.tell(.update(of: post)).first?.id
            #expect(first != nil && second != nil && first != second)
            #expect(try await scene.told(vic).map(\.kind) == [.update])
            try await scene.db.write { tx in _ = try Boosts.remove(account: vic.id, post: post.id, in: tx) }
            #expect(try await scene.told(ada).isEmpty)
            #expect(try await scene.tell(.favourite(of: post, by: vic.id)).count == 1)
            try await scene.db.write { tx in _ = try Posts.delete(post.id, in: tx) }
            #expect(try await scene.told(ada).isEmpty)
            #expect(try await scene.told(vic).isEmpty)
        }
    }

    @Test("a group is told of requests to follow it, and of nothing else", arguments: TestEngine.available)
    func groups(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            var group = try await scene.account("cafe", kind: .group)
            let vic = try await scene.account("vic")
            let post = try await scene.post(by: vic, mentions: [group])
            #expect(try await scene.tell(.mention(in: post)).isEmpty)
            #expect(try await scene.tell(.follow(of: group, by: vic.id)).isEmpty)
            group.approvesFollowers = true
            #expect(try await scene.tell(.follow(of: group, by: vic.id)).map(\.kind) == [.followRequest])
            try await scene.follow(group, by: vic)
            #expect(try await scene.told(group).isEmpty)
        }
    }

    @Test(
        "who asked for it hears of each post of an author, and of each discussion of a group",
        arguments: TestEngine.available)
    func everyPost(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let group = try await scene.account("cafe", kind: .group)
            let (vic, ada, bob) = (
                try await scene.account("vic"), try await scene.account("ada"), try await scene.account("bob")
            )
            for (follower, target) in [(ada, vic), (bob, group)] {
                try await scene.follow(target, by: follower)
                try await scene.db.write { tx in
                    try Follows.tune(by: follower.id, of: target.id, showsBoosts: nil, notifies: true, in: tx)
                }
            }
            let post = try await scene.post(by: vic, group: group)
            let answer = try await scene.post(by: bob, replyingTo: post, group: group)
            try await scene.publish(post, at: Scene.start)
            try await scene.publish(answer, at: Scene.start)
            #expect(try await scene.told(ada).map(\.kind) == [.status])
            #expect(try await scene.told(bob).map(\.kind) == [.status])
            #expect(try await scene.told(vic).map(\.kind) == [.mention])
            let old = try await scene.post(by: vic)
            try await scene.publish(old, at: Scene.start + .days(9))
            #expect(try await scene.told(ada).count == 1)
        }
    }

    @Test("those who answered hear of another time, but not who changed it", arguments: TestEngine.available)
    func events(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let group = try await scene.account("cafe", kind: .group)
            let (ada, bob, eve) = (
                try await scene.account("ada"), try await scene.account("bob"), try await scene.account("eve")
            )
            let event = try await scene.event(by: group, capacity: 1)
            for guest in [ada, bob] { try await scene.requestToJoin(guest, event) }
            let told = try await scene.tell(.update(of: event, by: ada.id))
            #expect(told.map(\.account) == [bob.id])
            #expect(try await scene.tell(.update(of: event)).map(\.account) == [ada.id, bob.id])
            let views = try await scene.db.read { db in
                try NotificationViews.load(
                    try Notifications.list(of: bob.id, .init(), PageRequest(), at: Self.now, in: db), viewer: bob.id,
                    in: db)
            }
            #expect(views.first?.status?.id.rawValue == event.id.rawValue)
            #expect(try await scene.told(eve).isEmpty)
        }
    }

    @Test("a page costs the same number of statements whatever stands on it", arguments: TestEngine.available)
    func statements(_ engine: TestEngine) async throws {
        let recorder = StatementRecorder()
        try await Scene.with(engine, readers: 1, onStatement: { recorder.record($0) }) { scene in
            let ada = try await scene.account("ada")
            var counts: Set<Int> = []
            for number in 0..<4 {
                let fan = try await scene.account("fan\(number)")
                let post = try await scene.post(by: ada, mentions: [fan], tags: ["tea"])
                _ = try await scene.tell(.favourite(of: post, by: fan.id))
                _ = try await scene.tell(.follow(of: ada, by: fan.id))
                recorder.forget()
                _ = try await scene.db.read { db in
                    let groups = try NotificationGroups.list(of: ada.id, .init(), PageRequest(), at: Self.now, in: db)
                    _ = try NotificationViews.load(groups.map(\.latest), viewer: ada.id, in: db)
                    return try NotificationViews.load(
                        try Notifications.list(of: ada.id, .init(), PageRequest(), at: Self.now, in: db),
                        viewer: ada.id, in: db)
                }
                counts.insert(recorder.statements.filter { $0.hasPrefix("SELECT") }.count)
            }
            #expect(counts.count == 1, "\(counts)")
        }
    }

    @Test("a newcomer who is refused takes the word about them along", arguments: TestEngine.available)
    func refused(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ada, bob) = (try await scene.account("ada"), try await scene.account("bob"))
            try await scene.db.write { tx in
                try LocalAccounts.insert(Someone.member(ada, approvedAt: Scene.start), signUpNote: "", in: tx)
                try LocalAccounts.setRole(ada.id, .steward, in: tx)
                try LocalAccounts.insert(Someone.member(bob, approvedAt: nil), signUpNote: "", in: tx)
            }
            #expect(try await scene.tell(.signUp(bob.id)).count == 1)
            try await scene.db.write { tx in try #require(try LocalAccounts.remove(bob.id, in: tx)) }
            #expect(try await scene.told(ada).isEmpty)
        }
    }

    @Test("moderators hear of newcomers and reports", arguments: TestEngine.available)
    func duties(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ada, bob) = (try await scene.account("ada"), try await scene.account("bob"))
            try await scene.db.write { tx in
                try LocalAccounts.insert(Someone.member(ada, approvedAt: Scene.start), signUpNote: "", in: tx)
                try LocalAccounts.setRole(ada.id, .moderator, in: tx)
            }
            let report = Report(
                id: scene.id(), activity: try scene.iri("flags"), reporter: bob.id, target: bob.id, objects: [],
                comment: "tea", createdAt: Scene.start)
            try await scene.db.write { tx in _ = try Reports.insert(report, in: tx) }
            #expect(try await scene.tell(.signUp(bob.id)).map(\.account) == [ada.id])
            #expect(try await scene.tell(.report(report)).map(\.account) == [ada.id])
            let views = try await scene.db.read { db in
                try NotificationViews.load(
                    try Notifications.list(of: ada.id, .init(), PageRequest(), at: Self.now, in: db), viewer: ada.id,
                    in: db)
            }
            #expect(views.map { $0.report?.comment } == ["tea", nil])
        }
    }
}

// MARK: - Steps

extension Scene {
    /// Adds a notification, and returns the new ones.
    func tell(_ new: NewNotification, at now: Timestamp = NotificationsTests.now) async throws -> [Storage.Notification]
    {
        try await db.write { tx in try Notifications.add(new, at: now, ids: Self.tellers, in: tx) }
    }

    func publish(_ post: Post, at now: Timestamp) async throws {
        try await db.write { tx in
            let answered = try post.inReplyTo.flatMap { try Posts.byID($0, in: tx)?.author }
            try Notifications.posted(post, replyingTo: answered, at: now, ids: Self.tellers, in: tx)
        }
    }

    /// The notifications of an account, newest first.
    func told(_ account: Account, filtered: Bool = false) async throws -> [Storage.Notification] {
        var filter = NotificationListFilter()
        filter.withFiltered = filtered
        return try await db.read { [filter] db in
            try Notifications.list(of: account.id, filter, PageRequest(), at: NotificationsTests.now, in: db)
        }
    }

    func run(_ sql: SQL) async throws {
        try await db.write { tx in try tx.run(sql) }
    }

    private static let tellers = IDMaker(slot: 9)
}
