// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Hides an announcement from the account that acts.
    public func dismissAnnouncement(_ id: ID<Announcement>, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            _ = try announcement(id, for: actor, in: tx)
            try Announcements.dismiss(id, by: actor.id, in: tx)
        }
    }

    /// Returns an announcement that is still visible to the account.
    func announcement(
        _ id: ID<Announcement>, for reader: Account, in db: some Queryable
    ) throws -> AnnouncementView {
        guard let view = try Announcements.find(id, viewer: reader.id, at: now(), in: db) else {
            throw ServiceError.notFound
        }
        return view
    }
}
