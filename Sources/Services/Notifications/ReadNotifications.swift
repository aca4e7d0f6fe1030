// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Forgets a notification of one's own.
    public func dismissNotification(_ id: ID<Notification>, as person: ID<Account>) async throws {
        try await database.write { tx in
            guard try Notifications.dismiss(id, of: person, in: tx) else { throw ServiceError.notFound }
        }
    }

    /// Forgets all notifications that are shown as one.
    public func dismissNotificationGroup(_ key: String, as person: ID<Account>) async throws {
        try await database.write { tx in
            guard try NotificationGroups.dismiss(key, of: person, in: tx) else { throw ServiceError.notFound }
        }
    }

    /// Forgets all that one was told.
    public func clearNotifications(as person: ID<Account>) async throws {
        try await database.write { tx in try Notifications.clear(person, in: tx) }
    }

    /// Remembers how far one read; a marker may also go back.
    public func setMarkers(_ markers: [Marker.Timeline: Int64], as person: ID<Account>) async throws {
        guard !markers.isEmpty else { return }
        try await database.write { tx in
            for (timeline, number) in markers.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                try Markers.set(timeline, lastRead: number, of: person, at: now(), in: tx)
            }
        }
    }

    /// Remembers that notifications were seen up to this one.
    public func seeNotifications(upTo id: ID<Notification>, as person: ID<Account>) async throws {
        try await database.write { tx in
            try Markers.advance(.notifications, to: id.rawValue, of: person, at: now(), in: tx)
        }
    }

    /// Decides from whom one wants to hear at once.
    ///
    /// - Returns: the policy as it then is.
    @discardableResult
    public func changeNotificationPolicy(
        as person: ID<Account>, _ change: @escaping @Sendable (inout NotificationPolicy) -> Void
    ) async throws -> NotificationPolicy {
        try await database.write { tx in
            var policy = try NotificationPolicies.of(person, in: tx)
            change(&policy)
            try NotificationPolicies.set(policy, for: person, in: tx)
            return policy
        }
    }

    /// Lets those be heard who wait, or forgets what they did.
    ///
    /// - Returns: how many of the requests there were.
    @discardableResult
    public func answerNotificationRequests(
        _ ids: [ID<NotificationRequest>], accept: Bool, as person: ID<Account>
    ) async throws -> Int {
        try await database.write { tx in
            try accept
                ? NotificationRequests.accept(ids, of: person, in: tx)
                : NotificationRequests.dismiss(ids, of: person, in: tx)
        }
    }

    /// Says that letters were read, or have to be read again.
    public func setConversation(
        _ id: ID<DirectConversation>, unread: Bool, as person: ID<Account>
    ) async throws {
        try await database.write { tx in
            guard try DirectConversations.setUnread(id, unread, of: person, in: tx) else { throw ServiceError.notFound }
        }
    }

    /// Takes letters out of one's list; the next one brings them back.
    public func removeConversation(_ id: ID<DirectConversation>, as person: ID<Account>) async throws {
        try await database.write { tx in
            guard try DirectConversations.remove(id, of: person, in: tx) else { throw ServiceError.notFound }
        }
    }
}
