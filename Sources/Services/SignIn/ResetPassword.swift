// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Deletes a member's password and ends all access that used it or that somebody who knew it could have created:
    /// sessions, unused sign-in links, tokens of all apps, and authorization codes. Open streams of those tokens are
    /// closed.
    ///
    /// This is for a member who forgot the password and for an account in wrong hands. The server cannot tell the two
    /// cases apart, so it treats them in the same way. A member who knows their password changes it with
    /// ``changePassword(_:as:)``.
    ///
    /// Only the operator may do this, because anybody who has the link can sign in as the member.
    ///
    /// - Returns: a link with which the member can sign in once within a day, to choose a new password.
    /// - Throws: `notFound` for an account that is not an existing member.
    public func resetPassword(of person: ID<Account>, as principal: Principal) async throws -> String {
        try requireOperator(principal)
        let token = try secrets.makeToken()
        return try await database.write { tx in
            guard let local = try LocalAccounts.byID(person, in: tx), local.account.deletedAt == nil else {
                throw ServiceError.notFound
            }
            try LocalAccounts.setPassword(person, hash: nil, in: tx)
            try Sessions.deleteAll(of: person, in: tx)
            try SignInLinks.deleteAll(of: person, in: tx)
            try AccessTokens.deleteAll(of: person, in: tx)
            try enqueue(PasswordEmail(), to: local.email, of: person, language: local.language, in: tx)
            return try storeSignInLink(token, for: person, in: tx)
        }
    }
}
