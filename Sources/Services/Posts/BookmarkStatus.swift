// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Keeps a post or an event for later.
    public func bookmark(_ subject: Entry.Subject, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            try requireReadable(subject, by: actor, in: tx)
            let mark: ID<Entry> = ids.make(at: now())
            try Bookmarks.add(mark.rawValue, account: actor.id, subject: subject, in: tx)
        }
    }

    /// Keeps it no more. What one may no longer read can be taken out all the same.
    public func unbookmark(_ subject: Entry.Subject, as principal: Principal) async throws {
        try await database.write { tx in
            try Bookmarks.remove(account: actor(principal, in: tx).id, subject: subject, in: tx)
        }
    }
}
