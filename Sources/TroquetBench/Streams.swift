// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOPosix
internal import Vocabulary

/// Connections that listen to a member's stream and are told of one post.
struct StreamPhase: Sendable {
    let node: Node
    let connections: Int
    let group: MultiThreadedEventLoopGroup
    let post: @Sendable () async throws -> Void

    struct Result: Sendable {
        var memoryMiB = 0.0
        /// From the answer to the post until the last connection had heard of it, in milliseconds.
        var toldMilliseconds = 0.0
    }

    func run() async throws -> Result {
        let before = try node.process.residentMiB
        let clients = StreamClients()
        let request = ByteBuffer(
            string: "GET /api/v1/streaming/user HTTP/1.1\r\nhost: \(node.origin.authority)\r\n"
                + "authorization: Bearer \(node.token)\r\naccept: text/event-stream\r\n\r\n")
        var channels: [any Channel] = []
        for _ in 0..<connections {
            let channel = try await ClientBootstrap(group: group)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(StreamClient(clients))
                    }
                }
                .connect(host: "127.0.0.1", port: node.origin.port).get()
            try await channel.writeAndFlush(request)
            channels.append(channel)
        }
        try await wait("listen", until: { await clients.open == connections })
        try await Task.sleep(for: .seconds(1))
        var result = Result()
        result.memoryMiB = try node.process.residentMiB - before
        let start = Machine.seconds
        try await post()
        try await wait("are told", until: { await clients.told == connections })
        result.toldMilliseconds = (Machine.seconds - start) * 1000
        for channel in channels { try? await channel.close() }
        return result
    }

    private func wait(_ what: String, until isDone: () async -> Bool) async throws {
        let end = Machine.seconds + 30
        while await !isDone() {
            guard Machine.seconds < end else { throw BenchError("not all of \(connections) streams \(what).") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// How many connections are open, and how many have heard of the post.
private actor StreamClients {
    var open = 0
    var told = 0

    func opened() { open += 1 }
    func heard() { told += 1 }
}

/// One connection.
private final class StreamClient: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let clients: StreamClients
    private var isOpen = false
    private var wasTold = false

    init(_ clients: StreamClients) {
        self.clients = clients
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = String(buffer: unwrapInboundIn(data))
        let clients = clients
        if !isOpen, text.contains("200 OK") {
            isOpen = true
            Task { await clients.opened() }
        }
        if !wasTold, text.contains("event: update") {
            wasTold = true
            Task { await clients.heard() }
        }
    }
}
