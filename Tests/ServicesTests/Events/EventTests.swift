// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Planning events")
struct EventTests {
    @Test("an event is its group's, told to followers and by the agenda", arguments: TestEngine.available)
    func plan(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let (group, agenda) = (try await cafe.local("cafe"), try await cafe.local("agenda"))
            try await cafe.follow(group.id, by: try await cafe.stranger("vic").id)
            try await cafe.follow(agenda.id, by: try await cafe.stranger("una", at: "near.example").id)
            try await cafe.forgetSayings()
            let id = try await cafe.plan(by: ada, capacity: 12)
            let event = try await cafe.event(id)
            #expect(event.owner == group.id && event.organizer == ada && event.status == .scheduled)
            #expect(event.capacity == 12 && event.joinMode == .restricted && event.language == "fr")
            #expect(event.place?.line == "Le Comptoir, Lyon" && event.iri.string.hasSuffix("/events/\(id)"))
            #expect(event.uuid.count == 36 && event.uuid.dropFirst(14).first == "4")
            #expect(try await cafe.sayings() == ["Create cafe", "Announce agenda"])
            #expect(
                try await cafe.deliveries() == [
                    "Announce agenda https://near.example/inbox", "Create cafe https://far.example/inbox",
                ])
        }
    }

    @Test("every problem of a draft is named", arguments: TestEngine.available)
    func drafts(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let now = cafe.clock.now
            let changes: [(String, String, @Sendable (inout EventDraft) -> Void)] = [
                ("title", "missing", { $0.title = " " }), ("title", "missing", { $0.title = "\0" }),
                ("title", "too_long", { $0.title = String(repeating: "t", count: PostLimits.title + 1) }),
                ("text", "too_long", { $0.text = String(repeating: "t", count: PostLimits.text + 1) }),
                ("zone", "not_a_zone", { $0.timeZone = "Mars/Olympus" }),
                ("start", "in_the_past", { $0.startsAt = now }), ("end", "before_start", { $0.endsAt = $0.startsAt }),
                ("end", "too_long", { $0.endsAt = $0.startsAt + .days(32) }),
                ("capacity", "not_a_number", { $0.capacity = 0 }),
                ("capacity", "not_a_number", { $0.capacity = 100_001 }),
                ("place", "too_long", { $0.place = Place(name: String(repeating: "p", count: 501)) }),
                ("online", "not_an_address", { $0.online = "meet me" }),
                ("online", "not_an_address", { $0.online = "javascript:alert(1)" }),
                ("language", "not_a_language", { $0.language = "not a language" }),
                ("group", "missing", { $0.group = ada }), ("group", "missing", { $0.group = ID(1) }),
            ]
            for (field, code, change) in changes {
                var draft = try await cafe.evening()
                change(&draft)
                let wrong = draft
                try await cafe.expect(.field(field, code)) { _ = try await $0.planEvent(wrong, as: .member(ada)) }
            }
            var draft = try await cafe.evening()
            draft.startsAt = now + .days(3_651)
            draft.endsAt = draft.startsAt + .hours(1)
            let late = draft
            try await cafe.expect(.field("start", "too_far")) { _ = try await $0.planEvent(late, as: .member(ada)) }
        }
    }

    @Test("only members of the group plan for it; who runs the node may all the same")
    func strangers() async throws {
        try await Cafe.open { cafe in
            let (ada, mona) = (try await cafe.member("ada"), try await cafe.member("mona", .moderator))
            let draft = try await cafe.evening()
            for person in [ada, mona] { try await cafe.services.unfollow(draft.group, as: .member(person)) }
            try await cafe.expect(.conflict("not_in_group")) { _ = try await $0.planEvent(draft, as: .member(ada)) }
            try await cafe.expect(.notAllowed) { _ = try await $0.planEvent(draft, as: .member(ID(1))) }
            _ = try await cafe.services.planEvent(draft, as: .member(mona))
        }
    }

    @Test(
        "another time makes it rescheduled, other words do not; guests everywhere are told",
        arguments: TestEngine.available)
    func change(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let id = try await cafe.plan(by: ada)
            #expect(try await cafe.seat(try await cafe.stranger("vic"), id) == .going)
            let before = try await cafe.event(id)
            try await cafe.forgetSayings()
            var draft = try await cafe.evening()
            draft.title = "Grande soirée"
            try await cafe.services.changeEvent(id, draft, as: .member(ada))
            var after = try await cafe.event(id)
            #expect(after.title == "Grande soirée" && after.status == .scheduled && after.sequence == 1)
            #expect(after.updatedAt > before.updatedAt && after.uuid == before.uuid && after.previousStart == nil)
            draft.startsAt = draft.startsAt + .hours(1)
            try await cafe.services.changeEvent(id, draft, as: .member(ada))
            after = try await cafe.event(id)
            #expect(after.status == .rescheduled && after.previousStart == before.startsAt && after.sequence == 2)
            #expect(
                try await cafe.deliveries() == Array(repeating: "Update cafe https://far.example/inbox", count: 2))
        }
    }

    @Test("an event is postponed, then told anew; once cancelled it stays so", arguments: TestEngine.available)
    func life(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let id = try await cafe.plan(by: ada)
            #expect(try await cafe.seat(try await cafe.stranger("vic"), id) == .going)
            try await cafe.forgetSayings()
            try await cafe.services.postponeEvent(id, as: .member(ada))
            #expect(try await cafe.event(id).status == .postponed)
            try await cafe.expect(.conflict("event_postponed")) { try await $0.postponeEvent(id, as: .member(ada)) }
            try await cafe.expect(.conflict("event_postponed")) { try await $0.joinEvent(id, as: .member(ada)) }
            let draft = try await cafe.evening()
            try await cafe.services.changeEvent(id, draft, as: .member(ada))
            #expect(try await cafe.event(id).status == .rescheduled)
            try await cafe.services.cancelEvent(id, as: .member(ada))
            #expect(try await cafe.event(id).status == .cancelled)
            #expect(
                try await cafe.deliveries() == Array(repeating: "Update cafe https://far.example/inbox", count: 3))
            try await cafe.expect(.conflict("event_cancelled")) { try await $0.cancelEvent(id, as: .member(ada)) }
            try await cafe.expect(.conflict("event_cancelled")) { try await $0.postponeEvent(id, as: .member(ada)) }
            try await cafe.expect(.conflict("event_cancelled")) {
                try await $0.changeEvent(id, draft, as: .member(ada))
            }
            try await cafe.expect(.conflict("event_cancelled")) { try await $0.joinEvent(id, as: .member(ada)) }
        }
    }

    @Test("who planned it, who runs its group and who runs the node change it; others do not")
    func whoMay() async throws {
        try await Cafe.open { cafe in
            let (ada, eve, bob) = (
                try await cafe.member("ada"), try await cafe.member("eve"), try await cafe.member("bob")
            )
            let mona = try await cafe.member("mona", .moderator)
            let id = try await cafe.plan(by: ada)
            let draft = try await cafe.evening()
            try await cafe.database.write { tx in
                try GroupRoles.set(.animator, group: draft.group, account: bob, in: tx)
            }
            for person in [ada, bob, mona] {
                try await cafe.services.changeEvent(id, draft, as: .member(person))
                #expect(try await cafe.services.mayChangeEvent(id, as: .member(person)))
            }
            #expect(try await !cafe.services.mayChangeEvent(id, as: .member(eve)))
            try await cafe.expect(.notAllowed) { try await $0.changeEvent(id, draft, as: .member(eve)) }
            try await cafe.expect(.notAllowed) { try await $0.postponeEvent(id, as: .member(eve)) }
            try await cafe.expect(.notAllowed) { try await $0.cancelEvent(id, as: .member(eve)) }
            try await cafe.expect(.notFound) { try await $0.cancelEvent(ID(1), as: .member(mona)) }
            let remote = try await cafe.remoteEvent(by: try await cafe.stranger("vic"))
            try await cafe.expect(.notFound) { try await $0.changeEvent(remote, draft, as: .member(mona)) }
            #expect(try await !cafe.services.mayChangeEvent(remote, as: .member(mona)))
            try await cafe.services.suspend(ada, true, as: .operator)
            try await cafe.expect(.notAllowed) { try await $0.cancelEvent(id, as: .member(ada)) }
        }
    }

    @Test("more seats let in those who wait longest, and those elsewhere are told", arguments: TestEngine.available)
    func seats(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            let id = try await cafe.plan(by: ada, capacity: 1)
            #expect(try await cafe.services.joinEvent(id, as: .member(ada)) == .going)
            let guests = [try await cafe.stranger("vic"), try await cafe.stranger("una", at: "near.example")]
            for guest in guests { #expect(try await cafe.seat(guest, id) == .waiting) }
            #expect(try await cafe.services.joinEvent(id, as: .member(bob)) == .waiting)
            try await cafe.forgetSayings()
            try await cafe.services.changeEvent(id, try await cafe.evening(capacity: 2), as: .member(ada))
            #expect(try await cafe.state(of: guests[0].id, id) == .going)
            #expect(try await cafe.state(of: guests[1].id, id) == .waiting)
            #expect(
                try await cafe.deliveries() == [
                    "Accept cafe https://far.example/users/vic/inbox", "Update cafe https://far.example/inbox",
                    "Update cafe https://near.example/inbox",
                ])
            // Fewer seats remove no guest. Without a limit everybody on the waiting list gets a seat.
            try await cafe.services.changeEvent(id, try await cafe.evening(capacity: 1), as: .member(ada))
            #expect(try await cafe.state(of: guests[0].id, id) == .going)
            try await cafe.services.changeEvent(id, try await cafe.evening(), as: .member(ada))
            #expect(try await cafe.state(of: bob, id) == .going)
            #expect(try await cafe.event(id).joinMode == .free)
        }
    }
}
