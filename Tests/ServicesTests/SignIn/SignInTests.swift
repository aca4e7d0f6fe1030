// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing

@Suite("Signing in")
struct SignInTests {
    private let password = "correct horse battery"

    @Test("the right password opens a session, by name and by address; the token is not stored")
    func right() async throws {
        try await Cafe.open(secrets: .real) { cafe in
            let ada = try await cafe.member("ada", password: password)
            let token = try await cafe.services.signIn(name: " ADA ", password: password)
            #expect(try await cafe.services.session(token)?.account.id == ada)
            let other = try await cafe.services.signIn(name: "Ada@mail.example", password: password)
            #expect(other != token && token.utf8.count == 43)
            #expect(try await cafe.services.session("x" + token) == nil)
            await #expect(throws: ServiceError.notAllowed) {
                try await cafe.services.signIn(name: "ada", password: "correct horse batterz")
            }
            let digests = try await cafe.database.read { db in
                try db.rows("SELECT token_digest FROM session").map { try $0.bytes("token_digest") }
            }
            #expect(digests.count == 2 && !digests.contains(Array(token.utf8)))
            #expect(cafe.services.formToken(session: token) != cafe.services.formToken(session: other))
        }
    }

    @Test(
        "an address that an older version has taken stays readable, and still signs in", arguments: TestEngine.available
    )
    func storedAddress(engine: TestEngine) async throws {
        try await Cafe.open(engine, secrets: .real) { cafe in
            let old = "A..b@mail.example"
            #expect(MailAddress(old) == nil)
            let ada = try await cafe.member("ada", password: password)
            try await cafe.database.write { tx in _ = try LocalAccounts.setEmail(ada, old, in: tx) }
            let read = try await cafe.database.read { db in
                (try LocalAccounts.byID(ada, in: db)?.email, try LocalAccounts.byEmail(old.lowercased(), in: db)?.email)
            }
            #expect(read.0 == old && read.1 == old)
            let token = try await cafe.services.signIn(name: old, password: password)
            #expect(try await cafe.services.session(token)?.account.id == ada)
            // No mail server would deliver a link to this address.
            try await cafe.expect(.field("email", "not_an_address")) {
                try await $0.sendSignInLink(email: old, language: "en")
            }
        }
    }

    @Test("a name that is not there costs as much work as one that is, and the hash never matches")
    func decoy() async throws {
        try await Cafe.open(secrets: .real) { cafe in
            for password in ["", password, Secrets.real.decoyHash] {
                try await cafe.expect(.notAllowed) { _ = try await $0.signIn(name: "nobody", password: password) }
            }
        }
    }

    @Test(
        "wrong name, wrong password, no password, waiting, suspended and gone are answered alike",
        arguments: TestEngine.available)
    func alike(engine: TestEngine) async throws {
        try await Cafe.open(engine, registration: .approval) { cafe in
            try await cafe.member("ada", password: password)
            try await cafe.member("link")
            var waiting = SignUp(name: "eve", email: "eve@mail.example")
            waiting.password = password
            _ = try await cafe.services.register(waiting)
            try await cafe.services.suspend(try await cafe.member("sus", password: password), true, as: .operator)
            try await cafe.services.deleteAccount(try await cafe.member("gone", password: password), as: .operator)
            let wrong = [
                ("nobody", password), ("ada", "wrong"), ("ada", ""), ("link", ""), ("link", "nobody"),
                ("eve", "wrong"), ("sus", password), ("gone", password), ("gone@mail.example", password),
                ("cafe", password), ("", ""), ("ada\0", "x"), (String(repeating: "a", count: 5_000), password),
            ]
            for (name, password) in wrong {
                try await cafe.expect(.notAllowed) { _ = try await $0.signIn(name: name, password: password) }
            }
        }
    }

    @Test("after ten attempts a name rests for half a minute for this network, and for no other")
    func rate() async throws {
        try await Cafe.open { cafe in
            try await cafe.member("ada", password: password)
            for _ in 1...10 {
                try await cafe.expect(.notAllowed) {
                    _ = try await $0.signIn(name: "ada", password: "wrong", from: "192.0.2.1/32")
                }
            }
            try await cafe.expectTooMany {
                _ = try await $0.signIn(name: "ADA", password: password, from: "192.0.2.1/32")
            }
            _ = try await cafe.services.signIn(name: "ada", password: password, from: "192.0.2.2/32")
            cafe.clock.pass(.seconds(30))
            _ = try await cafe.services.signIn(name: "ada", password: password, from: "192.0.2.1/32")
        }
    }

    @Test("a network has thirty attempts, whatever names it tries")
    func rateOfNetwork() async throws {
        try await Cafe.open { cafe in
            try await cafe.member("ada", password: password)
            for number in 1...30 {
                try await cafe.expect(.notAllowed) {
                    _ = try await $0.signIn(name: "nobody\(number)", password: "wrong", from: "192.0.2.1/32")
                }
            }
            try await cafe.expectTooMany {
                _ = try await $0.signIn(name: "ada", password: password, from: "192.0.2.1/32")
            }
            _ = try await cafe.services.signIn(name: "ada", password: password, from: "192.0.2.2/32")
        }
    }

    @Test("a link opens one session, once", arguments: TestEngine.available)
    func link(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            try await cafe.services.sendSignInLink(email: " Ada@mail.example ", language: "en")
            let mail = try #require(try await cafe.mails().first)
            #expect(mail.recipient == "ada@mail.example" && mail.body.hasPrefix("Hello"))
            let token = try #require(mail.body.split(separator: "?token=").last?.prefix { !$0.isWhitespace })
            let sessions = await withTaskGroup(of: String?.self) { group in
                for _ in 1...4 { group.addTask { try? await cafe.services.useSignInLink(String(token)) } }
                return await group.reduce(into: [String]()) { if let token = $1 { $0.append(token) } }
            }
            let session = try #require(sessions.first)
            #expect(sessions.count == 1)
            #expect(try await cafe.services.session(session)?.account.id == ada)
            try await cafe.expect(.conflict("link_used_or_old")) { _ = try await $0.useSignInLink(String(token)) }
        }
    }

    @Test("a link is old after thirty minutes, and one that was never sent opens nothing")
    func oldLink() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            let link = try await cafe.services.makeSignInLink(for: ada, as: .operator)
            try await cafe.services.sendSignInLink(email: "ada@mail.example", language: "fr")
            let mail = try #require(try await cafe.mails().first).body
            #expect(mail.hasPrefix("Bonjour"))
            cafe.clock.pass(.minutes(30))
            let token = try #require(mail.split(separator: "?token=").last?.prefix { !$0.isWhitespace })
            for wrong in [String(token), "", "never"] {
                try await cafe.expect(.conflict("link_used_or_old")) { _ = try await $0.useSignInLink(wrong) }
            }
            // A link of the command line is valid for a day.
            _ = try await cafe.services.useSignInLink(String(try #require(link.split(separator: "=").last)))
        }
    }

    @Test(
        "asking for a link tells nothing: nobody's address is answered as somebody's", arguments: TestEngine.available)
    func silence(engine: TestEngine) async throws {
        try await Cafe.open(engine, registration: .approval) { cafe in
            _ = try await cafe.services.register(SignUp(name: "eve", email: "eve@mail.example"))
            try await cafe.services.suspend(try await cafe.member("sus"), true, as: .operator)
            let before = try await cafe.census()
            for name in ["nobody", "eve", "sus"] {
                try await cafe.services.sendSignInLink(email: "\(name)@mail.example", language: "fr")
            }
            #expect(try await cafe.census() == before)
            try await cafe.expect(.field("email", "not_an_address")) {
                try await $0.sendSignInLink(email: "nobody", language: "fr")
            }
            for _ in 1...9 {
                try await cafe.services.sendSignInLink(email: "nobody@mail.example", language: "fr")
            }
            try await cafe.expectTooMany {
                try await $0.sendSignInLink(email: "nobody@mail.example", language: "fr")
            }
        }
    }

    @Test("somebody who was suspended meanwhile cannot use a link")
    func suspendedLink() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            let link = try await cafe.services.makeSignInLink(for: ada, as: .operator)
            try await cafe.services.suspend(ada, true, as: .operator)
            let token = String(try #require(link.split(separator: "=").last))
            try await cafe.expect(.notAllowed) { _ = try await $0.useSignInLink(token) }
        }
    }
}

@Suite("Sessions")
struct SessionTests {
    private let password = "correct horse battery"

    @Test("a new password, a suspension and a deletion end every session", arguments: TestEngine.available)
    func ended(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada", password: password)
            let endings: [@Sendable () async throws -> Void] = [
                {
                    _ = try await cafe.services.changePassword(
                        "a longer horse", current: password, as: .member(ada))
                },
                { try await cafe.services.suspend(ada, true, as: .operator) },
                { try await cafe.services.deleteAccount(ada, as: .operator) },
            ]
            for (ending, password) in zip(endings, [password, "a longer horse", "a longer horse"]) {
                let tokens = [
                    try await cafe.services.signIn(name: "ada", password: password),
                    try await cafe.services.signIn(name: "ada", password: password),
                ]
                try await ending()
                for token in tokens { #expect(try await cafe.services.session(token) == nil) }
                try await cafe.services.suspend(ada, false, as: .operator)
                for token in tokens { #expect(try await cafe.services.session(token) == nil) }
            }
        }
    }

    @Test("a bad new password changes nothing")
    func refused() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada", password: password)
            let token = try await cafe.services.signIn(name: "ada", password: password)
            try await cafe.expect(.field("password", "too_short")) {
                _ = try await $0.changePassword("short", current: password, as: .member(ada))
            }
            for current in ["", "wrong"] {
                try await cafe.expect(.field("current", "wrong_password")) {
                    _ = try await $0.changePassword("long enough", current: current, as: .member(ada))
                }
            }
            try await cafe.expect(.notAllowed) { _ = try await $0.changePassword("long enough", as: .member(ID(1))) }
            #expect(try await cafe.services.session(token) != nil)
        }
    }

    @Test("a session lasts thirty days after its last use", arguments: TestEngine.available)
    func length(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            try await cafe.member("ada", password: password)
            let token = try await cafe.services.signIn(name: "ada", password: password)
            for _ in 1...3 {
                cafe.clock.pass(.days(20))
                #expect(try await cafe.services.session(token) != nil)
            }
            cafe.clock.pass(.days(30))
            #expect(try await cafe.services.session(token) == nil)
        }
    }

    @Test("signing out ends one session and leaves the others")
    func signOut() async throws {
        try await Cafe.open { cafe in
            try await cafe.member("ada", password: password)
            let one = try await cafe.services.signIn(name: "ada", password: password)
            let other = try await cafe.services.signIn(name: "ada", password: password)
            for _ in 1...2 { try await cafe.services.signOut(one) }
            #expect(try await cafe.services.session(one) == nil)
            #expect(try await cafe.services.session(other) != nil)
        }
    }
}
