// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

extension Services {
    private enum Mark {}

    /// Follows or unfollows a hashtag.
    public func followTag(_ name: String, _ isFollowed: Bool, as principal: Principal) async throws {
        let tag = try tag(name)
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            guard isFollowed else { return try FollowedTags.remove(tag, by: actor.id, in: tx) }
            let mark: ID<Mark> = ids.make(at: now())
            try FollowedTags.add(tag, by: actor.id, mark: mark.rawValue, in: tx)
        }
    }
}
