// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Thanks the author of a post. Doing it twice changes nothing.
    public func likePost(_ id: ID<Post>, as person: ID<Account>) async throws {
        try await withReadablePost(id, as: person) { post, actor, tx in
            _ = try outbox.like(post, by: actor, in: tx)
        }
    }

    /// Takes the thanks back.
    public func unlikePost(_ id: ID<Post>, as person: ID<Account>) async throws {
        try await withReadablePost(id, as: person) { post, actor, tx in
            _ = try outbox.unlike(post, by: actor, in: tx)
        }
    }

    /// Recommends a post to one's followers. Only what everybody may read can be recommended.
    public func boostPost(_ id: ID<Post>, as person: ID<Account>) async throws {
        try await withReadablePost(id, as: person) { post, actor, tx in
            let relation = try Posts.relation(of: actor.id, to: post, in: tx)
            guard PostPolicy.mayBoost(post.visibility, as: relation) else { throw ServiceError.notAllowed }
            _ = try outbox.boost(post, by: actor, in: tx)
        }
    }

    /// Takes the recommendation back.
    public func unboostPost(_ id: ID<Post>, as person: ID<Account>) async throws {
        try await withReadablePost(id, as: person) { post, actor, tx in
            _ = try outbox.unboost(post, by: actor, in: tx)
        }
    }

    private func withReadablePost(
        _ id: ID<Post>, as person: ID<Account>, _ body: @escaping @Sendable (Post, Account, Transaction) throws -> Void
    ) async throws {
        try await database.write { tx in
            let actor = try actor(person, in: tx)
            guard let post = try Posts.byID(id, in: tx) else { throw ServiceError.notFound }
            let relation = try Posts.relation(of: actor.id, to: post, in: tx)
            guard PostPolicy.mayRead(post.visibility, as: relation) else { throw ServiceError.notFound }
            try body(post, actor, tx)
        }
    }
}
