// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

/// The app and the account behind a token, and what the token may do.
public struct AppIdentity: Sendable, Hashable {
    /// The token.
    public var token: ID<AccessToken>
    /// The app; nil for a token that the command line made.
    public var app: ID<ClientApp>?
    /// The account for which it acts: the person, or a group that the person runs; nil for an app that acts for itself.
    public var account: ID<Account>?
    /// The person who authorized the app.
    public var person: LocalAccount?
    /// The scopes of the token.
    public var scopes: Scopes
    /// Whether the person waits for approval.
    public var isPending: Bool
    /// The defaults for new posts of the account. A group has the standard values.
    public var defaults = PostingDefaults()

    /// The principal of the app's commands; nil for an app that acts for itself.
    public var principal: Principal? {
        guard let account, let person = person?.account.id else { return nil }
        return account == person ? .member(person) : .group(account, by: person)
    }
}

extension Services {
    /// Returns the identity behind a token; nil for an unknown or revoked token, and when its account or person may not
    /// act.
    public func identity(ofToken token: String) async throws -> AppIdentity? {
        let digest = secrets.digest(Array(token.utf8))
        let found = try await database.read { db -> (AccessToken, AppIdentity)? in
            guard let (token, person, defaults) = try AccessTokens.holder(digest, in: db) else { return nil }
            var identity = AppIdentity(
                token: token.id, app: token.app, account: token.account, person: nil, scopes: token.scopes,
                isPending: false)
            guard let giver = token.person, let account = token.account else { return (token, identity) }
            guard let person, person.account.isActive else { return nil }
            if account != giver {
                guard try Accounts.byID(account, in: db)?.isActive == true, person.approvedAt != nil,
                    try mayRun(account, .member(giver), in: db)
                else { return nil }
            }
            identity.person = person
            if account == giver { identity.defaults = defaults }
            identity.isPending = person.approvedAt == nil
            return (token, identity)
        }
        guard let (token, identity) = found else { return nil }
        if now() - token.usedAt >= .days(1) {
            do {
                try await database.write { tx in try AccessTokens.touch(token.id, at: now(), in: tx) }
            } catch let error as DatabaseError where error.isOutage {
                // People may go on reading while nothing can be written.
            }
        }
        return identity
    }
}
