// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Hides an account from the account that acts. Nobody is notified.
    ///
    /// - Parameter seconds: how long the mute lasts; nil or 0 for no end.
    public func mute(
        _ target: ID<Account>, hidesNotifications: Bool, seconds: Int?, as principal: Principal
    ) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(principal, target, in: tx)
            let length = min(max(seconds ?? 0, 0), 100 * 366 * 86_400)
            try Mutes.set(
                by: actor.id, target: account.id, hidesNotifications: hidesNotifications,
                until: length == 0 ? nil : now() + .seconds(length), at: now(), in: tx)
        }
    }

    /// Ends a mute.
    public func unmute(_ target: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(principal, target, in: tx)
            try Mutes.remove(by: actor.id, target: account.id, in: tx)
        }
    }
}
