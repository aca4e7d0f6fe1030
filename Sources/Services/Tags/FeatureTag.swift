// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// The largest number of hashtags on a profile.
    private static let featuredLimit = 10

    /// Features a hashtag on the profile of the account that acts. A second call changes nothing.
    public func featureTag(_ name: String, as principal: Principal) async throws -> FeaturedTag {
        let tag = try tag(name)
        return try await database.write { tx in
            let actor = try actor(principal, in: tx)
            let known = try FeaturedTags.list(of: actor.id, in: tx)
            if let there = known.first(where: { $0.tag == tag }) { return there }
            guard known.count < Self.featuredLimit else { throw ServiceError.conflict("too_many_featured_tags") }
            try FeaturedTags.add(ids.make(at: now()), tag, by: actor.id, in: tx)
            guard let made = try FeaturedTags.list(of: actor.id, in: tx).first(where: { $0.tag == tag }) else {
                throw ServiceError.notFound
            }
            return made
        }
    }

    /// Removes a featured hashtag.
    public func unfeatureTag(_ id: ID<FeaturedTag>, as principal: Principal) async throws {
        try await database.write { tx in
            guard try FeaturedTags.remove(id, by: try actor(principal, in: tx).id, in: tx) else {
                throw ServiceError.notFound
            }
        }
    }

    /// Removes a featured hashtag by its name.
    public func unfeatureTag(named name: String, as principal: Principal) async throws {
        let tag = try tag(name)
        try await database.write { tx in try FeaturedTags.remove(tag, by: try actor(principal, in: tx).id, in: tx) }
    }
}
