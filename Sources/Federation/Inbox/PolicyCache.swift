// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

/// What the node decided about hosts, read once and again when it changes.
actor PolicyCache {
    /// How old the copy may grow when no word of a change came.
    private static let lifetime = Duration.seconds(30)

    private let database: Database
    private let mode: FederationMode
    private let clock = ContinuousClock()
    private var policies: [String: PeerPolicy] = [:]
    private var readAt: ContinuousClock.Instant?

    init(database: Database, mode: FederationMode) {
        self.database = database
        self.mode = mode
    }

    /// Whether `host` (with its port when it has one) may speak to us. A decision about a domain holds for what is
    /// below it.
    func admits(_ host: String) async throws -> Bool {
        if readAt.map({ clock.now - $0 > Self.lifetime }) ?? true { try await reload() }
        return mode.admits(policy(of: host))
    }

    private func policy(of host: String) -> PeerPolicy {
        var rest = host[...]
        while true {
            if let policy = policies[String(rest)] { return policy }
            guard let dot = rest.firstIndex(of: ".") else { return .unset }
            rest = rest[rest.index(after: dot)...]
        }
    }

    private func reload() async throws {
        policies = try await database.read { db in try Peers.policies(in: db) }
        readAt = clock.now
    }
}
