// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Deletes a member permanently.
    ///
    /// Their posts are deleted, their event seats become free, and other servers are notified. The name is never given
    /// again. Stewards may delete a member with less power than they have; the operator may delete any member.
    ///
    /// After the first transaction nobody sees anything of the member. Posts and relations follow in small transactions,
    /// so that other members need not wait. When the process ends in between, maintenance continues.
    public func deleteAccount(_ id: ID<Account>, as principal: Principal) async throws {
        let account = try await database.write { tx in try beginDeletion(of: id, as: principal, in: tx) }
        if let account { try await endDeletion(of: account) }
    }

    /// Removes the rest of an account whose deletion has begun.
    ///
    /// - Parameter account: the account as it was.
    func endDeletion(of account: Account) async throws {
        for picture in [account.icon, account.header] { await removeFile(of: picture) }
        try await finishDeletion(of: account.id)
    }

    /// Deletes what earlier deletions of accounts have left, of this node and of others.
    public func finishDeletions() async throws {
        let unfinished = try await database.read { db in try AccountRemoval.unfinished(limit: 100, in: db) }
        for id in unfinished { try await finishDeletion(of: id) }
    }

    private func finishDeletion(of id: ID<Account>) async throws {
        let batch = AccountRemoval.batch
        while try await database.write({ tx in try AccountRemoval.step(of: id, limit: batch, in: tx) }) > 0 {
            await Task.yield()
        }
    }

    /// - Returns: the account as it was; nil when it was deleted before.
    private func beginDeletion(
        of id: ID<Account>, as principal: Principal, in tx: Transaction
    ) throws -> Account? {
        let acting = try requireSteward(principal, in: tx)
        guard let account = try Accounts.byID(id, in: tx), account.isLocal, account.isPersonal else {
            throw ServiceError.notFound
        }
        try requireAbove(account, acting.power, in: tx)
        guard account.deletedAt == nil else { return nil }
        return try beginDeletion(of: account, in: tx)
    }

    /// Begins the deletion of an active or suspended account.
    func beginDeletion(of account: Account, in tx: Transaction) throws -> Account {
        let id = account.id
        try outbox.delete(account, in: tx)
        for (eventID, _) in try GuestLists.of(id, from: now(), in: tx) {
            guard let event = try Events.byID(eventID, in: tx) else { continue }
            guard event.isLocal else {
                try outbox.leave(event, by: account, in: tx)
                continue
            }
            let result = try GuestLists.leave(account: id, event: eventID, in: tx)
            try outbox.promote(result.promoted, of: event, in: tx)
        }
        try Sessions.deleteAll(of: id, in: tx)
        try SignInLinks.deleteAll(of: id, in: tx)
        try AccessTokens.deleteAll(of: id, in: tx)
        _ = try LocalAccounts.setEmail(id, nil, in: tx)
        try LocalAccounts.setPassword(id, hash: nil, in: tx)
        try Accounts.markDeleted(id, at: now(), in: tx)
        try AccountRemoval.begin(of: id, in: tx)
        tx.announce(.settingsChanged)
        return account
    }
}
