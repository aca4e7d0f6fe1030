// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

/// What the client API shows as a list.
public enum MemberList: Sendable, Hashable {
    /// A list that the member made.
    case own(AccountList)
    /// A group that the member follows. The id of the list is the id of the group.
    case group(Account)
}

extension Services {
    /// Returns a list of a member: one that they made, or a group that they follow.
    public func list(_ id: ID<AccountList>, of owner: ID<Account>) async throws -> MemberList {
        try await database.read { db in try list(id, of: owner, in: db) }
    }

    /// Returns all lists of a member: first those that they made, then the groups that they follow.
    public func lists(of owner: ID<Account>) async throws -> [MemberList] {
        try await database.read { db in
            try AccountLists.of(owner, in: db).map(MemberList.own)
                + Follows.acceptedGroups(followedBy: owner, in: db).map(MemberList.group)
        }
    }

    /// Returns a list that the principal made, so that it can be changed.
    ///
    /// - Throws: `notAllowed` for a group, which is a list that cannot be changed.
    func ownList(_ id: ID<AccountList>, as principal: Principal, in db: some Queryable) throws -> AccountList {
        let owner = try actor(principal, in: db).id
        guard case .own(let list) = try list(id, of: owner, in: db) else { throw ServiceError.notAllowed }
        return list
    }

    private func list(_ id: ID<AccountList>, of owner: ID<Account>, in db: some Queryable) throws -> MemberList {
        if let list = try AccountLists.find(id, owner: owner, in: db) { return .own(list) }
        let group: ID<Account> = ID(id.rawValue)
        guard try Follows.find(by: owner, of: group, in: db)?.state == .accepted,
            let account = try Accounts.byID(group, in: db), account.isGroup, account.isActive
        else { throw ServiceError.notFound }
        return .group(account)
    }
}
