// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Removes a follower without blocking them.
    public func removeFollower(_ follower: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(principal, follower, in: tx)
            try outbox.removeFollower(account, of: actor, in: tx)
        }
    }
}
