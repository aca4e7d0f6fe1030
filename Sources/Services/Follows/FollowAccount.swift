// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Follows an account, of this node or of another.
    ///
    /// - Returns: where the follow stands: a group of this node accepts at once, the others answer when they do.
    @discardableResult
    public func follow(_ target: ID<Account>, as follower: ID<Account>) async throws -> Follow.State {
        try await database.write { tx in
            let actor = try actor(follower, in: tx)
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

    /// Changes how a follow shows; nil leaves a choice as it is.
    public func tuneFollow(
        _ target: ID<Account>, showsBoosts: Bool?, notifies: Bool?, as follower: ID<Account>
    ) async throws {
        guard showsBoosts != nil || notifies != nil else { return }
        try await database.write { tx in
            try Follows.tune(by: follower, of: target, showsBoosts: showsBoosts, notifies: notifies, in: tx)
        }
    }

    /// Finds an account by `@name@host` or by its address, and follows it.
    @discardableResult
    public func follow(
        handle: String, as follower: ID<Account>
    ) async throws -> (account: Account, state: Follow.State) {
        let account = try await account(named: handle)
        return (account, try await follow(account.id, as: follower))
    }

    /// Lets a group follow another one, so that it shows its discussions and its events.
    @discardableResult
    public func followAsGroup(
        _ group: ID<Account>, handle: String, as person: ID<Account>
    ) async throws -> (account: Account, state: Follow.State) {
        try await requireRunning(group, person)
        return try await follow(handle: handle, as: group)
    }

    /// Stops following.
    public func unfollow(_ target: ID<Account>, as follower: ID<Account>) async throws {
        try await database.write { tx in
            let actor = try actor(follower, in: tx)
            guard let account = try Accounts.byID(target, in: tx) else { throw ServiceError.notFound }
            try outbox.unfollow(account, by: actor, in: tx)
        }
    }

    /// Lets a group stop following another one.
    public func unfollowAsGroup(_ group: ID<Account>, target: ID<Account>, as person: ID<Account>) async throws {
        try await requireRunning(group, person)
        try await unfollow(target, as: group)
    }

    /// Says yes or no to somebody who asked to follow a person, or a group that the person runs.
    public func answerFollow(
        from follower: ID<Account>, to target: ID<Account>, accept: Bool, as person: ID<Account>
    ) async throws {
        try await database.write { tx in
            let actor = try member(person, in: tx).account
            guard let account = try Accounts.byID(target, in: tx), account.isLocal else { throw ServiceError.notFound }
            guard try actor.id == target || (account.isGroup && mayRun(target, person, in: tx)) else {
                throw ServiceError.notAllowed
            }
            guard let follow = try Follows.find(by: follower, of: target, in: tx), follow.state == .requested,
                let asker = try Accounts.byID(follower, in: tx)
            else { throw ServiceError.notFound }
            _ = try Follows.setState(accept ? .accepted : .rejected, by: follower, of: target, in: tx)
            if accept {
                try outbox.accept(follow: follow.activity, from: asker, by: account, in: tx)
            } else {
                try outbox.reject(follow: follow.activity, from: asker, by: account, in: tx)
            }
        }
    }

    private func requireRunning(_ group: ID<Account>, _ person: ID<Account>) async throws {
        try await database.read { db in
            guard let account = try Accounts.byID(group, in: db), account.isLocal, account.isGroup else {
                throw ServiceError.notFound
            }
            guard try mayRun(group, person, in: db) else { throw ServiceError.notAllowed }
        }
    }
}
