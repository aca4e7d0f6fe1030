// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Storage

extension Services {
    /// Tries again what a remote host has not accepted. Moderators and the operator may do this.
    ///
    /// - Returns: how many deliveries that were given up are queued again.
    @discardableResult
    public func retryDeliveries(to host: String, as principal: Principal) async throws -> Int {
        try await database.write { tx in
            try requireModerator(principal, in: tx)
            return try SilentPeers.retry(host.trimmed.lowercased(), ids: ids, at: now(), in: tx)
        }
    }
}
