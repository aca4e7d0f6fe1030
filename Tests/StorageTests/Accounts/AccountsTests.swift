// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Accounts")
struct AccountsTests {
    @Test("an account comes back as it was stored", arguments: TestEngine.available)
    func roundTrip(engine: TestEngine) async throws {
        var account = try Someone.remote(7, "Ada")
        account.kind = .group
        account.summary = SanitizedHTML(unchecked: "<p>été ☕️</p>")
        account.url = try iri("https://far.example/@Ada")
        account.outbox = try iri("https://far.example/users/Ada/outbox")
        account.icon = try iri("https://far.example/ada.png")
        account.approvesFollowers = true
        account.header = try iri("https://far.example/wide.png")
        account.fields = [ProfileField(name: "a", value: SanitizedHTML(unchecked: "<b>b</b>"), source: "b")]
        account.discoverable = true
        account.indexable = true
        account.hidesFollows = true
        account.suspendedAt = Timestamp(11)
        account.deletedAt = Timestamp(12)
        account.movedTo = try iri("https://other.example/ada")
        let stored = account
        try await onFreshDatabase(engine) { db in
            try await db.store(stored)
            #expect(try await db.read { try Accounts.byID(stored.id, in: $0) } == stored)
            #expect(try await db.read { try Accounts.byIRI(stored.iri, in: $0) } == stored)
            #expect(try await db.read { try Accounts.byID(ID(8), in: $0) } == nil)
        }
    }

    @Test("a name is found whatever the case of its letters", arguments: TestEngine.available)
    func handles(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"), try Someone.remote(2, "Ada"))
            let local = try await db.read { try Accounts.byHandle(Handle(name: "ADA", host: ""), in: $0) }
            let remote = try await db.read { try Accounts.byHandle(Handle(name: "aDa", host: "FAR.example"), in: $0) }
            #expect(local?.id == ID(1))
            #expect(remote?.id == ID(2))
            #expect(remote?.username == "Ada")
        }
    }

    @Test("two accounts of one host may not differ in case alone", arguments: TestEngine.available)
    func sameName(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            var other = try Someone.local(2, "ADA")
            other.iri = try iri("https://cafe.example/users/other")
            let second = other
            try await db.store(try Someone.local(1, "ada"))
            await #expect { try await db.store(second) } throws: { ($0 as? DatabaseError)?.kind == .uniqueViolation }
        }
    }

    @Test("long lists are asked for in pieces, and strangers left out", arguments: TestEngine.available)
    func lists(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let accounts = try (1...1100).map { try Someone.remote($0, "u\($0)") }
            try await db.write { tx in for account in accounts { try Accounts.insert(account, in: tx) } }
            let ids = accounts.map(\.id) + [ID(1), ID(5000)]
            let iris = accounts.map(\.iri) + [try iri("https://far.example/nobody")]
            let byID = try await db.read { try Accounts.byIDs(ids, in: $0) }
            let byIRI = try await db.read { try Accounts.byIRIs(iris, in: $0) }
            #expect(byID.count == 1100)
            #expect(byID[ID(1100)] == accounts.last)
            #expect(byIRI.count == 1100)
            #expect(try await db.read { try Accounts.byIDs([], in: $0) }.isEmpty)
        }
    }

    @Test("a collection of followers leads to its account", arguments: TestEngine.available)
    func followersCollection(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            var thief = try Someone.remote(9, "thief")
            let victim = try Someone.remote(3, "ada")
            thief.followers = victim.followers
            let claimant = thief
            try await db.store(claimant, victim)
            let collection = try #require(victim.followers)
            let unknown = try iri("https://far.example/none")
            #expect(try await db.read { try Accounts.byFollowersIRI(collection, in: $0) }?.id == victim.id)
            #expect(try await db.read { try Accounts.byFollowersIRI(unknown, in: $0) } == nil)
        }
    }

    @Test("a profile can be changed and keeps what was typed", arguments: TestEngine.available)
    func update(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            var account = try Someone.local(1, "ada")
            try await db.store(account)
            account.displayName = "Ada L."
            account.summary = SanitizedHTML(unchecked: "<p>hi</p>")
            account.approvesFollowers = true
            account.discoverable = false
            account.icon = try iri("https://cafe.example/media/1.png")
            let changed = account
            try await db.write { try Accounts.update(changed, summarySource: "hi", at: Timestamp(5), in: $0) }
            #expect(try await db.read { try Accounts.byID(ID(1), in: $0) } == changed)
            #expect(try await db.read { try Accounts.summarySource(of: ID(1), in: $0) } == "hi")
            #expect(try await db.read { try Accounts.summarySource(of: ID(2), in: $0) } == nil)
        }
    }

    @Test("a suspension can be lifted", arguments: TestEngine.available)
    func suspension(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.remote(1, "ada"))
            try await db.write { try Accounts.suspend(ID(1), at: .start, in: $0) }
            #expect(try await db.read { try Accounts.byID(ID(1), in: $0) }?.suspendedAt == .start)
            try await db.write { try Accounts.suspend(ID(1), at: nil, in: $0) }
            #expect(try await db.read { try Accounts.byID(ID(1), in: $0) }?.isActive == true)
        }
    }

    @Test("a deleted account keeps its name and loses its profile", arguments: TestEngine.available)
    func deletion(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            var account = try Someone.local(1, "ada")
            account.summary = SanitizedHTML(unchecked: "<p>private</p>")
            let before = account
            try await db.write { tx in
                try Accounts.insert(before, summarySource: "private", in: tx)
                try Accounts.markDeleted(ID(1), at: Timestamp(5), in: tx)
                try Accounts.markDeleted(ID(1), at: Timestamp(6), in: tx)
            }
            let after = try #require(try await db.read { try Accounts.byID(ID(1), in: $0) })
            #expect(after.deletedAt == Timestamp(5))
            #expect(after.displayName.isEmpty && after.summary.isEmpty && !after.discoverable)
            #expect(after.username == "ada" && after.iri == before.iri)
            #expect(try await db.read { try Accounts.summarySource(of: ID(1), in: $0) } == nil)
        }
    }
}

@Suite("Accounts of other nodes")
struct RemoteAccountsTests {
    @Test("a known account is refreshed and keeps its number and its suspension", arguments: TestEngine.available)
    func refreshed(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let first = try Someone.remote(1, "ada")
            var second = try Someone.remote(2, "ada")
            second.displayName = "Ada anew"
            second.sharedInbox = nil
            second.fetchedAt = Timestamp(99)
            second.createdAt = Timestamp(99)
            let newer = second
            #expect(try await db.write { try Accounts.upsertRemote(first, in: $0) } == ID(1))
            try await db.write { try Accounts.suspend(ID(1), at: Timestamp(50), in: $0) }
            #expect(try await db.write { try Accounts.upsertRemote(newer, in: $0) } == ID(1))
            let stored = try #require(try await db.read { try Accounts.byIRI(first.iri, in: $0) })
            #expect(stored.displayName == "Ada anew")
            #expect(stored.sharedInbox == nil)
            #expect(stored.fetchedAt == Timestamp(99))
            #expect(stored.createdAt == Timestamp(99))
            #expect(stored.suspendedAt == Timestamp(50))
        }
    }

    @Test("a name that another actor took over leads to the new one", arguments: TestEngine.available)
    func takenOver(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            var heir = try Someone.remote(2, "ADA")
            heir.iri = try iri("https://far.example/actors/2")
            let second = heir
            try await db.write { tx in
                _ = try Accounts.upsertRemote(try Someone.remote(1, "ada"), in: tx)
                _ = try Accounts.upsertRemote(second, in: tx)
            }
            let found = try await db.read { try Accounts.byHandle(Handle(name: "ada", host: "far.example"), in: $0) }
            let old = try await db.read { try Accounts.byID(ID(1), in: $0) }
            #expect(found?.id == ID(2))
            #expect(old?.username == "ada")
        }
    }

    @Test("no other node overwrites an account of this one", arguments: TestEngine.available)
    func noHijack(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let ours = try Someone.local(1, "ada")
            try await db.store(ours)
            var theirs = try Someone.remote(2, "mallory")
            theirs.iri = ours.iri
            let claim = theirs
            await #expect(throws: DatabaseError.self) {
                try await db.write { try Accounts.upsertRemote(claim, in: $0) }
            }
            await #expect(throws: DatabaseError.self) {
                try await db.write { try Accounts.upsertRemote(ours, in: $0) }
            }
            #expect(try await db.read { try Accounts.byID(ID(1), in: $0) } == ours)
        }
    }

    @Test("a deleted account does not come back to life by being met again", arguments: TestEngine.available)
    func staysDeleted(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let account = try Someone.remote(1, "ada")
            try await db.write { tx in
                _ = try Accounts.upsertRemote(account, in: tx)
                try Accounts.markDeleted(ID(1), at: Timestamp(5), in: tx)
                _ = try Accounts.upsertRemote(account, in: tx)
            }
            let stored = try await db.read { try Accounts.byID(ID(1), in: $0) }
            #expect(stored?.deletedAt == Timestamp(5))
            #expect(stored?.displayName == "")
        }
    }

    @Test("one actor that is met many times at once becomes one account", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let ids = try await withThrowingTaskGroup(of: ID<Account>.self) { group in
                for number in 1...12 {
                    let account = try Someone.remote(Int64(number), "ada")
                    group.addTask { try await db.write { try Accounts.upsertRemote(account, in: $0) } }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
        }
    }
}
