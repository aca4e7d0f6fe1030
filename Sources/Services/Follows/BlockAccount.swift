// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Wants nothing to do with an account: neither hears the other, follows end both ways. A second time is fine.
    public func block(_ target: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(principal, target, in: tx)
            try outbox.block(account, by: actor, in: tx)
            try Endorsements.remove(target, by: actor.id, in: tx)
        }
    }

    /// Takes a block back.
    public func unblock(_ target: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(principal, target, in: tx)
            try outbox.unblock(account, by: actor, in: tx)
        }
    }
}
