// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

extension Services {
    /// Sets a new password and ends every session, so that nobody who knew the old password stays signed in. A new
    /// session begins for the member.
    ///
    /// A member who has a password must give it, so that somebody who finds an open session cannot lock its owner out.
    ///
    /// Apps keep their tokens, as people know it from other servers: no app ever saw the password, and the settings
    /// list every app, where it can be revoked. ``resetPassword(of:as:)`` revokes the tokens too.
    /// - Returns: the token of the new session.
    /// - Throws: `invalid` with `current`: `wrong_password`; `tooMany` at the rate limit; `busy`.
    public func changePassword(
        _ password: String, current: String = "", as principal: Principal
    ) async throws -> String {
        var check = Check()
        check.require(password.count >= SignUp.passwordLength, "password", "too_short")
        check.require(password.utf8.count <= 1_000, "password", "too_long")
        try check.finish()
        let stored = try await database.read { db in try member(principal, in: db).passwordHash } ?? ""
        if !stored.isEmpty {
            try attempts.take("password:\(claimedAccount(principal))", at: now())
            guard try await secrets.verifyPassword(current, stored) else {
                throw ServiceError.invalid("current", "wrong_password")
            }
        }
        let hash = try await secrets.hashPassword(password)
        let token = try secrets.makeToken()
        try await database.write { tx in
            let member = try member(principal, in: tx)
            let person = member.account.id
            guard (member.passwordHash ?? "") == stored else { throw ServiceError.notAllowed }
            try LocalAccounts.setPassword(person, hash: hash, in: tx)
            try Sessions.deleteAll(of: person, in: tx)
            try insertSession(token, for: person, in: tx)
            try enqueue(PasswordEmail(), to: member.email, of: person, language: member.language, in: tx)
        }
        return token
    }
}
