// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Storage

/// Whether the node lives, whether it can work, and what it counted.
struct Health: Sendable {
    private let node: Node

    init(_ node: Node) {
        self.node = node
    }

    /// `/livez` and `/readyz`.
    var routes: [Route] {
        [
            .document("/livez") { _, _ in Answers.text("ok\n") },
            .document("/readyz") { _, _ in
                do {
                    _ = try await node.database.read { db in try db.row("SELECT 1 AS one") }
                    return Answers.text("ok\n")
                } catch {
                    return Answers.text("database\n", status: .serviceUnavailable)
                }
            },
        ]
    }

    /// All counters and queues in the Prometheus text format.
    func metrics() async throws -> Response {
        let now = node.clock.now
        let backlogs = try await node.database.read { db in
            try LeasedQueue.all.map { queue in (queue.name, try queue.backlog(now: now, in: db)) }
        }
        var lines = ["database_statements \(node.counters.statementCount)"]
        for (name, backlog) in backlogs {
            let seconds = backlog.oldestDue.map { (now - $0).milliseconds / 1000 } ?? 0
            lines += [
                "queue_backlog{queue=\"\(name)\"} \(backlog.count)",
                "queue_oldest_seconds{queue=\"\(name)\"} \(seconds)",
            ]
            // The names that these two had before all queues were measured.
            if let former = ["received": "inbox", "delivery": "delivery"][name] {
                lines += ["\(former)_backlog \(backlog.count)", "\(former)_oldest_seconds \(seconds)"]
            }
        }
        for (name, count) in node.counters.snapshot.sorted(by: { $0.key < $1.key }) {
            lines.append("events_total{name=\"\(name)\"} \(count)")
        }
        return Answers.text(lines.map { "troquet_\($0)\n" }.joined())
    }
}
