// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix

/// What a server answered.
public struct TestResponse: Sendable {
    /// The number.
    public let status: Int
    /// In order, as they came.
    public let headers: [(name: String, value: String)]
    /// Without framing.
    public let body: [UInt8]

    /// The first header of a name, whatever its case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
}

/// What can go wrong before there is an answer.
public enum TestHTTPError: Error {
    /// Not `http://host:port/path`.
    case badAddress(String)
    /// The connection was closed without an answer.
    case noAnswer
}

/// A client that does what it is told and knows no manners: one connection a request, any header, any target.
public enum TestHTTPClient {
    /// Sends one request and waits for the whole answer.
    ///
    /// `Host`, `Content-Length` and `Connection: close` are added unless they are given.
    ///
    /// - Parameters:
    ///   - url: `http://host:port/path?query`; path and query go out exactly as written.
    ///   - seconds: after them the connection is closed.
    public static func send(
        _ method: String, _ url: String, headers: [(String, String)] = [], body: [UInt8]? = nil, seconds: Int64 = 20
    ) async throws -> TestResponse {
        let address = try Address(url)
        let channel = try await connect(address.host, address.port) { channel in
            try channel.pipeline.syncOperations.addHTTPClientHandlers(
                leftOverBytesStrategy: .dropBytes, enableOutboundHeaderValidation: false)
            return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                wrappingChannelSynchronously: channel)
        }
        let watch = deadline(seconds, channel.channel)
        defer { watch.cancel() }
        let head = address.head(method, headers: headers, bodyBytes: body?.count)
        return try await channel.executeThenClose { inbound, outbound in
            do {
                try await outbound.write(.head(head))
                if let body { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
                try await outbound.write(.end(nil))
            } catch ChannelError.ioOnClosedChannel {
                // The server had enough, answered and left; what it said is what counts.
            }
            return try await Self.answer(from: inbound)
        }
    }

    /// Sends bytes as they are and collects what comes back until the server closes.
    ///
    /// - Parameters:
    ///   - parts: each is written and flushed by itself.
    ///   - seconds: after them the connection is closed, and what came until then is returned.
    ///   - pause: how long the sender rests after each part.
    public static func raw(
        _ parts: [[UInt8]], host: String = "127.0.0.1", port: Int, seconds: Int64 = 20, pause: Duration = .zero
    ) async throws -> String {
        let channel = try await connect(host, port) { channel in
            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
        let watch = deadline(seconds, channel.channel)
        defer { watch.cancel() }
        return try await channel.executeThenClose { inbound, outbound in
            // A server that had enough closes while we still write; what it said before is what counts.
            let writing = Task {
                for part in parts {
                    try await outbound.write(ByteBuffer(bytes: part))
                    if pause > .zero { try await Task.sleep(for: pause) }
                }
            }
            var received: [UInt8] = []
            do {
                for try await bytes in inbound { received += bytes.readableBytesView }
            } catch is IOError {
                // A reset after the last word.
            }
            writing.cancel()
            return String(decoding: received, as: UTF8.self)
        }
    }

    /// Sends text as it is; see ``raw(_:host:port:seconds:)-(([[UInt8]],_,_,_))``.
    public static func raw(
        _ text: String, host: String = "127.0.0.1", port: Int, seconds: Int64 = 20
    ) async throws -> String {
        try await raw([Array(text.utf8)], host: host, port: port, seconds: seconds)
    }

    private static func connect<Channel: Sendable>(
        _ host: String, _ port: Int, _ make: @escaping @Sendable (any NIOCore.Channel) throws -> Channel
    ) async throws -> Channel {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try make(channel) }
            }
    }

    private static func deadline(_ seconds: Int64, _ channel: any NIOCore.Channel) -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(in: .seconds(seconds)) { channel.close(promise: nil) }
    }

    private static func answer(
        from inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>
    ) async throws -> TestResponse {
        var head: HTTPResponseHead?
        var body: [UInt8] = []
        parts: for try await part in inbound {
            switch part {
            case .head(let part): head = part
            case .body(let part): body += part.readableBytesView
            case .end: break parts
            }
        }
        guard let head else { throw TestHTTPError.noAnswer }
        return TestResponse(
            status: Int(head.status.code), headers: head.headers.map { ($0.name, $0.value) }, body: body)
    }

    private struct Address {
        let host: String
        let port: Int
        let target: String

        init(_ url: String) throws {
            let scheme = "http://"
            guard url.hasPrefix(scheme) else { throw TestHTTPError.badAddress(url) }
            let rest = url.dropFirst(scheme.count)
            let authority = rest.prefix { $0 != "/" && $0 != "?" }
            let target = rest.dropFirst(authority.count)
            let parts = authority.split(separator: ":")
            guard let host = parts.first, let port = Int(parts.dropFirst().first ?? "80") else {
                throw TestHTTPError.badAddress(url)
            }
            self.host = host == "localhost" ? "127.0.0.1" : String(host)
            self.port = port
            self.target = target.isEmpty ? "/" : String(target)
        }

        func head(_ method: String, headers: [(String, String)], bodyBytes: Int?) -> HTTPRequestHead {
            var fields = HTTPHeaders(headers)
            if !fields.contains(name: "host") { fields.add(name: "host", value: "\(host):\(port)") }
            if !fields.contains(name: "connection") { fields.add(name: "connection", value: "close") }
            if let bodyBytes, !fields.contains(name: "content-length"), !fields.contains(name: "transfer-encoding") {
                fields.add(name: "content-length", value: String(bodyBytes))
            }
            return HTTPRequestHead(
                version: .http1_1, method: HTTPMethod(rawValue: method), uri: target, headers: fields)
        }
    }
}
