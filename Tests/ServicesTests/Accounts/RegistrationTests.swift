// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Becoming a member")
struct RegistrationTests {
    @Test("open registration lets in at once, into the main group", arguments: TestEngine.available)
    func open(engine: TestEngine) async throws {
        try await Cafe.open(engine, registration: .open) { cafe in
            var signUp = signUp("Ada")
            signUp.displayName = " Ada L. "
            signUp.language = "en"
            #expect(try await cafe.services.register(signUp))
            let ada = try await cafe.local("ada")
            #expect(ada.displayName == "Ada L." && ada.iri.string == "https://cafe.example/users/ada")
            let group = try await cafe.local("cafe").id
            let facts = try await cafe.database.read { db in
                (
                    try Follows.find(by: ada.id, of: group, in: db)?.state,
                    try LocalAccounts.byID(ada.id, in: db), try Storage.Keys.signing(for: ada.id, in: db)?.keyID
                )
            }
            #expect(facts.0 == .accepted && facts.1?.approvedAt == cafe.clock.now && facts.1?.role == .member)
            #expect(facts.1?.language == "en" && facts.2 == "https://cafe.example/users/ada#main-key")
        }
    }

    @Test("where stewards decide one waits, and can do nothing meanwhile", arguments: TestEngine.available)
    func approval(engine: TestEngine) async throws {
        try await Cafe.open(engine, registration: .approval) { cafe in
            let (eve, mona) = (try await cafe.member("eve"), try await cafe.member("mona", .moderator))
            let event = try await cafe.plan(by: eve)
            var wish = signUp("ada")
            wish.password = "un mot de passe"
            #expect(try await !cafe.services.register(wish))
            let ada = try await cafe.local("ada").id
            // Only who knows the password reads that it waits.
            try await cafe.expect(.invalid([FieldError("password", "sign_up_waits")])) {
                _ = try await $0.signIn(name: "ada", password: "un mot de passe")
            }
            try await cafe.expect(.notAllowed) { _ = try await $0.signIn(name: "ada", password: "un autre mot") }
            try await cafe.expect(.notAllowed) { _ = try await $0.publishPost(PostDraft(text: "Hé"), as: .member(ada)) }
            try await cafe.expect(.notAllowed) { try await $0.joinEvent(event, as: .member(ada)) }
            try await cafe.expect(.notAllowed) { try await $0.follow(eve, as: .member(ada)) }
            try await cafe.expect(.notAllowed) { _ = try await $0.invite(as: .member(ada)) }
            try await cafe.expect(.notAllowed) { try await $0.approveSignUp(ada, as: .member(eve)) }
            try await cafe.expect(.notAllowed) { try await $0.approveSignUp(ada, as: .member(ada)) }
            try await cafe.expect(.notAllowed) { try await $0.refuseSignUp(ada, as: .member(eve)) }
            try await cafe.expect(.notFound) { try await $0.approveSignUp(ID(1), as: .member(mona)) }
            for _ in 1...2 { try await cafe.services.approveSignUp(ada, as: .member(mona)) }
            let mails = try await cafe.mails()
            #expect(mails.map(\.recipient) == ["ada@mail.example"])
            #expect(mails.first?.body.contains("https://cafe.example/sign-in") == true)
            try await cafe.services.joinEvent(event, as: .member(ada))
            try await cafe.expect(.notFound) { try await $0.refuseSignUp(ada, as: .member(mona)) }
        }
    }

    @Test("nothing is kept of who was refused, and the name is free again", arguments: TestEngine.available)
    func refuse(engine: TestEngine) async throws {
        try await Cafe.open(engine, registration: .approval) { cafe in
            let before = try await cafe.census()
            _ = try await cafe.services.register(signUp("ada"))
            try await cafe.services.refuseSignUp(try await cafe.local("ada").id, as: .operator)
            // The log of moderation says that a request was refused, and not whose.
            let log = try await cafe.database.read { db in
                try db.rows("SELECT target_id, host, note FROM moderation_log")
            }
            #expect(try log.allSatisfy { try $0.textOrNil("host") == nil && $0.text("note").isEmpty })
            var after = try await cafe.census()
            after["moderation_log"] = 0
            #expect(after == before)
            _ = try await cafe.services.register(signUp("ada"))
        }
    }

    @Test("an invitation lets in one person, once", arguments: TestEngine.available)
    func invitation(engine: TestEngine) async throws {
        try await Cafe.open(engine, registration: .invitation) { cafe in
            let token = try await cafe.services.invite(as: .member(try await cafe.member("eve")))
            for wrong in [nil, "", "wrong", token + "x"] {
                var signUp = signUp("ada")
                signUp.invitation = wrong
                let asked = signUp
                try await cafe.expect(.field("invitation", "not_valid")) { _ = try await $0.register(asked) }
            }
            var taken = signUp("eve")
            taken.invitation = token
            taken.email = "other@mail.example"
            let asked = taken
            // A rejected form does not use up the invitation.
            try await cafe.expect(.field("name", "taken")) { _ = try await $0.register(asked) }
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for name in ["ada", "bob", "cyd", "dan"] {
                    var signUp = signUp(name)
                    signUp.invitation = " \(token) "
                    let asked = signUp
                    group.addTask { (try? await cafe.services.register(asked)) ?? false }
                }
                return await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(outcomes.filter(\.self).count == 1)
        }
    }

    @Test("an invitation is old after a week")
    func oldInvitation() async throws {
        try await Cafe.open(registration: .invitation) { cafe in
            var signUp = signUp("ada")
            signUp.invitation = try await cafe.services.invite(as: .operator)
            cafe.clock.pass(.days(7))
            let asked = signUp
            try await cafe.expect(.field("invitation", "not_valid")) { _ = try await $0.register(asked) }
        }
    }

    @Test("closed registration lets nobody in, the operator excepted")
    func closed() async throws {
        try await Cafe.open(registration: .closed) { cafe in
            try await cafe.expect(.conflict("registration_closed")) { _ = try await $0.register(signUp("ada")) }
            try await cafe.services.createAccount(signUp("Ada"), role: .steward, as: .operator)
            #expect(try await cafe.database.read { db in try LocalAccounts.hasSteward(in: db) })
        }
    }

    @Test(
        "an invitation lets in whatever the setting says, names who invites, and serves once",
        arguments: [Registration.open, .approval, .invitation, .closed])
    func invited(registration: Registration) async throws {
        try await Cafe.open(registration: registration) { cafe in
            let mona = try await cafe.member("mona")
            let token = try await cafe.services.invite(as: .member(mona))
            #expect(try await cafe.services.invitation(token)?.inviter?.id == mona)
            var invited = signUp("ada")
            invited.invitation = token
            #expect(try await cafe.services.register(invited))
            #expect(try await cafe.services.invitation(token) == nil)
            var second = signUp("bob")
            second.invitation = token
            let asked = second
            switch registration {
            case .open: #expect(try await cafe.services.register(asked))
            case .approval: #expect(try await !cafe.services.register(asked))
            case .invitation:
                try await cafe.expect(.field("invitation", "not_valid")) { _ = try await $0.register(asked) }
            case .closed: try await cafe.expect(.conflict("registration_closed")) { _ = try await $0.register(asked) }
            }
        }
    }

    @Test("every problem of a sign-up is named")
    func problems() async throws {
        try await Cafe.open { cafe in
            let changes: [(String, String, @Sendable (inout SignUp) -> Void)] = [
                ("name", "missing", { $0.name = " " }), ("name", "not_a_name", { $0.name = "ada lovelace" }),
                ("display_name", "too_long", { $0.displayName = String(repeating: "a", count: 101) }),
                ("email", "missing", { $0.email = "" }), ("email", "not_an_address", { $0.email = "ada" }),
                ("email", "not_an_address", { $0.email = "ada@mail@example" }),
                ("email", "not_an_address", { $0.email = "ada@-mail.example" }),
                ("email", "not_an_address", { $0.email = "a..b@mail.example" }),
                ("email", "not_an_address", { $0.email = ".ada@mail.example" }),
                ("email", "not_an_address", { $0.email = "ada@\(String(repeating: "b", count: 64)).example" }),
                ("email", "not_an_address", { $0.email = "a\nb@mail.example" }),
                ("password", "too_short", { $0.password = "123456789" }),
                ("password", "too_long", { $0.password = String(repeating: "é", count: 501) }),
                ("note", "too_long", { $0.note = String(repeating: "n", count: 1_001) }),
                ("language", "not_a_language", { $0.language = "de" }),
            ]
            for (field, code, change) in changes {
                var signUp = signUp("ada")
                change(&signUp)
                let asked = signUp
                try await cafe.expect(.field(field, code)) { _ = try await $0.register(asked) }
            }
        }
    }

    @Test("an address that somebody has is taken, however it is spelled", arguments: TestEngine.available)
    func address(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            try await cafe.member("ada")
            var other = signUp("bob")
            other.email = "ADA@mail.example"
            let asked = other
            try await cafe.expect(.field("email", "taken")) { _ = try await $0.register(asked) }
            try await cafe.expect(.field("email", "taken")) {
                try await $0.createAccount(asked, role: .member, as: .operator)
            }
        }
    }

    @Test("a password that the operator chooses is as long as every other")
    func operatorsPassword() async throws {
        try await Cafe.open { cafe in
            for (password, isTaken) in [("court", false), ("neuf sign", false), ("dix signes", true)] {
                var wish = signUp("ada")
                wish.password = password
                let chosen = wish
                if isTaken {
                    _ = try await cafe.services.createAccount(chosen, role: .member, as: .operator)
                } else {
                    try await cafe.expect(.field("password", "too_short")) {
                        try await $0.createAccount(chosen, role: .member, as: .operator)
                    }
                }
            }
        }
    }

    @Test("a crowd from one place is let in slowly, and keeps nobody else out")
    func rate() async throws {
        try await Cafe.open { cafe in
            let here = "192.0.2.1"
            for number in 10..<20 { _ = try await cafe.services.register(signUp("guest\(number)"), from: here) }
            try await cafe.expectTooMany { _ = try await $0.register(signUp("guest20"), from: here) }
            _ = try await cafe.services.register(signUp("guest20"), from: "192.0.2.2")
            cafe.clock.pass(.seconds(30))
            _ = try await cafe.services.register(signUp("guest21"), from: here)
        }
    }

    private func signUp(_ name: String) -> SignUp { SignUp(name: name, email: "\(name.lowercased())@mail.example") }
}
