// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

/// How far the deletion of a member has come.
public struct DeletionProgress: Sendable, Hashable {
    /// How many posts, favourites, follows and the like were deleted.
    public var removed: Int
    /// How many servers are still to be told.
    public var serversLeft: Int
}

extension Services {
    /// Deletes a member permanently.
    ///
    /// Their posts are deleted, their event seats become free, and other servers are notified. The name is never given
    /// again. Stewards may delete a member with less power than they have; the operator may delete any member.
    ///
    /// After the first transaction nobody sees anything of the member. Posts and relations follow in small transactions,
    /// so that other members need not wait. All known servers are told, because each may have something of the member. When
    /// the process ends in between, maintenance continues.
    ///
    /// - Parameter progress: is called after each transaction.
    public func deleteAccount(
        _ id: ID<Account>, as principal: Principal,
        progress: @Sendable (DeletionProgress) async -> Void = { _ in }
    ) async throws {
        let account = try await database.write { tx in try beginDeletion(of: id, as: principal, in: tx) }
        if let account { try await endDeletion(of: account, progress: progress) }
    }

    /// Removes the rest of an account whose deletion has begun.
    ///
    /// - Parameter account: the account as it was.
    func endDeletion(
        of account: Account, progress: @Sendable (DeletionProgress) async -> Void = { _ in }
    ) async throws {
        for picture in [account.icon, account.header] { await removeFile(of: picture) }
        try await finishDeletion(of: account.id, progress: progress)
    }

    /// Deletes what earlier deletions of accounts have left, of this node and of others.
    public func finishDeletions() async throws {
        let unfinished = try await database.read { db in try AccountRemoval.unfinished(limit: 100, in: db) }
        for id in unfinished { try await finishDeletion(of: id) }
    }

    private func finishDeletion(
        of id: ID<Account>, progress: @Sendable (DeletionProgress) async -> Void = { _ in }
    ) async throws {
        var removed = 0
        while true {
            // Telling the other servers comes first, so that they forget the member as soon as possible.
            let (told, count, left) = try await database.write { tx in
                let told = try outbox.tellOfDeletion(of: id, in: tx)
                var count = 0
                if told == 0, let account = try Accounts.byID(id, in: tx), account.deletedAt != nil {
                    count = try outbox.removeRemains(of: account, limit: AccountRemoval.batch, in: tx)
                }
                return (told, count, try Farewells.left(of: id, in: tx))
            }
            removed += count
            await progress(DeletionProgress(removed: removed, serversLeft: left))
            if told + count == 0 { return }
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
