// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPAddresses
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Transport

@Suite("Requests of different purposes", .timeLimit(.minutes(10)))
struct PurposeTests {
    private func iri(_ text: String) throws -> IRI { try #require(IRI(text)) }

    @Test("keys on an address that never responds delay neither keys elsewhere nor what a member waits for")
    func silentAddress() async throws {
        let silent = try await LoopbackServer.start("127.0.0.2") { request in
            LoopbackResponse(200, behaviour: request.target.hasPrefix("/key") ? .silence : .whole)
        }
        let other = try await LoopbackServer.start("127.0.0.3") { _ in LoopbackResponse(200) }
        try await TransportWorld.withClient(try TransportWorld.client()) { client in
            let keys = try (0..<20).map { try iri("\(silent.origin)/key/\($0)") }
            let waiting = Task {
                await withTaskGroup(of: Void.self) { group in
                    for key in keys {
                        group.addTask {
                            _ = try? await client.get(
                                key, headers: [], for: .strangersKey, deadline: .after(.seconds(3_600)))
                        }
                    }
                }
            }
            while silent.requests.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
            let key = try await client.get(
                try iri("\(other.origin)/key"), headers: [], for: .strangersKey, deadline: .after(.seconds(300)))
            #expect(key.status == 200)
            let page = try await client.get(
                try iri("\(silent.origin)/page"), headers: [], for: .member, deadline: .after(.seconds(300)))
            #expect(page.status == 200)
            waiting.cancel()
            await waiting.value
        }
        await silent.stop()
        await other.stop()
    }

    @Test("keys on many addresses that never respond do not delay the key of an honest stranger")
    func silentAddresses() async throws {
        let total = try #require(FetchPurpose.strangersKey.places(descriptors: 4_096))
        var servers: [LoopbackServer] = []
        for number in 0..<(total.total / total.perNetwork + 2) {
            servers.append(
                try await LoopbackServer.start("127.0.7.\(number + 1)") { _ in
                    LoopbackResponse(200, behaviour: .silence)
                })
        }
        let other = try await LoopbackServer.start("127.0.0.3") { _ in LoopbackResponse(200) }
        let silent = servers
        try await TransportWorld.withClient(try TransportWorld.client()) { client in
            let keys = try silent.flatMap { server in
                try (0..<total.perNetwork).map { try iri("\(server.origin)/key/\($0)") }
            }
            let waiting = Task {
                await withTaskGroup(of: Void.self) { group in
                    for key in keys {
                        group.addTask {
                            _ = try? await client.get(
                                key, headers: [], for: .strangersKey, deadline: .after(.seconds(3_600)))
                        }
                    }
                }
            }
            // More requests than there are places are under way, so silent hosts have left theirs to others.
            while silent.map(\.requests.count).reduce(0, +) <= total.total {
                try await Task.sleep(for: .milliseconds(5))
            }
            let key = try await client.get(
                try iri("\(other.origin)/key"), headers: [], for: .strangersKey, deadline: .after(.seconds(300)))
            #expect(key.status == 200)
            waiting.cancel()
            await waiting.value
        }
        for server in silent { await server.stop() }
        await other.stop()
    }

    @Test("a host that was silent rests, longer each time, and until it responds")
    func pauses() async throws {
        let hosts = SilentHosts()
        let now = ContinuousClock.now
        hosts.remember("silent.example", at: now)
        #expect(throws: TransportFailure.timedOut) { try hosts.check("silent.example", at: now) }
        try hosts.check("other.example", at: now)
        let second = now + SilentHosts.pauses.first
        try hosts.check("silent.example", at: second)
        hosts.remember("silent.example", at: second)
        #expect(throws: TransportFailure.timedOut) {
            try hosts.check("silent.example", at: second + SilentHosts.pauses.first)
        }
        for _ in 1...100 { hosts.remember("silent.example", at: second) }
        try hosts.check("silent.example", at: second + SilentHosts.pauses.longest)
        try await hosts.watching("silent.example") {}
        try hosts.check("silent.example", at: second)
    }

    @Test("however many silent names strangers bring, all deliveries find theirs")
    func silentStrangers() async throws {
        let held = Mutex(true)
        let resolver = Resolver { host in
            while host.hasSuffix("silent.test") && held.withLock({ $0 }) { usleep(1000) }
            return [IPAddress("127.0.0.2")].compactMap { $0 }
        }
        // More than may wait: those beyond the limit are refused, and nobody waits for them.
        let silent = (0..<400).map { number in
            Task { (try? await resolver.addresses(of: "\(number).silent.test", for: .strangersKey))?.count ?? 0 }
        }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<200 {
                group.addTask { try await resolver.addresses(of: "\(number).quick.test", for: .delivery).count }
            }
            var found = 0
            for try await count in group { found += count }
            #expect(found == 200)
        }
        held.withLock { $0 = false }
        var answered = 0
        for task in silent { answered += await task.value }
        #expect(answered >= 256 && answered <= 400)
        await resolver.shutdown()
    }

    @Test("names whose DNS servers never respond delay only names of the same purpose")
    func silentNames() async throws {
        let held = Mutex(true)
        let begun = Mutex(0)
        let resolver = Resolver { host in
            if host.hasSuffix("silent.test") { begun.withLock { $0 += 1 } }
            while host.hasSuffix("silent.test") && held.withLock({ $0 }) { usleep(1000) }
            return [IPAddress("127.0.0.2")].compactMap { $0 }
        }
        let waiting = (0..<40).map { number in
            Task { try await resolver.addresses(of: "\(number).silent.test", for: .strangersKey) }
        }
        while begun.withLock({ $0 }) < FetchPurpose.strangersKey.lookUpThreads {
            try await Task.sleep(for: .milliseconds(5))
        }
        for purpose in FetchPurpose.allCases where purpose != .strangersKey {
            #expect(try await resolver.addresses(of: "\(purpose).quick.test", for: purpose).count == 1)
        }
        #expect(begun.withLock { $0 } == FetchPurpose.strangersKey.lookUpThreads)
        held.withLock { $0 = false }
        for task in waiting { #expect(try await task.value.count == 1) }
        await resolver.shutdown()
    }
}
