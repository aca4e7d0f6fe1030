// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOPosix
internal import Vocabulary

/// What a client app asks for all day, on a database that holds a busy fediverse.
struct ClientPhase: Sendable {
    let node: Node
    let client: LoadClient
    /// A status with answers.
    var status: Int64
    let duration: TimeAmount

    /// One kind of request, and what it cost.
    struct Result: Sendable {
        var name: String
        var read: ReadPhase.Result
        /// Statements told to the database, for each request; workers' own among them.
        var statements: Double
    }

    private var targets: [(name: String, target: String)] {
        [
            ("home timeline", "/api/v1/timelines/home?limit=20"),
            ("public timeline", "/api/v1/timelines/public?limit=20"),
            ("status context", "/api/v1/statuses/\(status)/context"),
            ("notifications", "/api/v1/notifications?limit=40"),
            ("search", "/api/v2/search?q=word42&type=statuses&limit=20"),
        ]
    }

    /// All of them, one after the other, then posting.
    func run() async throws -> [Result] {
        var results: [Result] = []
        for (name, target) in targets { results.append(try await measure(name, request("GET", target))) }
        let body = #"{"status":"On garde la grande table pr\u00e8s de la fen\u00eatre. #samedi","visibility":"public"}"#
        results.append(try await measure("posting", request("POST", "/api/v1/statuses", body: body)))
        return results
    }

    /// The home timeline alone.
    func home() async throws -> Result {
        try await measure("home timeline", request("GET", targets[0].target))
    }

    /// One post.
    func post() async throws {
        let body = #"{"status":"Qui vient samedi ?"}"#
        let result = try await client.run(
            LoadPlan(requests: [request("POST", "/api/v1/statuses", body: body)], connections: 1))
        try result.check("posting", status: 200)
    }

    private func measure(_ name: String, _ request: ByteBuffer) async throws -> Result {
        let before = try await node.metrics.value("troquet_database_statements")
        let phase = ReadPhase(name: name, client: client, process: node.process, request: request)
        let read = try await phase.run(duration)
        let after = try await node.metrics.value("troquet_database_statements")
        return Result(name: name, read: read, statements: Double(after - before) / Double(max(1, read.answers)))
    }

    private func request(_ method: String, _ target: String, body: String? = nil) -> ByteBuffer {
        var text =
            "\(method) \(target) HTTP/1.1\r\nhost: \(node.origin.authority)\r\nauthorization: Bearer \(node.token)\r\n"
        if let body { text += "content-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n" }
        return ByteBuffer(string: text + "\r\n" + (body ?? ""))
    }
}
