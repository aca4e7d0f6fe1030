// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSignatures
public import Model
public import Storage

extension Services {
    /// Subscribes an app to push notifications. This replaces the previous subscription of its token.
    ///
    /// - Parameter identity: the identity behind the token; it must act for a person or for a group that a person runs.
    public func receivePushes(_ request: PushRequest, as identity: AppIdentity) async throws -> PushSubscription {
        guard let principal = identity.principal else { throw ServiceError.signInNeeded }
        guard ECKey.isPoint(request.keys.point) else { throw ServiceError.invalid("keys", "broken") }
        return try await database.write { tx in
            let account = try actor(principal, in: tx)
            return try PushSubscriptions.put(
                request, token: identity.token, account: account.id, at: now(), in: tx)
        }
    }

    /// Changes which notifications an app gets as pushes. Nil leaves a part as it is.
    public func changePushes(
        alerts: Set<String>?, policy: PushSubscription.Policy?, as identity: AppIdentity
    ) async throws -> PushSubscription {
        guard let principal = identity.principal else { throw ServiceError.signInNeeded }
        let changed = try await database.write { tx in
            _ = try actor(principal, in: tx)
            return try PushSubscriptions.change(token: identity.token, alerts: alerts, policy: policy, in: tx)
        }
        guard let changed else { throw ServiceError.notFound }
        return changed
    }

    /// Ends the push subscription of an app. A second call changes nothing.
    public func endPushes(as identity: AppIdentity) async throws {
        guard let principal = identity.principal else { throw ServiceError.signInNeeded }
        try await database.write { tx in
            _ = try actor(principal, in: tx)
            _ = try PushSubscriptions.remove(token: identity.token, in: tx)
        }
    }
}
