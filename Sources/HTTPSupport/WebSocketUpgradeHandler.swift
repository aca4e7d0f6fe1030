// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOWebSocket

// This handler is between `ConnectionGuard` and Hummingbird. It holds back a WebSocket request at the endpoint's path
// until the endpoint has decided, so Hummingbird does not see it. When the request is accepted, the HTTP handlers are
// removed and the WebSocket handlers are added. The handlers of Hummingbird stay in the pipeline, but only see the end
// of the connection.

/// Upgrades connections to WebSockets when the endpoint accepts the request.
final class WebSocketUpgradeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Outcome: Sendable {
        case accept(@Sendable (WebSocketConnection) async -> Void, HTTPHeaders)
        case refuse(HTTPResponseStatus, [UInt8])
    }

    private let endpoint: WebSocketEndpoint
    /// Whether a decision is pending. Data that arrives meanwhile is discarded.
    private var isHolding = false
    private var decision: Task<Void, Never>?

    init(endpoint: WebSocketEndpoint) {
        self.endpoint = endpoint
    }

    func handlerRemoved(context: ChannelHandlerContext) { decision = nil }

    func channelInactive(context: ChannelHandlerContext) {
        decision?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isHolding else { return }
        guard case .head(let head) = unwrapInboundIn(data), endpoint.isAt(head.uri), Self.wantsWebSocket(head) else {
            return context.fireChannelRead(data)
        }
        isHolding = true
        decide(head, context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let outcome = event as? Outcome else { return context.fireUserInboundEventTriggered(event) }
        switch outcome {
        case .accept(let serve, let headers): accept(context, headers, serve)
        case .refuse(let status, let body): refuse(context, status, body)
        }
    }

    private static func wantsWebSocket(_ head: HTTPRequestHead) -> Bool {
        head.method == .GET && head.version == .http1_1
            && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
            && head.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
    }

    // MARK: - Decision

    private func decide(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let channel = context.channel
        let request = WebSocketRequest(
            target: head.uri, authorization: head.headers.first(name: "authorization"),
            protocols: head.headers[canonicalForm: "sec-websocket-protocol"].map(String.init),
            peer: channel.remoteAddress, forwardedFor: head.headers["x-forwarded-for"])
        let handshake = Self.handshake(head, request, channel)
        let endpoint = endpoint
        decision = Task { await WebSocketUpgradeHandler.settle(request, handshake, endpoint, channel) }
    }

    private static func settle(
        _ request: WebSocketRequest, _ handshake: EventLoopFuture<HTTPHeaders>, _ endpoint: WebSocketEndpoint,
        _ channel: any Channel
    ) async {
        let outcome = await outcome(on: request, handshake, endpoint)
        guard !Task.isCancelled else { return }
        channel.pipeline.fireUserInboundEventTriggered(outcome)
    }

    private static func outcome(
        on request: WebSocketRequest, _ handshake: EventLoopFuture<HTTPHeaders>, _ endpoint: WebSocketEndpoint
    ) async -> Outcome {
        guard let headers = try? await handshake.get() else {
            return .refuse(.badRequest, Array(#"{"error":"Not a WebSocket handshake"}"#.utf8))
        }
        switch await endpoint.decide(request) {
        case .accept(let serve): return .accept(serve, headers)
        case .refuse(let status, let json):
            return .refuse(HTTPResponseStatus(statusCode: status.code), json)
        }
    }

    /// The headers of the response that accepts. NIO checks the version and the key, and computes
    /// `Sec-WebSocket-Accept`.
    private static func handshake(
        _ head: HTTPRequestHead, _ request: WebSocketRequest, _ channel: any Channel
    ) -> EventLoopFuture<HTTPHeaders> {
        let extra = HTTPHeaders(request.protocols.prefix(1).map { ("sec-websocket-protocol", $0) })
        let upgrader = NIOTypedWebSocketServerUpgrader<Void>(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(extra) },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
        return upgrader.buildUpgradeResponse(
            channel: channel, upgradeRequest: head, initialResponseHeaders: HTTPHeaders())
    }

    // MARK: - Result

    private func refuse(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus, _ body: [UInt8]) {
        let headers: HTTPHeaders = [
            "content-type": "application/json; charset=utf-8", "content-length": "\(body.count)",
            "cache-control": "no-store", "connection": "close",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        // The client closes the connection after it has read the response. If it does not, the deadline of the guard
        // closes it.
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(mode: .output, promise: nil)
    }

    private func accept(
        _ context: ChannelHandlerContext, _ headers: HTTPHeaders,
        _ serve: @escaping @Sendable (WebSocketConnection) async -> Void
    ) {
        let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        let pipeline = context.pipeline.syncOperations
        do {
            let handler = WebSocketHandler(limits: endpoint.limits, serve: serve)
            let decoder = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: endpoint.limits.messageBytes))
            try pipeline.addHandlers([WebSocketFrameEncoder(), decoder, handler], position: .after(self))
            let leaving: [any RemovableChannelHandler] = [
                try pipeline.handler(type: HTTPResponseEncoder.self), try pipeline.handler(type: ConnectionGuard.self),
                self, try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self),
            ]
            for handler in leaving { pipeline.removeHandler(handler, promise: nil) }
        } catch {
            context.close(promise: nil)
        }
    }
}
