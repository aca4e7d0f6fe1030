// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing

@testable import Services

@Suite("What people are told by e-mail")
struct EmailNewsTests {
    @Test("a freed seat is told once, with the event for the calendar", arguments: TestEngine.available)
    func seat(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (id, bob, eve) = try await fullEvent(cafe)
            try await cafe.services.leaveEvent(id, as: .member(bob))
            // Two processes write the e-mails at the same time.
            async let one: Void = cafe.services.tellByMail()
            async let other: Void = cafe.services.tellByMail()
            _ = try await (one, other)
            let mails = try await cafe.letters()
            #expect(mails.map(\.kind) == ["seat"])
            let mail = try #require(mails.first)
            #expect(mail.recipient == "eve@mail.example" && mail.account == eve && mail.event == id)
            #expect(mail.body.contains("Soirée") && mail.body.contains("https://cafe.example/events/\(id)"))
            #expect(mail.calendar?.contains("METHOD:PUBLISH") == true && mail.unsubscribe == nil)
            // It is late in the evening, and the event is not before the day after tomorrow.
            #expect(try await cafe.times() == ["2026-05-29T08:00"])
        }
    }

    @Test("who gave the seat back before the e-mail leaves gets none", arguments: TestEngine.available)
    func untrue(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (id, bob, eve) = try await fullEvent(cafe)
            try await cafe.services.leaveEvent(id, as: .member(bob))
            try await cafe.services.tellByMail()
            let mail = try #require(try await cafe.letters().first)
            #expect(try await cafe.database.read { db in try cafe.services.isStillTrue(mail, in: db) })
            try await cafe.services.leaveEvent(id, as: .member(eve))
            #expect(try await !cafe.database.read { db in try cafe.services.isStillTrue(mail, in: db) })
        }
    }

    @Test("of several changes of an event the last one is told, and nobody is told of what was undone since")
    func changes() async throws {
        try await Cafe.open { cafe in
            let (id, bob, eve) = try await fullEvent(cafe)
            var draft = try await cafe.evening(capacity: 1)
            draft.startsAt = cafe.clock.now + .days(3)
            draft.endsAt = draft.startsAt + .hours(2)
            let host = try await cafe.local("ada").id
            try await cafe.services.changeEvent(id, draft, as: .member(host))
            try await cafe.services.tellByMail()
            #expect(try await cafe.letters().map(\.kind) == ["event_changed", "event_changed"])
            let changed = try #require(try await cafe.letters().first)
            try await cafe.services.postponeEvent(id, as: .member(host))
            #expect(try await !cafe.database.read { db in try cafe.services.isStillTrue(changed, in: db) })
            try await cafe.services.tellByMail()
            #expect(try await cafe.letters().map(\.kind) == ["event_postponed", "event_postponed"])
            try await cafe.services.cancelEvent(id, as: .member(host))
            try await cafe.services.tellByMail()
            let mails = try await cafe.letters()
            #expect(mails.map(\.kind) == ["event_cancelled", "event_cancelled"])
            #expect(Set(mails.compactMap(\.account)) == [bob, eve])
            #expect(mails.allSatisfy { $0.calendar?.contains("METHOD:CANCEL") == true })
            for mail in mails {
                #expect(try await cafe.database.read { db in try cafe.services.isStillTrue(mail, in: db) })
            }
        }
    }

    @Test("a change within a day of the start leaves at night too", arguments: TestEngine.available)
    func near(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (id, _, _) = try await fullEvent(cafe)
            cafe.clock.pass(.hours(25))
            try await cafe.services.cancelEvent(id, as: .member(try await cafe.local("ada").id))
            try await cafe.services.tellByMail()
            #expect(try await cafe.times() == ["2026-05-29T23:26", "2026-05-29T23:26"])
        }
    }

    @Test("only texts changed, so nobody gets an e-mail; nobody without an address gets one, and the host none")
    func silent() async throws {
        try await Cafe.open { cafe in
            let (id, bob, _) = try await fullEvent(cafe)
            let host = try await cafe.local("ada").id
            var draft = try await cafe.evening(capacity: 1)
            draft.startsAt = try await cafe.event(id).startsAt
            draft.endsAt = try await cafe.event(id).endsAt
            draft.text = "Une autre description"
            try await cafe.services.changeEvent(id, draft, as: .member(host))
            try await cafe.services.tellByMail()
            #expect(try await cafe.letters().isEmpty)
            try await cafe.database.write { tx in _ = try LocalAccounts.setEmail(bob, nil, in: tx) }
            try await cafe.services.cancelEvent(id, as: .member(host))
            try await cafe.services.tellByMail()
            #expect(try await cafe.letters().map(\.recipient) == ["eve@mail.example"])
        }
    }

    @Test("the reader's language is the language of the e-mail", arguments: TestEngine.available)
    func language(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (id, bob, eve) = try await fullEvent(cafe)
            try await cafe.database.write { tx in try LocalAccounts.setLanguage(eve, "en", in: tx) }
            try await cafe.services.leaveEvent(id, as: .member(bob))
            try await cafe.services.tellByMail()
            let mail = try #require(try await cafe.letters().first)
            #expect(mail.language == "en" && mail.subject == "A seat for you: Soirée")
        }
    }

    @Test("a changed password is told by e-mail", arguments: TestEngine.available)
    func password(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada", password: "un mot de passe")
            _ = try await cafe.services.changePassword(
                "un autre mot de passe", current: "un mot de passe", as: .member(ada))
            _ = try await cafe.services.resetPassword(of: ada, as: .operator)
            let mails = try await cafe.letters()
            #expect(mails.map(\.kind) == ["password_changed", "password_changed"])
            #expect(mails.allSatisfy { $0.urgency == .atOnce && $0.unsubscribe == nil })
        }
    }

    /// An event of Ada with one seat, which Bob has and for which Eve waits.
    private func fullEvent(_ cafe: Cafe) async throws -> (ID<Event>, ID<Account>, ID<Account>) {
        let (ada, bob, eve) = (
            try await cafe.member("ada"), try await cafe.member("bob"), try await cafe.member("eve")
        )
        let id = try await cafe.plan(by: ada, capacity: 1)
        try await cafe.services.joinEvent(id, as: .member(bob))
        try await cafe.services.joinEvent(id, as: .member(eve))
        return (id, bob, eve)
    }
}

extension Cafe {
    /// The waiting e-mails, the oldest first.
    func letters() async throws -> [QueuedMail] {
        let end = clock.now + .days(2)
        struct Undo: Error { let mails: [QueuedMail] }
        do {
            try await database.write { tx in
                let mails = try MailQueue.lease(100, Lease(now: end, until: end + .minutes(1)), in: tx)
                throw Undo(mails: mails)
            }
            return []
        } catch let undo as Undo {
            return undo.mails.sorted { $0.id < $1.id }
        }
    }

    /// When the waiting e-mails leave, in Paris.
    func times() async throws -> [String] {
        try await database.read { db in
            try MailQueue.list(.waiting, limit: 100, in: db).map {
                ZonedTime.formValue($0.nextTry, in: "Europe/Paris")
            }
        }
    }
}
