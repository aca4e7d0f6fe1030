// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

/// What an app sees as a list.
public enum MemberList: Sendable, Hashable {
    /// One that the member made.
    case own(AccountList)
    /// A group to which the member belongs: its number is the list's.
    case group(Account)
}

extension Services {
    /// How many lists a member has at the most, and how long a title is.
    private static let listLimit = 100

    /// A list of a member's: their own, or a group that they follow.
    public func list(_ id: ID<AccountList>, of owner: ID<Account>) async throws -> MemberList {
        try await database.read { db in
            if let list = try AccountLists.find(id, owner: owner, in: db) { return .own(list) }
            let group: ID<Account> = ID(id.rawValue)
            guard try Follows.find(by: owner, of: group, in: db)?.state == .accepted,
                let account = try Accounts.byID(group, in: db), account.isGroup, account.isActive
            else { throw ServiceError.notFound }
            return .group(account)
        }
    }

    /// All lists of a member: their own, then the groups that they follow.
    public func lists(of owner: ID<Account>) async throws -> [MemberList] {
        try await database.read { db in
            try AccountLists.of(owner, in: db).map(MemberList.own)
                + Follows.acceptedGroups(followedBy: owner, in: db).map(MemberList.group)
        }
    }

    /// Makes a list.
    public func makeList(
        titled title: String, replies: AccountList.RepliesPolicy, isExclusive: Bool, as owner: ID<Account>
    ) async throws -> AccountList {
        let list = AccountList(
            id: ids.make(at: now()), owner: owner, title: title.trimmed, replies: replies, isExclusive: isExclusive)
        try Self.check(list)
        return try await database.write { tx in
            _ = try actor(owner, in: tx)
            guard try AccountLists.of(owner, in: tx).count < Self.listLimit else {
                throw ServiceError.conflict("too_many_lists")
            }
            try AccountLists.insert(list, in: tx)
            return list
        }
    }

    /// Changes a list; nil leaves a choice as it is. A group is no list of one's own.
    public func changeList(
        _ id: ID<AccountList>, title: String?, replies: AccountList.RepliesPolicy?, isExclusive: Bool?,
        as owner: ID<Account>
    ) async throws -> AccountList {
        var list = try await ownList(id, of: owner)
        if let title { list.title = title.trimmed }
        if let replies { list.replies = replies }
        if let isExclusive { list.isExclusive = isExclusive }
        try Self.check(list)
        try await database.write { [list] tx in try AccountLists.update(list, in: tx) }
        return list
    }

    /// Removes a list.
    public func deleteList(_ id: ID<AccountList>, as owner: ID<Account>) async throws {
        let list = try await ownList(id, of: owner)
        try await database.write { tx in try AccountLists.delete(list.id, in: tx) }
    }

    /// Puts accounts into a list, all or none: oneself, and those whom one follows.
    public func add(_ members: [ID<Account>], to id: ID<AccountList>, as owner: ID<Account>) async throws {
        let list = try await ownList(id, of: owner)
        try await database.write { tx in
            for member in members {
                let isFollowed = try Follows.find(by: owner, of: member, in: tx)?.state == .accepted
                guard isFollowed || member == owner else { throw ServiceError.notFound }
                guard try AccountLists.addMember(member, to: list.id, in: tx) else {
                    throw ServiceError.conflict("account_has_already_been_taken")
                }
            }
        }
    }

    /// Takes accounts out of a list.
    public func remove(_ members: [ID<Account>], from id: ID<AccountList>, as owner: ID<Account>) async throws {
        let list = try await ownList(id, of: owner)
        try await database.write { tx in try AccountLists.removeMembers(members, from: list.id, in: tx) }
    }

    private func ownList(_ id: ID<AccountList>, of owner: ID<Account>) async throws -> AccountList {
        guard case .own(let list) = try await list(id, of: owner) else { throw ServiceError.notAllowed }
        return list
    }

    private static func check(_ list: AccountList) throws(ServiceError) {
        var check = Check()
        check.text(list.title, "title", limit: 200)
        try check.finish()
    }
}
