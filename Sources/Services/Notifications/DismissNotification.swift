// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Deletes one notification of the account that acts.
    public func dismissNotification(_ id: ID<Notification>, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            guard try Notifications.dismiss(id, of: actor.id, in: tx) else { throw ServiceError.notFound }
        }
    }

    /// Deletes all notifications of a group, which apps show as one.
    public func dismissNotificationGroup(_ key: String, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            guard try NotificationGroups.dismiss(key, of: actor.id, in: tx) else { throw ServiceError.notFound }
        }
    }

    /// Deletes all notifications of the account that acts.
    public func clearNotifications(as principal: Principal) async throws {
        try await database.write { tx in try Notifications.clear(actor(principal, in: tx).id, in: tx) }
    }
}
