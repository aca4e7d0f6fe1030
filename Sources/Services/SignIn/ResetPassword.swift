// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Forgets a member's password and ends all access that rested on it or on who knew it: sessions, sign-in links that
    /// wait in mailboxes, the tokens of all apps, and codes for more of them. Open streams of those tokens are closed.
    ///
    /// For a member who forgot the password, and for an account in wrong hands; both end here in the same way, since
    /// nobody can tell them apart. A password that is changed by who knows it is another thing: see
    /// ``changePassword(_:as:)``.
    ///
    /// The operator may: whoever holds the link is the member.
    ///
    /// - Returns: a link by which the member signs in once, within a day, and then chooses a new password.
    /// - Throws: `notFound` for who is no member.
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
            return try storeSignInLink(token, for: person, in: tx)
        }
    }
}
