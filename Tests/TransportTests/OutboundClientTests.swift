// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPAddresses
import Limits
import Model
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Transport

@Suite("Outbound client")
struct OutboundClientTests {
    private func iri(_ text: String) throws -> IRI { try #require(IRI(text)) }

    private func failure(
        _ client: OutboundClient, _ text: String, limitBytes: Int = 1024, within: Duration = .seconds(20)
    ) async throws -> FetchError? {
        let address = try iri(text)
        do throws(FetchError) {
            _ = try await client.get(address, headers: [], limitBytes: limitBytes, deadline: .after(within))
            return nil
        } catch {
            return error
        }
    }

    @Test("a host is asked under its own name at the address that was checked")
    func pinned() async throws {
        let server = try await LoopbackServer.start("127.0.0.2") { _ in .text("hello", type: "text/plain") }
        let names = NameTable(["peer.test": [["127.0.0.2"]]])
        try await TransportWorld.withClient(try TransportWorld.client(names: names)) { client in
            let address = try iri("http://peer.test:\(server.port)/a?b=c")
            let response = try await client.get(
                address, headers: [(name: "x-test", value: "1")], deadline: .after(.seconds(300)))
            #expect(response.status == 200)
            #expect(response.body == Array("hello".utf8))
            let request = try #require(server.requests.first)
            #expect(request.target == "/a?b=c")
            #expect(request["host"] == "peer.test:\(server.port)")
            #expect(request["user-agent"] == "Troquet/test")
            #expect(request["x-test"] == "1")
            #expect(request["accept-encoding"] == "deflate, gzip")
        }
        await server.stop()
    }

    @Test(
        "a host that leads to a forbidden address is not connected to",
        arguments: [["127.1.0.1"], ["127.0.0.2", "127.1.0.1"], ["127.1.0.1", "127.0.0.2"], ["127.0.0.2", "::1"]])
    func forbidden(addresses: [String]) async throws {
        let canary = try await LoopbackServer.start("127.1.0.1") { _ in .text("", type: "text/plain") }
        let names = NameTable(["evil.test": [addresses]])
        try await TransportWorld.withClient(try TransportWorld.client(names: names)) { client in
            let authority = "evil.test:\(canary.port)"
            let error = try await failure(client, "http://\(authority)/")
            #expect(error == .forbiddenAddress(host: authority))
        }
        #expect(canary.connectionCount == 0)
        await canary.stop()
    }

    @Test("a name that changes its mind leads to the address that was checked, or nowhere")
    func rebinding() async throws {
        let canary = try await LoopbackServer.start("127.1.0.1") { _ in .text("", type: "text/plain") }
        let names = NameTable(["evil.test": (0..<40).map { [$0 % 2 == 0 ? "127.0.77.2" : "127.1.0.1"] }])
        try await TransportWorld.withClient(
            try TransportWorld.client(names: names, resolutionLifetime: .zero)
        ) { client in
            for _ in 0..<40 {
                let error = try await failure(client, "http://evil.test:\(canary.port)/")
                #expect(error != nil)
            }
        }
        #expect(canary.connectionCount == 0)
        await canary.stop()
    }

    @Test("a connection that reached another machine than was meant is closed before the first byte")
    func connectCheck() async throws {
        let canary = try await LoopbackServer.start("127.1.0.1") { _ in .text("", type: "text/plain") }
        let block = try #require(CIDRBlock("127.0.0.0/16"))
        let pool = try ClientPool(
            addressGuard: AddressGuard(insecureBlocks: [block]), caFile: nil, group: TestLoops.group)
        // The first check is skipped here, so the pool itself must refuse.
        let address = try #require(IPAddress("127.1.0.1"))
        let route = ClientPool.Route(scheme: "http", host: "evil.test", port: canary.port, address: address)
        await #expect(throws: TransportFailure.forbiddenAddress) {
            try await TestLoops.get("http://evil.test:\(canary.port)/", route, pool)
        }
        #expect(canary.requests.isEmpty)
        await pool.shutdown()
        await canary.stop()
    }

    @Test("plain http, a service's port and an address written out are only for opened networks")
    func schemes() async throws {
        let names = NameTable(["peer.test": [["5.5.5.1"]], "localhost": [["5.5.5.1"]], "a.onion": [["5.5.5.1"]]])
        try await TransportWorld.withClient(try TransportWorld.client(names: names)) { client in
            for text in [
                "http://peer.test/", "https://peer.test:22/", "https://peer.test:6379/", "https://5.5.5.1/",
                "https://localhost/", "https://a.onion/", "https://[::1]/", "https://169.254.169.254/",
                "https://[::ffff:a00:1]/",
            ] {
                let address = try iri(text)
                let error = try await failure(client, text)
                #expect(error == .forbiddenAddress(host: address.authority), "\(text)")
            }
        }
    }

    @Test("a body over the limit is not read to its end")
    func tooLarge() async throws {
        let server = try await LoopbackServer.start { request in
            LoopbackResponse(200, body: Array(repeating: 0x20, count: request.target == "/1025" ? 1025 : 1024))
        }
        try await TransportWorld.withClient(try TransportWorld.client()) { client in
            let atLimit = try await failure(client, "\(server.origin)/1024")
            let beyond = try await failure(client, "\(server.origin)/1025")
            #expect(atLimit == nil)
            #expect(beyond == .tooLarge(limit: 1024))
        }
        await server.stop()
    }

    /// The body would drip for hours.
    @Test("a body that drips ends at the deadline", .timeLimit(.minutes(10)))
    func dripping() async throws {
        let server = try await LoopbackServer.start { _ in
            LoopbackResponse(200, behaviour: .drip(interval: .milliseconds(20)))
        }
        try await TransportWorld.withClient(try TransportWorld.client()) { client in
            let error = try await failure(
                client, "\(server.origin)/", limitBytes: 1_000_000, within: .milliseconds(400))
            #expect(error == .unavailable(status: nil))
        }
        await server.stop()
    }

    @Test("silence ends at the deadline, nobody at the port ends at once")
    func silent() async throws {
        let server = try await LoopbackServer.start { _ in LoopbackResponse(200, behaviour: .silence) }
        try await TransportWorld.withClient(try TransportWorld.client()) { client in
            let address = try iri("\(server.origin)/inbox")
            let timedOut = await client.post(address, headers: [], body: [1], deadline: .after(.milliseconds(300)))
            #expect(timedOut.failure == .timedOut)
            await server.stop()
            let nobody = try iri("http://127.0.0.3:\(server.port)/inbox")
            let refused = await client.post(nobody, headers: [], body: [1], deadline: .after(.seconds(300)))
            #expect(refused.failure == .unreachable)
        }
    }

    @Test("a name whose look-up does not end is given up at the deadline, and others are not")
    func slowNames() async throws {
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        let held = Mutex(true)
        let resolver = Resolver { host in
            while host == "slow.test" && held.withLock({ $0 }) { usleep(1000) }
            end.finish()
            return [IPAddress("127.0.0.2")].compactMap { $0 }
        }
        await #expect(throws: DeadlinePassed.self) {
            try await withDeadline(.after(.milliseconds(100))) {
                try await resolver.addresses(of: "slow.test", for: .delivery)
            }
        }
        #expect(try await resolver.addresses(of: "quick.test", for: .delivery).count == 1)
        for await _ in ended {}
        held.withLock { $0 = false }
        #expect(try await resolver.addresses(of: "slow.test", for: .delivery).count == 1)
        await resolver.shutdown()
    }

    @Test("a field that would break the line is never written", arguments: ["a\r\nx: y", "a\nb", "a\u{0}b"])
    func lineBreaks(value: String) async throws {
        let server = try await LoopbackServer.start { _ in LoopbackResponse(200) }
        try await TransportWorld.withClient(try TransportWorld.client()) { client in
            let result = await client.post(
                try iri("\(server.origin)/"), headers: [(name: "x-name", value: value)], body: [],
                deadline: .after(.seconds(300)))
            #expect(result.failure == .malformed)
        }
        #expect(server.requests.isEmpty)
        await server.stop()
    }

    @Test("the second address of a host is tried when nobody is at the first")
    func secondAddress() async throws {
        let server = try await LoopbackServer.start("127.0.0.9") { _ in LoopbackResponse(202) }
        let names = NameTable(["two.test": [["127.0.0.8", "127.0.0.9"]]])
        try await TransportWorld.withClient(try TransportWorld.client(names: names)) { client in
            let result = await client.post(
                try iri("http://two.test:\(server.port)/inbox"), headers: [], body: [1],
                deadline: .after(.seconds(300)))
            #expect(result.status == 202)
        }
        await server.stop()
    }

    @Test("what a busy peer asks for comes with its status, and a dripping body changes neither")
    func retryAfter() async throws {
        let server = try await LoopbackServer.start { request in
            request.target == "/busy"
                ? LoopbackResponse(429, headers: [(name: "Retry-After", value: "120")])
                : LoopbackResponse(202, behaviour: .drip(interval: .milliseconds(50)))
        }
        try await TransportWorld.withClient(try TransportWorld.client()) { client in
            let busy = await client.post(
                try iri("\(server.origin)/busy"), headers: [], body: [1], deadline: .after(.seconds(300)))
            guard case .status(429, .some(.seconds(120)), _) = busy else {
                Issue.record("\(busy)")
                return
            }
            let drip = await client.post(
                try iri("\(server.origin)/drip"), headers: [], body: [1], deadline: .after(.seconds(300)))
            #expect(drip.status == 202)
        }
        await server.stop()
    }

    @Test("kept connections beyond the bound are closed, and every request still gets its response")
    func connectionBound() async throws {
        let server = try await LoopbackServer.start("0.0.0.0") { _ in LoopbackResponse(202) }
        let block = try #require(CIDRBlock("127.0.0.0/16"))
        let pool = try ClientPool(
            addressGuard: AddressGuard(insecureBlocks: [block]), caFile: nil, group: TestLoops.group, descriptors: 16)
        for number in 2..<60 {
            let address = try #require(IPAddress("127.0.0.\(number)"))
            let route = ClientPool.Route(scheme: "http", host: "h\(number).test", port: server.port, address: address)
            let url = "http://h\(number).test:\(server.port)/"
            // A request may come before a connection that is no longer needed is closed. Then it is refused.
            var status = try? await TestLoops.get(url, route, pool)
            while status == nil, !Task.isCancelled { status = try? await TestLoops.get(url, route, pool) }
            #expect(status == 202)
            #expect(pool.connectionCount <= 8)
        }
        await pool.shutdown()
        await server.stop()
    }

    @Test("clients beyond the bound are shut down, and come back when they are needed")
    func eviction() async throws {
        let server = try await LoopbackServer.start("0.0.0.0") { _ in LoopbackResponse(202) }
        let block = try #require(CIDRBlock("127.0.0.0/16"))
        let pool = try ClientPool(
            addressGuard: AddressGuard(insecureBlocks: [block]), caFile: nil, group: TestLoops.group, limit: 4)
        for number in [2, 3, 4, 5, 6, 7, 8, 2, 3] {
            let address = try #require(IPAddress("127.0.0.\(number)"))
            let route = ClientPool.Route(scheme: "http", host: "h\(number).test", port: server.port, address: address)
            #expect(try await TestLoops.get("http://h\(number).test:\(server.port)/", route, pool) == 202)
            #expect(pool.count <= 4)
        }
        await pool.shutdown()
        await server.stop()
    }
}

extension PostResult {
    var failure: TransportFailure? {
        if case .failed(let failure) = self { failure } else { nil }
    }

    var status: Int? {
        if case .status(let status, _, _) = self { status } else { nil }
    }
}
