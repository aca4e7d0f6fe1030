// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Boosts a post for the followers of the account that acts. Only a public or unlisted post can be boosted, and by
    /// its author also a post for followers. A second boost changes nothing.
    ///
    /// - Parameter visibility: who may see the boost; nil for the default of the account's posts.
    public func boostPost(_ id: ID<Post>, to visibility: Visibility? = nil, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            let post = try readablePost(id, by: actor, in: tx)
            let relation = try Posts.relation(of: actor.id, to: post, in: tx)
            guard PostPolicy.mayBoost(post.visibility, as: relation) else { throw ServiceError.notAllowed }
            let wanted = try visibility ?? PostingDefaults.of(actor.id, in: tx).visibility
            let shown = PostPolicy.boostVisibility(wanted: wanted, of: post.visibility)
            _ = try outbox.boost(post, to: shown, by: actor, in: tx)
        }
    }

    /// Shares a public event with the followers of the account that acts. A second time changes nothing.
    ///
    /// - Parameter visibility: everybody or unlisted; nil for the default of the account's posts.
    public func boostEvent(_ id: ID<Event>, to visibility: Visibility? = nil, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            let event = try readableEvent(id, by: actor, in: tx)
            let wanted = try visibility ?? PostingDefaults.of(actor.id, in: tx).visibility
            guard event.visibility.isOpen, wanted.isOpen else { throw ServiceError.notAllowed }
            try outbox.boost(event, to: min(wanted, event.visibility), by: actor, in: tx)
        }
    }

    /// Takes back the share of an event.
    public func unboostEvent(_ id: ID<Event>, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            try outbox.unboost(readableEvent(id, by: actor, in: tx), by: actor, in: tx)
        }
    }

    /// Undoes a boost.
    public func unboostPost(_ id: ID<Post>, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            _ = try outbox.unboost(readablePost(id, by: actor, in: tx), by: actor, in: tx)
        }
    }
}
