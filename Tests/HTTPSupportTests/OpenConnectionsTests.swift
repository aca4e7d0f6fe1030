// SPDX-License-Identifier: Apache-2.0

import HTTPSupport
import IPAddresses
import NIOCore
import TestSupport
import Testing

@Suite("How many connections may be open", .timeLimit(.minutes(10)))
struct OpenConnectionsTests {
    private func status(_ server: Server, from source: String) async -> Int? {
        try? await TestHTTPClient.send("GET", server.url("/livez"), from: source).status
    }

    private func hold(
        _ count: Int, _ server: Server, from source: String, sending text: String = ""
    ) async throws -> HeldConnections {
        try await HeldConnections.open(
            count, from: source, to: "127.0.0.1", port: server.port, sending: text, untilAnswered: !text.isEmpty)
    }

    /// Waits until the server has closed the connections above a limit.
    private func wait(_ connections: HeldConnections, for count: Int) async throws {
        while connections.openCount != count { try await Task.sleep(for: .milliseconds(10)) }
    }

    private func limits(_ connections: Int, perNetwork: Int, proxies: [CIDRBlock]) -> ConnectionLimits {
        var limits = ConnectionLimits()
        limits.connections = connections
        limits.perNetwork = perNetwork
        limits.proxies = proxies
        limits.firstHead = .hours(1)
        limits.body = .hours(1)
        return limits
    }

    @Test("one network fills its own share; others are answered, and it may come back when it has closed some")
    func perNetwork() async throws {
        let limits = limits(100, perNetwork: 5, proxies: [])
        try await Server.run(limits: limits) { server async throws in
            let silent = try await hold(20, server, from: "127.0.0.7")
            try await wait(silent, for: 5)
            #expect(await status(server, from: "127.0.0.7") == nil)
            #expect(await status(server, from: "127.0.0.8") == 200)
            await silent.close()
            while await status(server, from: "127.0.0.7") != 200 { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    @Test("a proxy may have three quarters of all connections")
    func proxies() async throws {
        let block = try #require(CIDRBlock("127.0.0.7/32"))
        try await Server.run(limits: limits(40, perNetwork: 5, proxies: [block])) { server async throws in
            let silent = try await hold(60, server, from: "127.0.0.7")
            try await wait(silent, for: 30)
            #expect(await status(server, from: "127.0.0.8") == 200)
            await silent.close()
        }
    }

    @Test("when all connections are in use, further ones are closed at once, until some end")
    func total() async throws {
        try await Server.run(limits: limits(10, perNetwork: 5, proxies: [])) { server async throws in
            // The response to the first request tells that the server has read what was sent. Until then a connection may
            // lose its place.
            let begun =
                "GET /livez HTTP/1.1\r\nHost: h\r\n\r\nPOST /inbox HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n"
            let first = try await hold(5, server, from: "127.0.0.7", sending: begun)
            let second = try await hold(5, server, from: "127.0.0.8", sending: begun)
            // Many more than may exist above the limit until they are closed.
            let third = try await hold(100, server, from: "127.0.0.9")
            try await wait(third, for: 0)
            #expect(first.openCount == 5 && second.openCount == 5)
            #expect(await status(server, from: "127.0.0.9") == nil)
            await first.close()
            while await status(server, from: "127.0.0.9") != 200 { try await Task.sleep(for: .milliseconds(10)) }
            await second.close()
        }
    }

    @Test("silent connections of many networks shut nobody out: a new one takes the place of the oldest")
    func displaced() async throws {
        try await Server.run(limits: limits(20, perNetwork: 5, proxies: [])) { server async throws in
            var silent: [HeldConnections] = []
            for number in 1...8 { silent.append(try await hold(5, server, from: "127.0.1.\(number)")) }
            for _ in 0..<10 { #expect(await status(server, from: "127.0.0.9") == 200) }
            for connections in silent { await connections.close() }
        }
    }
}
