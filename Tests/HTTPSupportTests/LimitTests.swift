// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOCore
import TestSupport
import Testing

@testable import HTTPSupport

@Suite("Limits by address")
struct LimitTests {
    private func client(_ forwarded: [String], peer: String, trusted: [AddressBlock]) throws -> String? {
        var fields: HTTPFields = [:]
        for value in forwarded {
            let name = try #require(HTTPField.Name("X-Forwarded-For"))
            fields.append(HTTPField(name: name, value: value))
        }
        let head = HTTPRequest(method: .get, scheme: "http", authority: "h", path: "/", headerFields: fields)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        return ClientAddress(trusted: trusted)
            .resolve(request, peer: try SocketAddress(ipAddress: peer, port: 1))
    }

    @Test("nobody's X-Forwarded-For is believed unless the operator names the proxy")
    func untrusted() throws {
        #expect(try client(["1.2.3.4"], peer: "127.0.0.1", trusted: []) == "127.0.0.1")
        #expect(try client(["1.2.3.4"], peer: "9.9.9.9", trusted: AddressBlock.loopback) == "9.9.9.9")
    }

    @Test(
        "behind a trusted proxy the last address counts that no trusted proxy has",
        arguments: [
            (["1.2.3.4"], "1.2.3.4"), (["6.6.6.6, 1.2.3.4"], "1.2.3.4"), (["6.6.6.6", "1.2.3.4"], "1.2.3.4"),
            (["1.2.3.4, 127.0.0.1"], "1.2.3.4"), ([], "127.0.0.1"), (["nonsense"], "127.0.0.1"),
            (["1.2.3.4, nonsense"], "127.0.0.1"), (["2001:db8::1"], "2001:db8::1"), ([""], "127.0.0.1"),
            (["1.2.3.4:99"], "127.0.0.1"),
        ])
    func trusted(forwarded: [String], expected: String) throws {
        #expect(try client(forwarded, peer: "127.0.0.1", trusted: AddressBlock.loopback) == expected)
    }

    @Test(
        "a block holds the addresses of its prefix",
        arguments: [
            ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.1", false),
            ("192.0.2.128/25", "192.0.2.127", false),
            ("192.0.2.128/25", "192.0.2.200", true), ("::1", "::1", true), ("fd00::/8", "fdff::1", true),
            ("127.0.0.1", "::ffff:127.0.0.1", true), ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false),
        ])
    func blocks(block: String, address: String, isInside: Bool) throws {
        let block = try #require(AddressBlock(block))
        let address = try #require(AddressBytes(address))
        #expect(block.contains(address) == isInside)
    }

    @Test(
        "what is no block is refused",
        arguments: ["", "/", "1.2.3", "1.2.3.4/33", "::/129", "1.2.3.4/-1", "a/8", "1.2.3.4/8/8"])
    func noBlock(text: String) {
        #expect(AddressBlock(text) == nil)
    }

    @Test("a client has its burst at once and then its rate")
    func bucket() {
        let limit = RateLimit(.init(perSecond: 1, burst: 3))
        let start = ContinuousClock.now
        for _ in 0..<3 { #expect(limit.take("1.2.3.4", now: start) == nil) }
        #expect(limit.take("1.2.3.4", now: start) == 1)
        #expect(limit.take("1.2.3.5", now: start) == nil)
        #expect(limit.take("1.2.3.4", now: start + .seconds(1)) == nil)
        #expect(limit.take("1.2.3.4", now: start + .seconds(1)) == 1)
        #expect(limit.take("1.2.3.4", now: start - .seconds(9)) != nil)
    }

    @Test("a subscriber's whole network shares one bucket")
    func network() {
        let limit = RateLimit(.init(perSecond: 0.01, burst: 1))
        let start = ContinuousClock.now
        #expect(limit.take("2001:db8:1:2::1", now: start) == nil)
        #expect(limit.take("2001:db8:1:2:ffff::9", now: start) == 100)
        #expect(limit.take("2001:db8:1:3::1", now: start) == nil)
    }

    @Test("a flood of addresses does not grow the table without end")
    func bounded() {
        let limit = RateLimit(.init(perSecond: 1, burst: 1))
        let start = ContinuousClock.now
        for number in 0..<(RateLimit.ceiling * 2) {
            let address = "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
            _ = limit.take(address, now: start + .milliseconds(number))
        }
        #expect(limit.count <= RateLimit.ceiling)
    }

    @Test("a thousand forged addresses do not help against the limit")
    func forged() async throws {
        try await Server.run(change: { $0.writing = .init(perSecond: 0.001, burst: 5) }) { server async throws in
            var statuses: [Int] = []
            for number in 0..<10 {
                let response = try await server.post("/write", "text=x", [("x-forwarded-for", "1.2.3.\(number)")])
                statuses.append(response.status)
                if response.status == 429 { #expect(Int(response.header("retry-after") ?? "") ?? 0 >= 1) }
            }
            #expect(statuses == Array(repeating: 200, count: 5) + Array(repeating: 429, count: 5))
        }
    }

    @Test("limits can be switched off, and never count for peers")
    func off() async throws {
        let none = RateLimit.Rule(perSecond: 0.001, burst: 0)
        try await Server.run(change: {
            $0.writing = none; $0.reading = none
        }) { server async throws in
            #expect(try await server.get("/me").status == 429)
            #expect(try await server.get("/things/cup", [("accept", "application/activity+json")]).status == 200)
            #expect(try await server.post("/inbox", "x").status == 200)
        }
        try await Server.run(change: {
            $0.writing = none; $0.limits = false
        }) { server async throws in
            #expect(try await server.post("/write", "text=x").status == 200)
        }
    }
}
