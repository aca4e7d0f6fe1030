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
    public func deleteAccount(_ id: ID<Account>, as principal: Principal) async throws {
        try await database.write { tx in
            let acting = try requireSteward(principal, in: tx)
            guard let account = try Accounts.byID(id, in: tx), account.isLocal, account.isPersonal else {
                throw ServiceError.notFound
            }
            try requireAbove(account, acting.power, in: tx)
            guard account.deletedAt == nil else { return }
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
            try SentActivities.hideAll(by: id, in: tx)
            _ = try Posts.deleteAll(by: id, in: tx)
            try Follows.removeAll(of: id, in: tx)
            try Sessions.deleteAll(of: id, in: tx)
            try SignInLinks.deleteAll(of: id, in: tx)
            try AccessTokens.deleteAll(of: id, in: tx)
            _ = try LocalAccounts.setEmail(id, nil, in: tx)
            try LocalAccounts.setPassword(id, hash: nil, in: tx)
            try Accounts.markDeleted(id, at: now(), in: tx)
            tx.announce(.settingsChanged)
        }
    }
}
