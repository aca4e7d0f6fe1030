// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
public import NIOWebSocket

/// A WebSocket client that sends whatever a test asks for, valid or not.
public final class TestWebSocket: Sendable {
    /// What the client received.
    public enum Arrival: Sendable, Equatable {
        case text(String)
        case ping
        case pong(String)
        /// The server's close frame.
        case close(code: Int)
    }

    /// The server's response to the handshake.
    public let answer: TestResponse
    private let channel: any Channel
    // The iterator of a stream is a value, so this actor owns it and hands out one element at a time.
    private let reader: Reader

    private actor Reader {
        private var iterator: AsyncStream<Arrival>.Iterator

        init(_ stream: AsyncStream<Arrival>) { iterator = stream.makeAsyncIterator() }

        func next() async -> Arrival? {
            var copy = iterator
            let arrival = await copy.next(isolation: self)
            iterator = copy
            return arrival
        }
    }

    /// Sends a WebSocket handshake to a local server.
    ///
    /// - Parameters:
    ///   - headers: replace the valid headers of the same name, or are added.
    ///   - seconds: the time after which the connection is closed.
    public static func connect(
        port: Int, _ target: String, headers: [(String, String)] = [], seconds: Int64 = 300
    ) async throws -> TestWebSocket {
        let (arrivals, continuation) = AsyncStream.makeStream(of: Arrival.self, bufferingPolicy: .unbounded)
        let answered = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: TestResponse.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        HandshakeHandler(answered: answered, arrivals: continuation))
                }
            }.connect(host: "127.0.0.1", port: port).get()
        channel.eventLoop.scheduleTask(in: .seconds(seconds)) { channel.close(promise: nil) }
        try await channel.writeAndFlush(ByteBuffer(string: request(port: port, target, headers)))
        return TestWebSocket(answer: try await answered.futureResult.get(), channel: channel, arrivals: arrivals)
    }

    private static func request(port: Int, _ target: String, _ headers: [(String, String)]) -> String {
        let usual = [
            ("Host", "127.0.0.1:\(port)"), ("Connection", "Upgrade"), ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ]
        let own = Set(headers.map { $0.0.lowercased() })
        let lines = (usual.filter { !own.contains($0.0.lowercased()) } + headers).map { "\($0.0): \($0.1)\r\n" }
        return "GET \(target) HTTP/1.1\r\n\(lines.joined())\r\n"
    }

    private init(answer: TestResponse, channel: any Channel, arrivals: AsyncStream<Arrival>) {
        self.answer = answer
        self.channel = channel
        reader = Reader(arrivals)
    }

    /// What is received next, including pings; nil after the end of the connection.
    public func next() async -> Arrival? { await reader.next() }

    /// The next text message; nil when the connection ends before.
    public func text() async -> String? {
        while let arrival = await next() {
            if case .text(let text) = arrival { return text }
        }
        return nil
    }

    /// The code of the close frame; nil when the connection ended without one.
    public func closeCode() async -> Int? {
        while let arrival = await next() {
            if case .close(let code) = arrival { return code }
        }
        return nil
    }

    /// Sends a text message.
    public func send(_ text: String) async throws {
        try await send(WebSocketFrame(fin: true, opcode: .text, maskKey: [1, 2, 3, 4], data: ByteBuffer(string: text)))
    }

    /// Sends a frame unchanged. Its data is masked when it has a mask key.
    public func send(_ frame: WebSocketFrame) async throws {
        try await channel.writeAndFlush(frame)
    }

    /// Stops reading from the network, like a phone without reception.
    ///
    /// The server may end the connection at any time; one that has ended stays so.
    public func stopReading() async {
        try? await channel.setOption(.autoRead, value: false).get()
    }

    /// Reads from the network again, what arrived before the end of the connection too.
    public func resumeReading() async {
        try? await channel.setOption(.autoRead, value: true).get()
    }

    /// Closes the connection without a close frame.
    public func leave() async {
        try? await channel.close()
    }
}

/// Reads the response to the handshake, and adds the frame handlers when it is 101.
private final class HandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let answered: EventLoopPromise<TestResponse>
    private let arrivals: AsyncStream<TestWebSocket.Arrival>.Continuation
    private var received = ByteBuffer()

    init(answered: EventLoopPromise<TestResponse>, arrivals: AsyncStream<TestWebSocket.Arrival>.Continuation) {
        self.answered = answered
        self.arrivals = arrivals
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        guard let (response, length) = head(), response.status == 101 else { return }
        received.moveReaderIndex(forwardBy: length)
        let rest = received
        let pipeline = context.pipeline.syncOperations
        do {
            let decoder = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 24))
            try pipeline.addHandlers([WebSocketFrameEncoder(), decoder, Collector(arrivals)], position: .after(self))
        } catch {
            return context.close(promise: nil)
        }
        if rest.readableBytes > 0 { context.fireChannelRead(NIOAny(rest)) }
        answered.succeed(response)
        pipeline.removeHandler(self, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        arrivals.finish()
        if let (response, length) = head() {
            let body = Array(received.readableBytesView.dropFirst(length))
            answered.succeed(TestResponse(status: response.status, headers: response.headers, body: body))
        } else {
            answered.fail(TestHTTPError.noAnswer)
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// The parsed head of the response, and its length in bytes.
    private func head() -> (TestResponse, Int)? {
        let text = String(decoding: received.readableBytesView, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
        let headers = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
        }
        return (
            TestResponse(status: status, headers: headers, body: []), text[..<end.upperBound].utf8.count
        )
    }
}

private final class Collector: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    private let arrivals: AsyncStream<TestWebSocket.Arrival>.Continuation

    init(_ arrivals: AsyncStream<TestWebSocket.Arrival>.Continuation) { self.arrivals = arrivals }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        var bytes = frame.data
        switch frame.opcode {
        case .text: arrivals.yield(.text(String(buffer: bytes)))
        case .ping: arrivals.yield(.ping)
        case .pong: arrivals.yield(.pong(String(buffer: bytes)))
        case .connectionClose: arrivals.yield(.close(code: Int(bytes.readInteger(as: UInt16.self) ?? 0)))
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        arrivals.finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
