// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

/// Who speaks through a token, and what the token may do.
public struct AppIdentity: Sendable, Hashable {
    /// The token.
    public var token: ID<AccessToken>
    /// The app; nil for a token from the command line.
    public var app: ID<ClientApp>?
    /// In whose name: the person, or a group that the person runs; nil for an app that speaks for itself.
    public var account: ID<Account>?
    /// The person who gave the token.
    public var person: LocalAccount?
    /// What it may do.
    public var scopes: Scopes
    /// Whether the person waits to be let in.
    public var isPending: Bool

    /// Who acts when the app asks for something; nil for an app that speaks for itself.
    public var principal: Principal? {
        guard let account, let person = person?.account.id else { return nil }
        return account == person ? .member(person) : .group(account, by: person)
    }
}

extension Services {
    /// Who speaks through a token; nil for one that was never given, was taken back, or whose people may not act.
    public func identity(ofToken token: String) async throws -> AppIdentity? {
        let digest = secrets.digest(Array(token.utf8))
        let found = try await database.read { db -> (AccessToken, AppIdentity)? in
            guard let token = try AccessTokens.find(digest, in: db) else { return nil }
            var identity = AppIdentity(
                token: token.id, app: token.app, account: token.account, person: nil, scopes: token.scopes,
                isPending: false)
            guard let person = token.person, let account = token.account else { return (token, identity) }
            guard let local = try LocalAccounts.byID(person, in: db), local.account.isActive else { return nil }
            if account != person {
                guard try Accounts.byID(account, in: db)?.isActive == true, local.approvedAt != nil,
                    try mayRun(account, .member(person), in: db)
                else { return nil }
            }
            identity.person = local
            identity.isPending = local.approvedAt == nil
            return (token, identity)
        }
        guard let (token, identity) = found else { return nil }
        if now() - token.usedAt >= .days(1) {
            try await database.write { tx in try AccessTokens.touch(token.id, at: now(), in: tx) }
        }
        return identity
    }
}
