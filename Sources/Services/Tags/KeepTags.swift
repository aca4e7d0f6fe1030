// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    private enum Mark {}
    /// How many hashtags a profile shows at the most.
    private static let featuredLimit = 10

    /// Follows a hashtag, or follows it no more.
    public func followTag(_ name: String, _ isFollowed: Bool, as person: ID<Account>) async throws {
        let tag = try tag(name)
        try await database.write { tx in
            let actor = try actor(person, in: tx)
            guard isFollowed else { return try FollowedTags.remove(tag, by: actor.id, in: tx) }
            let mark: ID<Mark> = ids.make(at: now())
            try FollowedTags.add(tag, by: actor.id, mark: mark.rawValue, in: tx)
        }
    }

    /// Shows a hashtag on one's profile. A second time changes nothing.
    public func featureTag(_ name: String, as person: ID<Account>) async throws -> FeaturedTag {
        let tag = try tag(name)
        return try await database.write { tx in
            let actor = try actor(person, in: tx)
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

    /// Shows it no more.
    public func unfeatureTag(_ id: ID<FeaturedTag>, as person: ID<Account>) async throws {
        try await database.write { tx in
            guard try FeaturedTags.remove(id, by: try actor(person, in: tx).id, in: tx) else {
                throw ServiceError.notFound
            }
        }
    }

    /// Shows it no more, by its name.
    public func unfeatureTag(named name: String, as person: ID<Account>) async throws {
        let tag = try tag(name)
        try await database.write { tx in try FeaturedTags.remove(tag, by: try actor(person, in: tx).id, in: tx) }
    }

    /// The hashtags as a viewer sees them; nil for a stranger.
    public func tags(_ names: [String], viewer: ID<Account>?) async throws -> [TagView] {
        let names = names.map(foldedTag)
        return try await database.read { db in try Tags.views(names, viewer: viewer, at: now(), in: db) }
    }

    private func tag(_ name: String) throws(ServiceError) -> String {
        let tag = foldedTag(name)
        guard isTag(tag) else { throw .invalid("name", "not_a_hashtag") }
        return tag
    }
}
