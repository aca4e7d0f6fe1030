// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOPosix
internal import Vocabulary

/// Far more requests than the node can handle: pages for visitors, activities, and thousands of pipelined requests on
/// single connections. Meanwhile the health check, a member's app and a small stream of activities are measured.
///
/// The rate limits must be on, because without them the node lets requests wait long instead of refusing them. All
/// clients have other addresses, so that the limits of single clients do not take the load away.
struct OverloadPhase: Sendable {
    let node: Node
    let client: LoadClient
    /// Its event loop only serves the probes of the inbox.
    let quiet: LoadClient
    let writers: [RemoteWriter]
    let group: MultiThreadedEventLoopGroup
    let duration: TimeAmount

    /// Connections that read pages, and that send activities.
    private static let connections = (pages: 400, inbox: 100)
    /// Connections with pipelined requests, and how many each of them sends at once.
    private static let pipelined = (connections: 8, requests: 100_000)

    struct Result: Sendable {
        /// Pages per second when the node has just enough to do.
        var capacity = 0.0
        /// Requests for pages per second during the overload, and those that were refused.
        var offered = 0.0
        var shed = 0.0
        var shedP99 = 0.0
        var served = 0.0
        var accepted = 0.0
        var liveness = LoadResult()
        var livenessAtRest = LoadResult()
        var member = LoadResult()
        var memoryMiB = 0.0
    }

    func run() async throws -> Result {
        var result = Result()
        let pages = (0..<5_000).map { page($0) }
        result.livenessAtRest = try await probing { try await Task.sleep(for: .seconds(2)) }.liveness
        result.capacity = try await client.run(
            LoadPlan(requests: pages, connections: 16, duration: duration)
        ).rate(of: 200)
        let activities = try await signed()
        var answers = (pages: LoadResult(), inbox: LoadResult())
        let probes = try await probing {
            async let flood: Void = pipeline()
            async let inbox = quiet.run(
                LoadPlan(requests: activities, connections: Self.connections.inbox, duration: duration))
            answers.pages = try await client.run(
                LoadPlan(requests: pages, connections: Self.connections.pages, duration: duration))
            answers.inbox = try await inbox
            try await flood
        }
        (result.liveness, result.member) = (probes.liveness, probes.member)
        let all = Double(answers.pages.statuses.values.reduce(0, +))
        let seconds = max(0.001, answers.pages.seconds)
        result.offered = all / seconds
        result.served = answers.pages.rate(of: 200)
        result.shed = answers.pages.rate(of: 503) + answers.pages.rate(of: 429)
        result.accepted = answers.inbox.rate(of: 202)
        result.memoryMiB = try node.process.peakMiB
        return result
    }

    /// Measures the health check and a member's app while `body` runs.
    private func probing(
        _ body: () async throws -> Void
    ) async throws -> (liveness: LoadResult, member: LoadResult) {
        let port = node.origin.port
        let liveness = Probe(
            port: port, request: node.request("/livez", accept: "*/*"), pause: .milliseconds(10))
        // Five a second, which stays within the limit of an app.
        let member = Probe(port: port, request: node.read(ClientPhase.homeTarget), pause: .milliseconds(200))
        liveness.start()
        member.start()
        let outcome: Swift.Result<Void, any Error>
        do {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        let results = (try await liveness.stop(), try await member.stop())
        try outcome.get()
        return results
    }

    /// A page for a visitor with an address of its own. Two pages, so that not everything comes from the cache.
    private func page(_ number: Int) -> ByteBuffer {
        let target = number % 2 == 0 ? "/groups/\(node.group)?before=\(Int64.max - Int64(number))" : "/events"
        return ByteBuffer(
            string: "GET \(target) HTTP/1.1\r\nhost: \(node.origin.authority)\r\naccept: text/html\r\n"
                + "x-forwarded-for: \(Self.address(number))\r\n\r\n")
    }

    private static func address(_ number: Int) -> String { "100.64.\(number / 250).\(number % 250 + 1)" }

    private func signed() async throws -> [ByteBuffer] {
        for writer in writers {
            let first = try writer.signed(
                writer.create(0, in: node.actor(of: node.group), replyingTo: nil), to: node.origin)
            _ = try await client.run(LoadPlan(requests: [first], connections: 1, limit: .seconds(20)))
        }
        return try (1...200).flatMap { number in
            try writers.map { writer in
                try writer.signed(
                    writer.create(number, in: node.actor(of: node.group), replyingTo: nil), to: node.origin)
            }
        }
    }

    /// Sends many requests on each of a few connections without waiting for the responses, and reads these to the end of
    /// the measurement.
    private func pipeline() async throws {
        let one = "GET /livez HTTP/1.1\r\nhost: \(node.origin.authority)\r\n\r\n"
        let many = ByteBuffer(string: String(repeating: one, count: Self.pipelined.requests))
        var channels: [any Channel] = []
        for _ in 0..<Self.pipelined.connections {
            let channel = try await ClientBootstrap(group: group).connect(host: "127.0.0.1", port: node.origin.port)
                .get()
            channel.writeAndFlush(many, promise: nil)
            channels.append(channel)
        }
        try await Task.sleep(for: .nanoseconds(duration.nanoseconds))
        for channel in channels { try? await channel.close() }
    }
}
