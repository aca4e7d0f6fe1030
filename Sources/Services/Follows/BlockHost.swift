// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Hides a whole host from the account that acts. Follows between the account and that host end.
    public func blockHost(_ text: String, as principal: Principal) async throws {
        let host = try Self.host(text)
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
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

    /// Ends the block of a host.
    public func unblockHost(_ text: String, as principal: Principal) async throws {
        let host = try Self.host(text)
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            try HostBlocks.remove(host, by: actor.id, in: tx)
        }
    }

    /// Returns the follows that blocking a host would end: how many accounts of the host the person follows, and how
    /// many follow the person.
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
        guard let host = Handle.normalHost(text.trimmed) else {
            throw .invalid("domain", "not_a_host")
        }
        return host
    }
}
