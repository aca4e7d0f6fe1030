// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Sets the policy for a remote host: unset, allowed, limited or blocked. Moderators and the operator may do this.
    public func setPolicy(
        _ policy: PeerPolicy, host: String, note: String, as principal: Principal
    ) async throws {
        guard let host = Handle.normalHost(host.trimmed) else {
            throw ServiceError.invalid("host", "not_a_host")
        }
        try await database.write { tx in
            try requireModerator(principal, in: tx)
            try Peers.setPolicy(host, policy, note: note.trimmed, at: now(), in: tx)
            tx.announce(.settingsChanged)
        }
    }
}
