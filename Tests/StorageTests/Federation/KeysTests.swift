// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Keys")
struct KeysTests {
    @Test("a key is found with its owner, and replaced by a newer one", arguments: TestEngine.available)
    func remembered(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let owner = try Someone.remote(1, "ada")
            try await db.store(owner)
            try await db.write { tx in
                try Keys.remember(keyID: "k#1", account: ID(1), publicPEM: "old", at: Timestamp(1), in: tx)
                try Keys.remember(keyID: "k#1", account: ID(1), publicPEM: "new", at: Timestamp(2), in: tx)
            }
            let key = try #require(try await db.read { try Keys.publicKey("k#1", in: $0) })
            #expect(key.account == ID(1) && key.actor == owner.iri)
            #expect(key.publicPEM == "new" && key.fetchedAt == Timestamp(2))
            #expect(try await db.read { try Keys.publicKey("k#2", in: $0) } == nil)
        }
    }

    @Test("the only key of a document makes the account's others void", arguments: TestEngine.available)
    func onlyOne(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.remote(1, "ada"), try Someone.remote(2, "bea"))
            try await db.write { tx in
                try Keys.remember(keyID: "a#1", account: ID(1), publicPEM: "x", at: .start, in: tx)
                try Keys.remember(keyID: "b#1", account: ID(2), publicPEM: "x", at: .start, in: tx)
                try Keys.rememberOnly(keyID: "a#2", account: ID(1), publicPEM: "y", at: .start, in: tx)
            }
            #expect(try await db.read { try Keys.publicKey("a#1", in: $0) } == nil)
            #expect(try await db.read { try Keys.publicKey("a#2", in: $0) }?.publicPEM == "y")
            #expect(try await db.read { try Keys.publicKey("b#1", in: $0) } != nil)
        }
    }

    @Test("no other node's document replaces a key of this one", arguments: TestEngine.available)
    func localKeyStays(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"), try Someone.remote(2, "mallory"))
            let pair = KeyPair(privatePEM: "private", publicPEM: "public")
            try await db.write { tx in
                try Keys.insertLocal(keyID: "ours", account: ID(1), pair: pair, at: .start, in: tx)
                try Keys.remember(keyID: "ours", account: ID(2), publicPEM: "evil", at: .start, in: tx)
                try Keys.rememberOnly(keyID: "other", account: ID(1), publicPEM: "evil", at: .start, in: tx)
            }
            #expect(try await db.read { try Keys.publicKey("ours", in: $0) }?.publicPEM == "public")
            let signing = try await db.read { try Keys.signing(for: ID(1), in: $0) }
            #expect(signing?.keyID == "ours" && signing?.privatePEM == "private")
            #expect(try await db.read { try Keys.signing(for: ID(2), in: $0) } == nil)
        }
    }

    @Test("an account signs with the key that it was given last", arguments: TestEngine.available)
    func rotation(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"))
            try await db.write { tx in
                for (name, instant) in [("z", 1), ("a", 2)] as [(String, Int64)] {
                    let pair = KeyPair(privatePEM: name, publicPEM: name)
                    try Keys.insertLocal(keyID: name, account: ID(1), pair: pair, at: Timestamp(instant), in: tx)
                }
            }
            #expect(try await db.read { try Keys.signing(for: ID(1), in: $0) }?.keyID == "a")
        }
    }

    @Test("a new key is told to those who keep private keys, and no other change is", arguments: TestEngine.available)
    func told(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"))
            var words = db.announcements.makeAsyncIterator()
            try await db.write { try Peers.setPolicy("a.example", .blocked, note: "", at: .start, in: $0) }
            try await db.write { tx in
                let pair = KeyPair(privatePEM: "a", publicPEM: "a")
                try Keys.insertLocal(keyID: "a", account: ID(1), pair: pair, at: .start, in: tx)
            }
            var told: [String?] = []
            while told.last != Change.keysChanged.rawValue { told.append(await words.next()) }
            let settings = Change.settingsChanged.rawValue
            #expect(told == [settings, settings, Change.keysChanged.rawValue])
        }
    }
}
