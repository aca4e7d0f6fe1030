// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Revokes a token at the request of its app. An unknown token counts as revoked.
    ///
    /// - Throws: `AuthorizationError.unauthorizedClient` for an unknown app, a wrong secret, and a token of another
    ///   app.
    public func revokeToken(_ token: String, clientID: String, clientSecret: String?) async throws {
        let digest = secrets.digest(Array(token.utf8))
        try await database.write { tx in
            guard let (app, secret) = try ClientApps.find(clientID, in: tx) else {
                throw AuthorizationError.unauthorizedClient
            }
            if let sent = clientSecret, !isSecret(sent, secret) { throw AuthorizationError.unauthorizedClient }
            guard let known = try AccessTokens.find(digest, in: tx) else { return }
            guard known.app == app.id else { throw AuthorizationError.unauthorizedClient }
            _ = try AccessTokens.delete(known.id, in: tx)
        }
    }

    /// Revokes a token at the request of the person who authorized it.
    public func revokeToken(_ id: ID<AccessToken>, as principal: Principal) async throws {
        try await database.write { tx in
            let person = try member(principal, in: tx).account
            guard try AccessTokens.list(of: person.id, in: tx).contains(where: { $0.id == id }) else {
                throw ServiceError.notFound
            }
            _ = try AccessTokens.delete(id, in: tx)
        }
    }
}
