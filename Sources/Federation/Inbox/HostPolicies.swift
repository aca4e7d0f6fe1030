// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage

/// What the node decided about hosts, read once and again when it changes.
public actor HostPolicies {
    /// How old the copy may grow when no word of a change came.
    private static let lifetime = Duration.seconds(5)

    private let database: Database
    private let mode: FederationMode
    private let clock = ContinuousClock()
    private var policies: [String: PeerPolicy] = [:]
    private var readAt: ContinuousClock.Instant?

    /// - Parameter mode: what holds for hosts about which nothing was decided.
    public init(database: Database, mode: FederationMode) {
        self.database = database
        self.mode = mode
    }

    /// Whether `host` (with its port when it has one) may speak to us, and we to it. A decision about a domain holds for what is
    /// below it.
    public func admits(_ host: String) async throws -> Bool {
        if readAt.map({ clock.now - $0 > Self.lifetime }) ?? true { try await reload() }
        return mode.admits(policy(of: host))
    }

    private func policy(of host: String) -> PeerPolicy {
        for domain in DocumentFetcher.domains(of: host) {
            if let policy = policies[domain] { return policy }
        }
        return .unset
    }

    private func reload() async throws {
        policies = try await database.read { db in try Peers.policies(in: db) }
        readAt = clock.now
    }
}
