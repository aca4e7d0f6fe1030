// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
public import Hummingbird
public import HummingbirdCore
public import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import NIOHTTPTypesHTTP1

/// Configures the HTTP server: HTTP/1.1 behind a proxy, with limits for every connection.
public enum NodeServer {
    /// The server for Hummingbird's `Application`.
    ///
    /// - Parameter endpoint: the WebSocket endpoint; nil for none.
    public static func http1(
        _ limits: ConnectionLimits = ConnectionLimits(), webSockets endpoint: WebSocketEndpoint? = nil
    ) -> HTTPServerBuilder {
        let (open, turns) = (OpenConnections(limits), PipelineTurns())
        return HTTPServerBuilder { responder in
            NodeChannel(responder: responder, limits: limits, endpoint: endpoint, open: open, turns: turns)
        }
    }

    /// How many accepted connections above the limit may exist until they are closed. Closing needs the event loop of
    /// the connection, and accepting stops meanwhile.
    public static let excessConnections = 16

    /// The configuration for Hummingbird's `Application`.
    ///
    /// - Parameter port: the port; 0 takes a free one, which `onServerRunning` reports.
    public static func configuration(
        host: String, port: Int, limits: ConnectionLimits = ConnectionLimits(), logger: Logger
    ) -> ApplicationConfiguration {
        ApplicationConfiguration(
            address: .hostname(host, port: port), serverName: "Troquet", backlog: 1_024,
            availableConnectionsDelegate: MaximumAvailableConnections(
                limits.connections + excessConnections, logger: logger))
    }
}

/// Sets up the pipeline of one connection: `PipelineThrottle`, HTTP/1.1 decoder, `ConnectionGuard`, WebSocket upgrade, Hummingbird's types.
struct NodeChannel: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: HTTPChannelHandler.Responder
    let limits: ConnectionLimits
    let endpoint: WebSocketEndpoint?
    let open: OpenConnections
    let turns: PipelineTurns

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        guard let number = open.admit(channel) else {
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(ChannelError.eof)
        }
        return channel.eventLoop.makeCompletedFuture {
            var decoder = NIOHTTPDecoderLimitConfiguration()
            decoder.maxHeaderFieldCount = limits.headerFields
            decoder.maxHeaderFieldSize = limits.headerFieldBytes
            decoder.maxHeaderListSize = limits.headerBytes
            // One read of the socket in each turn of the event loop, so that other connections get theirs.
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            let progress = ConnectionProgress()
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(PipelineThrottle(progress: progress, turns: turns.turns(of: channel.eventLoop)))
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoder)
            try pipeline.addHandler(
                ConnectionGuard(limits: limits, progress: progress) { [open] in open.spoke(number) })
            if let endpoint { try pipeline.addHandler(WebSocketUpgradeHandler(endpoint: endpoint)) }
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}
