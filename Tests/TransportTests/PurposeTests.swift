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
