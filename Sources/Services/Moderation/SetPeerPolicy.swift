// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Sets the policy for a remote host: unset, allowed, limited or blocked. Moderators and the operator may do this.
    ///
    /// What the node holds of an unknown host is then processed, or deleted when the host is blocked. The groups relay
    /// what known hosts have brought of it, in small transactions.
    public func setPolicy(
        _ policy: PeerPolicy, host: String, note: String, as principal: Principal
    ) async throws {
        guard let host = Handle.normalHost(host.trimmed) else {
            throw ServiceError.invalid("host", "not_a_host")
        }
        try await database.write { tx in
            let moderator = try requireModerator(principal, in: tx).account
            try Peers.setPolicy(host, policy, note: note.trimmed, at: now(), in: tx)
            switch policy {
            case .allowed, .limited: try HeldActivities.release(host, at: now(), in: tx)
            case .blocked: try HeldActivities.drop(host, in: tx)
            case .unset: break
            }
            try log(.policy(policy), host: host, note: note.trimmed, by: moderator, in: tx)
            tx.announce(.settingsChanged)
        }
        guard community.mode == .quarantine, policy == .allowed || policy == .limited else { return }
        var last = ID<Post>.first
        while let next = try await database.write({ [last] tx in
            try outbox.relayUnrelayed(of: host, after: last, limit: 10, in: tx)
        }) {
            last = next
            await Task.yield()
        }
    }
}

/// What ``Services/importPolicies(_:isTrial:as:)`` did or would do.
public struct PolicyImport: Sendable, Hashable {
    /// The hosts whose policy changes, with their new policy.
    public var changed: [PeerList.Entry] = []
    /// How many hosts have this policy or a stricter one already.
    public var unchanged = 0
    /// The hosts that somebody here has allowed. They stay allowed.
    public var allowed: [String] = []
    /// How many follows, in both directions, the blocked hosts among `changed` cut.
    public var follows = 0
    /// How many seats and places on waiting lists of local events belong to people of the blocked hosts.
    public var seats = 0

    /// Creates the value.
    public init() {}
}

extension Services {
    /// The largest number of hosts that one transaction changes.
    private static let importStep = 500

    /// Takes over a list of hosts to limit or block. What was decided here holds: an allowed host stays allowed, and no
    /// policy becomes milder. Moderators and the operator may do this.
    ///
    /// - Parameter isTrial: whether only the result is told and nothing is changed.
    public func importPolicies(
        _ list: PeerList, isTrial: Bool, as principal: Principal
    ) async throws -> PolicyImport {
        let result = try await database.read { db in
            try requireModerator(principal, in: db)
            var result = PolicyImport()
            let policies = try Peers.policies(in: db)
            for entry in list.entries {
                switch policies[entry.host] ?? .unset {
                case .allowed: result.allowed.append(entry.host)
                case .blocked: result.unchanged += 1
                case .limited where entry.policy == .limited: result.unchanged += 1
                case .limited, .unset: result.changed.append(entry)
                }
            }
            let blocked = result.changed.filter { $0.policy == .blocked }.map(\.host)
            (result.follows, result.seats) = try Peers.ties(with: blocked, in: db)
            return result
        }
        guard !isTrial else { return result }
        var rest = result.changed[...]
        while !rest.isEmpty {
            let step = rest.prefix(Self.importStep)
            rest = rest.dropFirst(step.count)
            try await database.write { tx in
                try requireModerator(principal, in: tx)
                for entry in step {
                    try Peers.setPolicy(entry.host, entry.policy, note: entry.note.trimmed, at: now(), in: tx)
                }
            }
        }
        return result
    }
}
