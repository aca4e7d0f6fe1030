// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Removes an account from the suggestions.
    public func dismissSuggestion(_ target: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(principal, target, in: tx)
            try Suggestions.dismiss(account.id, for: actor.id, in: tx)
        }
    }
}
