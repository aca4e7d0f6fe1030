// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

extension Services {
    /// Sets a new password and ends every session, so that nobody who knew the old password stays signed in. The page
    /// then opens a new session for the member.
    ///
    /// Apps keep their tokens, as people know it from other servers: no app ever saw the password, and the settings
    /// list every app, where it can be revoked. ``resetPassword(of:as:)`` revokes the tokens too.
    public func changePassword(_ password: String, as principal: Principal) async throws {
        var check = Check()
        check.require(password.count >= 10, "password", "too_short")
        check.require(password.utf8.count <= 1_000, "password", "too_long")
        try check.finish()
        let hash = try secrets.hashPassword(password)
        try await database.write { tx in
            let person = try member(principal, in: tx).account.id
            try LocalAccounts.setPassword(person, hash: hash, in: tx)
            try Sessions.deleteAll(of: person, in: tx)
        }
    }
}
