// SPDX-License-Identifier: Apache-2.0

import Database
import Glibc
import Model
import Services
import Storage
import Synchronization
import TestSupport
import Testing

/// A missing table makes the second half of a command fail. The tests check that the first half is rolled back.
@Suite("One command, one transaction")
struct OneTransactionTests {
    @Test("a link that opens no session is not spent", arguments: TestEngine.available)
    func link(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let link = try await cafe.services.makeSignInLink(for: ada, as: .operator)
            let token = String(try #require(link.split(separator: "=").last))
            try await cafe.without("session") {
                await #expect(throws: DatabaseError.self) { _ = try await cafe.services.useSignInLink(token) }
            }
            _ = try await cafe.services.useSignInLink(token)
        }
    }

    @Test("an answer to an event is a seat and a favourite, or neither", arguments: TestEngine.available)
    func answer(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            let event = try await cafe.plan(by: bob)
            for answer in [RSVP.yes, .no] {
                let before = try await cafe.state(of: ada, event)
                try await cafe.without(answer == .yes ? "event_like" : "guest") {
                    await #expect(throws: DatabaseError.self) {
                        try await cafe.services.sendRSVP(event, answer, as: .member(ada))
                    }
                }
                #expect(try await cafe.state(of: ada, event) == before)
                #expect(try await cafe.census()["event_like"] == (answer == .yes ? 0 : 1))
                try await cafe.services.sendRSVP(event, answer, as: .member(ada))
            }
            #expect(try await cafe.state(of: ada, event) == .cancelled)
            #expect(try await cafe.census()["event_like"] == 0)
        }
    }

    @Test("an emoji that means yes is a seat and a reaction, or neither", arguments: TestEngine.available)
    func react(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, sam) = (try await cafe.member("ada"), try await cafe.member("sam", .steward))
            let event = try await cafe.plan(by: sam)
            let announcement = try await cafe.services.announceToAll("", event: event, as: .member(sam))
            for number in 0..<Announcements.reactionLimit {
                let emoji = String(try #require(UnicodeScalar(0x1F600 + number)))
                try await cafe.services.react(emoji, to: announcement, as: .member(sam))
            }
            try await cafe.expect(.conflict("too_many_reactions")) {
                try await $0.react("✅", to: announcement, as: .member(ada))
            }
            #expect(try await cafe.state(of: ada, event) == nil)
        }
    }

    @Test("a password is forgotten and a link made, or neither")
    func reset() async throws {
        let source = Source()
        var secrets = Secrets.quick
        secrets.randomBytes = { [make = secrets.randomBytes] count in
            if source.isDry { throw ServiceError.conflict("no_randomness") }
            return try make(count)
        }
        try await Cafe.open(secrets: secrets) { cafe in
            let ada = try await cafe.member("ada", password: "correct horse battery")
            let session = try await cafe.services.signIn(name: "ada", password: "correct horse battery")
            source.dryUp()
            try await cafe.expect(.conflict("no_randomness")) { _ = try await $0.resetPassword(of: ada, as: .operator) }
            #expect(try await cafe.services.session(session) != nil)
        }
    }

    @Test("a person and the token of their app are made together, or neither", arguments: TestEngine.available)
    func register(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let app = try await cafe.services.registerApp(AppDraft(name: "App", redirectURIs: ["app://back"]))
            let word = try await cafe.services.makeToken(
                .read, app: app.app.id, account: nil, person: nil, as: .operator)
            let identity = try #require(try await cafe.services.identity(ofToken: word))
            var signUp = SignUp(name: "ada", email: "ada@mail.example")
            signUp.password = "correct horse battery"
            let wanted = signUp
            try await cafe.without("access_token") {
                await #expect(throws: DatabaseError.self) {
                    _ = try await cafe.services.register(wanted, through: identity, from: nil)
                }
            }
            // The name is free, because the failed command has stored no account.
            _ = try await cafe.services.register(wanted, through: identity, from: nil)
        }
    }

    @Test("who was suspended while the password was looked at gets no session")
    func suspended() async throws {
        let gate = Gate()
        var secrets = Secrets.quick
        let verify = secrets.verifyPassword
        secrets.verifyPassword = { password, stored in
            gate.stand()
            return try await verify(password, stored)
        }
        try await Cafe.open(secrets: secrets) { cafe in
            let ada = try await cafe.member("ada", password: "correct horse battery")
            let session = Task { try await cafe.services.signIn(name: "ada", password: "correct horse battery") }
            while !gate.isReached { try await Task.sleep(for: .milliseconds(2)) }
            try await cafe.services.suspend(ada, true, as: .operator)
            gate.open()
            await #expect(throws: ServiceError.notAllowed) { _ = try await session.value }
        }
    }
}

/// Blocks its callers until it is opened, for at most five minutes.
private final class Gate: Sendable {
    private let state = Mutex((isReached: false, isOpen: false))

    var isReached: Bool { state.withLock { $0.isReached } }

    func open() { state.withLock { $0.isOpen = true } }

    func stand() {
        state.withLock { $0.isReached = true }
        for _ in 0..<60_000 where !state.withLock({ $0.isOpen }) { usleep(5_000) }
    }
}

/// A source of random bytes that can be made to fail.
private final class Source: Sendable {
    private let state = Mutex(false)

    var isDry: Bool { state.withLock { $0 } }

    func dryUp() { state.withLock { $0 = true } }
}

extension Cafe {
    /// Runs a body while a table is renamed.
    fileprivate func without(_ table: SQL, _ body: () async throws -> Void) async throws {
        try await database.write { tx in try tx.run("ALTER TABLE \(table) RENAME TO away") }
        try await body()
        try await database.write { tx in try tx.run("ALTER TABLE away RENAME TO \(table)") }
    }
}
