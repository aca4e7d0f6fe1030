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

        init(sharing turns: LoopTurns? = nil) throws {
            let pipeline = channel.pipeline.syncOperations
            let turns = turns ?? LoopTurns(channel.embeddedEventLoop)
            try pipeline.addHandlers([socket, PipelineThrottle(progress: progress, turns: turns), decoder])
        }

        /// Lets the event loop run for some turns.
        func pass(_ turns: Int64 = 1) {
            for _ in 0..<turns { channel.embeddedEventLoop.advanceTime(by: LoopTurns.pause) }
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
        line.channel.embeddedEventLoop.run()
        #expect(line.decoder.bytes == 2 * PipelineThrottle.slice)
        line.pass()
        #expect(line.decoder.bytes == 3 * PipelineThrottle.slice)
        line.pass(100)
        #expect(line.decoder.bytes == 100_000)
        #expect(line.socket.reads == 1)
    }

    @Test("of many connections get their turns one after the other, so that the event loop looks at all others between")
    func turns() throws {
        let loop = EmbeddedEventLoop()
        let turns = LoopTurns(loop)
        let lines = try (0..<5).map { _ in try Line(sharing: turns) }
        for line in lines { try line.receive(50_000) }
        let first = lines.map(\.decoder.bytes).reduce(0, +)
        #expect(first == 5 * PipelineThrottle.slice)
        loop.run()
        for round in 1...20 {
            let all = lines.map(\.decoder.bytes)
            #expect(all.reduce(0, +) == first + round * PipelineThrottle.slice)
            #expect((all.max() ?? 0) - (all.min() ?? 0) <= PipelineThrottle.slice)
            loop.advanceTime(by: LoopTurns.pause)
        }
    }

    @Test("are not decoded while two wait for their responses, and no more bytes are read")
    func waiting() throws {
        let line = try Line()
        line.decoder.onBytes = { [progress = line.progress] _ in progress.pendingResponses += 1 }
        try line.receive(100_000)
        line.pass(10)
        #expect(line.decoder.bytes == 2 * PipelineThrottle.slice)
        line.channel.read()
        line.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(line.socket.reads == 0 && line.decoder.events == 0)
        var rounds = 0
        while line.decoder.bytes < 100_000, rounds < 1_000 {
            line.progress.pendingResponses -= 1
            line.progress.onProgress()
            line.pass()
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
        line.pass(10)
        #expect(line.decoder.bytes == 0)
        line.channel.isWritable = true
        line.channel.pipeline.fireChannelWritabilityChanged()
        line.pass(10)
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
