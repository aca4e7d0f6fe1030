// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Lets an app be told of notifications while it does not run, in place of what it asked for before.
    ///
    /// - Parameter identity: who speaks; a person, or a group that a person runs.
    public func receivePushes(_ request: PushRequest, as identity: AppIdentity) async throws -> PushSubscription {
        guard let principal = identity.principal else { throw ServiceError.signInNeeded }
        return try await database.write { tx in
            let account = try actor(principal, in: tx)
            return try PushSubscriptions.put(
                request, token: identity.token, account: account.id, at: now(), in: tx)
        }
    }

    /// Changes what an app is told of; nil leaves a part as it is.
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

    /// Tells an app nothing more. A second time changes nothing.
    public func endPushes(as identity: AppIdentity) async throws {
        guard let principal = identity.principal else { throw ServiceError.signInNeeded }
        try await database.write { tx in
            _ = try actor(principal, in: tx)
            _ = try PushSubscriptions.remove(token: identity.token, in: tx)
        }
    }
}
