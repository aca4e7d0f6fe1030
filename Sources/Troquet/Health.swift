// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird

/// The health checks: whether the process runs, and whether it can use its database. The second takes at most two
/// seconds and no connection of the pool, so it tells the truth also when all connections are busy. The first asks the
/// database nothing.
struct Health: Sendable {
    private let node: Node

    init(_ node: Node) {
        self.node = node
    }

    /// The routes `/livez` and `/readyz`.
    var routes: [Route] {
        [
            .document("/livez") { _, _ in Responses.text("ok\n") },
            .document("/readyz") { [node] _, _ in
                guard let outage = await node.database.outage() else { return Responses.text("ok\n") }
                return Responses.text("database: \(Self.word(outage.kind))\n", status: .serviceUnavailable)
            },
        ]
    }

    /// What is wrong, for the operator who looks at `/readyz`.
    static func word(_ kind: DatabaseError.Kind) -> String {
        switch kind {
        case .full: "full"
        case .readOnly: "read-only"
        case .corrupt: "corrupt"
        case .replaced: "replaced"
        case .busy: "locked"
        case .overloaded, .timeout: "overloaded"
        default: "unreachable"
        }
    }
}
