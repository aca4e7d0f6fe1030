// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Adds accounts to a list, all of them or none. They must be the list's owner or accounts that the owner follows.
    public func add(_ members: [ID<Account>], to id: ID<AccountList>, as principal: Principal) async throws {
        try await database.write { tx in
            let list = try ownList(id, as: principal, in: tx)
            for member in members {
                let isFollowed = try Follows.find(by: list.owner, of: member, in: tx)?.state == .accepted
                guard isFollowed || member == list.owner else { throw ServiceError.notFound }
                guard try AccountLists.addMember(member, to: list.id, in: tx) else {
                    throw ServiceError.conflict("account_has_already_been_taken")
                }
            }
        }
    }

    /// Removes accounts from a list.
    public func remove(_ members: [ID<Account>], from id: ID<AccountList>, as principal: Principal) async throws {
        try await database.write { tx in
            try AccountLists.removeMembers(members, from: ownList(id, as: principal, in: tx).id, in: tx)
        }
    }
}
