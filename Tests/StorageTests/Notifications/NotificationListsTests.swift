// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing

@Suite("Lists of what people are told")
struct NotificationListsTests {
    @Test("several thanks for one post are one group, on one page only", arguments: TestEngine.available)
    func groups(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let posts = [try await scene.post(by: ada), try await scene.post(by: ada)]
            for number in 0..<10 {
                let fan = try await scene.account("fan\(number)")
                let at = NotificationsTests.now + .seconds(number)
                _ = try await scene.tell(.favourite(of: posts[number % 2], by: fan.id), at: at)
                if number == 4 { _ = try await scene.tell(.follow(of: ada, by: fan.id), at: at) }
            }
            let all = try await scene.groups(ada)
            #expect(all.map(\.latest.kind) == [.favourite, .favourite, .follow])
            #expect(all.map(\.count) == [5, 5, 1])
            let hours = NotificationsTests.now.milliseconds / 3_600_000
            #expect(all.first?.key == "favourite-\(posts[1].id)-\(hours - hours % 12)")
            #expect(all.map(\.accounts.count) == [5, 5, 1])

            var before: Int64?
            var seen: [String] = []
            for _ in 0..<4 {
                let page = try await scene.groups(ada, PageRequest(before: before, limit: 1))
                seen += page.map(\.key)
                before = page.last?.id.rawValue ?? 1
            }
            #expect(seen == all.map(\.key))
            let upwards = try await scene.groups(
                ada, PageRequest(after: all[2].id.rawValue, fromOldest: true, limit: 1))
            #expect(upwards.map(\.key) == [all[1].key])

            let alone = try await scene.groups(ada, grouped: [.follow])
            #expect(alone.count == 11)
            #expect(alone.filter { $0.key.hasPrefix("ungrouped-") }.count == 10)
        }
    }

    @Test("a group is found, shows its people, is counted as unread and forgotten", arguments: TestEngine.available)
    func one(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let post = try await scene.post(by: ada)
            for number in 0..<3 {
                let fan = try await scene.account("fan\(number)")
                _ = try await scene.tell(.reblog(of: post, by: fan.id))
            }
            let group = try #require(try await scene.groups(ada).first)
            let now = NotificationsTests.now
            try await scene.db.write { tx in
                #expect(try NotificationGroups.find(group.key, of: ada.id, at: now, in: tx) == group)
                let people = try NotificationGroups.accounts(group.key, of: ada.id, PageRequest(), at: now, in: tx)
                #expect(people.map(\.account.username) == ["fan2", "fan1", "fan0"])
                #expect(try NotificationGroups.unreadCount(of: ada.id, .init(), limit: 9, at: now, in: tx) == 1)
                #expect(try Notifications.unreadCount(of: ada.id, .init(), limit: 9, at: now, in: tx) == 3)
                #expect(try Notifications.unreadCount(of: ada.id, .init(), limit: 2, at: now, in: tx) == 2)
                try Markers.advance(.notifications, to: group.id.rawValue, of: ada.id, at: now, in: tx)
                #expect(try !Notifications.hasNews(for: ada.id, at: now, in: tx))
                #expect(try NotificationGroups.find("ungrouped-\(group.id)", of: ada.id, at: now, in: tx)?.count == 1)
                #expect(try NotificationGroups.find("ungrouped-\(group.id)", of: post.author, at: now, in: tx) != nil)
                #expect(try NotificationGroups.dismiss(group.key, of: ada.id, in: tx))
                #expect(try !NotificationGroups.dismiss(group.key, of: ada.id, in: tx))
            }
            #expect(try await scene.told(ada).isEmpty)
        }
    }

    /// The categories of senders whose notifications a policy can filter.
    enum Sort: String, CaseIterable, Sendable {
        case stranger, notFollower, newcomer, letter, limited, bot
    }

    @Test("the policy lets through, keeps waiting or drops", arguments: TestEngine.available)
    func policies(_ engine: TestEngine) async throws {
        for sort in Sort.allCases {
            for filter in NotificationFilter.allCases {
                try await Scene.with(engine) { scene in
                    let ada = try await scene.account("ada")
                    let vic = try await scene.account(
                        "vic", host: "far.example", kind: sort == .bot ? .service : .person)
                    if sort == .limited { try await scene.decide(.limited, about: "far.example") }
                    var policy = NotificationPolicy()
                    switch sort {
                    case .stranger: policy.notFollowing = filter
                    case .notFollower: policy.notFollowers = filter
                    case .newcomer: policy.newAccounts = filter
                    case .letter: policy.privateMentions = filter
                    case .limited: policy.limitedAccounts = filter
                    case .bot: policy.bots = filter
                    }
                    let chosen = policy
                    try await scene.db.write { tx in try NotificationPolicies.set(chosen, for: ada.id, in: tx) }
                    let post = try await scene.post(by: vic, sort == .letter ? .direct : .everyone, mentions: [ada])
                    let now = sort == .newcomer ? Scene.start + .days(1) : NotificationsTests.now
                    let told = try await scene.tell(.mention(in: post), at: now)
                    #expect(told.map(\.isFiltered) == (filter == .drop ? [] : [filter == .filter]), "\(sort) \(filter)")
                }
            }
        }
    }

    @Test("whom one follows, answered or let through is not kept waiting", arguments: TestEngine.available)
    func exceptions(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ada, vic) = (try await scene.account("ada"), try await scene.account("vic"))
            var policy = NotificationPolicy()
            policy.privateMentions = .filter
            let chosen = policy
            try await scene.db.write { tx in try NotificationPolicies.set(chosen, for: ada.id, in: tx) }
            let letter = try await scene.post(by: ada, .direct, mentions: [vic])
            let answer = try await scene.post(by: vic, .direct, replyingTo: letter, mentions: [ada])
            try await scene.publish(answer, at: Scene.start)
            #expect(try await scene.told(ada).count == 1)
            let unasked = try await scene.post(by: vic, .direct, mentions: [ada])
            try await scene.publish(unasked, at: Scene.start)
            #expect(try await scene.told(ada).count == 1)
            try await scene.follow(vic, by: ada)
            let followed = try await scene.post(by: vic, .direct, mentions: [ada])
            try await scene.publish(followed, at: Scene.start)
            #expect(try await scene.told(ada).count == 2)
        }
    }

    @Test("a request shows who waits; a yes lets all be heard, a no forgets it", arguments: TestEngine.available)
    func requests(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            var policy = NotificationPolicy()
            policy.notFollowing = .filter
            let chosen = policy
            try await scene.db.write { tx in try NotificationPolicies.set(chosen, for: ada.id, in: tx) }
            let post = try await scene.post(by: ada)
            for name in ["vic", "una"] {
                let fan = try await scene.account(name)
                let mention = try await scene.post(by: fan, mentions: [ada])
                for new in [NewNotification.mention(in: mention), .favourite(of: post, by: fan.id)] {
                    _ = try await scene.tell(new)
                }
            }
            #expect(try await scene.told(ada).isEmpty)
            #expect(try await scene.told(ada, filtered: true).count == 4)
            try await scene.db.write { tx in
                let waiting = try NotificationRequests.list(of: ada.id, PageRequest(), in: tx)
                #expect(waiting.map(\.from.username) == ["una", "vic"])
                #expect(waiting.map(\.count) == [2, 2] && waiting.allSatisfy { $0.lastPost != nil })
                #expect(try NotificationRequests.backlog(of: ada.id, in: tx).notifications == 4)
                #expect(try NotificationRequests.accept([waiting[0].id], of: waiting[1].from.id, in: tx) == 0)
                #expect(try NotificationRequests.accept([waiting[0].id], of: ada.id, in: tx) == 1)
                #expect(try NotificationRequests.dismiss([waiting[1].id], of: ada.id, in: tx) == 1)
                #expect(try NotificationRequests.backlog(of: ada.id, in: tx).requests == 0)
            }
            #expect(try await scene.told(ada, filtered: true).count == 2)
            #expect(try await scene.told(ada).count == 2)
        }
    }

    @Test(
        "direct messages are one conversation a thread; the one before is the last when the last is deleted",
        arguments: TestEngine.available)
    func letters(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ada, vic) = (try await scene.account("ada"), try await scene.account("vic"))
            let first = try await scene.post(by: ada, .direct, mentions: [vic])
            let second = try await scene.post(by: vic, .direct, replyingTo: first, mentions: [ada])
            try await scene.publish(first, at: Scene.start)
            try await scene.publish(second, at: Scene.start)
            try await scene.publish(try await scene.post(by: vic, .everyone, mentions: [ada]), at: Scene.start)
            var list = try await scene.conversations(ada)
            #expect(list.map(\.lastPost) == [second.id])
            #expect(list.map(\.isUnread) == [true] && list[0].others.map(\.id) == [vic.id])
            #expect(try await scene.conversations(vic).map(\.isUnread) == [false])
            try await scene.db.write { tx in _ = try Posts.delete(second.id, in: tx) }
            list = try await scene.conversations(ada)
            #expect(list.map(\.lastPost) == [first.id])
            try await scene.db.write { tx in _ = try AccountRemoval.step(of: ada.id, limit: 100, in: tx) }
            for person in [ada, vic] { #expect(try await scene.conversations(person).isEmpty) }
        }
    }

    @Test("a marker counts its versions, and moves on without going back", arguments: TestEngine.available)
    func markers(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            try await scene.db.write { tx in
                for number: Int64 in [5, 9, 7] {
                    try Markers.set(.home, lastRead: number, of: ada.id, at: Scene.start, in: tx)
                    try Markers.advance(.notifications, to: number, of: ada.id, at: Scene.start, in: tx)
                }
                let markers = try Markers.of(ada.id, in: tx)
                #expect(markers.map(\.timeline) == [.home, .notifications])
                #expect(markers.map(\.lastRead) == [7, 9] && markers.map(\.version) == [3, 2])
            }
        }
    }

    @Test("announcements end with their event, and show whose sign is whose", arguments: TestEngine.available)
    func announcements(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ada, vic) = (try await scene.account("ada"), try await scene.account("vic"))
            let group = try await scene.account("cafe", kind: .group)
            let event = try await scene.event(by: group, hours: 24)
            let announcement = Announcement(
                id: scene.id(), author: ada.id, event: event.id, content: SanitizedHTML(unchecked: "<p>tea</p>"),
                endsAt: nil, publishedAt: Scene.start)
            try await scene.db.write { tx in
                try Announcements.insert(announcement, in: tx)
                for person in [ada, vic] {
                    try Announcements.react("✋", to: announcement.id, by: person.id, at: Scene.start, in: tx)
                }
                try Announcements.react("☕", to: announcement.id, by: vic.id, at: Scene.start + .seconds(1), in: tx)
                try Announcements.dismiss(announcement.id, by: vic.id, in: tx)
                let views = try Announcements.list(viewer: ada.id, withRead: false, at: Scene.start, in: tx)
                #expect(views.first?.announcement.startsAt == event.startsAt)
                #expect(views.first?.announcement.endsAt == event.endsAt)
                #expect(views.first?.reactions.map(\.name) == ["✋", "☕"])
                #expect(views.first?.reactions.map(\.count) == [2, 1])
                #expect(views.first?.reactions.map(\.isMine) == [true, false])
                #expect(try Announcements.list(viewer: vic.id, withRead: false, at: Scene.start, in: tx).isEmpty)
                #expect(try Announcements.list(viewer: vic.id, withRead: true, at: Scene.start, in: tx).count == 1)
                #expect(try Announcements.list(viewer: ada.id, withRead: true, at: event.endsAt, in: tx).isEmpty)
            }
        }
    }
}

extension Scene {
    func groups(
        _ account: Account, _ page: PageRequest = PageRequest(),
        grouped: Set<Storage.Notification.Kind> = Storage.Notification.Kind.grouped
    ) async throws -> [NotificationGroup] {
        try await db.read { db in
            try NotificationGroups.list(
                of: account.id, .init(grouped: grouped), page, at: NotificationsTests.now, in: db)
        }
    }

    func conversations(_ account: Account) async throws -> [DirectConversation] {
        try await db.read { db in try DirectConversations.list(of: account.id, PageRequest(), in: db) }
    }
}
