// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix

/// A response of a server under test.
public struct TestResponse: Sendable {
    /// The status code.
    public let status: Int
    /// The header fields, in order.
    public let headers: [(name: String, value: String)]
    /// The body, without transfer encoding.
    public let body: [UInt8]

    /// The first header with this name, in any case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
}

/// Why there is no response.
public enum TestHTTPError: Error {
    /// The URL is not `http://host:port/path`.
    case badAddress(String)
    /// The connection was closed without a response.
    case noAnswer
}

/// An HTTP client that sends any header and any target without checks. It opens one connection for each request.
public enum TestHTTPClient {
    /// Sends one request and waits for the whole response.
    ///
    /// `Host`, `Content-Length` and `Connection: close` are added if they are missing. When the headers ask for gzip, the
    /// body of the response is expanded and its `Content-Length` is left out; `HEAD` tells the length that is sent.
    ///
    /// - Parameters:
    ///   - url: `http://host:port/path?query`; path and query are sent exactly as written.
    ///   - source: the address of this machine from which the connection is made; any other address when nil.
    ///   - seconds: the time after which the connection is closed.
    public static func send(
        _ method: String, _ url: String, headers: [(String, String)] = [], body: [UInt8]? = nil,
        from source: String? = nil, seconds: Int64 = 300
    ) async throws -> TestResponse {
        let address = try Address(url)
        let channel = try await connect(address.host, address.port, from: source) { channel in
            try channel.pipeline.syncOperations.addHTTPClientHandlers(
                leftOverBytesStrategy: .dropBytes, enableOutboundHeaderValidation: false)
            if headers.contains(where: { $0.0.lowercased() == "accept-encoding" }), method != "HEAD" {
                try channel.pipeline.syncOperations.addHandler(NIOHTTPResponseDecompressor(limit: .size(16 << 20)))
            }
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
                // The server sent its response and closed the connection early. The response is read below.
            }
            return try await Self.answer(from: inbound)
        }
    }

    /// Sends bytes unchanged and returns everything that the server sends until it closes the connection.
    ///
    /// - Parameters:
    ///   - parts: the bytes; each part is written and flushed by itself.
    ///   - seconds: the time after which the connection is closed. What was received until then is returned.
    ///   - pause: the wait after each part.
    public static func raw(
        _ parts: [[UInt8]], host: String = "127.0.0.1", port: Int, seconds: Int64 = 300, pause: Duration = .zero
    ) async throws -> String {
        let channel = try await connect(host, port) { channel in
            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
        let watch = deadline(seconds, channel.channel)
        defer { watch.cancel() }
        return try await channel.executeThenClose { inbound, outbound in
            // The server may close the connection while this task still writes. Only what it sent before matters.
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
                // The connection was reset after the response.
            }
            writing.cancel()
            return String(decoding: received, as: UTF8.self)
        }
    }

    /// Sends text unchanged; see ``raw(_:host:port:seconds:)-(([[UInt8]],_,_,_))``.
    public static func raw(
        _ text: String, host: String = "127.0.0.1", port: Int, seconds: Int64 = 300
    ) async throws -> String {
        try await raw([Array(text.utf8)], host: host, port: port, seconds: seconds)
    }

    private static func connect<Channel: Sendable>(
        _ host: String, _ port: Int, from source: String? = nil,
        _ make: @escaping @Sendable (any NIOCore.Channel) throws -> Channel
    ) async throws -> Channel {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
        if let source { bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: source, port: 0)) }
        return try await bootstrap.connect(host: host, port: port) { channel in
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
