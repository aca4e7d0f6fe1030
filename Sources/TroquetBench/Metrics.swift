// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOPosix

/// The node's own counters, as its operator reads them.
struct Metrics: Sendable {
    let loop: any EventLoop
    let port: Int

    /// The value of a counter; 0 while it was never counted.
    func value(_ name: String) async throws -> Int {
        let text = try await read()
        for line in text.split(separator: "\n") where line.hasPrefix("\(name) ") {
            return Int(line.dropFirst(name.count + 1)) ?? 0
        }
        return 0
    }

    private func read() async throws -> String {
        let loop = loop
        let promise = loop.makePromise(of: String.self)
        let channel = try await ClientBootstrap(group: loop)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(promise))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let request = "GET /metrics HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
        try await channel.writeAndFlush(ByteBuffer(string: request))
        let timeout = loop.scheduleTask(in: .seconds(10)) { promise.fail(BenchError("/metrics does not answer.")) }
        defer { timeout.cancel() }
        return try await promise.futureResult.get()
    }
}

/// Everything until the other end closes.
private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let promise: EventLoopPromise<String>
    private var text = ""

    init(_ promise: EventLoopPromise<String>) {
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) { promise.succeed(text) }
}
