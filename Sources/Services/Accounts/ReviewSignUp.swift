// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Approves a person who signed up. Moderators and the operator may approve.
    public func approveSignUp(_ id: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            try requireModerator(principal, in: tx)
            guard let local = try LocalAccounts.byID(id, in: tx) else { throw ServiceError.notFound }
            guard local.approvedAt == nil else { return }
            _ = try LocalAccounts.approve(id, at: now(), in: tx)
            try joinWelcomeGroup(local.account, in: tx)
            if let email = local.email { try enqueue(.welcome, to: email, language: local.language, in: tx) }
        }
    }

    /// Rejects a person who signed up and deletes their data. Moderators and the operator may reject.
    public func refuseSignUp(_ id: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            try requireModerator(principal, in: tx)
            guard let local = try LocalAccounts.byID(id, in: tx), local.approvedAt == nil else {
                throw ServiceError.notFound
            }
            _ = try LocalAccounts.remove(id, in: tx)
        }
    }
}
