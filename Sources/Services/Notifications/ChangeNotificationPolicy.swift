// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
public import Storage

extension Services {
    /// Changes the policy that decides whose notifications are shown at once and whose are filtered.
    ///
    /// - Returns: the policy after the change.
    @discardableResult
    public func changeNotificationPolicy(
        as principal: Principal, _ change: @escaping @Sendable (inout NotificationPolicy) -> Void
    ) async throws -> NotificationPolicy {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            var policy = try NotificationPolicies.of(actor.id, in: tx)
            change(&policy)
            try NotificationPolicies.set(policy, for: actor.id, in: tx)
            return policy
        }
    }
}
