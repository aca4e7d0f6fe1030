// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPSupport

@Suite("Many requests on one connection")
struct PipelineThrottleTests {
    /// Counts the bytes that the decoder gets, and lets the test play the part of `ConnectionGuard`.
    private final class Decoder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        var bytes = 0
        var events = 0
        var onBytes: (Int) -> Void = { _ in }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let count = unwrapInboundIn(data).readableBytes
            bytes += count
            onBytes(count)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) { events += 1 }
    }

    /// Counts the reads that reach the socket.
    private final class Socket: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var reads = 0

        func read(context: ChannelHandlerContext) { reads += 1 }
    }

    private struct Line {
        let channel = EmbeddedChannel()
        let progress = ConnectionProgress()
        let decoder = Decoder()
        let socket = Socket()

        init() throws {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandlers([socket, PipelineThrottle(progress: progress), decoder])
        }

        func receive(_ count: Int) throws {
            try channel.writeInbound(ByteBuffer(repeating: 0x61, count: count))
        }
    }

    @Test("are decoded in small slices, each in a turn of its own")
    func slices() throws {
        let line = try Line()
        try line.receive(100_000)
        #expect(line.decoder.bytes == PipelineThrottle.slice)
        line.channel.read()
        #expect(line.socket.reads == 0)
        line.channel.embeddedEventLoop.run()
        #expect(line.decoder.bytes == 100_000)
        #expect(line.socket.reads == 1)
    }

    @Test("are not decoded while two wait for their responses, and no more bytes are read")
    func waiting() throws {
        let line = try Line()
        line.decoder.onBytes = { [progress = line.progress] _ in progress.pendingResponses += 1 }
        try line.receive(100_000)
        line.channel.embeddedEventLoop.run()
        #expect(line.decoder.bytes == 2 * PipelineThrottle.slice)
        line.channel.read()
        line.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(line.socket.reads == 0 && line.decoder.events == 0)
        var rounds = 0
        while line.decoder.bytes < 100_000, rounds < 1_000 {
            line.progress.pendingResponses -= 1
            line.progress.onProgress()
            line.channel.embeddedEventLoop.run()
            rounds += 1
        }
        #expect(line.decoder.bytes == 100_000)
        #expect(rounds >= 100_000 / PipelineThrottle.slice - 2)
        #expect(line.socket.reads == 1 && line.decoder.events == 1)
    }

    @Test("are not decoded while the client does not read the responses")
    func unread() throws {
        let line = try Line()
        line.channel.isWritable = false
        try line.receive(10_000)
        line.channel.embeddedEventLoop.run()
        #expect(line.decoder.bytes == 0)
        line.channel.isWritable = true
        line.channel.pipeline.fireChannelWritabilityChanged()
        line.channel.embeddedEventLoop.run()
        #expect(line.decoder.bytes == 10_000)
    }

    @Test("do not slow down a body, nor what follows an upgrade", arguments: [true, false])
    func bodies(isUpgraded: Bool) throws {
        let line = try Line()
        line.progress.pendingResponses = 5
        if isUpgraded { line.progress.isUpgraded = true } else { line.progress.isReading = true }
        try line.receive(100_000)
        #expect(line.decoder.bytes == 100_000)
    }
}
