// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import NIOCore

/// Server-sent events, for apps without WebSockets, mostly bots. Spec: HTML, server-sent events.
enum StreamingEndpoints {
    private static let path = "/api/v1/streaming"

    static let all: [Endpoint] =
        [
            .get("\(path)/health", .open) { _ in APIResponse(Responses.text("OK")) },
            .get(path, .person("read:statuses")) { call in
                try await listen(call, call.parameters.text("stream") ?? "")
            },
        ]
        + [
            ("user", "user"), ("user/notification", "user:notification"), ("public", "public"),
            ("public/local", "public:local"), ("public/remote", "public:remote"), ("hashtag", "hashtag"),
            ("hashtag/local", "hashtag:local"), ("list", "list"), ("direct", "direct"),
        ].map { route, name in
            let scope: Scope = name == "user:notification" ? "read:notifications" : "read:statuses"
            return .get("\(path)/\(route)", .person(scope)) { call in try await listen(call, name) }
        }

    /// How many events are buffered for a slow app.
    private static let backlog = 256

    private static func listen(_ call: APIRequest, _ name: String) async throws -> APIResponse {
        let subscription = StreamSubscription(
            name: name, tag: call.parameters.text("tag"), list: call.parameters.text("list"),
            onlyMedia: call.parameters.bool("only_media") == true)
        guard let identity = call.identity else { throw APIError.userNeeded }
        let account = try call.actor()
        let hub = call.api.hub
        let (events, sink) = AsyncStream.makeStream(of: ByteBuffer.self, bufferingPolicy: .bufferingOldest(backlog))
        // The first bytes are sent at once, so that the app sees that the stream is open.
        sink.yield(ByteBuffer(string: ":)\n"))
        do throws(StreamError) {
            let number = try await hub.admit(identity, as: account, .events(sink))
            sink.onTermination = { _ in Task { await hub.leave(number) } }
            try await hub.subscribe(number, to: subscription)
        } catch {
            sink.finish()
            throw refusal(error)
        }
        return APIResponse(response(events))
    }

    private static func response(_ events: AsyncStream<ByteBuffer>) -> Response {
        var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "private, no-store"]
        // A proxy that buffers responses would hold the events back.
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                for await event in events { try await writer.write(event) }
                try await writer.finish(nil)
            })
    }

    private static func refusal(_ error: StreamError) -> APIError {
        switch error.status {
        case 401: .outOfScope
        case 404: .notFound
        case 429: .tooMany(retryAfterSeconds: 60)
        default: .badRequest(error.text)
        }
    }
}
