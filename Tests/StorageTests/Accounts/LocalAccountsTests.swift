// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Local people")
struct LocalAccountsTests {
    @Test("a person is found by number, address and name", arguments: TestEngine.available)
    func finding(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            var person = Someone.member(try Someone.local(1, "ada"), role: .moderator)
            person.email = "Ada@Mail.Example"
            person.passwordHash = "scrypt$15$8$1$a$b"
            person.language = "fr"
            let stored = person
            try await db.store(members: stored)
            #expect(try await db.read { try LocalAccounts.byID(ID(1), in: $0) } == stored)
            #expect(try await db.read { try LocalAccounts.byEmail("ada@mail.example", in: $0) } == stored)
            #expect(try await db.read { try LocalAccounts.byName("ada", in: $0) } == stored)
            #expect(try await db.read { try LocalAccounts.byEmail("Ada@Mail.Example", in: $0) } == nil)
        }
    }

    @Test("people without an address do not stand in each other's way", arguments: TestEngine.available)
    func noAddress(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            for number in 1...2 as ClosedRange<Int64> {
                var person = Someone.member(try Someone.local(number, "p\(number)"))
                person.email = nil
                try await db.store(members: person)
            }
            #expect(try await db.read { try LocalAccounts.list(in: $0) }.map(\.account.id) == [ID(1), ID(2)])
        }
    }

    @Test("a person waits until the first approval", arguments: TestEngine.available)
    func approval(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(members: Someone.member(try Someone.local(1, "in")))
            try await db.store(members: Someone.member(try Someone.local(2, "ada"), approvedAt: nil), note: "hello")
            let waiting = try await db.read { try LocalAccounts.waiting(in: $0).map { ($0.0.account.id, $0.note) } }
            #expect(waiting.map(\.0) == [ID(2)])
            #expect(waiting.map(\.1) == ["hello"])
            #expect(try await db.write { try LocalAccounts.approve(ID(2), at: Timestamp(5), in: $0) })
            #expect(try await db.write { try LocalAccounts.approve(ID(2), at: Timestamp(6), in: $0) } == false)
            #expect(try await db.read { try LocalAccounts.byID(ID(2), in: $0) }?.approvedAt == Timestamp(5))
            #expect(try await db.read { try LocalAccounts.waiting(in: $0).count } == 0)
        }
    }

    @Test("role, password and language can be changed", arguments: TestEngine.available)
    func changes(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(members: Someone.member(try Someone.local(1, "ada")))
            try await db.write { tx in
                try LocalAccounts.setRole(ID(1), .moderator, in: tx)
                try LocalAccounts.setPassword(ID(1), hash: "scrypt$", in: tx)
                try LocalAccounts.setLanguage(ID(1), "en", in: tx)
            }
            let person = try #require(try await db.read { try LocalAccounts.byID(ID(1), in: $0) })
            #expect(person.role == .moderator && person.passwordHash == "scrypt$" && person.language == "en")
            try await db.write { tx in
                try LocalAccounts.setPassword(ID(1), hash: nil, in: tx)
                try LocalAccounts.setLanguage(ID(1), nil, in: tx)
            }
            let again = try #require(try await db.read { try LocalAccounts.byID(ID(1), in: $0) })
            #expect(again.passwordHash == nil && again.language == nil)
        }
    }

    @Test("an address that is another person's is refused", arguments: TestEngine.available)
    func addressTaken(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(
                members: Someone.member(try Someone.local(1, "ada")), Someone.member(try Someone.local(2, "bea")))
            #expect(try await db.write { try LocalAccounts.setEmail(ID(1), "BEA@mail.example", in: $0) } == false)
            #expect(try await db.write { try LocalAccounts.setEmail(ID(1), "ADA@mail.example", in: $0) })
            let person = try #require(try await db.read { try LocalAccounts.byID(ID(1), in: $0) })
            #expect(person.email == "ADA@mail.example")
        }
    }

    @Test("a new address makes the links to the old one void", arguments: TestEngine.available)
    func addressLinks(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(members: Someone.member(try Someone.local(1, "ada")))
            let used = try await db.write { tx in
                try SignInLinks.insert([1], account: ID(1), expires: .start + .hours(1), in: tx)
                _ = try LocalAccounts.setEmail(ID(1), "new@mail.example", in: tx)
                return try SignInLinks.use([1], at: .start, in: tx)
            }
            #expect(used == nil)
        }
    }

    @Test("only a steward who may act counts as one", arguments: TestEngine.available)
    func steward(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(
                members: Someone.member(try Someone.local(1, "mod"), role: .moderator),
                Someone.member(try Someone.local(2, "waiting"), role: .steward, approvedAt: nil))
            #expect(try await db.read { try LocalAccounts.hasSteward(in: $0) } == false)
            try await db.store(members: Someone.member(try Someone.local(3, "boss"), role: .steward))
            #expect(try await db.read { try LocalAccounts.hasSteward(in: $0) })
            #expect(try await db.write { try LocalAccounts.hasSteward(besides: ID(2), in: $0) })
            #expect(try await db.write { try LocalAccounts.hasSteward(besides: ID(3), in: $0) } == false)
            try await db.write { try Accounts.suspend(ID(3), at: .start, in: $0) }
            #expect(try await db.read { try LocalAccounts.hasSteward(in: $0) } == false)
        }
    }

    @Test("a refused sign-up leaves nothing, and its name is free again", arguments: TestEngine.available)
    func refusal(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(members: Someone.member(try Someone.local(1, "ada"), approvedAt: nil))
            try await db.store(try Someone.local(9, "cafe", kind: .group))
            let activity = try iri("https://cafe.example/follows/1")
            try await db.write { tx in
                let pair = KeyPair(privatePEM: "private", publicPEM: "public")
                try Keys.insertLocal(keyID: "k", account: ID(1), pair: pair, at: .start, in: tx)
                try SignInLinks.insert([1], account: ID(1), expires: .start, in: tx)
                try Sessions.insert([1], account: ID(1), at: .start, expires: .start, in: tx)
                try GroupRoles.set(.animator, group: ID(9), account: ID(1), in: tx)
                _ = try Follows.request(by: ID(1), of: ID(9), activity: activity, at: .start, in: tx)
            }
            #expect(try await db.write { try LocalAccounts.remove(ID(1), in: $0) })
            #expect(try await db.read { try Accounts.byID(ID(1), in: $0) } == nil)
            try await db.store(members: Someone.member(try Someone.local(2, "ada"), approvedAt: nil))
        }
    }

    @Test("a person who was let in is not removed as a refused one", arguments: TestEngine.available)
    func noRemoval(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(members: Someone.member(try Someone.local(1, "ada")))
            #expect(try await db.write { try LocalAccounts.remove(ID(1), in: $0) } == false)
            #expect(try await db.read { try LocalAccounts.byID(ID(1), in: $0) } != nil)
        }
    }
}

@Suite("Roles in groups")
struct GroupRolesTests {
    @Test("a role replaces the one before, and can be taken away", arguments: TestEngine.available)
    func roles(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(
                try Someone.local(1, "cafe", kind: .group), try Someone.local(2, "ada"), try Someone.local(3, "bea"),
                try Someone.local(4, "gone"))
            try await db.write { tx in
                try GroupRoles.set(.animator, group: ID(1), account: ID(2), in: tx)
                try GroupRoles.set(.moderator, group: ID(1), account: ID(2), in: tx)
                try GroupRoles.set(.animator, group: ID(1), account: ID(3), in: tx)
                try GroupRoles.set(.moderator, group: ID(1), account: ID(4), in: tx)
                try Accounts.suspend(ID(4), at: .start, in: tx)
            }
            #expect(try await db.read { try GroupRoles.moderators(of: ID(1), in: $0) }.map(\.id) == [ID(2)])
            #expect(try await db.read { try GroupRoles.role(of: ID(3), group: ID(1), in: $0) } == .animator)
            #expect(try await db.write { try GroupRoles.remove(group: ID(1), account: ID(3), in: $0) })
            #expect(try await db.write { try GroupRoles.remove(group: ID(1), account: ID(3), in: $0) } == false)
            #expect(try await db.read { try GroupRoles.role(of: ID(3), group: ID(1), in: $0) } == nil)
        }
    }
}
