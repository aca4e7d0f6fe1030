// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage

extension Services {
    /// Suspends an account, local or remote, or ends its suspension. A suspended account cannot act and is not shown.
    ///
    /// Moderators and the operator may do this. A moderator may suspend only members with less power. Nobody may
    /// suspend the instance actor, which signs for the node.
    public func suspend(_ id: ID<Account>, _ isSuspended: Bool, as principal: Principal) async throws {
        try await database.write { tx in
            let acting = try requireModerator(principal, in: tx)
            guard let account = try Accounts.byID(id, in: tx) else { throw ServiceError.notFound }
            try requireAbove(account, acting.power, in: tx)
            try Accounts.suspend(account.id, at: isSuspended ? now() : nil, in: tx)
            if isSuspended, account.isLocal { try Sessions.deleteAll(of: account.id, in: tx) }
            try log(isSuspended ? .suspended : .restored, about: account, by: acting.account, in: tx)
            tx.announce(.settingsChanged)
        }
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
