// SPDX-License-Identifier: Apache-2.0

import HTTPSignatures
import IPAddresses
import Model
import Storage
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Federation

@Suite("The limits of the inbox", .timeLimit(.minutes(10)))
struct InboxLimitsTests {
    @Test("a network that proved nothing may send sixty requests, one that did five hundred, and both get more later")
    func networks() async throws {
        try await Self.withVic { world, vic in
            let stranger = try #require(IPAddress("203.0.113.7"))
            #expect(Self.admitted(stranger, at: world) == 60)
            let neighbour = try #require(IPAddress("203.0.113.8"))
            #expect(throws: InboxRejection.tooManyRequests(retryAfterSeconds: 1)) {
                try world.authenticator.admit(neighbour)
            }
            world.clock.pass(.seconds(2))
            #expect(Self.admitted(stranger, at: world) == 2)

            #expect(await Self.submit(1, by: vic, from: stranger, at: world) == nil)
            #expect(Self.admitted(stranger, at: world) == 500)
            world.clock.pass(.seconds(1))
            #expect(Self.admitted(stranger, at: world) == 50)
            let elsewhere = try #require(IPAddress("198.51.100.1"))
            #expect(Self.admitted(elsewhere, at: world) == 60)
            world.clock.pass(.hours(2))
            #expect(Self.admitted(stranger, at: world) == 60)
        }
    }

    @Test("a signer may send three hundred activities at once, and the rest may come again")
    func signer() async throws {
        try await Self.withVic { world, vic in
            let eve = try world.addRemote("eve", at: "evil.example")
            for number in 1...300 {
                try #require(await Self.submit(number, by: vic, at: world) == nil)
            }
            let refusal = await Self.submit(301, by: vic, at: world)
            #expect(refusal == .tooManyRequests(retryAfterSeconds: 1))
            #expect(refusal?.status == 429)
            #expect(try await world.rowCounts()["received"] == 300)
            #expect(await Self.submit(1, by: eve, at: world) == nil)
            world.clock.pass(.milliseconds(50))
            #expect(await Self.submit(301, by: vic, at: world) == nil)
        }
    }

    @Test("the actors of one host share a limit")
    func host() async throws {
        let limits = InboxLimits()
        let now = ManualClock.start
        var admitted = 0
        for number in 0..<2_000 {
            let actor = Account(
                id: ID(Int64(number)), kind: .person, username: "p\(number)", host: "prairie.example",
                iri: try address("https://prairie.example/users/p\(number)"), displayName: "", createdAt: now)
            if (try? limits.admit(actor, from: nil, at: now)) != nil { admitted += 1 }
        }
        #expect(admitted == 1_000)
    }

    @Test("a stranger's activity may have 256 KiB, a known actor's 1 MiB")
    func strangerBody() async throws {
        try await Self.withVic { world, vic in
            let eve = try world.addRemote("eve", at: "evil.example")
            let asked = world.nodes.asked
            let text = String(repeating: "x", count: 300_000)
            #expect(await Self.submit(1, by: eve, content: text, at: world) == .tooLarge)
            #expect(world.nodes.asked == asked)
            #expect(await Self.submit(1, by: vic, content: text, at: world) == nil)
        }
    }

    @Test("made-up keys on a silent host occupy two places of the network that names them, and nobody else's")
    func strangersKeys() async throws {
        try await Self.withVic { world, vic in
            let eve = try world.addRemote("eve", at: "evil.example")
            world.nodes.silence("tarpit.example")
            let verifier = Verifier(authority: "cafe.example", scheme: "https")
            let signers = RequestSigners(world.federation, verifier: verifier, keyPatience: .seconds(3_600))
            let hostile = try #require(IPAddress("203.0.113.7")).network
            let honest = try #require(IPAddress("198.51.100.1")).network
            let forged = try (1...40).map { number in
                try Self.signature(by: vic, keyID: "https://tarpit.example/\(number)#key", verifier, at: world)
            }
            let rejected = Counter()
            for signature in forged {
                Task {
                    do throws(InboxRejection) {
                        _ = try await signers.prove(signature, from: hostile)
                    } catch {
                        if error.status == 429 { rejected.add() }
                    }
                }
            }
            // Two are fetched, eight wait, and thirty are rejected.
            while rejected.value < 30 { try await Task.sleep(for: .milliseconds(10)) }
            let signature = try Self.signature(by: eve, keyID: world.nodes.keyID(of: eve), verifier, at: world)
            let account = try await signers.prove(signature, from: honest).account
            #expect(account.iri.string == eve)
            #expect(world.nodes.fetches(from: "tarpit.example") == 2)
            #expect(rejected.value == 30)
        }
    }

    @Test("made-up keys that many networks name leave a place for an honest stranger, and for its small body")
    func manyNetworks() async throws {
        try await Self.withVic { world, vic in
            let eve = try world.addRemote("eve", at: "evil.example")
            world.nodes.silence("tarpit.example")
            let verifier = Verifier(authority: "cafe.example", scheme: "https")
            let signers = RequestSigners(world.federation, verifier: verifier, keyPatience: .seconds(3_600))
            let honest = try #require(IPAddress("198.51.100.1")).network
            let forged = try (0..<120).map { number in
                try Self.signature(by: vic, keyID: "https://tarpit.example/\(number)#key", verifier, at: world)
            }
            let rejected = Counter()
            var tasks: [Task<Void, Never>] = []
            for (number, signature) in forged.enumerated() {
                let hostile = try #require(IPAddress("203.0.\(number / 2).7")).network
                tasks.append(
                    Task {
                        do throws(InboxRejection) {
                            _ = try await signers.prove(signature, from: hostile, holding: 200_000)
                        } catch {
                            if error.status == 429 { rejected.add() }
                        }
                    })
            }
            while world.nodes.fetches(from: "tarpit.example") < 120 { try await Task.sleep(for: .milliseconds(10)) }
            let signature = try Self.signature(by: eve, keyID: world.nodes.keyID(of: eve), verifier, at: world)
            let account = try await signers.prove(signature, from: honest, holding: 16_000).account
            #expect(account.iri.string == eve)
            for task in tasks { task.cancel() }
        }
    }

    @Test("the more bodies of strangers wait for keys, the smaller a further one must be")
    func strangersBodies() {
        let bodies = StrangerBodies()
        #expect(bodies.hold(1_048_576))
        bodies.release(1_048_576)
        var large = 0
        while bodies.hold(262_144) { large += 1 }
        #expect(large * 262_144 <= StrangerBodies.limit)
        #expect(large > 64)
        for _ in 1...1_000 { #expect(bodies.hold(StrangerBodies.small)) }
    }

    @Test("who waits for a place of its network is rejected after the time that a fetch may take")
    func impatience() async throws {
        try await Self.withVic { world, vic in
            world.nodes.silence("tarpit.example")
            let verifier = Verifier(authority: "cafe.example", scheme: "https")
            let signers = RequestSigners(world.federation, verifier: verifier, keyPatience: .seconds(1))
            let hostile = try #require(IPAddress("203.0.113.7")).network
            let forged = try (1...10).map { number in
                try Self.signature(by: vic, keyID: "https://tarpit.example/\(number)#key", verifier, at: world)
            }
            let rejected = Counter()
            let requests = forged.map { signature in
                Task {
                    do throws(InboxRejection) {
                        _ = try await signers.prove(signature, from: hostile)
                    } catch {
                        if error.status == 429 { rejected.add() }
                    }
                }
            }
            for request in requests { await request.value }
            // Two are fetched, and two more may get their places in the last moment. Nobody waits for a third round.
            #expect(rejected.value > 0)
        }
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    // MARK: - Requests

    private static func withVic(_ body: (FederationWorld, _ vic: String) async throws -> Void) async throws {
        try await FederationWorld.run { world in
            try await world.addPerson("alice")
            let vic = try world.addRemote("vic", at: "prairie.example")
            _ = try await world.resolve(vic)
            try await body(world, vic)
        }
    }

    /// The number of requests from this address that are admitted now.
    private static func admitted(_ client: IPAddress, at world: FederationWorld) -> Int {
        var count = 0
        while (try? world.authenticator.admit(client)) != nil { count += 1 }
        return count
    }

    /// Submits a follow of Alice with a number of its own.
    private static func submit(
        _ number: Int, by actor: String, from client: IPAddress? = nil, content: String = "", at world: FederationWorld
    ) async -> InboxRejection? {
        let follow: JSON = [
            "id": JSON("\(actor)#follows/\(number)"), "type": "Follow", "actor": JSON(actor),
            "object": "https://cafe.example/users/alice", "content": JSON(content),
        ]
        guard let request = try? world.request(follow) else { return InboxRejection(500, "no request") }
        do throws(InboxRejection) {
            _ = try await world.authenticator.accept(
                request.head, mediaType: request.mediaType, body: request.body, from: client)
            return nil
        } catch {
            return error
        }
    }

    /// A signature made with the actor's key, which names the key as `keyID`.
    private static func signature(
        by actor: String, keyID: String, _ verifier: Verifier, at world: FederationWorld
    ) throws -> ParsedSignature {
        let request = try world.request(["type": "Follow"], signedBy: actor, keyID: keyID)
        return try verifier.parse(request.head, body: request.body, now: world.clock.now.milliseconds)
    }
}
