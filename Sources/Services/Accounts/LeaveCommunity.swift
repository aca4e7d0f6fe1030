// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

extension Services {
    /// Deletes the member's own account permanently, as ``deleteAccount(_:as:)`` does.
    ///
    /// The member types their name, and their password when they have one, so that nobody who finds an open session can
    /// do it.
    ///
    /// - Throws: `invalid` with `name` or `password`; `conflict("last_steward")` for the last active steward.
    public func leaveCommunity(name: String, password: String, as principal: Principal) async throws {
        let person = try await database.read { db in try member(principal, in: db) }
        guard name.trimmed.lowercased() == person.account.username.lowercased() else {
            throw ServiceError.invalid("name", "not_own_name")
        }
        if let stored = person.passwordHash {
            try attempts.take("password:\(person.account.id)", at: now())
            guard try await secrets.verifyPassword(password, stored) else {
                throw ServiceError.invalid("password", "wrong_password")
            }
        }
        let account = try await database.write { tx in
            let current = try member(principal, in: tx)
            if current.role.mayRunCommunity {
                guard try LocalAccounts.hasSteward(besides: current.account.id, in: tx) else {
                    throw ServiceError.conflict("last_steward")
                }
            }
            return try beginDeletion(of: current.account, in: tx)
        }
        try await endDeletion(of: account)
    }
}
