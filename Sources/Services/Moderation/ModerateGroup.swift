// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

// What the people who run a group decide about its posts and about who may post in it. A post may be of this server or of
// another one. It stays with its author; it leaves the pages of the group, and the group takes it back from its followers.

/// For how long somebody may not post in a group.
public enum BanLength: String, Sendable, CaseIterable {
    case day, week, month, always

    /// The length; nil for a ban without an end.
    public var duration: Duration? {
        switch self {
        case .day: .days(1)
        case .week: .days(7)
        case .month: .days(30)
        case .always: nil
        }
    }
}

extension Services {
    /// Takes a post out of a group.
    ///
    /// - Parameters:
    ///   - reason: why; other servers are told. It may be empty.
    ///   - isHeld: whether the post waits for another look, instead of being out for good.
    ///   - ban: for how long the author may not post in the group; nil for no ban.
    public func removeFromGroup(
        _ id: ID<Post>, reason: String = "", isHeld: Bool = false, ban: BanLength? = nil, as principal: Principal
    ) async throws {
        try Self.check(reason: reason)
        try await database.write { tx in
            let (post, group, moderator) = try moderated(id, principal, in: tx)
            let reason = reason.trimmed
            try outbox.remove(post, from: group, isHeld ? .held : .removed, reason: reason, by: moderator, in: tx)
            guard let ban, let author = try Accounts.byID(post.author, in: tx) else { return }
            try requireBannable(author, from: group, principal, in: tx)
            let end = ban.duration.map { now() + $0 }
            try outbox.ban(author, from: group, until: end, reason: reason, by: moderator, in: tx)
        }
    }

    /// Lets a post into a group that waits or was taken out of it.
    public func returnToGroup(_ id: ID<Post>, _ group: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            let group = try requireRunning(group, principal, in: tx)
            guard let post = try Posts.byID(id, in: tx),
                try outbox.restore(post, to: group, by: try moderator(principal, in: tx), in: tx)
            else { throw ServiceError.notFound }
        }
    }

    /// Drops a post that waits for a group, so that it never gets in.
    public func refusePost(_ id: ID<Post>, _ group: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            let group = try requireRunning(group, principal, in: tx)
            guard try GroupRemovals.state(of: id, group: group.id, in: tx) == .held,
                let post = try Posts.byID(id, in: tx)
            else { throw ServiceError.notFound }
            try outbox.refuse(post, from: group, in: tx)
        }
    }

    /// Closes a discussion of a group, so that nobody can reply any more, or opens it again.
    public func lockDiscussion(_ id: ID<Post>, _ isLocked: Bool, as principal: Principal) async throws {
        try await database.write { tx in
            let (post, group, moderator) = try moderated(id, principal, in: tx)
            guard post.thread == post.id else { throw ServiceError.notFound }
            try outbox.lock(post, isLocked, in: group, by: moderator, in: tx)
        }
    }

    /// Keeps an account from posting in a group.
    public func ban(
        _ account: ID<Account>, from group: ID<Account>, _ length: BanLength, reason: String = "",
        as principal: Principal
    ) async throws {
        try Self.check(reason: reason)
        try await database.write { tx in
            let group = try requireRunning(group, principal, in: tx)
            guard let target = try Accounts.byID(account, in: tx), target.deletedAt == nil else {
                throw ServiceError.notFound
            }
            try requireBannable(target, from: group, principal, in: tx)
            let end = length.duration.map { now() + $0 }
            try outbox.ban(
                target, from: group, until: end, reason: reason.trimmed, by: try moderator(principal, in: tx), in: tx)
        }
    }

    /// Lets an account post in a group again.
    public func unban(_ account: ID<Account>, from group: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            let group = try requireRunning(group, principal, in: tx)
            guard let target = try Accounts.byID(account, in: tx) else { throw ServiceError.notFound }
            try outbox.unban(target, from: group, by: try moderator(principal, in: tx), in: tx)
        }
    }

    private static func check(reason: String) throws(ServiceError) {
        var check = Check()
        check.text(reason, "reason", limit: 200, isNeeded: false)
        try check.finish()
    }

    /// A post in a group of this node that the principal runs, with the account that decides.
    ///
    /// - Throws: `notFound` for any other post, so that nobody learns that it exists.
    private func moderated(
        _ id: ID<Post>, _ principal: Principal, in tx: Transaction
    ) throws -> (post: Post, group: Account, moderator: Account?) {
        let acting = try acting(principal, in: tx)
        guard let post = try Posts.byID(id, in: tx), let groupID = post.group,
            let group = try Accounts.byID(groupID, in: tx), group.isLocal, group.isGroup,
            try mayRun(groupID, acting, in: tx)
        else { throw ServiceError.notFound }
        return (post, group, acting.account)
    }

    /// The account that decides; nil for the operator.
    private func moderator(_ principal: Principal, in tx: Transaction) throws -> Account? {
        try acting(principal, in: tx).account
    }

    /// Nobody bans a person who runs the group, and nobody bans themselves or the group.
    ///
    /// - Throws: `conflict("runs_the_group")`.
    private func requireBannable(
        _ account: Account, from group: Account, _ principal: Principal, in tx: Transaction
    ) throws {
        guard account.id != group.id, account.id != principal.account, account.id != principal.person else {
            throw ServiceError.notAllowed
        }
        let runs = try GroupRoles.role(of: account.id, group: group.id, in: tx) != nil
        let role = account.isLocal ? try LocalAccounts.byID(account.id, in: tx)?.role : nil
        guard !runs, !(role?.mayModerate ?? false) else { throw ServiceError.conflict("runs_the_group") }
    }
}
