// SPDX-License-Identifier: Apache-2.0

import Database
import HTTPSignatures
import Model
import Storage
import Telemetry
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// Runs a test with Alice on this node, and Eve on another node with a known key.
private func withEve(
    on engine: TestEngine = .sqlite, mode: FederationMode = .open,
    _ body: (FederationWorld, _ eve: String) async throws -> Void
) async throws {
    try await FederationWorld.run(on: engine, mode: mode) { world in
        try await world.addPerson("alice")
        let eve = try world.addRemote("eve", at: "evil.example")
        if mode == .open { _ = try await world.resolve(eve) }
        try await body(world, eve)
    }
}

@Suite("A signature that is proved")
struct ProvenSignatureTests {
    @Test(
        "wakes its host, whose deliveries are then due; one that is not proved wakes nobody",
        arguments: TestEngine.available)
    func wakes(_ engine: TestEngine) async throws {
        try await withEve(on: engine) { world, eve in
            let now = world.clock.now
            let rest = now + .hours(1)
            try await world.database.write { tx in try Peers.failed("evil.example", at: now, restUntil: rest, in: tx) }
            var forged = try world.followRequest(by: eve)
            forged.body.append(32)
            #expect(await world.submit(forged) != nil)
            let before = try await world.database.read { db in try Peers.state(of: "evil.example", in: db) }
            #expect(before?.restUntil == rest)
            #expect(await world.submit(try world.followRequest(by: eve)) == nil)
            // The pause ends in a transaction of its own, after the response.
            while try await world.database.read({ db in try Peers.state(of: "evil.example", in: db) })?.restUntil
                == rest
            {
                try await Task.sleep(for: .milliseconds(5))
            }
            let after = try await world.database.read { db in try Peers.state(of: "evil.example", in: db) }
            #expect(after?.restUntil == Timestamp(0) && after?.failures == 1)
        }
    }
}

@Suite("The inbox authenticator turns away")
struct InboxRejectionTests {
    @Test("what deserves it, with its code, and changes nothing", arguments: RejectedRequest.all, TestEngine.available)
    func refusal(_ rejected: RejectedRequest, _ engine: TestEngine) async throws {
        try await withEve(on: engine) { world, eve in
            let request = try await rejected.make(world, eve)
            let before = try await world.rowCounts()
            #expect(await world.submit(request) == InboxRejection(rejected.status, rejected.code))
            #expect(try await world.rowCounts() == before)
            #expect(world.answered == ["inbox.refused.\(rejected.code)": 1])
        }
    }

    @Test("everybody, when federation is off")
    func off() async throws {
        try await withEve(mode: .off) { world, eve in
            let request = try world.followRequest(by: eve)
            #expect(await world.submit(request) == InboxRejection(403, "federation_off"))
            #expect(world.nodes.asked.isEmpty)
        }
    }

    @Test("hosts that nobody let in, when only those let in may speak")
    func allowlist() async throws {
        try await withEve(mode: .allowlist) { world, eve in
            let request = try world.followRequest(by: eve)
            #expect(await world.submit(request) == InboxRejection(403, "host_blocked"))
            #expect(world.nodes.asked.isEmpty)
        }
    }

    @Test("what it cannot store, and says that it may come again")
    func overloaded() async throws {
        try await withEve { world, eve in
            let request = try world.followRequest(by: eve)
            await world.database.close()
            #expect(await world.submit(request) == InboxRejection(503, "overloaded"))
        }
    }

    @Test("for every reason that there is")
    func complete() {
        let ownCodes: Set = [
            "wrong_media_type", "too_large", "malformed_json", "duplicate_key", "too_deep", "malformed_activity",
            "host_blocked", "signer_is_not_actor", "attributed_to_mismatch", "wrong_origin", "local_identifier",
            "actor_suspended", "key_not_found", "key_unavailable",
        ]
        let codes = ownCodes.union(SignatureError.allCases.map(\.rawValue))
        #expect(Set(RejectedRequest.all.map(\.code)) == codes)
        for refusal in SignatureError.allCases {
            #expect(RejectedRequest.all.first { $0.code == refusal.rawValue }?.status == refusal.status)
        }
    }
}

@Suite("The inbox authenticator lets in")
struct InboxAdmissionTests {
    @Test("what is well signed, in both ways of signing", arguments: [SignatureScheme.cavage, .rfc9421])
    func both(_ scheme: SignatureScheme) async throws {
        try await withEve { world, eve in
            let request = scheme == .cavage ? try world.followRequest(by: eve) : try world.modernRequest(by: eve)
            #expect(await world.submit(request) == nil)
            #expect(world.answered == ["inbox.accepted": 1])
        }
    }

    @Test("a stranger, whose key is fetched once")
    func stranger() async throws {
        try await withEve { world, _ in
            let vic = try world.addRemote("vic", at: "prairie.example")
            #expect(try await world.submit(world.followRequest(by: vic)) == nil)
            #expect(try await world.submit(world.modernRequest(by: vic)) == nil)
            #expect(world.nodes.fetches(from: "prairie.example") == 2)
        }
    }

    @Test("somebody whose key was renewed, when some time has passed")
    func renewed() async throws {
        try await withEve { world, eve in
            let old = try #require(
                try TestKeys.pool.get().first { $0.publicKey.pem == (try? world.nodes.key(of: eve))?.publicKey.pem })
            let new = try #require(try TestKeys.pool.get().first { $0 !== old })
            try world.addRemote("eve", at: "evil.example", key: new)
            #expect(try await world.submit(world.followRequest(by: eve)) == InboxRejection(.badSignature))
            world.clock.pass(.minutes(6))
            #expect(try await world.submit(world.modernRequest(by: eve)) == nil)
        }
    }

    @Test("what it stores with the signer's row, so that nobody can change it afterwards (O07)")
    func signerIsStored() async throws {
        try await withEve { world, eve in
            #expect(try await world.submit(world.followRequest(by: eve)) == nil)
            let eveID = try await world.resolve(eve).id
            let stored = try await world.lease()
            #expect(stored.map(\.signer) == [eveID])
            #expect(stored.map(\.keyID) == ["\(eve)#main-key"])
        }
    }
}

@Suite("The inbox authenticator is not worn out by")
struct InboxEnduranceTests {
    @Test("a key of our own from outside (S14)")
    func localKey() async throws {
        try await withEve { world, eve in
            for keyID in ["https://cafe.example/users/alice#main-key", "https://cafe.example/actor#main-key"] {
                let request = try world.request(
                    ["type": "Follow", "actor": "https://cafe.example/users/alice"], signedBy: eve, keyID: keyID)
                #expect(await world.submit(request) == InboxRejection(.badKeyID))
            }
            #expect(world.nodes.fetches(from: "cafe.example") == 0)
        }
    }

    @Test("bad signatures in somebody's name: the owner is asked at most twice (S18)", arguments: [true, false])
    func badSignatures(_ isKnown: Bool) async throws {
        try await withEve { world, eve in
            let vic = try world.addRemote("vic", at: "prairie.example")
            if isKnown { _ = try await world.resolve(vic) }
            world.clock.pass(.minutes(6))
            let before = world.nodes.fetches(from: "prairie.example")
            let forged = try (0..<100).map { number in
                try world.request(
                    ["id": JSON("\(vic)/\(number)"), "type": "Follow", "actor": JSON(vic)], signedBy: eve,
                    keyID: "\(vic)#main-key")
            }
            await withTaskGroup { group in
                for request in forged {
                    group.addTask { #expect(await world.submit(request) == InboxRejection(.badSignature)) }
                }
            }
            #expect(world.nodes.fetches(from: "prairie.example") - before <= 2)
        }
    }

    @Test(
        "a host that does not answer: it is asked once and then left alone",
        arguments: [
            FetchError.notFound, .gone, .unavailable(status: 500),
        ])
    func silentHost(_ failure: FetchError) async throws {
        try await withEve { world, eve in
            world.nodes.fail("https://prairie.example/users/vic", failure)
            for number in 0..<20 {
                let request = try world.request(
                    ["id": JSON("\(eve)/\(number)"), "type": "Follow", "actor": JSON(eve)], signedBy: eve,
                    keyID: "https://prairie.example/users/vic#main-key")
                #expect(await world.submit(request) != nil)
            }
            #expect(world.nodes.fetches(from: "prairie.example") == 1)
            world.clock.pass(.minutes(6))
            _ = try await world.submit(
                world.request(
                    ["type": "Follow", "actor": JSON(eve)], signedBy: eve,
                    keyID: "https://prairie.example/users/vic#main-key"))
            #expect(world.nodes.fetches(from: "prairie.example") == 2)
        }
    }

    @Test("farewells of strangers: nothing is fetched, nothing is kept (D10)")
    func farewells() async throws {
        try await withEve { world, eve in
            let before = try await world.rowCounts()
            let asked = world.nodes.asked.count
            for number in 0..<100 {
                let stranger = "https://elsewhere.example/users/u\(number)"
                let request = try world.request(
                    [
                        "id": JSON("\(stranger)#delete"), "type": "Delete", "actor": JSON(stranger),
                        "object": JSON(stranger), "to": ["https://www.w3.org/ns/activitystreams#Public"],
                    ], signedBy: eve, keyID: "\(stranger)#main-key")
                #expect(await world.submit(request) == nil)
            }
            #expect(try await world.rowCounts() == before)
            #expect(world.nodes.asked.count == asked)
        }
    }

    @Test("the same request again: one effect, and too old it is none (S19)", arguments: TestEngine.available)
    func replay(_ engine: TestEngine) async throws {
        try await withEve(on: engine) { world, eve in
            let request = try world.followRequest(by: eve)
            await withTaskGroup { group in
                for _ in 0..<100 { group.addTask { #expect(await world.submit(request) == nil) } }
            }
            #expect(world.answered == ["inbox.accepted": 1, "inbox.duplicate": 99])
            try await world.settle()
            world.clock.pass(.minutes(59))
            #expect(await world.submit(request) == nil)
            try await world.settle()
            #expect(try await world.sent().map(\.type) == ["Accept"])
            world.clock.pass(.minutes(7))
            #expect(await world.submit(request) == InboxRejection(.dateOutOfRange))
        }
    }

    @Test("what somebody says after a farewell")
    func afterFarewell() async throws {
        try await withEve { world, eve in
            let farewell: JSON = ["id": JSON("\(eve)#gone"), "type": "Delete", "actor": JSON(eve), "object": JSON(eve)]
            let outcome = try await world.receive(farewell)
            #expect(outcome == "applied")
            world.clock.pass(.seconds(6))
            #expect(try await world.submit(world.followRequest(by: eve)) == InboxRejection(403, "actor_suspended"))
            #expect(try await world.submit(world.request(farewell)) == nil)
        }
    }
}

extension FederationWorld {
    /// What was counted, without the bodies that were parsed.
    fileprivate var answered: [String: Int] { counters.snapshot.filter { $0.key != "inbox.parsed" } }
}
