// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Adds a quote to a post, if the author of the quoted post allows it.
    ///
    /// For a local post its author's quote policy decides at once. The author of a remote post is asked, and readers
    /// see a link until the author agrees.
    ///
    /// - Returns: the quoted post when its author has to be asked.
    func quote(
        _ quoted: ID<Post>?, in post: inout Post, author: Account, in tx: Transaction
    ) throws -> Post? {
        guard let quoted else { return nil }
        guard let target = try Posts.byID(quoted, in: tx) else { throw ServiceError.notFound }
        let relation = try Posts.relation(of: author.id, to: target, in: tx)
        guard PostPolicy.mayRead(target.visibility, as: relation) else { throw ServiceError.notFound }
        post.quote = Quote(iri: target.iri, post: target.id, state: .pending)
        if target.isLocal {
            guard target.quotePolicy.admits(relation, to: target.visibility) else {
                throw ServiceError.conflict("quote_denied")
            }
            // A quote of one's own followers-only post or direct message is not more visible than that post.
            post.visibility = target.visibility.isOpen ? post.visibility : min(post.visibility, target.visibility)
            post.quote?.state = .accepted
            post.quote?.authorization = identifiers.quoteAuthorization(of: target.id, in: post.id)
            return nil
        }
        guard target.quotePolicy != .nobody, target.visibility.isOpen else {
            throw ServiceError.conflict("quote_denied")
        }
        return target
    }

    /// Revokes the permission that a post quotes a post of the account that acts.
    public func revokeQuote(of quoted: ID<Post>, in quoting: ID<Post>, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            guard let own = try Posts.byID(quoted, in: tx), own.author == actor.id,
                let post = try Posts.byID(quoting, in: tx), let quote = post.quote, quote.post == own.id
            else { throw ServiceError.notFound }
            guard quote.state != .revoked else { return }
            try Quotes.set(.revoked, authorization: nil, of: post.id, in: tx)
            if let authorization = quote.authorization {
                try outbox.revoke(authorization, from: post, by: actor, in: tx)
            }
            if post.isLocal { try outbox.update(post.id, in: tx) }
        }
    }

    /// Sets who may quote a post of the account that acts. Existing quotes remain allowed.
    public func setQuotePolicy(_ policy: QuotePolicy, of id: ID<Post>, as principal: Principal) async throws {
        try await database.write { tx in
            var post = try ownPost(id, by: actor(principal, in: tx), in: tx)
            post.quotePolicy = post.visibility.isOpen ? policy : .nobody
            try Quotes.setPolicy(post.quotePolicy, of: id, in: tx)
            try outbox.update(id, in: tx)
        }
    }
}
