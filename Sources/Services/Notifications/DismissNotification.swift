// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Forgets a notification of one's own.
    public func dismissNotification(_ id: ID<Notification>, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            guard try Notifications.dismiss(id, of: actor.id, in: tx) else { throw ServiceError.notFound }
        }
    }

    /// Forgets all notifications that are shown as one.
    public func dismissNotificationGroup(_ key: String, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            guard try NotificationGroups.dismiss(key, of: actor.id, in: tx) else { throw ServiceError.notFound }
        }
    }

    /// Forgets all that one was told.
    public func clearNotifications(as principal: Principal) async throws {
        try await database.write { tx in try Notifications.clear(actor(principal, in: tx).id, in: tx) }
    }
}
