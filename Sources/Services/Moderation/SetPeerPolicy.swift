// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Sets the policy for a remote host: unset, allowed, limited or blocked. Moderators and the operator may do this.
    ///
    /// What the node holds of an unknown host is then processed, or deleted when the host is blocked.
    public func setPolicy(
        _ policy: PeerPolicy, host: String, note: String, as principal: Principal
    ) async throws {
        let host = host.trimmed.lowercased()
        guard Handle(name: "x", host: host).host == host, Handle("x@\(host)") != nil else {
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
    }
}
