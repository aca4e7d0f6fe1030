// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import IPAddresses
import Limits
import NIOCore
import TestSupport
import Testing

@testable import HTTPSupport

@Suite("Limits by address")
struct LimitTests {
    private func client(_ forwarded: [String], peer: String, trusted: [CIDRBlock]) throws -> String? {
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
        #expect(try client(["1.2.3.4"], peer: "9.9.9.9", trusted: CIDRBlock.loopback) == "9.9.9.9")
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
        #expect(try client(forwarded, peer: "127.0.0.1", trusted: CIDRBlock.loopback) == expected)
    }

    @Test("an address is the same client however a proxy writes it")
    func spelling() throws {
        let loopback = CIDRBlock.loopback
        #expect(try client(["::ffff:1.2.3.4"], peer: "127.0.0.1", trusted: loopback) == "1.2.3.4")
        #expect(try client(["2001:DB8:0::1"], peer: "127.0.0.1", trusted: loopback) == "2001:db8::1")
        #expect(try client(["[2001:db8::1]"], peer: "127.0.0.1", trusted: loopback) == "2001:db8::1")
    }

    @Test("what a person may read and send at once, and how fast it comes back")
    func rules() {
        #expect(RateLimitRule.reading == .steady(burst: 500, every: .milliseconds(20)))
        #expect(RateLimitRule.writing == .steady(burst: 60, every: .seconds(1)))
    }

    @Test("a thousand forged addresses do not help against the limit")
    func forged() async throws {
        try await Server.run(change: { $0.writing = .steady(burst: 5, every: .seconds(1_000)) }) {
            server async throws in
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
        let none = RateLimitRule.steady(burst: 0, every: .seconds(1_000))
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
