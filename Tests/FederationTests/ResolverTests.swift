// SPDX-License-Identifier: Apache-2.0

import Database
import Federation
import HTTPSignatures
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

private let vic = "https://victim.test/u/vic"
private let eve = "https://evil.test/u/eve"

@Suite("who is believed: actors and their keys")
struct ActorResolverTests {
    @Test("a stranger is fetched, checked in its host's directory and remembered for a day")
    func firstSight() async throws {
        let node = try await ResolverNode()
        node.world.serve(actorDocument(vic, "vic"))
        node.world.direct("vic", "victim.test", to: vic)
        let account = try await node.actors.resolve(try iri(vic))
        #expect(account.handle == Handle(name: "vic", host: "victim.test"))
        #expect(account.inbox?.string == vic + "/inbox")
        #expect(node.world.asked == [vic, "acct:vic@victim.test"])
        node.world.forget()
        node.clock.pass(.hours(23))
        #expect(try await node.actors.resolve(try iri(vic)).id == account.id)
        #expect(node.world.asked.isEmpty)
        node.clock.pass(.hours(2))
        #expect(try await node.actors.resolve(try iri(vic)).id == account.id)
        #expect(node.world.asked == [vic])
    }

    @Test("a stale account is given as it was while its host is away, but not when it is gone")
    func stale() async throws {
        let node = try await ResolverNode()
        node.world.serve(actorDocument(vic, "vic"))
        let account = try await node.actors.resolve(try iri(vic))
        node.clock.pass(.days(3))
        node.world.fail(vic, .unavailable(status: 503))
        #expect(try await node.actors.resolve(try iri(vic)).id == account.id)
        node.world.fail(vic, .refused(status: 403))
        #expect(try await node.actors.resolve(try iri(vic)) == account)
        node.world.fail(vic, .gone)
        await #expect(throws: FederationError.fetch(.gone)) { try await node.actors.resolve(try iri(vic)) }
    }

    // CVE-2024-23832.
    @Test("a document that bears another's id is dropped, and that id is asked once")
    func foreignID() async throws {
        let node = try await ResolverNode()
        node.world.serve(actorDocument(vic, "vic"))
        node.world.serve(actorDocument(vic, "vic", pem: ResolverKeys.eve), at: eve + "/key")
        await #expect(throws: FederationError.self) { try await node.actors.key(eve + "/key") }
        #expect(node.world.asked.filter { $0 == vic }.count == 1)
        let key = try await node.actors.key(vic + "#main-key")
        #expect(key.publicPEM == ResolverKeys.vic)
    }

    @Test("an id that does not stand by itself when asked again is refused for good")
    func terminal() async throws {
        let node = try await ResolverNode()
        node.world.serve(actorDocument(eve + "2", "eve"), at: eve)
        node.world.serve(actorDocument(eve + "3", "eve"), at: eve + "2")
        await #expect(throws: FederationError.identifierMismatch) { try await node.actors.resolve(try iri(eve)) }
        #expect(node.world.asked.count == 2)
    }

    // CVE-2024-52591.
    @Test("after a redirect only the last address speaks, for itself alone")
    func redirects() async throws {
        let node = try await ResolverNode()
        node.world.serve(actorDocument(vic, "vic", pem: ResolverKeys.eve), at: "https://evil.test/doc")
        node.world.serve(actorDocument(vic, "vic"))
        node.world.redirect("https://victim.test/away", to: "https://evil.test/doc")
        node.world.redirect("https://evil.test/to-vic", to: vic)
        await #expect(throws: FederationError.self) {
            try await node.actors.resolve(try iri("https://victim.test/away"))
        }
        await #expect(throws: FederationError.identifierMismatch) {
            try await node.actors.resolve(try iri("https://evil.test/to-vic"))
        }
        #expect(try await node.account(vic) == nil)
    }

    @Test("an id of this node is never believed from outside, nor fetched")
    func local() async throws {
        let node = try await ResolverNode()
        let alice = try await node.addLocal("alice")
        node.world.serve(actorDocument(alice.iri.string, "alice", pem: ResolverKeys.eve), at: eve)
        await #expect(throws: FederationError.localIdentifier) { try await node.actors.resolve(try iri(eve)) }
        #expect(try await node.actors.resolve(alice.iri) == node.account(alice.iri.string))
        await #expect(throws: FederationError.localIdentifier) {
            try await node.actors.resolve(try iri("https://node.test/users/nobody"))
        }
        await #expect(throws: FederationError.localIdentifier) {
            try await node.actors.key("https://node.test/users/alice#main-key")
        }
        #expect(node.world.asked == [eve])
    }

    @Test("a name that the directory gives to another actor is refused; a host without directory is believed")
    func directories() async throws {
        let node = try await ResolverNode()
        node.world.serve(actorDocument(eve, "vic"))
        node.world.direct("vic", "evil.test", to: "https://evil.test/u/real-vic")
        await #expect(throws: FederationError.handleMismatch) { try await node.actors.resolve(try iri(eve)) }
        node.world.serve(actorDocument(vic, "vic"))
        #expect(try await node.actors.resolve(try iri(vic)).host == "victim.test")
    }

    @Test("a renewed profile that diverts messages is not taken: the account stays as it was")
    func poisoned() async throws {
        let node = try await ResolverNode()
        node.world.serve(actorDocument(vic, "vic"))
        let account = try await node.actors.resolve(try iri(vic))
        node.world.serve(actorDocument(vic, "vic").with(["inbox": JSON(eve + "/inbox")]))
        node.clock.pass(.days(2))
        #expect(try await node.actors.resolve(try iri(vic)) == account)
        await #expect(throws: FederationError.wrongOrigin("inbox")) { try await node.actors.refresh(try iri(vic)) }
        #expect(try await node.account(vic) == account)
    }

    @Test("a directory speaks for another host only when that host agrees")
    func splitDomain() async throws {
        let node = try await ResolverNode()
        node.world.serve(actorDocument("https://social.cafe.test/u/ana", "ana"))
        node.world.direct(
            "ana", "social.cafe.test", subject: "acct:ana@cafe.test", to: "https://social.cafe.test/u/ana")
        node.world.direct("ana", "cafe.test", to: "https://social.cafe.test/u/ana")
        #expect(try await node.actors.resolve(try iri("https://social.cafe.test/u/ana")).host == "cafe.test")
        node.world.serve(actorDocument(eve, "eve"))
        node.world.direct("eve", "evil.test", subject: "acct:eve@victim.test", to: eve)
        node.world.direct("eve", "victim.test", to: "https://victim.test/u/another-eve")
        #expect(try await node.actors.resolve(try iri(eve)).host == "evil.test")
    }

    @Test("a handle leads to its actor, one of ours without the network")
    func handles() async throws {
        let node = try await ResolverNode()
        let alice = try await node.addLocal("alice")
        #expect(try await node.handles.resolve(Handle(name: "Alice", host: "")).id == alice.id)
        #expect(try await node.handles.resolve(Handle(name: "alice", host: "node.test")).id == alice.id)
        #expect(node.world.asked.isEmpty)
        node.world.serve(actorDocument(vic, "vic"))
        node.world.direct("vic", "victim.test", to: vic)
        #expect(try await node.handles.resolve(Handle(name: "vic", host: "victim.test")).iri.string == vic)
        await #expect(throws: FederationError.fetch(.notFound)) {
            try await node.handles.resolve(Handle(name: "nobody", host: "node.test"))
        }
        // The WebFinger of one host names a handle of another host. The actor keeps its own host.
        node.world.serve(actorDocument(eve, "eve"))
        node.world.direct("vic2", "evil.test", subject: "acct:vic@victim.test", to: eve)
        node.world.direct("eve", "evil.test", to: eve)
        let found = try await node.handles.resolve(Handle(name: "vic2", host: "evil.test"))
        #expect(found.handle == Handle(name: "eve", host: "evil.test"))
    }

    @Test("a key on its own page needs an owner that lists it with the same text")
    func keyDocuments() async throws {
        let node = try await ResolverNode()
        let keyID = "https://keys.test/u/kim/key"
        let kim = "https://keys.test/u/kim"
        let pem = try #require(ResolverKeys.vic)
        let key: JSON = ["id": JSON(keyID), "type": "Key", "owner": JSON(kim), "publicKeyPem": JSON(pem)]
        node.world.serve(key)
        node.world.serve(actorDocument(kim, "kim").with(["publicKey": key]))
        let stored = try await node.actors.key(keyID)
        #expect(stored.actor.string == kim)
        #expect(stored.publicPEM == pem)

        let forged: JSON = [
            "id": "https://evil.test/key", "owner": JSON(vic), "publicKeyPem": JSON(ResolverKeys.eve ?? ""),
        ]
        node.world.serve(forged)
        node.world.serve(actorDocument(vic, "vic"))
        await #expect(throws: FederationError.ownerMismatch) { try await node.actors.key("https://evil.test/key") }
        #expect(try await node.account(vic) == nil)

        let other: JSON = [
            "id": "https://keys.test/u/kim/other", "owner": JSON(kim), "publicKeyPem": JSON(ResolverKeys.eve ?? ""),
        ]
        node.world.serve(other)
        await #expect(throws: FederationError.keyMismatch) {
            try await node.actors.key("https://keys.test/u/kim/other")
        }
    }

    @Test("a key under an actor's address is the actor's only with its own fragment")
    func fragments() async throws {
        let node = try await ResolverNode()
        node.world.serve(actorDocument(vic, "vic"))
        await #expect(throws: FederationError.keyMismatch) { try await node.actors.key(vic + "#other-key") }
        await #expect(throws: FederationError.keyMismatch) { try await node.actors.key("not an address") }
        await #expect(throws: FederationError.tooLong("keyId")) {
            try await node.actors.key(vic + "#" + String(repeating: "x", count: 3_000))
        }
        #expect(try await node.actors.key(vic + "#main-key").actor.string == vic)
    }

    @Test("a renewed key replaces the old one when its origin says so, and is not asked for at every failure")
    func renewal() async throws {
        let node = try await ResolverNode()
        node.world.serve(actorDocument(vic, "vic"))
        let keyID = vic + "#main-key"
        #expect(try await node.actors.key(keyID).publicPEM == ResolverKeys.vic)
        node.world.serve(actorDocument(vic, "vic", pem: ResolverKeys.renewed))
        node.world.forget()
        #expect(try await node.actors.refreshKey(keyID).publicPEM == ResolverKeys.vic)
        #expect(node.world.asked.isEmpty)
        node.clock.pass(.minutes(6))
        #expect(try await node.actors.refreshKey(keyID).publicPEM == ResolverKeys.renewed)
        #expect(try await node.actors.key(keyID).publicPEM == ResolverKeys.renewed)
    }

    @Test("a blocked domain is not asked, nor anything below it; a closed node asks nobody")
    func policies() async throws {
        let node = try await ResolverNode()
        let now = node.clock.now
        try await node.database.write { tx in try Peers.setPolicy("evil.test", .blocked, note: "", at: now, in: tx) }
        await #expect(throws: FederationError.blockedHost) { try await node.actors.resolve(try iri(eve)) }
        await #expect(throws: FederationError.blockedHost) {
            try await node.actors.resolve(try iri("https://sub.evil.test:8443/u/eve"))
        }
        await #expect(throws: FederationError.blockedHost) {
            try await node.actors.resolve(try iri("https://a.b.c.d.e.f.g.h.i.j.k.evil.test/u/eve"))
        }
        #expect(node.world.asked.isEmpty)
        let closed = try await ResolverNode(mode: .allowlist)
        await #expect(throws: FederationError.blockedHost) { try await closed.actors.resolve(try iri(vic)) }
        #expect(closed.world.asked.isEmpty)
    }

    @Test("a deleted account does not come back")
    func deleted() async throws {
        let node = try await ResolverNode()
        node.world.serve(actorDocument(vic, "vic"))
        let account = try await node.actors.resolve(try iri(vic))
        let now = node.clock.now
        try await node.database.write { tx in try Accounts.markDeleted(account.id, at: now, in: tx) }
        await #expect(throws: FederationError.tombstoned) { try await node.actors.resolve(try iri(vic)) }
        await #expect(throws: FederationError.tombstoned) { try await node.actors.refresh(try iri(vic)) }
    }
}
