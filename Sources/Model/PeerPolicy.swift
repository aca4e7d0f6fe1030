// SPDX-License-Identifier: Apache-2.0

/// What this node lets a host do.
public enum PeerPolicy: String, Sendable, CaseIterable {
    /// Nothing was decided: the node's mode decides.
    case unset
    /// Always welcome.
    case allowed
    /// Its people may be followed and may answer, but public lists leave them out.
    case limited
    /// Nothing goes in or out.
    case blocked
}

/// How open the node is to hosts about which nothing was decided.
public enum FederationMode: String, Sendable, CaseIterable {
    /// Everyone but the blocked.
    case open
    /// Unknown hosts are heard, but what they send is kept out of public lists until a steward allows the host.
    case quarantine
    /// Only the allowed.
    case allowlist
    /// Nobody.
    case off

    /// Whether a host with `policy` may speak to us, and we to it.
    public func admits(_ policy: PeerPolicy) -> Bool {
        switch (self, policy) {
        case (.off, _), (_, .blocked): false
        case (.allowlist, .unset), (.allowlist, .limited): false
        default: true
        }
    }

    /// Whether public lists show what comes from a host with `policy`.
    public func lists(_ policy: PeerPolicy) -> Bool {
        switch (self, policy) {
        case (_, .limited), (_, .blocked): false
        case (.quarantine, .unset): false
        default: admits(policy)
        }
    }
}
