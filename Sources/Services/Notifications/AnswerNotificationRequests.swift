// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Lets those be heard who wait, or forgets what they did.
    ///
    /// - Returns: how many of the requests there were.
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
