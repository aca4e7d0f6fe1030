// SPDX-License-Identifier: Apache-2.0

public import HTTPTypes
public import NIOCore
import TextEncoding

/// The one address at which a connection may become a WebSocket, and who decides about it.
public struct WebSocketDoor: Sendable {
    /// Decides about one request.
    public typealias Decide = @Sendable (WebSocketRequest) async -> WebSocketDecision

    let path: String
    let limits: WebSocketLimits
    let decide: Decide

    /// - Parameter path: `/api/v1/streaming`; the same with a slash at its end is this door too.
    public init(path: String, limits: WebSocketLimits = WebSocketLimits(), decide: @escaping Decide) {
        self.path = path
        self.limits = limits
        self.decide = decide
    }

    func isAt(_ target: String) -> Bool {
        let path = target.prefix { $0 != "?" }
        return path == self.path || path == self.path + "/"
    }
}

/// What is known of somebody who wants a WebSocket.
public struct WebSocketRequest: Sendable {
    /// Path and query as they came.
    public let target: String
    /// What `Authorization` says.
    public let authorization: String?
    /// What `Sec-WebSocket-Protocol` offers. The first is taken, whatever it says: some browsers close otherwise.
    public let protocols: [String]
    /// The other end of the connection.
    public let peer: SocketAddress?

    /// The values of a name in the query, with their escapes resolved; empty when the query is not well-formed.
    public func query(_ name: String) -> [String] {
        guard let start = target.firstIndex(of: "?") else { return [] }
        return target[target.index(after: start)...].split(separator: "&").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = parts.first, PercentEncoding.decode(key.utf8, plusIsSpace: true) == name else { return nil }
            return PercentEncoding.decode((parts.dropFirst().first ?? "").utf8, plusIsSpace: true)
        }
    }
}

/// What becomes of such a request.
public enum WebSocketDecision: Sendable {
    /// The connection becomes a WebSocket, and is talked to until the closure returns or the other end leaves.
    case accept(@Sendable (WebSocketLine) async -> Void)
    /// The request is answered like any other, with a JSON document, and the connection is closed.
    case refuse(status: HTTPResponse.Status, json: [UInt8])
}

/// What one WebSocket may take.
public struct WebSocketLimits: Sendable {
    /// Bytes of one message that comes in, in one frame or several.
    public var messageBytes = 8_192
    /// Messages that came in and were not yet read.
    public var unread = 64
    /// Bytes that go out and were not yet taken by the other end.
    public var unsentBytes = 512 * 1024
    /// How often a ping goes out.
    public var ping: TimeAmount = .seconds(30)
    /// How long the other end may say nothing, not even a pong.
    public var silence: TimeAmount = .seconds(75)
    /// How long a goodbye may take.
    public var goodbye: TimeAmount = .seconds(5)

    /// What a node on the open internet needs.
    public init() {}
}

/// Why a WebSocket is closed from our end. Spec: RFC 6455 §7.4.1.
public enum WebSocketFarewell: UInt16, Sendable {
    /// All is said.
    case normal = 1000
    /// The node stops.
    case goingAway = 1001
    /// The other end may not go on: its token was revoked, or it reads too slowly or sends too much.
    case policyViolation = 1008
    /// There are too many.
    case tryAgainLater = 1013
}

/// One WebSocket, from the point of view of whoever talks to the other end.
public struct WebSocketLine: Sendable {
    /// The texts that come in, in order; ends when the connection does.
    public let incoming: AsyncStream<String>
    private let channel: any Channel

    init(incoming: AsyncStream<String>, channel: any Channel) {
        self.incoming = incoming
        self.channel = channel
    }

    /// Sends a text, without waiting: an end that does not keep up is closed.
    public func send(_ text: ByteBuffer) {
        channel.triggerUserOutboundEvent(WebSocketOrder.send(text), promise: nil)
    }

    /// Says goodbye; what was sent before still goes out.
    public func close(_ farewell: WebSocketFarewell) {
        channel.triggerUserOutboundEvent(WebSocketOrder.close(farewell), promise: nil)
    }
}

/// What the talker wants of the connection's own handler.
enum WebSocketOrder: Sendable {
    case send(ByteBuffer)
    case close(WebSocketFarewell)
}
