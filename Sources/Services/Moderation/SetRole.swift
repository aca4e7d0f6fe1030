// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Changes the role of a member. Stewards and the operator may do this.
    ///
    /// A steward may demote another steward or themselves, as long as another active steward remains. The operator may
    /// demote the last steward too, because the operator can appoint another one.
    ///
    /// - Throws: `conflict("last_steward")` when no other active steward would remain.
    public func setRole(_ id: ID<Account>, _ role: Role, as principal: Principal) async throws {
        try await database.write { tx in
            let acting = try requireSteward(principal, in: tx)
            guard let local = try LocalAccounts.byID(id, in: tx) else { throw ServiceError.notFound }
            if local.role.mayRunCommunity, !role.mayRunCommunity, acting.account != nil {
                guard try LocalAccounts.hasSteward(besides: id, in: tx) else {
                    throw ServiceError.conflict("last_steward")
                }
            }
            try LocalAccounts.setRole(id, role, in: tx)
            try log(.role, about: local.account, note: role.rawValue, by: acting.account, in: tx)
        }
    }
}
