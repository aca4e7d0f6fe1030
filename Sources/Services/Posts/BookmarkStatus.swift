// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Bookmarks a post or an event.
    public func bookmark(_ subject: TimelineItem.Subject, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            try requireReadable(subject, by: actor, in: tx)
            let mark: ID<TimelineItem> = ids.make(at: now())
            try Bookmarks.add(mark.rawValue, account: actor.id, subject: subject, in: tx)
        }
    }

    /// Removes a bookmark, also of a post or an event that the account may no longer read.
    public func unbookmark(_ subject: TimelineItem.Subject, as principal: Principal) async throws {
        try await database.write { tx in
            try Bookmarks.remove(account: actor(principal, in: tx).id, subject: subject, in: tx)
        }
    }
}
