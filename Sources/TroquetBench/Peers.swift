// SPDX-License-Identifier: Apache-2.0

internal import HTTPSignatures
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// Other nodes, on addresses of the loopback: they serve their actors' documents and take what is delivered to them.
struct Peers: Sendable {
    /// The one port of all of them.
    let port: Int
    /// What they serve and what they got.
    let world: PeerWorld
    private let channels: [any Channel]

    /// Listens on these addresses, on one port that is free on all of them.
    static func listen(on addresses: [String], group: any EventLoopGroup) async throws -> Peers {
        let world = PeerWorld()
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(PeerConnection(world))
                }
            }
        var channels: [any Channel] = []
        var port = 0
        for address in addresses {
            let channel = try await bootstrap.bind(host: address, port: port).get()
            port = channel.localAddress?.port ?? port
            channels.append(channel)
        }
        return Peers(port: port, world: world, channels: channels)
    }

    /// Stops listening.
    func close() async {
        for channel in channels { try? await channel.close() }
    }
}

/// What the other nodes share.
final class PeerWorld: Sendable {
    /// Every so many deliveries one is checked.
    static let sampling = 50

    /// What was delivered.
    struct Deliveries: Sendable {
        var count = 0
        var first = 0.0
        var last = 0.0
        /// Signatures that were checked, and how many of them were good.
        var checked = 0
        var confirmed = 0
    }

    private struct State {
        var documents: [String: ByteBuffer] = [:]
        var keys: [String: PublicKey] = [:]
        var deliveries = Deliveries()
    }

    // A lock rather than an actor: an actor would cost a hop for each delivery that is being measured.
    private let state = Mutex(State())

    /// What was delivered since `reset`.
    var deliveries: Deliveries { state.withLock(\.deliveries) }

    /// Forgets what was delivered.
    func reset() { state.withLock { $0.deliveries = Deliveries() } }

    /// - Parameter address: authority and path, without a query.
    func serve(_ document: ByteBuffer, at address: String) { state.withLock { $0.documents[address] = document } }

    /// Makes a key of the node known, so that its signatures can be checked.
    func trust(_ key: PublicKey, named keyID: String) { state.withLock { $0.keys[keyID] = key } }

    func document(at address: String) -> ByteBuffer? { state.withLock { $0.documents[address] } }

    /// Counts a delivery.
    ///
    /// - Returns: whether its signature is to be checked.
    func count() -> Bool {
        state.withLock { state in
            let now = Machine.seconds
            if state.deliveries.count == 0 { state.deliveries.first = now }
            state.deliveries.last = now
            state.deliveries.count += 1
            return state.deliveries.count % Self.sampling == 1
        }
    }

    /// Checks a signature as another node would.
    func check(_ head: RequestHead, body: [UInt8]) {
        let verifier = Verifier(authority: head.authority, scheme: head.scheme)
        let parsed = try? verifier.parse(head, body: body, now: SystemClock().now.milliseconds)
        let key = parsed.flatMap { parsed in state.withLock { $0.keys[parsed.keyID] } }
        let isConfirmed = parsed.flatMap { parsed in key.map { verifier.verify(parsed, key: $0) } } ?? false
        state.withLock { state in
            state.deliveries.checked += 1
            if isConfirmed { state.deliveries.confirmed += 1 }
        }
    }
}

/// One connection to one of the other nodes.
private final class PeerConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let world: PeerWorld
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isSample = false

    init(_ world: PeerWorld) {
        self.world = world
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            isSample = head.method == .POST && world.count()
        case .body(let bytes):
            if isSample { body += bytes.readableBytesView }
        case .end:
            if let head { answer(head, context) }
        }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let authority = head.headers.first(name: "host") ?? ""
        guard head.method == .POST else {
            let path = head.uri.prefix { $0 != "?" }
            let document = world.document(at: authority + path)
            return send(document == nil ? .notFound : .ok, document ?? ByteBuffer(), context)
        }
        if isSample {
            let headers = head.headers.map { (name: $0.name, value: $0.value) }
            world.check(
                RequestHead(method: "POST", target: head.uri, authority: authority, scheme: "http", headers: headers),
                body: body)
        }
        send(.accepted, ByteBuffer(), context)
    }

    private func send(_ status: HTTPResponseStatus, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
        let headers: HTTPHeaders = [
            "content-type": "application/activity+json", "content-length": String(body.readableBytes),
        ]
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        if body.readableBytes > 0 { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
