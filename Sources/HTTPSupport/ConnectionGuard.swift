// SPDX-License-Identifier: Apache-2.0

public import IPAddresses
public import NIOCore
internal import NIOHTTP1

// Protects one connection, before Hummingbird sees its requests. Every wait has a deadline: for a request head, for a
// body, and until the client has received the response. Requests that no honest client sends get an error response here
// and the connection is closed: no `Host` or two of them, a target that is not a path, broken framing, too many headers.
// Trailers are dropped, because nothing reads them.
//
// `/livez` gets its response here, on the event loop. So it needs nothing that other requests may have used up: no
// thread of the cooperative pool, no place and no connection to the database.

/// The time and size limits of a connection.
public struct ConnectionLimits: Sendable {
    /// From the connection to its first request head.
    public var firstHead: TimeAmount = .seconds(10)
    /// From a response to the next request head.
    public var idle: TimeAmount = .seconds(60)
    /// From a request head to the end of its body, plus the time that `bytesPerSecond` allows for the body.
    public var body: TimeAmount = .seconds(30)
    /// From a request head to the end of its body, at most.
    public var longestBody: TimeAmount = .minutes(10)
    /// From the end of a request to the last byte of its response, plus the time that `bytesPerSecond` allows for the
    /// response.
    public var response: TimeAmount = .seconds(120)
    /// The slowest accepted transfer rate of a body or a response. Each transferred byte extends the deadline
    /// accordingly.
    public var bytesPerSecond = 16_384
    /// How long the rest of a body is read after its response was sent, and how long a rejected connection stays half
    /// open.
    public var linger: TimeAmount = .seconds(5)
    /// How many bytes of a body are read and discarded after its response was sent.
    public var lingerBytes = 16 * 1_048_576
    /// The most header fields of a request.
    public var headerFields = 100
    /// The most bytes of one header field.
    public var headerFieldBytes = 16_384
    /// The most bytes of all header fields.
    public var headerBytes = 65_536
    /// The most open connections. Further ones are closed at once.
    public var connections = 8_192
    /// The most open connections of one client network: one IPv4 address, or the first 64 bits of an IPv6 address.
    public var perNetwork = 64
    /// The networks whose addresses may have three quarters of all connections each: reverse proxies, this machine, and
    /// private networks.
    public var proxies = Self.privateNetworks

    /// Loopback and private addresses. Spec: RFC 1918, RFC 4193 (unique local addresses), RFC 6598 (shared addresses).
    public static let privateNetworks =
        CIDRBlock.loopback
        + ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"].compactMap { CIDRBlock($0) }

    /// The limits for a node on the public internet.
    public init() {}
}

final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: ConnectionLimits
    private let progress: ConnectionProgress
    /// Called once, when the first head has arrived.
    private var onFirstHead: (() -> Void)?
    private var deadline: NIODeadline = .distantFuture
    private var timer: Scheduled<Void>?
    /// Whether a request's head has arrived and its end has not.
    private var isReading: Bool {
        get { progress.isReading }
        set { progress.isReading = newValue }
    }
    /// How many requests wait for their response.
    private var pendingResponses: Int {
        get { progress.pendingResponses }
        set { progress.pendingResponses = newValue }
    }
    private var closesAfterResponse = false
    /// Whether the request that is being read is a health check that gets its response here.
    private var isLiveness = false
    /// Whether responses to health checks are written and not sent yet. Those of one turn are sent together.
    private var hasUnsentLiveness = false
    /// Whether the current response is a stream of server-sent events. It ends when the client closes it or no longer
    /// reads.
    private var isStream = false
    /// Whether the last response was sent and the connection only stays open until the client has read it.
    private var isLingering = false
    private var drained = 0
    /// When the current request began. The next property counts the bytes of its body that have arrived.
    private var bodyStart: NIODeadline = .now()
    private var bodyBytes = 0

    init(limits: ConnectionLimits, progress: ConnectionProgress, onFirstHead: @escaping () -> Void) {
        self.limits = limits
        self.progress = progress
        self.onFirstHead = onFirstHead
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = .now() + limits.firstHead
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        progress.isUpgraded = true
        progress.onProgress()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    // MARK: - In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isLingering else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            onFirstHead?()
            onFirstHead = nil
            if let status = Self.refusal(of: head) { return refuse(context, status) }
            begin(head, context)
            isLiveness = pendingResponses == 1 && head.method == .GET && head.uri == "/livez"
            if !isLiveness { context.fireChannelRead(data) }
        case .body(let bytes):
            if isLiveness { return }
            // The response was sent before the body ended. The rest is read for a while, so that the client sees the
            // response.
            if isReading, pendingResponses == 0 {
                drained += bytes.readableBytes
                guard drained <= limits.lingerBytes else { return context.close(promise: nil) }
            }
            if isReading, pendingResponses > 0 { grant(bytes.readableBytes) }
            context.fireChannelRead(data)
        case .end:
            isReading = false
            deadline = .now() + (pendingResponses == 0 ? limits.idle : limits.response)
            if isLiveness { return sayAlive(context) }
            context.fireChannelRead(wrapInboundOut(.end(nil)))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if hasUnsentLiveness {
            hasUnsentLiveness = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError, pendingResponses == 0, !isReading else {
            return context.fireErrorCaught(error)
        }
        guard !isLingering else { return }
        refuse(context, error == .headerOverflow ? .requestHeaderFieldsTooLarge : .badRequest)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        closesAfterResponse = true
        if pendingResponses == 0 { context.close(promise: nil) }
    }

    /// Extends the deadline of a body by the time that its bytes take at the minimum rate, up to `longestBody`. So a
    /// body that trickles gains almost no time.
    private func grant(_ count: Int) {
        bodyBytes += count
        deadline = min(bodyStart + limits.longestBody, bodyStart + limits.body + time(for: bodyBytes))
    }

    private func time(for bytes: Int) -> TimeAmount {
        .milliseconds(Int64(bytes) * 1_000 / Int64(max(1, limits.bytesPerSecond)))
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        isReading = true
        pendingResponses += 1
        drained = 0
        if !head.isKeepAlive { closesAfterResponse = true }
        bodyStart = .now()
        bodyBytes = 0
        deadline = bodyStart + limits.body
        if head.headers.contains(name: "expect"),
            head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" })
        {
            let head = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        }
    }

    private static func refusal(of head: HTTPRequestHead) -> HTTPResponseStatus? {
        if head.uri.utf8.count > PathRules.limitBytes { return .uriTooLong }
        guard head.uri.utf8.first == UInt8(ascii: "/") else { return .badRequest }
        // Spec: RFC 9112 §3.2. Two servers on the way might each believe another one of two hosts.
        let hosts = head.headers["host"].count
        if hosts > 1 || (hosts == 0 && head.version != .http1_0) { return .badRequest }
        guard head.headers.contains(name: "transfer-encoding") else { return nil }
        let encodings = head.headers["transfer-encoding"]
        guard encodings.isEmpty || (encodings.count == 1 && encodings[0].lowercased() == "chunked") else {
            return .badRequest
        }
        return nil
    }

    // MARK: - Out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            isStream = head.headers.first(name: "content-type")?.hasPrefix("text/event-stream") == true
            guard closesAfterResponse, head.status.code >= 200 else { return context.write(data, promise: promise) }
            head.headers.replaceOrAdd(name: "connection", value: "close")
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(let part):
            // Writes arrive here no faster than the client reads.
            if isStream {
                deadline = .now() + limits.idle
            } else if !isReading, !isLingering {
                deadline = deadline + time(for: part.readableBytes)
            }
            context.write(data, promise: promise)
        case .end:
            isStream = false
            finish(context, data, promise)
        }
    }

    private func finish(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
        pendingResponses = max(0, pendingResponses - 1)
        deadline = .now() + (isReading ? limits.linger : pendingResponses == 0 ? limits.idle : limits.response)
        progress.onProgress()
        guard closesAfterResponse, pendingResponses == 0 else { return context.write(data, promise: promise) }
        context.writeAndFlush(data, promise: promise)
        isReading ? halfClose(context) : context.close(promise: nil)
    }

    /// Responds to `GET /livez`.
    private func sayAlive(_ context: ChannelHandlerContext) {
        isLiveness = false
        let headers: HTTPHeaders = [
            "content-type": "text/plain; charset=utf-8", "content-length": "3", "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        write(context: context, data: wrapOutboundOut(.head(head)), promise: nil)
        let body = IOData.byteBuffer(ByteBuffer(string: "ok\n"))
        write(context: context, data: wrapOutboundOut(.body(body)), promise: nil)
        write(context: context, data: wrapOutboundOut(.end(nil)), promise: nil)
        hasUnsentLiveness = true
    }

    /// Responds with an error without calling any handler, and closes the connection.
    private func refuse(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus) {
        isLingering = true
        let headers: HTTPHeaders = ["connection": "close", "content-length": "0"]
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        halfClose(context)
    }

    /// Closes only the output, because closing the socket while the client still sends would discard the response.
    private func halfClose(_ context: ChannelHandlerContext) {
        isLingering = true
        deadline = .now() + limits.linger
        context.close(mode: .output, promise: nil)
    }

    // MARK: - Time

    private func schedule(_ context: ChannelHandlerContext) {
        // The deadline may move forward while the timer runs, so the timer is never longer than five seconds.
        let wait = min(max(deadline - .now(), .milliseconds(50)), .seconds(5))
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: wait) { self.tick(context) }
    }

    private func tick(_ context: ChannelHandlerContext) {
        // On a busy machine the time may be over before the connection is set up. Without a timer it would never end.
        if context.channel.isActive, NIODeadline.now() >= deadline { return context.close(promise: nil) }
        schedule(context)
    }
}
