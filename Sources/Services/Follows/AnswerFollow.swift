// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Accepts or rejects a request to follow the account that acts, or a group that the principal runs.
    public func answerFollowRequest(
        from follower: ID<Account>, to target: ID<Account>, accept: Bool, as principal: Principal
    ) async throws {
        try await database.write { tx in
            let acting = try acting(principal, in: tx)
            guard let account = try Accounts.byID(target, in: tx), account.isLocal else { throw ServiceError.notFound }
            guard try acting.account?.id == target || (account.isGroup && mayRun(target, acting, in: tx)) else {
                throw ServiceError.notAllowed
            }
            guard let follow = try Follows.find(by: follower, of: target, in: tx), follow.state == .requested,
                let asker = try Accounts.byID(follower, in: tx)
            else { throw ServiceError.notFound }
            _ = try Follows.setState(accept ? .accepted : .rejected, by: follower, of: target, in: tx)
            if accept {
                try outbox.accept(follow: follow.activity, from: asker, by: account, in: tx)
            } else {
                try outbox.reject(follow: follow.activity, from: asker, by: account, in: tx)
            }
        }
    }
}
