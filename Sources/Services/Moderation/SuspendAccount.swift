// SPDX-License-Identifier: Apache-2.0

public import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Suspends an account, local or remote, or ends its suspension. A suspended account cannot act and is not shown, and
    /// its seats at coming events go to those who wait.
    ///
    /// Other servers are told: the groups of this node take back the posts of the account that they relayed, in small
    /// transactions, and the followers of a member get a profile that says so. When the suspension ends, the posts go back
    /// into their groups. When the process ends in between, maintenance continues.
    ///
    /// Moderators and the operator may do this. A moderator may suspend only members with less power. Nobody may
    /// suspend the instance actor, which signs for the node.
    public func suspend(_ id: ID<Account>, _ isSuspended: Bool, as principal: Principal) async throws {
        try await database.write { tx in
            let acting = try requireModerator(principal, in: tx)
            guard let account = try Accounts.byID(id, in: tx) else { throw ServiceError.notFound }
            try requireAbove(account, acting.power, in: tx)
            if isSuspended {
                for (event, _) in try GuestLists.of(account.id, from: now(), in: tx) {
                    try leave(event, by: account, in: tx)
                }
            }
            try Accounts.suspend(account.id, at: isSuspended ? now() : nil, in: tx)
            try UnfinishedSuspensions.begin(of: account.id, in: tx)
            if isSuspended, account.isLocal { try Sessions.deleteAll(of: account.id, in: tx) }
            if account.isLocal, let changed = try Accounts.byID(id, in: tx) { try outbox.update(changed, in: tx) }
            try log(isSuspended ? .suspended : .restored, about: account, by: acting.account, in: tx)
            tx.announce(.settingsChanged)
        }
        try await finishSuspension(of: id)
    }

    /// Carries out what earlier suspensions, and the ends of suspensions, have left.
    public func finishSuspensions() async throws {
        let unfinished = try await database.read { db in try UnfinishedSuspensions.list(limit: 100, in: db) }
        for id in unfinished { try await finishSuspension(of: id) }
    }

    /// Lets the posts of an account follow its state, which may change meanwhile.
    private func finishSuspension(of id: ID<Account>) async throws {
        while try await database.write({ tx in
            let account = try Accounts.byID(id, in: tx)
            let count =
                account?.suspendedAt == nil ? try returnPosts(of: id, in: tx) : try withdrawPosts(of: id, in: tx)
            if count == 0 { try UnfinishedSuspensions.end(of: id, in: tx) }
            return count
        }) > 0 { await Task.yield() }
    }

    /// How many posts are taken out of groups in one transaction: each of them costs a delivery for each server that
    /// follows the group.
    private static let postsAtOnce = 10

    private func withdrawPosts(of id: ID<Account>, in tx: Transaction) throws -> Int {
        let found = try GroupRemovals.present(by: id, limit: Self.postsAtOnce, in: tx)
        var count = 0
        for (postID, groupID) in found {
            guard let post = try Posts.byID(postID, in: tx), let group = try Accounts.byID(groupID, in: tx) else {
                continue
            }
            if try outbox.remove(post, from: group, .suspended, reason: "", by: nil, in: tx) { count += 1 }
        }
        return count
    }

    private func returnPosts(of id: ID<Account>, in tx: Transaction) throws -> Int {
        guard try Accounts.byID(id, in: tx)?.isActive == true else { return 0 }
        let found = try GroupRemovals.suspended(by: id, limit: Self.postsAtOnce, in: tx)
        for (postID, groupID) in found {
            if let post = try Posts.byID(postID, in: tx), let group = try Accounts.byID(groupID, in: tx) {
                try outbox.restore(post, to: group, by: nil, in: tx)
            }
            try GroupRemovals.forget(postID, group: groupID, in: tx)
        }
        return found.count
    }

    /// Whether the principal may suspend an account, for the button of a page.
    public func maySuspend(_ account: Account, _ principal: Principal, in db: some Queryable) throws -> Bool {
        do {
            try requireAbove(account, requireModerator(principal, in: db).power, in: db)
            return true
        } catch ServiceError.notAllowed {
            return false
        }
    }
}
