// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Blocks an account. Neither account sees the other any more, and follows between them end. A second call changes
    /// nothing.
    public func block(_ target: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(principal, target, in: tx)
            try outbox.block(account, by: actor, in: tx)
            try Endorsements.remove(target, by: actor.id, in: tx)
            try NotificationRequests.forgetAcceptance(of: target, by: actor.id, in: tx)
        }
    }

    /// Ends a block.
    public func unblock(_ target: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(principal, target, in: tx)
            try outbox.unblock(account, by: actor, in: tx)
        }
    }
}
