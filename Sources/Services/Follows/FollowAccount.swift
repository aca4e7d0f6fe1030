// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Follows an account, local or remote.
    ///
    /// - Returns: the state of the follow. A local account that does not approve its followers accepts at once; any
    ///   other follow is requested until the account responds.
    @discardableResult
    public func follow(_ target: ID<Account>, as principal: Principal) async throws -> Follow.State {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            guard let account = try Accounts.byID(target, in: tx), account.isActive, account.id != actor.id,
                try !Blocks.exists(between: actor.id, account.id, in: tx)
            else { throw ServiceError.notFound }
            if let state = try Follows.find(by: actor.id, of: account.id, in: tx)?.state, state == .accepted {
                return state
            }
            try outbox.follow(account, by: actor, in: tx)
            guard account.isLocal, !account.approvesFollowers else { return .requested }
            _ = try Follows.setState(.accepted, by: actor.id, of: account.id, in: tx)
            return .accepted
        }
    }

    /// Finds an account by `@name@host` or by its address, and follows it.
    @discardableResult
    public func follow(
        handle: String, as principal: Principal
    ) async throws -> (account: Account, state: Follow.State) {
        let account = try await account(named: handle, as: principal)
        return (account, try await follow(account.id, as: principal))
    }

    /// Changes the options of a follow: whether boosts are shown and whether new posts notify. Nil leaves an option as
    /// it is.
    public func tuneFollow(
        _ target: ID<Account>, showsBoosts: Bool?, notifies: Bool?, as principal: Principal
    ) async throws {
        guard showsBoosts != nil || notifies != nil else { return }
        try await database.write { tx in
            try Follows.tune(
                by: actor(principal, in: tx).id, of: target, showsBoosts: showsBoosts, notifies: notifies, in: tx)
        }
    }

    /// Stops following.
    public func unfollow(_ target: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            guard let account = try Accounts.byID(target, in: tx) else { throw ServiceError.notFound }
            try outbox.unfollow(account, by: actor, in: tx)
        }
    }
}
