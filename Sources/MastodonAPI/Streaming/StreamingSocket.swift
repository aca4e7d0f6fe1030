// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Model
internal import NIOCore
internal import Services

// Each app has one WebSocket. It sends its token in a header, in the query or as a subprotocol, which is the only field
// that browsers can set. Then it subscribes to any number of streams by name, or to the one in the query.

/// Accepts the WebSocket connections of the streaming API.
struct StreamingSocket: Sendable {
    let services: Services
    let hub: StreamHub
    let addresses: ClientAddress
    let badTokens: BadTokenLimit

    /// Decides whether to accept one connection.
    func decide(_ request: WebSocketRequest) async -> WebSocketDecision {
        do {
            let (identity, account) = try await identity(of: request)
            guard await hub.hasRoom(for: account) else { throw APIError.tooMany(retryAfterSeconds: 60) }
            let subscription = Self.subscription(of: request)
            return .accept { connection in await serve(connection, identity, account, subscription) }
        } catch {
            let refusal = error as? APIError ?? .badRequest("Try again later")
            var writer = JSONWriter()
            writer.object { $0.field("error", refusal.text) }
            return .refuse(status: refusal.status, json: writer.bytes)
        }
    }

    private func identity(of request: WebSocketRequest) async throws -> (AppIdentity, ID<Account>) {
        let network = addresses.network(of: request)
        guard let token = Self.token(of: request), let identity = try await services.identity(ofToken: token) else {
            throw badTokens.refusal(from: network, at: services.clock.now)
        }
        guard !identity.isPending else { throw APIError.pending }
        guard let account = identity.account else { throw APIError.userNeeded }
        return (identity, account)
    }

    private static func token(of request: WebSocketRequest) -> String? {
        let bearer = request.authorization.flatMap { header -> String? in
            let parts = header.split(separator: " ")
            return parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]) : nil
        }
        let token = bearer ?? request.query("access_token").first ?? request.protocols.first
        return token.flatMap { $0.isEmpty || $0.utf8.count > 200 ? nil : $0 }
    }

    private static func subscription(of request: WebSocketRequest) -> StreamSubscription? {
        guard let name = request.query("stream").first, !name.isEmpty else { return nil }
        return StreamSubscription(
            name: name, tag: request.query("tag").first, list: request.query("list").first,
            onlyMedia: request.query("only_media").first == "true")
    }

    // MARK: - Messages

    private func serve(
        _ connection: WebSocketConnection, _ identity: AppIdentity, _ account: ID<Account>,
        _ subscription: StreamSubscription?
    ) async {
        let sink = StreamSink.webSocket(connection)
        let number: UInt64
        do throws(StreamError) {
            number = try await hub.admit(identity, as: account, sink)
        } catch {
            return connection.close(.tryAgainLater)
        }
        if let subscription { await change(number, sink, subscription, isEnd: false) }
        for await text in connection.incoming { await handle(text, number, sink) }
        await hub.leave(number)
    }

    /// Handles one message, such as `{"type":"subscribe","stream":"hashtag","tag":"x"}`. Any other text is answered
    /// with an error.
    private func handle(_ text: String, _ number: UInt64, _ sink: StreamSink) async {
        guard let sentence = try? SentParameters(json: Array(text.utf8)), let type = sentence.text("type"),
            type == "subscribe" || type == "unsubscribe"
        else { return sink.send(StreamError(text: "Unknown message type", status: 400)) }
        let subscription = StreamSubscription(
            name: sentence.text("stream") ?? "", tag: sentence.text("tag"), list: sentence.text("list"),
            onlyMedia: sentence.bool("only_media") == true)
        await change(number, sink, subscription, isEnd: type == "unsubscribe")
    }

    private func change(_ number: UInt64, _ sink: StreamSink, _ subscription: StreamSubscription, isEnd: Bool) async {
        do throws(StreamError) {
            if isEnd {
                try await hub.unsubscribe(number, from: subscription)
            } else {
                try await hub.subscribe(number, to: subscription)
            }
        } catch {
            sink.send(error)
        }
    }
}
