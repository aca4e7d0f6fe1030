// SPDX-License-Identifier: Apache-2.0

public import HTTPTypes
public import NIOCore
import TextEncoding

/// The path at which a connection may become a WebSocket, and the function that decides about each request.
public struct WebSocketEndpoint: Sendable {
    /// Decides about one request.
    public typealias Decide = @Sendable (WebSocketRequest) async -> WebSocketDecision

    let path: String
    let limits: WebSocketLimits
    let decide: Decide

    /// - Parameter path: for example `/api/v1/streaming`. The same path with a slash at its end is accepted too.
    public init(path: String, limits: WebSocketLimits = WebSocketLimits(), decide: @escaping Decide) {
        self.path = path
        self.limits = limits
        self.decide = decide
    }

    /// The same endpoint, whose requests wait for a place like all other requests with a token.
    func admitted(by admission: Admission) -> WebSocketEndpoint {
        WebSocketEndpoint(path: path, limits: limits) { [decide] request in
            let now = ContinuousClock.now
            let kind = admission.kind(of: request.token.map { Credential($0, admission) }, at: now)
            guard let turn = try? await admission.enter(kind, at: now) else {
                return .refuse(status: .serviceUnavailable, json: Array(#"{"error":"overloaded"}"#.utf8))
            }
            // Deciding needs the place, the open connection does not.
            defer { turn.end() }
            return await decide(request)
        }
    }

    func isAt(_ target: String) -> Bool {
        // Bytes and not characters, because this is asked for every request.
        guard target.utf8.starts(with: path.utf8) else { return false }
        let rest = target.utf8.dropFirst(path.utf8.count)
        return rest.first.map { $0 == UInt8(ascii: "?") } ?? true
            || rest.prefix { $0 != UInt8(ascii: "?") }.elementsEqual("/".utf8)
    }
}

/// A request to open a WebSocket.
public struct WebSocketRequest: Sendable {
    /// The path and query, as they were sent.
    public let target: String
    /// The value of `Authorization`.
    public let authorization: String?
    /// The values of `Sec-WebSocket-Protocol`. The first one is always accepted, because some browsers close the
    /// connection otherwise.
    public let protocols: [String]
    /// The address of the client or proxy.
    public let peer: SocketAddress?
    /// The values of `X-Forwarded-For`, for ``ClientAddress``.
    public let forwardedFor: [String]

    /// The token, wherever the client has put it.
    fileprivate var token: String? {
        let bearer = authorization.flatMap { $0.split(separator: " ").last }.map(String.init)
        return bearer ?? query("access_token").first ?? protocols.first
    }

    /// The decoded values of a query parameter. A value with invalid escapes is left out.
    public func query(_ name: String) -> [String] {
        guard let start = target.firstIndex(of: "?") else { return [] }
        return target[target.index(after: start)...].split(separator: "&").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = parts.first, PercentEncoding.decode(key.utf8, plusIsSpace: true) == name else { return nil }
            return PercentEncoding.decode((parts.dropFirst().first ?? "").utf8, plusIsSpace: true)
        }
    }
}

/// The decision about such a request.
public enum WebSocketDecision: Sendable {
    /// The connection becomes a WebSocket. It is closed when the closure returns, or when the client closes it.
    case accept(@Sendable (WebSocketConnection) async -> Void)
    /// The client gets an ordinary response with a JSON document, and the connection is closed.
    case refuse(status: HTTPResponse.Status, json: [UInt8])
}

/// The limits of one WebSocket.
public struct WebSocketLimits: Sendable {
    /// The most bytes of one incoming message, in one frame or several.
    public var messageBytes = 8_192
    /// The most incoming messages that wait to be read.
    public var unread = 64
    /// The most outgoing bytes that the client has not yet received.
    public var unsentBytes = 512 * 1024
    /// How often a ping is sent.
    public var ping: TimeAmount = .seconds(30)
    /// How long the client may send nothing, not even a pong.
    public var silence: TimeAmount = .seconds(75)
    /// How long the connection stays open after the close frame.
    public var goodbye: TimeAmount = .seconds(5)

    /// The limits for a node on the public internet.
    public init() {}
}

/// Why this node closes a WebSocket: the status code of the close frame. Spec: RFC 6455 §7.4.1.
public enum WebSocketCloseCode: UInt16, Sendable {
    /// There is nothing more to send.
    case normal = 1000
    /// The node is stopping.
    case goingAway = 1001
    /// The client may not continue: its token was revoked, it reads too slowly or it sends too much.
    case policyViolation = 1008
    /// There are too many connections.
    case tryAgainLater = 1013
}

/// One open WebSocket, for the code that talks to the client.
public struct WebSocketConnection: Sendable {
    /// The incoming text messages, in order. The stream ends with the connection.
    public let incoming: AsyncStream<String>
    private let channel: any Channel

    init(incoming: AsyncStream<String>, channel: any Channel) {
        self.incoming = incoming
        self.channel = channel
    }

    /// Sends a text message without waiting. A connection whose client reads too slowly is closed.
    public func send(_ text: ByteBuffer) {
        channel.triggerUserOutboundEvent(WebSocketCommand.send(text), promise: nil)
    }

    /// Sends a close frame. Messages that were sent before are still delivered.
    public func close(_ code: WebSocketCloseCode) {
        channel.triggerUserOutboundEvent(WebSocketCommand.close(code), promise: nil)
    }
}

/// The commands from ``WebSocketConnection`` to the channel handler.
enum WebSocketCommand: Sendable {
    case send(ByteBuffer)
    case close(WebSocketCloseCode)
}
