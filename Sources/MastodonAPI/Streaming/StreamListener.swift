// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Model
internal import NIOCore
internal import Services
internal import Storage

/// One open app: who listens, to what, and how it is told.
struct StreamListener: Sendable {
    /// Names the connection.
    let number: UInt64
    let account: ID<Account>
    let token: ID<AccessToken>
    let scopes: Scopes
    let sink: StreamSink
    var streams: Set<StreamName> = []
}

/// How an app is told: over a WebSocket, or as a stream of events.
enum StreamSink: Sendable {
    case webSocket(WebSocketLine)
    case events(AsyncStream<ByteBuffer>.Continuation)

    /// Sends without waiting; an app that does not keep up loses its connection.
    func send(_ message: StreamMessage, to stream: StreamName) {
        switch self {
        case .webSocket(let line): line.send(ByteBuffer(bytes: message.forWebSocket(stream.words)))
        case .events(let stream): Self.yield(ByteBuffer(bytes: message.asEvent), to: stream)
        }
    }

    /// Says what went wrong, which only a WebSocket can be told later on.
    func send(_ error: StreamError) {
        guard case .webSocket(let line) = self else { return }
        var writer = JSONWriter()
        writer.object {
            $0.field("error", error.text)
            $0.field("status", error.status)
        }
        line.send(ByteBuffer(bytes: writer.bytes))
    }

    /// Shows that the connection lives; a WebSocket has pings of its own.
    func beat() {
        guard case .events(let stream) = self else { return }
        Self.yield(ByteBuffer(string: ":thump\n"), to: stream)
    }

    func close(_ farewell: WebSocketFarewell) {
        switch self {
        case .webSocket(let line): line.close(farewell)
        case .events(let stream): stream.finish()
        }
    }

    private static func yield(_ bytes: ByteBuffer, to stream: AsyncStream<ByteBuffer>.Continuation) {
        if case .dropped = stream.yield(bytes) { stream.finish() }
    }
}

/// One event as apps are told it.
struct StreamMessage: Sendable, Hashable {
    /// `update`, `delete`, `notification` …
    var event: String
    /// JSON, or a bare number; nil for events that say all by their name.
    var payload: [UInt8]?

    /// The payload is a text inside of the document, even where it is JSON itself.
    func forWebSocket(_ stream: [String]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object {
            $0.array("stream", stream)
            $0.field("event", event)
            if let payload { $0.field("payload", String(decoding: payload, as: UTF8.self)) }
        }
        return writer.bytes
    }

    /// Spec: HTML, server-sent events. JSON as it is written here has no line breaks.
    var asEvent: [UInt8] {
        Array("event: \(event)\ndata: ".utf8) + (payload ?? Array("undefined".utf8)) + Array("\n\n".utf8)
    }
}
