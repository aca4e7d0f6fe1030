// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

extension Services {
    /// Signs in by password.
    ///
    /// - Returns: the session's token; only its digest is stored.
    /// - Throws: `notAllowed` for a wrong name, a wrong password and a person who waits for approval alike.
    public func signIn(name: String, password: String) async throws -> String {
        let name = name.trimmed.lowercased()
        // No name and no address is longer, and the table of attempts keeps what it is given.
        guard name.utf8.count <= 320 else { throw ServiceError.notAllowed }
        try attempts.take("sign-in:\(name)", at: now())
        let local = try await database.read { db in
            try name.contains("@") ? LocalAccounts.byEmail(name, in: db) : LocalAccounts.byName(name, in: db)
        }
        // The same work for a name that does not exist, so that the time tells nothing.
        let stored = local?.passwordHash ?? secrets.decoyHash
        let isRight = secrets.verifyPassword(password, stored)
        guard isRight, let local, local.passwordHash != nil, local.approvedAt != nil, local.account.isActive else {
            throw ServiceError.notAllowed
        }
        let token = try secrets.makeToken()
        try await database.write { tx in
            // Between the two somebody may have been suspended, or have chosen another password.
            let member = try member(.member(local.account.id), in: tx)
            guard member.passwordHash == local.passwordHash else { throw ServiceError.notAllowed }
            try insertSession(token, for: member.account.id, in: tx)
        }
        return token
    }
}
