// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Sessions")
struct SessionsTests {
    private let end = Timestamp.start + .hours(1)

    @Test("a session is valid until it ends", arguments: TestEngine.available)
    func lifetime(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"))
            try await db.write { try Sessions.insert([1, 0, 255], account: ID(1), at: .start, expires: end, in: $0) }
            #expect(try await db.read { try Sessions.account([1, 0, 255], at: .start, in: $0) } == ID(1))
            #expect(try await db.read { try Sessions.account([1, 0, 254], at: .start, in: $0) } == nil)
            #expect(try await db.read { try Sessions.account([1, 0, 255], at: end, in: $0) } == nil)
        }
    }

    @Test("being here makes a session last, but does not revive one that ended", arguments: TestEngine.available)
    func extended(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"))
            let later = end + .hours(1)
            let middle = Timestamp.start + .minutes(30)
            try await db.write { tx in
                try Sessions.insert([1], account: ID(1), at: .start, expires: end, in: tx)
                try Sessions.insert([2], account: ID(1), at: .start, expires: end, in: tx)
            }
            #expect(try await db.write { try Sessions.extend([1], at: middle, expires: later, in: $0) })
            #expect(try await db.write { try Sessions.extend([2], at: end, expires: later, in: $0) } == false)
            let session = try #require(try await db.read { try Sessions.find([1], at: end, in: $0) })
            #expect(session.seenAt == middle && session.createdAt == .start && session.expiresAt == later)
            #expect(try await db.read { try Sessions.find([2], at: end, in: $0) } == nil)
        }
    }

    @Test("a suspended or deleted account is not signed in", arguments: TestEngine.available)
    func suspended(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"), try Someone.local(2, "bea"))
            try await db.write { tx in
                try Sessions.insert([1], account: ID(1), at: .start, expires: end, in: tx)
                try Sessions.insert([2], account: ID(2), at: .start, expires: end, in: tx)
                try Accounts.suspend(ID(1), at: .start, in: tx)
                try Accounts.markDeleted(ID(2), at: .start, in: tx)
            }
            #expect(try await db.read { try Sessions.account([1], at: .start, in: $0) } == nil)
            #expect(try await db.read { try Sessions.account([2], at: .start, in: $0) } == nil)
        }
    }

    @Test("one browser is signed out, or all of a person's, or the old ones", arguments: TestEngine.available)
    func signedOut(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"), try Someone.local(2, "bea"))
            try await db.write { tx in
                for (token, account, expires) in [
                    (1, 1, end), (2, 1, end), (3, 1, end), (4, 2, end), (5, 2, end - .minutes(1)),
                ] as [(UInt8, Int64, Timestamp)] {
                    try Sessions.insert([token], account: ID(account), at: .start, expires: expires, in: tx)
                }
                try Sessions.delete([1], in: tx)
            }
            #expect(try await signedIn(db) == [2, 3, 4, 5])
            #expect(try await db.write { try Retention.sweep("session", at: end, in: $0) } == 1)
            #expect(try await signedIn(db) == [2, 3, 4])
            try await db.write { try Sessions.deleteAll(of: ID(1), in: $0) }
            #expect(try await signedIn(db) == [4])
        }
    }

    private func signedIn(_ db: Database) async throws -> [UInt8] {
        try await db.read { db in
            try (1...5).filter { try Sessions.account([$0], at: .start, in: db) != nil }
        }
    }
}

@Suite("Links and invitations")
struct SignInLinksTests {
    private let end = Timestamp.start + .minutes(15)

    @Test("a link signs in once and in time", arguments: TestEngine.available)
    func links(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"))
            try await db.write { tx in
                try SignInLinks.insert([1], account: ID(1), expires: end, in: tx)
                try SignInLinks.insert([2], account: ID(1), expires: end, in: tx)
            }
            #expect(try await db.write { try SignInLinks.use([1], at: .start, in: $0) } == ID(1))
            #expect(try await db.write { try SignInLinks.use([1], at: .start, in: $0) } == nil)
            #expect(try await db.write { try SignInLinks.use([2], at: end, in: $0) } == nil)
            #expect(try await db.write { try SignInLinks.use([3], at: .start, in: $0) } == nil)
            #expect(try await db.write { try Retention.sweep("sign_in_link", at: end, in: $0) } == 0)
            #expect(try await db.write { try Retention.sweep("sign_in_link", at: end + .seconds(1), in: $0) } == 2)
        }
    }

    @Test("of many who click at once, one comes in", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"))
            try await db.write { try SignInLinks.insert([1], account: ID(1), expires: end, in: $0) }
            let opened = try await withThrowingTaskGroup(of: ID<Account>?.self) { group in
                for _ in 1...10 {
                    group.addTask { try await db.write { try SignInLinks.use([1], at: .start, in: $0) } }
                }
                return try await group.reduce(into: 0) { $0 += $1 == nil ? 0 : 1 }
            }
            #expect(opened == 1)
        }
    }

    @Test("an invitation lets one person in, in time", arguments: TestEngine.available)
    func invitations(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"))
            try await db.write { tx in
                try Invitations.insert([1], createdBy: ID(1), expires: end, in: tx)
                try Invitations.insert([2], createdBy: nil, expires: end, in: tx)
            }
            #expect(try await db.read { try Invitations.find([1], at: .start, in: $0) } != nil)
            #expect(try await db.write { try Invitations.use([1], at: .start, in: $0) })
            #expect(try await db.write { try Invitations.use([1], at: .start, in: $0) } == false)
            #expect(try await db.read { try Invitations.find([1], at: .start, in: $0) } == nil)
            #expect(try await db.read { try Invitations.find([2], at: end, in: $0) } == nil)
            #expect(try await db.write { try Invitations.use([2], at: end, in: $0) } == false)
            #expect(try await db.write { try Retention.sweep("invitation", at: end + .seconds(1), in: $0) } == 2)
        }
    }
}
