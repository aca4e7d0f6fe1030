// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// One address, asked for over and over by all connections.
struct ReadPhase: Sendable {
    let name: String
    let client: LoadClient
    let process: Process
    let request: ByteBuffer

    struct Result: Sendable {
        var rate = 0.0
        var p50 = 0.0
        var p99 = 0.0
        var cpuMicroseconds = 0.0
        /// How many answers came.
        var answers = 0

        /// Halfway between two measurements of the same thing.
        static func mean(_ a: Result, _ b: Result) -> Result {
            Result(
                rate: (a.rate + b.rate) / 2, p50: (a.p50 + b.p50) / 2, p99: (a.p99 + b.p99) / 2,
                cpuMicroseconds: (a.cpuMicroseconds + b.cpuMicroseconds) / 2)
        }
    }

    func run(_ duration: TimeAmount) async throws -> Result {
        let warmUp = try await client.run(LoadPlan(requests: [request], duration: .milliseconds(300)))
        try warmUp.check(name, status: 200)
        let cpu = try process.cpuSeconds
        let answers = try await client.run(LoadPlan(requests: [request], duration: duration))
        let used = try process.cpuSeconds - cpu
        try answers.check(name, status: 200)
        return Result(
            rate: answers.rate(of: 200), p50: answers.percentile(0.5), p99: answers.percentile(0.99),
            cpuMicroseconds: used * 1e6 / Double(max(1, answers.latencies.count)), answers: answers.latencies.count)
    }
}
