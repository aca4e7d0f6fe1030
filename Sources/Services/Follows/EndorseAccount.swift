// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Recommends an account on one's profile, or ends the recommendation. Only a followed account can be recommended.
    public func endorse(_ target: ID<Account>, _ isEndorsed: Bool, as principal: Principal) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(principal, target, in: tx)
            guard isEndorsed else { return try Endorsements.remove(account.id, by: actor.id, in: tx) }
            guard try Follows.find(by: actor.id, of: account.id, in: tx)?.state == .accepted else {
                throw ServiceError.conflict("you_must_be_already_following_the_person_you_want_to_endorse")
            }
            try Endorsements.add(account.id, by: actor.id, in: tx)
        }
    }
}
