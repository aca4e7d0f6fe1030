// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOWebSocket

/// The channel handler of one WebSocket. It converts frames to text messages and back, sends pings, and bounds every
/// queue.
///
/// Spec: RFC 6455.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = Never
    typealias OutboundOut = WebSocketFrame

    private let limits: WebSocketLimits
    private let serve: @Sendable (WebSocketConnection) async -> Void
    private let messages: AsyncStream<String>.Continuation
    private let incoming: AsyncStream<String>
    private var serving: Task<Void, Never>?
    private var ticks: Scheduled<Void>?
    private var lastHeard = NIODeadline.now()
    private var unsentBytes = 0
    private var isClosing = false
    /// The frames of an incomplete message.
    private var parts: ByteBuffer?

    init(limits: WebSocketLimits, serve: @escaping @Sendable (WebSocketConnection) async -> Void) {
        self.limits = limits
        self.serve = serve
        (incoming, messages) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(limits.unread))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        lastHeard = .now()
        let connection = WebSocketConnection(incoming: incoming, channel: context.channel)
        let serve = serve
        // The task ends with the connection, because `channelInactive` cancels it.
        serving = Task {
            await serve(connection)
            connection.close(.normal)
        }
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        ticks?.cancel()
        messages.finish()
        serving?.cancel()
    }

    // MARK: - In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastHeard = .now()
        guard !isClosing else { return }
        let frame = unwrapInboundIn(data)
        // Every frame from a client must be masked.
        guard frame.maskKey != nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return close(context, .protocolError)
        }
        switch frame.opcode {
        case .text, .continuation: take(frame, context)
        case .ping: write(context, WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData))
        case .pong: break
        case .connectionClose: close(context, .normalClosure)
        case .binary: close(context, .unacceptableData)
        default: close(context, .protocolError)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(context, error as? NIOWebSocketError == .invalidFrameLength ? .messageTooLarge : .protocolError)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: close(context, .goingAway)
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private func take(_ frame: WebSocketFrame, _ context: ChannelHandlerContext) {
        guard (frame.opcode == .text) == (parts == nil) else { return close(context, .protocolError) }
        var bytes = frame.unmaskedData
        var message = parts ?? ByteBuffer()
        message.writeBuffer(&bytes)
        guard message.readableBytes <= limits.messageBytes else { return close(context, .messageTooLarge) }
        guard frame.fin else {
            parts = message
            return
        }
        parts = nil
        guard let text = String(validating: message.readableBytesView, as: UTF8.self) else {
            return close(context, .dataInconsistentWithMessage)
        }
        if case .dropped = messages.yield(text) { close(context, .policyViolation) }
    }

    // MARK: - Out

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let command = event as? WebSocketCommand else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        switch command {
        case .send(let text): send(text, context)
        case .close(let code): close(context, WebSocketErrorCode(codeNumber: Int(code.rawValue)))
        }
        promise?.succeed(())
    }

    /// Rejects writes of the HTTP handlers that remain in the pipeline, because the connection no longer speaks HTTP.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    private func send(_ text: ByteBuffer, _ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        let count = text.readableBytes
        guard unsentBytes + count <= limits.unsentBytes else { return close(context, .policyViolation) }
        unsentBytes += count
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in self.unsentBytes -= count }
        write(context, WebSocketFrame(fin: true, opcode: .text, data: text), promise: written)
    }

    private func write(
        _ context: ChannelHandlerContext, _ frame: WebSocketFrame, promise: EventLoopPromise<Void>? = nil
    ) {
        context.writeAndFlush(wrapOutboundOut(frame), promise: promise)
    }

    /// Sends one close frame, and closes the connection when it was sent or after a short time.
    private func close(_ context: ChannelHandlerContext, _ code: WebSocketErrorCode) {
        guard !isClosing else { return }
        isClosing = true
        messages.finish()
        serving?.cancel()
        var data = context.channel.allocator.buffer(capacity: 2)
        data.write(webSocketErrorCode: code)
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        write(context, WebSocketFrame(fin: true, opcode: .connectionClose, data: data), promise: sent)
        // A client that reads nothing does not read the close frame either, so the wait is limited.
        context.eventLoop.assumeIsolated().scheduleTask(in: limits.goodbye) { context.close(promise: nil) }
    }

    // MARK: - Time

    private func schedule(_ context: ChannelHandlerContext) {
        ticks = context.eventLoop.assumeIsolated().scheduleTask(in: limits.ping) { self.tick(context) }
    }

    private func tick(_ context: ChannelHandlerContext) {
        guard context.channel.isActive, !isClosing else { return }
        guard NIODeadline.now() - lastHeard < limits.silence else { return context.close(promise: nil) }
        write(context, WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer()))
        schedule(context)
    }
}
