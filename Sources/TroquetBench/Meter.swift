// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// The measured cost of one kind of request.
struct Reading: Sendable {
    var name: String
    /// Responses per second.
    var rate = 0.0
    /// Latency in milliseconds: the median and the 99th percentile.
    var p50 = 0.0
    var p99 = 0.0
    /// CPU time of the node per response, in microseconds.
    var nodeMicroseconds = 0.0
    /// CPU time of PostgreSQL per response, in microseconds; nil on SQLite, which runs inside the node.
    var serverMicroseconds: Double?
    /// SQL statements per response, including those of the workers; nil for the bare route.
    var statements: Double?

    /// The mean of two measurements of the same request.
    static func mean(_ a: Reading, _ b: Reading) -> Reading {
        Reading(
            name: a.name, rate: (a.rate + b.rate) / 2, p50: (a.p50 + b.p50) / 2, p99: (a.p99 + b.p99) / 2,
            nodeMicroseconds: (a.nodeMicroseconds + b.nodeMicroseconds) / 2)
    }
}

/// Sends one request repeatedly and measures its cost.
struct Meter: Sendable {
    let client: LoadClient
    /// The process that responds.
    let process: Process
    /// PostgreSQL; nil on SQLite.
    var server: ProcessFamily?
    /// The metrics of the node; nil for the bare route.
    var metrics: Metrics?
    let duration: TimeAmount
    /// The number of connections. Each has one open request.
    var connections = 32

    /// Measures one request.
    ///
    /// - Throws: ``BenchError`` for a response with a status other than 200.
    func measure(_ name: String, _ request: ByteBuffer) async throws -> Reading {
        try await measure(name, [request])
    }

    /// Measures requests of one kind, which are sent in turn.
    ///
    /// - Throws: ``BenchError`` for a response with a status other than 200.
    func measure(_ name: String, _ requests: [ByteBuffer]) async throws -> Reading {
        // From the end, so that the responses are not cached when they are measured.
        let warmUp = try await client.run(plan(requests.reversed(), .milliseconds(300)))
        try warmUp.check(name, status: 200)
        let before = try await counters()
        let answers = try await client.run(plan(requests, duration))
        let after = try await counters()
        try answers.check(name, status: 200)
        let count = Double(max(1, answers.latencies.count))
        return Reading(
            name: name, rate: answers.rate(of: 200), p50: answers.percentile(0.5), p99: answers.percentile(0.99),
            nodeMicroseconds: (after.node - before.node) * 1e6 / count,
            serverMicroseconds: server == nil ? nil : (after.server - before.server) * 1e6 / count,
            statements: metrics == nil ? nil : Double(after.statements - before.statements) / count)
    }

    private func plan(_ requests: [ByteBuffer], _ duration: TimeAmount) -> LoadPlan {
        LoadPlan(requests: requests, connections: connections, duration: duration)
    }

    /// The CPU seconds of the node and of PostgreSQL and the number of statements until now.
    private func counters() async throws -> (node: Double, server: Double, statements: Int) {
        let statements = try await metrics?.value("troquet_database_statements") ?? 0
        return (try process.cpuSeconds, try server?.cpuSeconds ?? 0, statements)
    }
}
