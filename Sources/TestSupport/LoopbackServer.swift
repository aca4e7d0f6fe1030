// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A request that a loopback server received.
public struct LoopbackRequest: Sendable {
    /// `GET`, `POST`, …
    public var method: String
    /// The path and query, exactly as received.
    public var target: String
    /// The header fields in order, with their names exactly as received.
    public var headers: [(name: String, value: String)]
    /// The whole body.
    public var body: [UInt8]

    /// The first value of a field, found without regard to case.
    public subscript(name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// The response of a loopback server.
public struct LoopbackResponse: Sendable {
    /// How the response is sent.
    public enum Behaviour: Sendable {
        /// Head, body and end.
        case whole
        /// The head, then one byte after each `interval`, without end.
        case drip(interval: Duration)
        /// No response.
        case silence
        /// The connection is closed without a response.
        case close
    }

    /// The status code.
    public var status: Int
    /// The header fields; `content-length` is added.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: [UInt8]
    /// How it is sent.
    public var behaviour: Behaviour

    /// Creates the response.
    public init(
        _ status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [], behaviour: Behaviour = .whole
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.behaviour = behaviour
    }

    /// A response with a text and its media type.
    public static func text(_ text: String, type: String, status: Int = 200) -> LoopbackResponse {
        LoopbackResponse(status, headers: [(name: "content-type", value: type)], body: Array(text.utf8))
    }
}

/// A small HTTP server on a loopback address that stands for a remote server in tests.
public final class LoopbackServer: Sendable {
    /// Responds to one request.
    public typealias Handler = @Sendable (LoopbackRequest) async -> LoopbackResponse

    /// The address on which it listens: `127.0.0.7`.
    public let address: String
    /// The port on which it listens.
    public let port: Int
    private let channel: any Channel
    private let seen: RequestLog

    /// For example `http://127.0.0.7:40123`.
    public var origin: String { "http://\(address):\(port)" }
    /// For example `127.0.0.7:40123`.
    public var authority: String { "\(address):\(port)" }
    /// The requests received so far, in order.
    public var requests: [LoopbackRequest] { seen.requests.withLock { $0 } }
    /// How many connections were accepted so far.
    public var connectionCount: Int { seen.connections.withLock { $0 } }

    /// Starts a server on a free port.
    ///
    /// - Parameter address: any address in `127.0.0.0/8`, so that a test can have several hosts.
    public static func start(_ address: String = "127.0.0.1", handler: @escaping Handler) async throws -> LoopbackServer
    {
        let seen = RequestLog()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                seen.connections.withLock { $0 += 1 }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(LoopbackHandler(seen: seen, handler: handler))
                }
            }
        let channel = try await bootstrap.bind(host: address, port: 0).get()
        return LoopbackServer(address: address, port: channel.localAddress?.port ?? 0, channel: channel, seen: seen)
    }

    private init(address: String, port: Int, channel: any Channel, seen: RequestLog) {
        self.address = address
        self.port = port
        self.channel = channel
        self.seen = seen
    }

    /// Stops listening. Open connections stay until their clients close them.
    public func stop() async {
        try? await channel.close()
    }
}

private final class RequestLog: Sendable {
    let requests = Mutex<[LoopbackRequest]>([])
    let connections = Mutex(0)
}

private final class LoopbackHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let seen: RequestLog
    private let handler: LoopbackServer.Handler
    private let current = Mutex<LoopbackRequest?>(nil)

    init(seen: RequestLog, handler: @escaping LoopbackServer.Handler) {
        self.seen = seen
        self.handler = handler
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let headers = head.headers.map { (name: $0.name, value: $0.value) }
            current.withLock {
                $0 = LoopbackRequest(method: head.method.rawValue, target: head.uri, headers: headers, body: [])
            }
        case .body(let part): current.withLock { $0?.body += part.readableBytesView }
        case .end: answer(on: context.channel)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(on channel: any Channel) {
        guard let request = current.withLock({ $0.take() }) else { return }
        seen.requests.withLock { $0.append(request) }
        let handler = handler
        Task { await Self.write(await handler(request), to: channel) }
    }

    private static func write(_ response: LoopbackResponse, to channel: any Channel) async {
        var head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: response.status))
        for (name, value) in response.headers { head.headers.add(name: name, value: value) }
        switch response.behaviour {
        case .silence: return
        case .close: try? await channel.close()
        case .whole:
            head.headers.replaceOrAdd(name: "content-length", value: "\(response.body.count)")
            channel.write(HTTPServerResponsePart.head(head), promise: nil)
            channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: response.body))), promise: nil)
            channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
        case .drip(let interval):
            head.headers.replaceOrAdd(name: "transfer-encoding", value: "chunked")
            channel.writeAndFlush(HTTPServerResponsePart.head(head), promise: nil)
            while channel.isActive {
                let part = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: " ")))
                guard (try? await channel.writeAndFlush(part)) != nil else { return }
                try? await Task.sleep(for: interval)
            }
        }
    }
}
