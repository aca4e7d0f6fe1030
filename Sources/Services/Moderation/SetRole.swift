// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Gives a member more or less power. Stewards may, and the operator.
    ///
    /// A steward may take the role from another one and may give up the own, as long as one stays who can act. The
    /// operator may take the last one's too, and can make another.
    ///
    /// - Throws: `conflict("last_steward")`.
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
        }
    }
}
