// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Suspends an account, or ends its suspension. A suspended one neither acts nor is shown.
    public func suspend(_ id: ID<Account>, _ isSuspended: Bool) async throws {
        try await database.write { tx in
            guard let account = try Accounts.byID(id, in: tx) else { throw ServiceError.notFound }
            try Accounts.suspend(account.id, at: isSuspended ? now() : nil, in: tx)
            if isSuspended, account.isLocal { try Sessions.deleteAll(of: account.id, in: tx) }
            tx.announce(.settingsChanged)
        }
    }

    /// Deletes a member for good: posts go, seats become free, other nodes are told, the name is never given again.
    public func deleteAccount(_ id: ID<Account>) async throws {
        try await database.write { tx in
            guard let account = try Accounts.byID(id, in: tx), account.isLocal, account.isPersonal else {
                throw ServiceError.notFound
            }
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

    /// Gives a member more or less power.
    public func setRole(_ id: ID<Account>, _ role: Role) async throws {
        try await database.write { tx in
            guard try LocalAccounts.byID(id, in: tx) != nil else { throw ServiceError.notFound }
            try LocalAccounts.setRole(id, role, in: tx)
        }
    }

    /// Decides about a host: what it sends, and whether anything is sent to it.
    public func setPolicy(_ policy: PeerPolicy, host: String, note: String) async throws {
        let host = host.trimmed.lowercased()
        guard Handle(name: "x", host: host).host == host, Handle("x@\(host)") != nil else {
            throw ServiceError.invalid("host", "not_a_host")
        }
        try await database.write { tx in
            try Peers.setPolicy(host, policy, note: note.trimmed, at: now(), in: tx)
            tx.announce(.settingsChanged)
        }
    }
}
