// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Accepts or dismisses notification requests. Accepting delivers the filtered notifications of their senders;
    /// dismissing deletes these notifications.
    ///
    /// - Returns: how many of the requests existed.
    @discardableResult
    public func answerNotificationRequests(
        _ ids: [ID<NotificationRequest>], accept: Bool, as principal: Principal
    ) async throws -> Int {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            return try accept
                ? NotificationRequests.accept(ids, of: actor.id, in: tx)
                : NotificationRequests.dismiss(ids, of: actor.id, in: tx)
        }
    }
}
