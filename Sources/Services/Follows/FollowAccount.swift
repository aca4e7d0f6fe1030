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
            if let known = try Follows.find(by: actor.id, of: account.id, in: tx), try stands(known, account, in: tx) {
                return known.state
            }
            try outbox.follow(account, by: actor, in: tx)
            guard account.isLocal, !account.approvesFollowers else { return .requested }
            _ = try Follows.setState(.accepted, by: actor.id, of: account.id, in: tx)
            return .accepted
        }
    }

    /// How long a repeated request of an app counts as the same one. An app repeats a request when the connection broke.
    /// After that the other server is asked again, because it may have lost the first request.
    static let repetition = Duration.hours(1)

    /// Whether a follow is accepted, or was requested a moment ago.
    private func stands(_ follow: Follow, _ target: Account, in tx: Transaction) throws -> Bool {
        guard follow.state == .requested else { return follow.state == .accepted }
        guard !target.isLocal else { return target.approvesFollowers }
        let request = try SentActivities.newest("Follow", by: follow.follower, about: target.iri, in: tx)
        return request.map { $0.createdAt > now() - Self.repetition } ?? false
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
