// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Model
internal import NIOCore
internal import Services
internal import Storage

/// One open connection of an app: its account, its streams, and its sink.
struct StreamListener: Sendable {
    /// The id of the connection.
    let number: UInt64
    let account: ID<Account>
    let token: ID<AccessToken>
    let scopes: Scopes
    let sink: StreamSink
    var streams: Set<StreamName> = []
}

/// The transport of a connection: a WebSocket, or server-sent events.
enum StreamSink: Sendable {
    case webSocket(WebSocketConnection)
    case events(AsyncStream<ByteBuffer>.Continuation)

    /// Sends a message without waiting. A connection that does not keep up is closed.
    func send(_ message: StreamMessage, to stream: StreamName) {
        switch self {
        case .webSocket(let connection): connection.send(ByteBuffer(bytes: message.forWebSocket(stream.apiNames)))
        case .events(let stream): Self.yield(ByteBuffer(bytes: message.asEvent), to: stream)
        }
    }

    /// Sends an error. Only a WebSocket can get one after the response has started.
    func send(_ error: StreamError) {
        guard case .webSocket(let connection) = self else { return }
        var writer = JSONWriter()
        writer.object {
            $0.field("error", error.text)
            $0.field("status", error.status)
        }
        connection.send(ByteBuffer(bytes: writer.bytes))
    }

    /// Sends a comment that keeps the connection open. A WebSocket has its own pings.
    func beat() {
        guard case .events(let stream) = self else { return }
        Self.yield(ByteBuffer(string: ":thump\n"), to: stream)
    }

    func close(_ code: WebSocketCloseCode) {
        switch self {
        case .webSocket(let connection): connection.close(code)
        case .events(let stream): stream.finish()
        }
    }

    private static func yield(_ bytes: ByteBuffer, to stream: AsyncStream<ByteBuffer>.Continuation) {
        if case .dropped = stream.yield(bytes) { stream.finish() }
    }
}

/// One event of the streaming API.
struct StreamMessage: Sendable, Hashable {
    /// The type: `update`, `delete`, `notification` …
    var event: String
    /// JSON, or a bare number; nil for an event without a payload.
    var payload: [UInt8]?

    /// Encodes the message for a WebSocket. The payload is a string inside the document, also when it is JSON.
    func forWebSocket(_ stream: [String]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object {
            $0.array("stream", stream)
            $0.field("event", event)
            if let payload { $0.field("payload", String(decoding: payload, as: UTF8.self)) }
        }
        return writer.bytes
    }

    /// Encodes the message as a server-sent event. The JSON contains no line breaks. Spec: HTML, server-sent events.
    var asEvent: [UInt8] {
        Array("event: \(event)\ndata: ".utf8) + (payload ?? Array("undefined".utf8)) + Array("\n\n".utf8)
    }
}
