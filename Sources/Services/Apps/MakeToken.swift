// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Creates a token for the operator without an app's authorization and without a code.
    ///
    /// - Parameters:
    ///   - account: the account for which it acts: the person, or a group that the person runs; nil for the app itself.
    ///   - person: the person who owns the token; nil for the app itself.
    /// - Returns: the token in plain text; only its digest is stored.
    public func makeToken(
        _ scopes: Scopes, app: ID<ClientApp>?, account: ID<Account>?, person: ID<Account>?, as principal: Principal
    ) async throws -> String {
        try requireOperator(principal)
        let token = try secrets.makeToken()
        return try await database.write { tx in
            try insert(token, scopes, app: app, account: account, person: person, in: tx).token
        }
    }

    /// Stores a token that was just created.
    func insert(
        _ token: String, _ scopes: Scopes, app: ID<ClientApp>?, account: ID<Account>?, person: ID<Account>?,
        in tx: Transaction
    ) throws -> GivenToken {
        let row = AccessToken(
            id: ids.make(at: now()), app: app, account: account, person: person, scopes: scopes, createdAt: now())
        try AccessTokens.insert(row, digest: secrets.digest(Array(token.utf8)), in: tx)
        return GivenToken(token: token, scopes: scopes, createdAt: row.createdAt)
    }
}
