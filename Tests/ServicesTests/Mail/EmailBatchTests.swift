// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Services

@Suite("E-mails that tell several things at once")
struct EmailBatchTests {
    @Test("who moderates hears of what waits, at most once an hour, and not at night", arguments: TestEngine.available)
    func toDo(engine: TestEngine) async throws {
        try await Cafe.open(engine, registration: .approval) { cafe in
            let mona = try await cafe.member("mona", .moderator)
            for name in ["ada", "bob"] {
                _ = try await cafe.services.register(SignUp(name: name, email: "\(name)@mail.example"))
            }
            try await cafe.services.tellBatches()
            #expect(try await cafe.letters().isEmpty, "it is late in the evening")
            cafe.clock.pass(.hours(10))
            for _ in 1...2 { try await cafe.services.tellBatches() }
            #expect(try await cafe.letters().map(\.kind) == ["to_do"])
            let mail = try #require(try await cafe.letters().first)
            #expect(mail.recipient == "mona@mail.example" && mail.body.contains("2 demandes"))
            _ = try await cafe.services.register(SignUp(name: "eve", email: "eve@mail.example"))
            cafe.clock.pass(.minutes(59))
            try await cafe.services.tellBatches()
            #expect(try await cafe.letters().count == 1)
            cafe.clock.pass(.minutes(1))
            try await cafe.services.tellBatches()
            #expect(try await cafe.letters().count == 2)
            for name in ["ada", "bob", "eve"] {
                #expect(try await cafe.database.read { db in try cafe.services.isStillTrue(mail, in: db) })
                try await cafe.services.approveSignUp(try await cafe.local(name).id, as: .member(mona))
            }
            #expect(try await !cafe.database.read { db in try cafe.services.isStillTrue(mail, in: db) })
        }
    }

    @Test("nobody hears of what a colleague did already, nor of what they saw on the page")
    func done() async throws {
        try await Cafe.open(registration: .approval) { cafe in
            let mona = try await cafe.member("mona", .moderator)
            _ = try await cafe.services.register(SignUp(name: "ada", email: "ada@mail.example"))
            try await cafe.services.refuseSignUp(try await cafe.local("ada").id, as: .operator)
            cafe.clock.pass(.hours(12))
            try await cafe.services.tellBatches()
            #expect(try await cafe.letters().isEmpty)
            _ = try await cafe.services.register(SignUp(name: "bob", email: "bob@mail.example"))
            let last = try await cafe.database.read { db in
                try db.row("SELECT max(id) AS id FROM notification")?.int("id") ?? 0
            }
            try await cafe.services.seeNotifications(upTo: ID(last), as: .member(mona))
            try await cafe.services.tellBatches()
            #expect(try await cafe.letters().isEmpty)
        }
    }

    @Test("unread replies come in one e-mail a week, after a day, with the thanks", arguments: TestEngine.available)
    func digest(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            let post = try await cafe.services.publishPost(PostDraft(text: "Qui vient"), as: .member(ada))
            try await cafe.services.likePost(post, as: .member(bob))
            try await reply("Moi, avec plaisir", to: post, by: bob, cafe)
            cafe.clock.pass(.hours(14))
            try await cafe.services.tellBatches()
            #expect(try await cafe.letters().isEmpty, "she may still come by herself")
            cafe.clock.pass(.hours(24))
            for _ in 1...2 { try await cafe.services.tellBatches() }
            let mails = try await cafe.letters()
            #expect(mails.map(\.kind) == ["digest"])
            let mail = try #require(mails.first)
            #expect(mail.account == ada && mail.body.contains("Moi, avec plaisir"))
            #expect(mail.body.contains("merci 1 fois"))
            #expect(mail.unsubscribe?.hasPrefix("https://cafe.example/mail/off?kind=digest&to=\(ada)&key=") == true)

            try await reply("Et encore", to: post, by: bob, cafe)
            cafe.clock.pass(.days(6))
            try await cafe.services.tellBatches()
            #expect(try await cafe.letters().count == 1)
            cafe.clock.pass(.days(1))
            try await cafe.services.tellBatches()
            let second = try #require(try await cafe.letters().last)
            #expect(second.body.contains("Et encore") && !second.body.contains("Moi, avec plaisir"))
        }
    }

    @Test("thanks alone are no reason to write, and a private message is not quoted")
    func restraint() async throws {
        try await Cafe.open { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            let post = try await cafe.services.publishPost(PostDraft(text: "Qui vient"), as: .member(ada))
            try await cafe.services.likePost(post, as: .member(bob))
            cafe.clock.pass(.hours(37))
            try await cafe.services.tellBatches()
            #expect(try await cafe.letters().isEmpty)
            var draft = PostDraft(text: "@ada un secret")
            draft.visibility = .direct
            _ = try await cafe.services.publishPost(draft, as: .member(bob))
            cafe.clock.pass(.days(2))
            try await cafe.services.tellBatches()
            let mail = try #require(try await cafe.letters().first)
            #expect(!mail.body.contains("secret") && mail.body.contains("bob"))
        }
    }

    @Test("who switched a kind off gets none of it, by the settings or by the link", arguments: TestEngine.available)
    func choices(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            let post = try await cafe.services.publishPost(PostDraft(text: "Qui vient"), as: .member(ada))
            try await reply("Moi", to: post, by: bob, cafe)
            cafe.clock.pass(.hours(37))
            try await cafe.services.chooseMails(["digest": false, "seat": false], as: .member(ada))
            try await cafe.services.tellBatches()
            #expect(try await cafe.letters().isEmpty)
            try await cafe.services.chooseMails(["digest": true], as: .member(ada))
            try await cafe.services.tellBatches()
            let mail = try #require(try await cafe.letters().first)
            let key = try #require(mail.unsubscribe?.split(separator: "key=").last.map(String.init))
            let wrong = MailSwitch(kind: "digest", account: bob, signature: key)
            try await cafe.expect(.notFound) { try await $0.switchOffMail(by: wrong) }
            let other = MailSwitch(kind: "to_do", account: ada, signature: key)
            try await cafe.expect(.notFound) { try await $0.switchOffMail(by: other) }
            let fixed = MailSwitch(kind: "seat", account: ada, signature: key)
            try await cafe.expect(.notFound) { try await $0.switchOffMail(by: fixed) }
            let link = MailSwitch(kind: "digest", account: ada, signature: key)
            for _ in 1...2 { try await cafe.services.switchOffMail(by: link) }
            let choices = try await cafe.services.mailChoices(of: ada)
            #expect(choices.filter { !$0.isWanted }.map(\.kind.name) == ["digest"])
            #expect(try await !cafe.database.read { db in try cafe.services.isStillTrue(mail, in: db) })
        }
    }

    private func reply(_ text: String, to post: ID<Post>, by person: ID<Account>, _ cafe: Cafe) async throws {
        var draft = PostDraft(text: text)
        draft.inReplyTo = post
        _ = try await cafe.services.publishPost(draft, as: .member(person))
    }
}
