// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

/// An app that acts for a person, as the person's settings show it.
public struct ConnectedApp: Sendable, Hashable {
    /// What it acts with.
    public var token: AccessToken
    /// The app; nil for a token from the command line.
    public var app: ClientApp?
    /// In whose name.
    public var account: Account
}

extension Services {
    /// The apps that act for a person, or for a group by the person's leave; the newest first.
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
