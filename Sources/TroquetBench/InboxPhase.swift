// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import NIOCore
internal import Storage
internal import Vocabulary

/// Signed activities, as fast as the node takes them, and until it has done what they say.
///
/// The node accepts and applies at the same time, as it does in life. Everything is signed before the clock starts,
/// and the four keys are known from a first activity each.
struct InboxPhase: Sendable {
    let node: Node
    let client: LoadClient
    let writers: [RemoteWriter]

    struct Result: Sendable {
        var accepted = 0.0
        var applied = 0.0
        var p99 = 0.0
        var cpuMilliseconds = 0.0
    }

    func run(count: Int) async throws -> Result {
        try await warmUp()
        let activities = (0..<count).map(outgoing)
        let requests = try await sign(activities)
        let (cpu, started) = (try node.process.cpuSeconds, Machine.seconds)
        let answers = try await client.run(LoadPlan(requests: requests))
        try answers.check("inbox", status: 202)
        try await waitUntilDone()
        let seconds = Machine.seconds - started
        let used = try node.process.cpuSeconds - cpu
        try await check(activities)
        return Result(
            accepted: answers.rate(of: 202), applied: Double(count) / seconds, p99: answers.percentile(0.99),
            cpuMilliseconds: used * 1000 / Double(count))
    }

    /// Lets the node fetch the writers and their keys.
    private func warmUp() async throws {
        for writer in writers {
            let request = try writer.signed(
                writer.create(0, in: node.actor(of: node.group), replyingTo: nil), to: node.origin)
            let answers = try await client.run(LoadPlan(requests: [request], connections: 1, limit: .seconds(20)))
            try answers.check("first activity of \(writer.iri)", status: 202)
        }
        try await waitUntilDone()
    }

    /// Of eight: four answers to a member's discussion, two new discussions, and thanks for two earlier notes.
    private func outgoing(_ index: Int) -> OutgoingActivity {
        let writer = writers[index % writers.count]
        let number = index / writers.count + 1
        let group = node.actor(of: node.group)
        switch number % 8 {
        // Thirty-nine earlier, where the writer said something, and long enough ago to be known.
        case 0 where number > 40, 4 where number > 40: return writer.like(number, of: number - 39)
        case 2, 6: return writer.create(number, in: group, replyingTo: nil)
        default: return writer.create(number, in: group, replyingTo: node.discussion)
        }
    }

    private func sign(_ activities: [OutgoingActivity]) async throws -> [ByteBuffer] {
        let cores = Machine.cores
        return try await withThrowingTaskGroup(of: [(Int, ByteBuffer)].self) { group in
            for core in 0..<cores {
                group.addTask {
                    try stride(from: core, to: activities.count, by: cores).map { index in
                        (index, try writers[index % writers.count].signed(activities[index], to: node.origin))
                    }
                }
            }
            var requests = [ByteBuffer](repeating: ByteBuffer(), count: activities.count)
            for try await part in group {
                for (index, request) in part { requests[index] = request }
            }
            return requests
        }
    }

    private func waitUntilDone() async throws {
        let end = Machine.seconds + 60
        while try await node.database.read({ db in try InboxQueue.queue.backlog(now: SystemClock().now, in: db).count })
            > 0
        {
            guard Machine.seconds < end else { throw BenchError("inbox: activities still wait after a minute.") }
            try await Task.sleep(for: .milliseconds(25))
        }
    }

    /// Every activity that was accepted is in the database, and was applied.
    private func check(_ activities: [OutgoingActivity]) async throws {
        let outcomes = try await node.database.read { db in
            try activities.reduce(into: [String: Int]()) { outcomes, outgoing in
                outcomes[try InboxQueue.outcome(of: outgoing.id, in: db) ?? "lost", default: 0] += 1
            }
        }
        // A few thanks may overtake what they are for: sixteen connections carry one writer's words.
        guard outcomes["lost"] == nil, Double(outcomes["applied"] ?? 0) > 0.98 * Double(activities.count) else {
            throw BenchError("inbox: of \(activities.count) accepted activities, \(outcomes).")
        }
    }
}
