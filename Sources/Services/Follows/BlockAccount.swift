// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Wants nothing to do with an account: neither hears the other, follows end both ways. A second time is fine.
    public func block(_ target: ID<Account>, as person: ID<Account>) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(person, target, in: tx)
            try outbox.block(account, by: actor, in: tx)
            try Endorsements.remove(target, by: person, in: tx)
        }
    }

    /// Takes a block back.
    public func unblock(_ target: ID<Account>, as person: ID<Account>) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(person, target, in: tx)
            try outbox.unblock(account, by: actor, in: tx)
        }
    }

    /// Wants to see nothing of an account; nobody is told.
    ///
    /// - Parameter seconds: after which it ends by itself; nil or 0 for never.
    public func mute(
        _ target: ID<Account>, hidesNotifications: Bool, seconds: Int?, as person: ID<Account>
    ) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(person, target, in: tx)
            let length = min(max(seconds ?? 0, 0), 100 * 366 * 86_400)
            try Mutes.set(
                by: actor.id, target: account.id, hidesNotifications: hidesNotifications,
                until: length == 0 ? nil : now() + .seconds(length), at: now(), in: tx)
        }
    }

    /// Wants to see it again.
    public func unmute(_ target: ID<Account>, as person: ID<Account>) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(person, target, in: tx)
            try Mutes.remove(by: actor.id, target: account.id, in: tx)
        }
    }

    /// Lets an account follow no more, without a block.
    public func removeFollower(_ follower: ID<Account>, as person: ID<Account>) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(person, follower, in: tx)
            try outbox.removeFollower(account, of: actor, in: tx)
        }
    }

    /// Wants to see nothing of a whole host; follows between the two end.
    public func blockHost(_ text: String, as person: ID<Account>) async throws {
        let host = try Self.host(text)
        try await database.write { tx in
            let actor = try actor(person, in: tx)
            for follow in try HostBlocks.follows(between: actor.id, host, in: tx) {
                let other = follow.follower == actor.id ? follow.target : follow.follower
                guard let account = try Accounts.byID(other, in: tx) else { continue }
                if follow.follower == actor.id {
                    try outbox.unfollow(account, by: actor, in: tx)
                } else {
                    try outbox.removeFollower(account, of: actor, in: tx)
                }
            }
            let mark: ID<Host> = ids.make(at: now())
            try HostBlocks.add(host, by: actor.id, mark: mark.rawValue, at: now(), in: tx)
        }
    }

    /// Wants to see it again.
    public func unblockHost(_ text: String, as person: ID<Account>) async throws {
        let host = try Self.host(text)
        try await database.write { tx in
            let actor = try actor(person, in: tx)
            try HostBlocks.remove(host, by: actor.id, in: tx)
        }
    }

    /// What blocking a host would end: how many the person follows there, and by how many the person is followed.
    public func followsBetween(
        _ person: ID<Account>, andHost text: String
    ) async throws -> (following: Int, followers: Int) {
        let host = try Self.host(text)
        return try await database.read { db in
            let accepted = try HostBlocks.follows(between: person, host, in: db).filter { $0.state == .accepted }
            let following = accepted.filter { $0.follower == person }.count
            return (following, accepted.count - following)
        }
    }

    private enum Host {}

    private static func host(_ text: String) throws(ServiceError) -> String {
        let host = text.trimmed.lowercased()
        guard host.utf8.count <= 253, Handle("x@\(host)")?.host == host else {
            throw .invalid("domain", "not_a_host")
        }
        return host
    }

    /// Who acts, and on whom: somebody else.
    func pair(
        _ person: ID<Account>, _ target: ID<Account>, in db: some Queryable
    ) throws -> (actor: Account, target: Account) {
        let actor = try actor(person, in: db)
        guard let account = try Accounts.byID(target, in: db), account.deletedAt == nil else {
            throw ServiceError.notFound
        }
        guard account.id != actor.id else { throw ServiceError.notAllowed }
        return (actor, account)
    }
}
