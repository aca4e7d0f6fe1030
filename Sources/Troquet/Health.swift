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
                    try await node.database.read { db in try DatabaseHealth.ping(in: db) }
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
        let (inbox, outbox) = try await node.database.read { db in
            (try InboxQueue.backlog(in: db), try OutboxQueue.backlog(now: now, in: db))
        }
        var lines = [
            "inbox_backlog \(inbox.count)",
            "inbox_oldest_seconds \(inbox.oldest.map { (now - $0).milliseconds / 1000 } ?? 0)",
            "delivery_backlog \(outbox.count)",
            "database_statements \(node.counters.statementCount)",
            "delivery_oldest_seconds \(outbox.oldestDue.map { (now - $0).milliseconds / 1000 } ?? 0)",
        ]
        for (name, count) in node.counters.snapshot.sorted(by: { $0.key < $1.key }) {
            lines.append("events_total{name=\"\(name)\"} \(count)")
        }
        return Answers.text(lines.map { "troquet_\($0)\n" }.joined())
    }
}
