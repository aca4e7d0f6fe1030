// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// The largest number of lists of one member.
    private static let listLimit = 100

    /// Creates a list.
    public func makeList(
        titled title: String, replies: AccountList.RepliesPolicy, isExclusive: Bool, as principal: Principal
    ) async throws -> AccountList {
        try Self.checkTitle(title)
        return try await database.write { tx in
            let owner = try actor(principal, in: tx).id
            guard try AccountLists.of(owner, in: tx).count < Self.listLimit else {
                throw ServiceError.conflict("too_many_lists")
            }
            let list = AccountList(
                id: ids.make(at: now()), owner: owner, title: title.trimmed, replies: replies,
                isExclusive: isExclusive)
            try AccountLists.insert(list, in: tx)
            return list
        }
    }

    /// Changes a list. Nil leaves a setting as it is.
    public func changeList(
        _ id: ID<AccountList>, title: String?, replies: AccountList.RepliesPolicy?, isExclusive: Bool?,
        as principal: Principal
    ) async throws -> AccountList {
        if let title { try Self.checkTitle(title) }
        return try await database.write { tx in
            var list = try ownList(id, as: principal, in: tx)
            if let title { list.title = title.trimmed }
            if let replies { list.replies = replies }
            if let isExclusive { list.isExclusive = isExclusive }
            try AccountLists.update(list, in: tx)
            return list
        }
    }

    /// Deletes a list.
    public func deleteList(_ id: ID<AccountList>, as principal: Principal) async throws {
        try await database.write { tx in
            try AccountLists.delete(ownList(id, as: principal, in: tx).id, in: tx)
        }
    }

    private static func checkTitle(_ title: String) throws(ServiceError) {
        var check = Check()
        check.text(title, "title", limit: 200)
        try check.finish()
    }
}
