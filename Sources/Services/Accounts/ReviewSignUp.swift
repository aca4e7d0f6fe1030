// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Approves a person who signed up. Moderators and the operator may approve.
    public func approveSignUp(_ id: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            let moderator = try requireModerator(principal, in: tx).account
            guard let local = try LocalAccounts.byID(id, in: tx) else { throw ServiceError.notFound }
            guard local.approvedAt == nil else { return }
            try log(.approved, about: local.account, by: moderator, in: tx)
            _ = try LocalAccounts.approve(id, at: now(), in: tx)
            try joinWelcomeGroup(local.account, in: tx)
            try enqueue(WelcomeEmail(), to: local.email, of: id, language: local.language, in: tx)
        }
    }

    /// Rejects a person who signed up and deletes their data. Moderators and the operator may reject.
    public func refuseSignUp(_ id: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            let moderator = try requireModerator(principal, in: tx).account
            guard let local = try LocalAccounts.byID(id, in: tx), local.approvedAt == nil else {
                throw ServiceError.notFound
            }
            // Nothing of the person is kept, so the log does not say who it was.
            try log(.refused, by: moderator, in: tx)
            _ = try LocalAccounts.remove(id, in: tx)
        }
    }
}
