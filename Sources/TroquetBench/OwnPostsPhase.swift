// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import NIOCore
internal import Storage
internal import Vocabulary

/// The reads of an app whose member has written 200 posts, some with likes and replies of another member. Pages have
/// twenty items; 16 connections.
struct OwnPostsPhase: Sendable {
    let node: Node
    let client: LoadClient
    let meter: Meter

    /// The number of connections that read.
    static let connections = 16
    private static let posts = 200
    private static let discussions = 30
    private static let likes = 40
    private static let replies = 20
    /// Posts per second that arrive during the last measurement.
    private static let arrivals = 20

    /// Stores everything that is read afterwards. The 200 posts are the newest.
    ///
    /// - Returns: a status with replies.
    func settle() async throws -> Int64 {
        let discussions = (1...Self.discussions).map { number in
            node.post("@\(node.group) Qui apporte quoi la prochaine fois ? Liste n° \(number). #table")
        }
        try await send(discussions)
        try await send((1...Self.posts).map { node.post("\(ClientPhase.words) Semaine \($0), comme toujours.") })
        let newest = try await newest(Self.likes)
        guard let status = newest.first else { throw BenchError("\(node.member) has no posts.") }
        try await send(newest.map { node.send("/api/v1/statuses/\($0)/favourite", [:], token: node.otherToken) })
        try await send(
            (1...Self.replies).map { number in
                node.send(
                    "/api/v1/statuses",
                    ["status": .string("J'y serai, à \(number) heures."), "in_reply_to_id": .string("\(status)")],
                    token: node.otherToken)
            })
        return status
    }

    /// Measures all reads.
    ///
    /// - Parameter status: a status with replies.
    func run(_ status: Int64) async throws -> [Reading] {
        let reads = [
            ("home timeline", node.read(ClientPhase.homeTarget)),
            ("public timeline", node.read("/api/v1/timelines/public?limit=20")),
            ("notifications", node.read("/api/v1/notifications?limit=20")),
            ("status context", node.read("/api/v1/statuses/\(status)/context")),
            ("group page", node.request("/groups/\(node.group)", accept: "text/html")),
            ("thread page", node.request("/posts/\(status)", accept: "text/html")),
        ]
        var readings: [Reading] = []
        for (name, request) in reads { readings.append(try await meter.measure(name, request)) }
        readings.append(try await homeWhilePostsArrive())
        return readings
    }

    /// The home timeline changes twenty times per second. The cost of the writes is included.
    private func homeWhilePostsArrive() async throws -> Reading {
        let (node, client) = (node, client)
        let writer = Task {
            var count = 0
            while !Task.isCancelled {
                let next = ContinuousClock.now + .milliseconds(1_000 / Self.arrivals)
                count += 1
                let plan = LoadPlan(requests: [node.post("\(ClientPhase.words) Encore \(count).")], connections: 1)
                try await client.run(plan).check("posting", status: 200)
                try? await Task.sleep(until: next, clock: .continuous)
            }
        }
        let result: Result<Reading, any Error>
        do {
            let home = node.read(ClientPhase.homeTarget)
            result = .success(try await meter.measure("home timeline while \(Self.arrivals) posts/s arrive", home))
        } catch {
            result = .failure(error)
        }
        writer.cancel()
        try await writer.value
        return try result.get()
    }

    private func send(_ requests: [ByteBuffer]) async throws {
        try await client.run(LoadPlan(requests: requests, connections: 8)).check("writing", status: 200)
    }

    private func newest(_ count: Int) async throws -> [Int64] {
        let member = node.person(node.member)
        return try await node.database.read { db in
            let rows = try db.rows(
                """
                SELECT p.id FROM post p JOIN account a ON a.id = p.author_id
                WHERE a.iri = \(member) AND p.group_id IS NULL ORDER BY p.id DESC LIMIT \(count)
                """)
            return try rows.map { row in try row.int("id") }
        }
    }
}
