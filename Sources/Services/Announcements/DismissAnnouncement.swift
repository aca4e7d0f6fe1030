// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Puts an announcement away.
    public func dismissAnnouncement(_ id: ID<Announcement>, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            _ = try announcement(id, for: actor, in: tx)
            try Announcements.dismiss(id, by: actor.id, in: tx)
        }
    }

    /// An announcement that the account may still see.
    func announcement(
        _ id: ID<Announcement>, for reader: Account, in db: some Queryable
    ) throws -> AnnouncementView {
        guard let view = try Announcements.find(id, viewer: reader.id, at: now(), in: db) else {
            throw ServiceError.notFound
        }
        return view
    }
}
