// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

// A client may send thousands of requests on one connection without waiting for the responses (pipelining). If all of
// them were decoded as soon as their bytes arrive, one connection would keep its event loop busy for a second, and all
// other connections of the loop, also that of a health check, would wait. So the decoder gets a few kilobytes at a time,
// and other connections get their turn in between. While two requests of a connection wait for their responses, it gets
// nothing more, and no further bytes are read from the socket. The same holds while the client does not read the responses.

/// How far the requests of one connection are. `ConnectionGuard` writes it, and `PipelineThrottle` reads it. Both run on
/// the event loop of the connection.
final class ConnectionProgress {
    /// How many requests wait for their response.
    var pendingResponses = 0
    /// Whether a request's head has arrived and its end has not.
    var isReading = false
    /// Whether the connection no longer speaks HTTP.
    var isUpgraded = false
    /// Called when a response has ended or the connection was upgraded.
    var onProgress: () -> Void = {}
}

/// Hands the bytes of a connection to the HTTP decoder in small slices.
final class PipelineThrottle: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How many bytes are decoded before other connections get their turn. The heads of most requests are shorter.
    static let slice = 2_048
    /// How many bytes of a body are passed on at once.
    private static let bodySlice = 16_384

    private let progress: ConnectionProgress
    private let turns: LoopTurns
    private var context: ChannelHandlerContext?
    private var held = ByteBuffer()
    private var isForwarding = false
    /// Whether the connection waits for its next turn.
    private var isScheduled = false
    /// Whether more bytes were asked for while some are held.
    private var wantsRead = false
    /// Whether the client has closed its side. The handlers behind hear of it after the bytes that came before.
    private var isInputClosed = false

    init(progress: ConnectionProgress, turns: LoopTurns) {
        self.progress = progress
        self.turns = turns
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        progress.onProgress = { [weak self] in self?.resume() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        progress.onProgress = {}
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if held.readableBytes == 0 {
            held = bytes
        } else {
            held.writeBuffer(&bytes)
        }
        forward(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { resume() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        held = ByteBuffer()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent, held.readableBytes > 0 {
            isInputClosed = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func read(context: ChannelHandlerContext) {
        if held.readableBytes > 0 {
            wantsRead = true
        } else {
            context.read()
        }
    }

    /// Goes on after a response has ended.
    private func resume() {
        guard let context, held.readableBytes > 0, !isForwarding, !isScheduled else { return }
        schedule(context)
    }

    private func schedule(_ context: ChannelHandlerContext) {
        isScheduled = true
        turns.wait { [self] in
            isScheduled = false
            guard self.context != nil, held.readableBytes > 0 else { return }
            forward(context)
            context.fireChannelReadComplete()
        }
    }

    private func forward(_ context: ChannelHandlerContext) {
        guard !isForwarding, !isScheduled else { return }
        isForwarding = true
        defer { isForwarding = false }
        while held.readableBytes > 0, !mustWait(context) {
            let isFree = progress.isReading || progress.isUpgraded
            let size = min(held.readableBytes, isFree ? Self.bodySlice : Self.slice)
            guard let slice = held.readSlice(length: size) else { break }
            context.fireChannelRead(wrapInboundOut(slice))
            if held.readableBytes > 0, !progress.isReading, !progress.isUpgraded {
                if !mustWait(context) { schedule(context) }
                return
            }
        }
        if held.readableBytes == 0 { drained(context) }
    }

    /// Whether the next request is decoded only later. The second request is decoded early, so that it is ready when the
    /// first response ends.
    private func mustWait(_ context: ChannelHandlerContext) -> Bool {
        guard !progress.isReading, !progress.isUpgraded else { return false }
        return progress.pendingResponses >= 2 || !context.channel.isWritable
    }

    private func drained(_ context: ChannelHandlerContext) {
        held = ByteBuffer()
        if isInputClosed {
            isInputClosed = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
        if wantsRead {
            wantsRead = false
            context.read()
        }
    }
}
