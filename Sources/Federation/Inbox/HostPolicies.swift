// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage

/// The policies for hosts. They are read from the database once, and read again when they change.
public actor HostPolicies {
    /// The largest age of the copy in memory, when no change notification arrived.
    private static let lifetime = Duration.seconds(5)

    private let database: Database
    private let mode: FederationMode
    private let clock = ContinuousClock()
    private var policies: [String: PeerPolicy] = [:]
    private var readAt: ContinuousClock.Instant?

    /// - Parameter mode: the rule for hosts without a policy.
    public init(database: Database, mode: FederationMode) {
        self.database = database
        self.mode = mode
    }

    /// Whether `host` (with its port when it has one) may send requests to us, and we to it. A policy for a domain also
    /// applies to its subdomains.
    public func admits(_ host: String) async throws -> Bool {
        if readAt.map({ clock.now - $0 > Self.lifetime }) ?? true { try await reload() }
        return mode.admits(policy(of: host))
    }

    /// Whether what `host` sends is held until a moderator decides about it.
    func holds(_ host: String) async throws -> Bool {
        guard mode == .quarantine else { return false }
        if readAt.map({ clock.now - $0 > Self.lifetime }) ?? true { try await reload() }
        return mode.holds(policy(of: host))
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
