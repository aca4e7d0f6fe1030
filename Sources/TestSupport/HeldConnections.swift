// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// Connections that a test holds open without reading what the server sends.
public final class HeldConnections: Sendable {
    private let channels: [any Channel]

    /// Opens connections, one after the other. One that the server closes at once counts as opened too.
    ///
    /// - Parameters:
    ///   - source: the address of this machine from which they are made.
    ///   - text: what each of them sends once; nothing when empty.
    ///   - isAnswered: whether to wait, for each of them, until the server has sent something.
    public static func open(
        _ count: Int, from source: String, to host: String, port: Int, sending text: String = "",
        untilAnswered isAnswered: Bool = false
    ) async throws -> HeldConnections {
        var channels: [any Channel] = []
        for _ in 0..<count {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(to: try SocketAddress(ipAddress: source, port: 0))
                .connect(host: host, port: port).get()
            channels.append(channel)
            let answer = isAnswered ? await firstBytes(from: channel) : nil
            if !text.isEmpty { try? await channel.writeAndFlush(ByteBuffer(string: text)) }
            try await answer?.get()
        }
        return HeldConnections(channels)
    }

    /// Is fulfilled when the server has sent something, or has closed the connection.
    private static func firstBytes(from channel: any Channel) async -> EventLoopFuture<Void> {
        let arrived = channel.eventLoop.makePromise(of: Void.self)
        do {
            try await channel.pipeline.addHandler(FirstBytes(arrived))
        } catch {
            arrived.succeed()
        }
        return arrived.futureResult
    }

    private init(_ channels: [any Channel]) {
        self.channels = channels
    }

    /// How many of them the server has not closed.
    public var openCount: Int { channels.count { $0.isActive } }

    /// Closes all of them.
    public func close() async {
        for channel in channels { try? await channel.close() }
    }
}

/// Tells when the first bytes arrive. An end without any is no failure.
private final class FirstBytes: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let arrived: EventLoopPromise<Void>

    init(_ arrived: EventLoopPromise<Void>) {
        self.arrived = arrived
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        arrived.succeed()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        arrived.succeed()
    }
}
