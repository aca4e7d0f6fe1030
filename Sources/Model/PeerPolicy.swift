// SPDX-License-Identifier: Apache-2.0

/// The policy of this server for a remote host.
public enum PeerPolicy: String, Sendable, CaseIterable {
    /// No decision was made; the server's ``FederationMode`` applies.
    case unset
    /// The host is always allowed.
    case allowed
    /// Accounts of the host may be followed and may reply, but public timelines leave them out.
    case limited
    /// Nothing is received from the host or sent to it.
    case blocked
}

/// How open the server is to hosts without a policy.
public enum FederationMode: String, Sendable, CaseIterable {
    /// All hosts except the blocked ones are allowed.
    case open
    /// What unknown hosts send is held until a moderator decides about the host, and public timelines leave out their posts.
    case quarantine
    /// Only hosts with the policy `allowed` are allowed.
    case allowlist
    /// No host is allowed.
    case off

    /// Whether this server exchanges activities with a host that has `policy`.
    public func admits(_ policy: PeerPolicy) -> Bool {
        switch (self, policy) {
        case (.off, _), (_, .blocked): false
        case (.allowlist, .unset), (.allowlist, .limited): false
        default: true
        }
    }

    /// Whether what a host with `policy` sends is held until a moderator decides about the host.
    public func holds(_ policy: PeerPolicy) -> Bool { self == .quarantine && policy == .unset }

    /// Whether public timelines show posts from a host that has `policy`.
    public func lists(_ policy: PeerPolicy) -> Bool {
        switch (self, policy) {
        case (_, .limited), (_, .blocked): false
        case (.quarantine, .unset): false
        default: admits(policy)
        }
    }
}
