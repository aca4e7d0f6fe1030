// SPDX-License-Identifier: Apache-2.0

import HTTPSupport
import NIOCore
import TestSupport
import Testing

@Suite("Connections, byte by byte")
struct ConnectionTests {
    private static let good = "GET /me HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

    /// Sends bytes, returns the status line, and checks that the server still responds afterwards.
    private func status(
        of request: String, limits: ConnectionLimits = ConnectionLimits()
    ) async throws -> String {
        nonisolated(unsafe) var found = ""
        try await Server.run(limits: limits) { server async throws in
            found = String(try await TestHTTPClient.raw(request, port: server.port).prefix(12))
            let after = try await TestHTTPClient.raw(Self.good, port: server.port)
            #expect(after.hasPrefix("HTTP/1.1 200"))
        }
        return found
    }

    @Test(
        "what no honest client sends is answered with 400 and the end of the connection",
        arguments: [
            "GET /me HTTP/1.1\r\n\r\n", "GET http://h/me HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET me HTTP/1.1\r\nHost: h\r\n\r\n", "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n",
            "POST /inbox HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "POST /inbox HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /inbox HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "POST /inbox HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "POST /inbox HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
            "POST /inbox HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST /inbox HTTP/1.1\r\nHost: h\r\nContent-Length : 1\r\n\r\na",
            "GET /me HTTP/1.1\r\nHost: h\r\nX: a\u{0}b\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n",
            "GET /me HTTP/9.9\r\nHost: h\r\n\r\n", "GET /me HTTP/1.1\r\nHost: h\r\nHost: other\r\n\r\n",
            "GET /me HTTP/1.0\r\nHost: h\r\nhost: h\r\n\r\n",
        ])
    func refused(request: String) async throws {
        #expect(try await status(of: request) == "HTTP/1.1 400")
    }

    @Test("a chunk whose size is none is refused in the middle of the body")
    func badChunk() async throws {
        let head = "POST /inbox HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(try await status(of: head + "3\r\nabc\r\nzz\r\nabc\r\n0\r\n\r\n") == "HTTP/1.1 400")
        #expect(try await status(of: head + "3\r\nabcdef\r\n0\r\n\r\n") == "HTTP/1.1 400")
    }

    @Test("two hundred thousand headers, one of a megabyte, and an endless target are refused")
    func floods() async throws {
        let many = (0..<200_000).map { "a\($0): b\r\n" }.joined()
        #expect(try await status(of: "GET /me HTTP/1.1\r\nHost: h\r\n\(many)\r\n") == "HTTP/1.1 431")
        let long = String(repeating: "x", count: 1_048_576)
        #expect(try await status(of: "GET /me HTTP/1.1\r\nHost: h\r\na: \(long)\r\n\r\n") == "HTTP/1.1 431")
        let target = String(repeating: "x", count: 10_000)
        #expect(try await status(of: "GET /\(target) HTTP/1.1\r\nHost: h\r\n\r\n") == "HTTP/1.1 414")
    }

    @Test("a flood of trailers is no way round the limit on headers")
    func trailers() async throws {
        let many = (0..<70_000).map { "a\($0): b\r\n" }.joined()
        let head = "POST /inbox HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        let answer = try await status(of: "\(head)1\r\na\r\n0\r\n\(many)\r\n")
        #expect(answer == "HTTP/1.1 400" || answer == "HTTP/1.1 200")
    }

    @Test("two megabytes are refused with 413, whether their length is told, hidden or false")
    func tooLarge() async throws {
        let chunk = Array(String(repeating: "x", count: 65_536).utf8)
        let framed = Array("10000\r\n".utf8) + chunk + Array("\r\n".utf8)
        try await Server.run { server async throws in
            let chunked = Array("POST /inbox HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
            let end = Array("0\r\n\r\n".utf8) + Array(Self.good.utf8)
            let parts = [chunked] + Array(repeating: framed, count: 32) + [end]
            let hidden = try await TestHTTPClient.raw(parts, port: server.port)
            #expect(hidden.hasPrefix("HTTP/1.1 413"))
            #expect(hidden.contains("{\"error\":\"too_large\"}"))
            // The rest of the body was read, so the connection can be reused.
            #expect(hidden.contains("nobody"))
            let told = try await TestHTTPClient.send(
                "POST", server.url("/inbox"), body: Array(repeating: 0x78, count: 2_097_152))
            #expect(told.status == 413)
            let exact = try await TestHTTPClient.send(
                "POST", server.url("/inbox"), body: Array(repeating: 0x78, count: 1_048_576))
            #expect(exact.text == "1048576")
        }
    }

    @Test("an endless body is cut off after its answer")
    func endless() async throws {
        var limits = ConnectionLimits()
        limits.lingerBytes = 1_048_576
        let framed = Array("10000\r\n".utf8) + Array(repeating: 0x78, count: 65_536) + Array("\r\n".utf8)
        let head = Array("POST /inbox HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        try await Server.run(limits: limits) { server async throws in
            // The client never ends the body. The test passes when the call returns at all.
            let answer = try await TestHTTPClient.raw(
                [head] + Array(repeating: framed, count: 400), port: server.port)
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 413"))
            #expect(try await server.get("/me").status == 200)
        }
    }

    @Test(
        "a head, a body and an idle connection each have their time", .timeLimit(.minutes(10)),
        arguments: [
            "", "GET /me HTTP/1.1\r\nHost: h\r\n", "POST /inbox HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc",
            "GET /me HTTP/1.1\r\nHost: h\r\n\r\n",
        ])
    func slow(request: String) async throws {
        var limits = ConnectionLimits()
        limits.firstHead = .milliseconds(100)
        limits.body = .milliseconds(100)
        limits.idle = .milliseconds(100)
        try await Server.run(limits: limits) { server async throws in
            _ = try await TestHTTPClient.raw(request, port: server.port, seconds: 3_600)
        }
    }

    @Test("many requests on one connection are answered in order")
    func pipelining() async throws {
        let one = "GET /things/cup HTTP/1.1\r\nHost: h\r\n\r\n"
        try await Server.run(change: { $0.limits = false }) { server async throws in
            let answer = try await TestHTTPClient.raw(
                String(repeating: one, count: 1_000) + Self.good, port: server.port)
            #expect(answer.split(separator: "HTTP/1.1 200 OK").count == 1_001)
        }
    }

    @Test("a client of HTTP/1.0 gets its answer and the end")
    func oldClient() async throws {
        try await Server.run { server async throws in
            let answer = try await TestHTTPClient.raw("GET /me HTTP/1.0\r\n\r\n", port: server.port)
            #expect(answer.contains("200 OK"))
            #expect(answer.lowercased().contains("connection: close"))
        }
    }

    @Test("a client that asks whether it may send is told to")
    func expectContinue() async throws {
        try await Server.run { server async throws in
            let head = "POST /inbox HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"
            let answer = try await TestHTTPClient.raw("\(head)Connection: close\r\n\r\nabc", port: server.port)
            #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"))
        }
    }
}
