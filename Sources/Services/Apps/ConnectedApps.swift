// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

/// An app that acts for a person, for the person's settings.
public struct ConnectedApp: Sendable, Hashable {
    /// The token with which it acts.
    public var token: AccessToken
    /// The app; nil for a token that the command line made.
    public var app: ClientApp?
    /// The account for which it acts.
    public var account: Account
}

extension Services {
    /// Returns the apps that act for a person or, authorized by the person, for a group; newest first.
    public func connectedApps(of person: ID<Account>) async throws -> [ConnectedApp] {
        try await database.read { db in
            let tokens = try AccessTokens.list(of: person, in: db)
            let apps = try ClientApps.byIDs(tokens.compactMap(\.app), in: db)
            let accounts = try Accounts.byIDs(Array(Set(tokens.compactMap(\.account))), in: db)
            return tokens.compactMap { token in
                guard let account = token.account.flatMap({ accounts[$0] }) else { return nil }
                return ConnectedApp(token: token, app: token.app.flatMap { apps[$0] }, account: account)
            }
        }
    }
}
