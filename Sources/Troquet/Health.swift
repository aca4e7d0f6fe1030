// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Storage

/// The health checks: whether the process runs, and whether it can reach its database.
struct Health: Sendable {
    private let node: Node

    init(_ node: Node) {
        self.node = node
    }

    /// The routes `/livez` and `/readyz`.
    var routes: [Route] {
        [
            .document("/livez") { _, _ in Responses.text("ok\n") },
            .document("/readyz") { _, _ in
                do {
                    try await node.database.read { db in try DatabaseHealth.ping(in: db) }
                    return Responses.text("ok\n")
                } catch {
                    return Responses.text("database\n", status: .serviceUnavailable)
                }
            },
        ]
    }
}
