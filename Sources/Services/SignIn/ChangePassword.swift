// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

extension Services {
    /// Sets a new password and ends every session: whoever knew the old one is out. The page opens a new one for who asks.
    ///
    /// Apps keep their tokens, as people expect it from other servers: no app ever saw the password, and each is shown in
    /// the settings, where it can be sent away. ``resetPassword(of:as:)`` takes the tokens too.
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
