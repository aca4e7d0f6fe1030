// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("What people hear of a guest list")
struct GuestNewsTests {
    @Test("a freed seat is told to the guest who gets it, each time", arguments: TestEngine.available)
    func freedSeat(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob, eve) = (
                try await cafe.member("ada"), try await cafe.member("bob"), try await cafe.member("eve")
            )
            let id = try await cafe.plan(by: ada, capacity: 1)
            for round in 1...2 {
                try await cafe.services.joinEvent(id, as: .member(bob))
                try await cafe.services.joinEvent(id, as: .member(eve))
                try await cafe.services.leaveEvent(id, as: .member(bob))
                #expect(try await cafe.kinds(of: eve) == [.seat], "round \(round)")
                try await cafe.services.leaveEvent(id, as: .member(eve))
            }
            try await cafe.services.joinEvent(id, as: .member(bob))
            try await cafe.services.joinEvent(id, as: .member(eve))
            var more = try await cafe.evening(capacity: 2)
            more.startsAt = try await cafe.event(id).startsAt
            more.endsAt = try await cafe.event(id).endsAt
            try await cafe.services.changeEvent(id, more, as: .member(ada))
            #expect(try await cafe.state(of: eve, id) == .going)
            #expect(try await cafe.kinds(of: eve).contains(.seat))
        }
    }

    @Test("who organizes hears who comes, waits and leaves, and that it is full", arguments: TestEngine.available)
    func organizer(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob, eve) = (
                try await cafe.member("ada"), try await cafe.member("bob"), try await cafe.member("eve")
            )
            var draft = try await cafe.evening(capacity: 2)
            draft.organizerComes = true
            let id = try await cafe.services.planEvent(draft, as: .member(ada))
            #expect(try await cafe.state(of: ada, id) == .going)
            #expect(try await cafe.kinds(of: ada) == [])
            try await cafe.services.joinEvent(id, as: .member(bob))
            #expect(Set(try await cafe.kinds(of: ada)) == [.join, .full])
            try await cafe.services.joinEvent(id, as: .member(eve))
            #expect(Set(try await cafe.kinds(of: ada)) == [.join, .full, .wait])
            try await cafe.services.leaveEvent(id, as: .member(eve))
            #expect(Set(try await cafe.kinds(of: ada)) == [.join, .full, .leave])
            try await cafe.services.leaveEvent(id, as: .member(bob))
            #expect(Set(try await cafe.kinds(of: ada)) == [.full, .leave])
        }
    }

    @Test(
        "who runs a group hears of the requests to enter it, until they are answered", arguments: TestEngine.available)
    func groupRequests(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob) = (try await cafe.member("ada", .moderator), try await cafe.member("bob"))
            var draft = GroupDraft(name: "jardin", title: "Jardin")
            draft.approvesFollowers = true
            let group = try await cafe.services.createGroup(draft, as: .member(ada)).id
            try await cafe.services.follow(group, as: .member(bob))
            #expect(try await cafe.kinds(of: ada) == [.groupRequest])
            try await cafe.services.answerFollowRequest(from: bob, to: group, accept: true, as: .member(ada))
            #expect(try await cafe.kinds(of: ada) == [])
        }
    }

    @Test("the address of an online meeting is read by guests and organizers only", arguments: TestEngine.available)
    func address(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob, eve) = (
                try await cafe.member("ada"), try await cafe.member("bob"), try await cafe.member("eve")
            )
            var draft = try await cafe.evening(capacity: 1)
            draft.online = "https://visio.example/secret"
            let id = try await cafe.services.planEvent(draft, as: .member(ada))
            try await cafe.services.joinEvent(id, as: .member(bob))
            try await cafe.services.joinEvent(id, as: .member(eve))
            for (viewer, mayKnow) in [(nil, false), (ada, true), (bob, true), (eve, false)] as [(ID<Account>?, Bool)] {
                let view = try await cafe.database.read { db in try EventViews.one(id, viewer: viewer, in: db) }
                let event = try #require(view?.event)
                #expect((event.onlineURL != nil) == mayKnow)
                #expect(event.isOnline)
            }
        }
    }
}

extension Cafe {
    /// The kinds of a person's notifications, newest first, without those of new members.
    func kinds(of person: ID<Account>) async throws -> [Storage.Notification.Kind] {
        let now = clock.now
        return try await database.read { db in
            try Notifications.list(of: person, NotificationListFilter(), PageRequest(), at: now, in: db)
        }.map(\.kind).filter { $0 != .signUp }
    }
}
