// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Lets somebody in who asked. Moderators may, and the operator.
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

    /// Says no to somebody who asked; nothing of them is kept. Moderators may, and the operator.
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
