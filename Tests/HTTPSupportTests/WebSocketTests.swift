// SPDX-License-Identifier: Apache-2.0

import HTTPSupport
import HTTPTypes
import NIOCore
import NIOWebSocket
import TestSupport
import Testing

@Suite("WebSockets")
struct WebSocketTests {
    private static let path = "/api/v1/streaming"

    /// An endpoint that echoes each message in capitals.
    private static func echo(_ limits: WebSocketLimits = WebSocketLimits()) -> WebSocketEndpoint {
        WebSocketEndpoint(path: path, limits: limits) { request in
            if let refused = request.query("refuse").first {
                return .refuse(status: .init(code: Int(refused) ?? 500), json: Array(#"{"error":"no"}"#.utf8))
            }
            let greeting = request.query("greet").first
            return .accept { line in
                if let greeting { line.send(ByteBuffer(string: greeting)) }
                for await text in line.incoming {
                    if text == "bye" { return line.close(.policyViolation) }
                    if text == "end" { return }
                    line.send(ByteBuffer(string: text.uppercased()))
                }
            }
        }
    }

    private static func run(
        _ limits: WebSocketLimits = WebSocketLimits(), _ body: @escaping @Sendable (Server) async throws -> Void
    ) async throws {
        try await Server.run(webSockets: echo(limits)) { try await body($0) }
    }

    @Test(
        "a connection becomes a WebSocket at the endpoint, with or without a slash, and texts go both ways",
        arguments: ["/api/v1/streaming", "/api/v1/streaming/", "/api/v1/streaming?stream=user&tag=th%C3%A9"])
    func accepted(target: String) async throws {
        try await Self.run { server in
            let socket = try await TestWebSocket.connect(port: server.port, target)
            #expect(socket.answer.status == 101)
            #expect(socket.answer.header("upgrade")?.lowercased() == "websocket")
            // The key and the response are the example in RFC 6455 §1.3.
            #expect(socket.answer.header("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
            #expect(socket.answer.header("sec-websocket-protocol") == nil)
            for text in ["hello", "été", ""] {
                try await socket.send(text)
                #expect(await socket.text() == text.uppercased())
            }
            await socket.leave()
        }
    }

    @Test(
        "an offered protocol is said back, the first of several, whatever else names the token",
        arguments: [("token123", "token123"), ("token123, chat", "token123")])
    func protocols(offered: String, expected: String) async throws {
        try await Self.run { server in
            let socket = try await TestWebSocket.connect(
                port: server.port, Self.path + "?access_token=other", headers: [("Sec-WebSocket-Protocol", offered)])
            #expect(socket.answer.status == 101)
            #expect(socket.answer.header("sec-websocket-protocol") == expected)
            await socket.leave()
        }
    }

    @Test("a refusal is an ordinary answer and the end of the connection", arguments: [401, 429, 503])
    func refused(status: Int) async throws {
        try await Self.run { server in
            let socket = try await TestWebSocket.connect(port: server.port, Self.path + "?refuse=\(status)")
            #expect(socket.answer.status == status)
            #expect(socket.answer.text == #"{"error":"no"}"#)
            #expect(socket.answer.header("content-type") == "application/json; charset=utf-8")
            #expect(socket.answer.header("connection") == "close")
            #expect(await socket.next() == nil)
        }
    }

    @Test(
        "what is no handshake is refused",
        arguments: [
            [("Sec-WebSocket-Version", "8")], [("Sec-WebSocket-Version", "")], [("Sec-WebSocket-Key", "")],
        ])
    func badHandshakes(headers: [(String, String)]) async throws {
        try await Self.run { server in
            let socket = try await TestWebSocket.connect(
                port: server.port, Self.path, headers: headers[0].1.isEmpty ? [(headers[0].0, "x, y")] : headers)
            #expect(socket.answer.status == 400)
        }
    }

    @Test("elsewhere, and without the wish for one, the node answers as ever")
    func elsewhere() async throws {
        try await Self.run { server in
            let other = try await TestWebSocket.connect(
                port: server.port, "/where", headers: [("Connection", "Upgrade, close")])
            #expect(other.answer.status == 200 && other.answer.text.contains("127.0.0.1"))
            #expect(try await server.get(Self.path).status == 404)
        }
    }

    @Test(
        "what a client must not send ends the connection with the reason",
        arguments: [
            (WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: "bare")), 1002),
            (masked(.binary, "bytes"), 1003),
            (masked(.continuation, "of nothing"), 1002),
            (masked(.text, String(repeating: "x", count: 8_193)), 1009),
            (WebSocketFrame(fin: true, opcode: .text, maskKey: [0, 0, 0, 0], data: ByteBuffer(bytes: [0xFF])), 1007),
            (masked(.connectionClose, ""), 1000),
            (masked(.text, "bye"), 1008),
            (masked(.text, "end"), 1000),
        ])
    func forbidden(frame: WebSocketFrame, code: Int) async throws {
        try await Self.run { server in
            let socket = try await TestWebSocket.connect(port: server.port, Self.path)
            try await socket.send(frame)
            #expect(await socket.closeCode() == code)
            #expect(await socket.next() == nil)
        }
    }

    @Test("a message may come in several frames, with a ping between them, up to its limit")
    func fragments() async throws {
        try await Self.run { server in
            let socket = try await TestWebSocket.connect(port: server.port, Self.path)
            try await socket.send(Self.masked(.text, "al", isLast: false))
            try await socket.send(Self.masked(.ping, "?"))
            try await socket.send(Self.masked(.continuation, "lo"))
            #expect(await socket.next() == .pong("?"))
            #expect(await socket.next() == .text("ALLO"))
            let half = String(repeating: "x", count: 5_000)
            try await socket.send(Self.masked(.text, half, isLast: false))
            try await socket.send(Self.masked(.continuation, half))
            #expect(await socket.closeCode() == 1009)
        }
    }

    @Test("a silent connection is pinged, and closed when no pong comes")
    func silence() async throws {
        var limits = WebSocketLimits()
        limits.ping = .milliseconds(250)
        limits.silence = .seconds(5)
        let bounds = limits
        try await Self.run(bounds) { server in
            let silent = try await TestWebSocket.connect(port: server.port, Self.path)
            #expect(await silent.next() == .ping)
            while await silent.next() != nil {}
            // One that answers is open for longer than it may be silent.
            let answering = try await TestWebSocket.connect(port: server.port, Self.path)
            for _ in 0..<24 {
                #expect(await answering.next() == .ping)
                try await answering.send(Self.masked(.pong, ""))
            }
            await answering.leave()
        }
    }

    @Test("an end that does not read is closed, and keeps nothing in memory")
    func slowReader() async throws {
        let (ended, end) = AsyncStream.makeStream(of: Int.self)
        let endpoint = WebSocketEndpoint(path: Self.path) { _ in
            .accept { line in
                let chunk = ByteBuffer(repeating: UInt8(ascii: "x"), count: 65_536)
                var sent = 0
                // Far more than the buffers of the network can hold.
                while sent < 4_000, !Task.isCancelled {
                    line.send(chunk)
                    sent += 1
                    await Task.yield()
                }
                for await _ in line.incoming {}
                end.yield(sent)
            }
        }
        try await Server.run(webSockets: endpoint) { server in
            let socket = try await TestWebSocket.connect(port: server.port, Self.path)
            await socket.stopReading()
            var iterator = ended.makeAsyncIterator()
            #expect(await iterator.next() != nil)
            await socket.resumeReading()
            var bytes = 0
            while case .text(let text)? = await socket.next() { bytes += text.utf8.count }
            #expect(bytes < 4_000 * 65_536)
        }
    }

    @Test("a flood of messages that nobody reads ends the connection")
    func flood() async throws {
        let endpoint = WebSocketEndpoint(path: Self.path) { _ in
            .accept { _ in try? await Task.sleep(for: .seconds(3_600)) }
        }
        try await Server.run(webSockets: endpoint) { server in
            let socket = try await TestWebSocket.connect(port: server.port, Self.path)
            for _ in 0..<65 { try await socket.send("x") }
            #expect(await socket.closeCode() == 1008)
        }
    }

    @Test("when the client leaves, whoever talks to it is told")
    func left() async throws {
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        let endpoint = WebSocketEndpoint(path: Self.path) { _ in
            .accept { line in
                for await _ in line.incoming {}
                end.yield()
            }
        }
        try await Server.run(webSockets: endpoint) { server in
            let socket = try await TestWebSocket.connect(port: server.port, Self.path)
            #expect(socket.answer.status == 101)
            await socket.leave()
            var iterator = ended.makeAsyncIterator()
            #expect(await iterator.next() != nil)
        }
    }

    private static func masked(
        _ opcode: WebSocketOpcode, _ text: String, isLast: Bool = true
    ) -> WebSocketFrame {
        WebSocketFrame(fin: isLast, opcode: opcode, maskKey: [9, 8, 7, 6], data: ByteBuffer(string: text))
    }
}
