// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

extension Services {
    /// Signs in with a password.
    ///
    /// - Returns: the token of the session; only its digest is stored.
    /// - Throws: `notAllowed` in the same way for a wrong name and a wrong password; `invalid` with `sign_up_waits` for
    ///   the right password of a person who waits for approval; `tooMany` at the rate limit; `busy` when too many passwords wait to be checked.
    /// - Parameter network: the client's network (``NodeContext.network``). Attempts are counted for each pair of name
    ///   and network, and for each network, so that nobody can lock out a member from elsewhere. Nil counts by name.
    public func signIn(name: String, password: String, from network: String? = nil) async throws -> String {
        let name = MailAddress.canonical(name.trimmed).lowercased()
        // No valid name or address is longer. The rate limiter stores its keys, so their length has to be bounded.
        guard name.utf8.count <= 320 else { throw ServiceError.notAllowed }
        try attempts.take("sign-in:\(name) \(network ?? "")", at: now())
        if let network { try passwordAttempts.take(network, at: now()) }
        let local = try await database.read { db in
            try name.contains("@") ? LocalAccounts.byEmail(name, in: db) : LocalAccounts.byName(name, in: db)
        }
        // An unknown name needs the same work as a known one, so that the duration does not reveal whether it exists.
        let stored = local?.passwordHash ?? secrets.decoyHash
        let isRight = try await secrets.verifyPassword(password, stored)
        guard isRight, let local, local.passwordHash != nil, local.account.isActive else {
            throw ServiceError.notAllowed
        }
        // Only who knows the password is told.
        guard local.approvedAt != nil else { throw ServiceError.invalid("password", "sign_up_waits") }
        let token = try secrets.makeToken()
        try await database.write { tx in
            // Since the read, the account may have been suspended, or the password may have been changed.
            let member = try member(.member(local.account.id), in: tx)
            guard member.passwordHash == local.passwordHash else { throw ServiceError.notAllowed }
            try insertSession(token, for: member.account.id, in: tx)
        }
        return token
    }
}
