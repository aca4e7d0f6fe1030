// SPDX-License-Identifier: Apache-2.0

public import NIOCore
internal import NIOHTTP1

// One connection, before its requests become Hummingbird's. Every wait has an end: for a head, for a body, for the
// answer to be taken. What no honest client sends is answered here and the connection closed: no host, a target that is
// not a path, broken framing, a flood of headers. Trailers are dropped: nothing reads them.

/// How long a connection may take for each step.
public struct ConnectionLimits: Sendable {
    /// From the connection to its first head.
    public var firstHead: TimeAmount = .seconds(10)
    /// From an answer to the next head.
    public var idle: TimeAmount = .seconds(60)
    /// From a head to the end of its body, besides the time that the body's bytes may take.
    public var body: TimeAmount = .seconds(30)
    /// From a head to the end of the longest body.
    public var longestBody: TimeAmount = .minutes(10)
    /// From the end of a request to the last byte of its answer, besides the time that the answer's bytes may take.
    public var answer: TimeAmount = .seconds(120)
    /// Bytes that a body or an answer moves in a second: whoever is as fast has the time that it takes.
    public var bytesPerSecond = 16_384
    /// For a body that came after its answer, and for the rest of a connection that we gave up.
    public var linger: TimeAmount = .seconds(5)
    /// Bytes that are read and thrown away after an answer that did not wait for the body.
    public var lingerBytes = 16 * 1_048_576
    /// Header fields of a request.
    public var headerFields = 100
    /// Bytes of one header field.
    public var headerFieldBytes = 16_384
    /// Bytes of all header fields.
    public var headerBytes = 65_536
    /// Connections at a time.
    public var connections = 8_192

    /// What a node on the open internet needs.
    public init() {}
}

final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: ConnectionLimits
    private var deadline: NIODeadline = .distantFuture
    private var timer: Scheduled<Void>?
    /// A request's head has come and its end has not.
    private var isReading = false
    /// Requests whose answers are not yet written.
    private var unanswered = 0
    private var closesAfterAnswer = false
    /// The answer under way is a stream of events, which ends when the other end leaves or no longer reads.
    private var isStream = false
    /// We said the last word and only wait for the other end to hear it.
    private var isLingering = false
    private var drained = 0
    /// When the request that is being read began, and how much of its body has come.
    private var bodyStart: NIODeadline = .now()
    private var bodyBytes = 0

    init(limits: ConnectionLimits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = .now() + limits.firstHead
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    // MARK: - In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isLingering else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            if let status = Self.refusal(of: head) { return refuse(context, status) }
            begin(head, context)
            context.fireChannelRead(data)
        case .body(let bytes):
            // An answer that did not wait for the body: the rest is read for a while, so that the answer is seen.
            if isReading, unanswered == 0 {
                drained += bytes.readableBytes
                guard drained <= limits.lingerBytes else { return context.close(promise: nil) }
            }
            if isReading, unanswered > 0 { grant(bytes.readableBytes) }
            context.fireChannelRead(data)
        case .end:
            isReading = false
            deadline = .now() + (unanswered == 0 ? limits.idle : limits.answer)
            context.fireChannelRead(wrapInboundOut(.end(nil)))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError, unanswered == 0, !isReading else {
            return context.fireErrorCaught(error)
        }
        guard !isLingering else { return }
        refuse(context, error == .headerOverflow ? .requestHeaderFieldsTooLarge : .badRequest)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        closesAfterAnswer = true
        if unanswered == 0 { context.close(promise: nil) }
    }

    /// A body that comes fast enough may take the time that it needs; one that trickles has what every body has.
    private func grant(_ count: Int) {
        bodyBytes += count
        deadline = min(bodyStart + limits.longestBody, bodyStart + limits.body + time(for: bodyBytes))
    }

    private func time(for bytes: Int) -> TimeAmount {
        .milliseconds(Int64(bytes) * 1_000 / Int64(max(1, limits.bytesPerSecond)))
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        isReading = true
        unanswered += 1
        drained = 0
        if !head.isKeepAlive { closesAfterAnswer = true }
        bodyStart = .now()
        bodyBytes = 0
        deadline = bodyStart + limits.body
        if head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }) {
            let head = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        }
    }

    private static func refusal(of head: HTTPRequestHead) -> HTTPResponseStatus? {
        if head.uri.utf8.count > PathRules.limitBytes { return .uriTooLong }
        guard head.uri.utf8.first == UInt8(ascii: "/") else { return .badRequest }
        if head.version != .http1_0, head.headers["host"].isEmpty { return .badRequest }
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
            if closesAfterAnswer, head.status.code >= 200 {
                head.headers.replaceOrAdd(name: "connection", value: "close")
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(let part):
            // Bytes come here no faster than the other end takes them.
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
        unanswered = max(0, unanswered - 1)
        deadline = .now() + (isReading ? limits.linger : unanswered == 0 ? limits.idle : limits.answer)
        guard closesAfterAnswer, unanswered == 0 else { return context.write(data, promise: promise) }
        context.writeAndFlush(data, promise: promise)
        isReading ? halfClose(context) : context.close(promise: nil)
    }

    /// Answers without asking anybody, and says goodbye.
    private func refuse(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus) {
        isLingering = true
        let headers: HTTPHeaders = ["connection": "close", "content-length": "0"]
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        halfClose(context)
    }

    /// Closing at once would throw the answer away while the other end still sends.
    private func halfClose(_ context: ChannelHandlerContext) {
        isLingering = true
        deadline = .now() + limits.linger
        context.close(mode: .output, promise: nil)
    }

    // MARK: - Time

    private func schedule(_ context: ChannelHandlerContext) {
        // The deadline may come nearer while the timer runs, so it never runs longer than a few seconds.
        let wait = min(max(deadline - .now(), .milliseconds(50)), .seconds(5))
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: wait) { self.tick(context) }
    }

    private func tick(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        guard NIODeadline.now() < deadline else { return context.close(promise: nil) }
        schedule(context)
    }
}
