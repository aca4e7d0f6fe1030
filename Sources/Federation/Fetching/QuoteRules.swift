// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

// A quote is shown as one when the author of what is quoted agreed: with a word that lies at the origin of what is
// quoted and names both posts, by being the author of both, or, for a post of this node, by its rule.
// Spec: FEP-044f.

extension PostResolver {
    /// Who agreed that a post quotes what it quotes; nil when nobody can be shown to have.
    func approval(of post: Post, budget: inout FetchBudget) async -> IRI? {
        guard let quote = post.quote, let word = quote.authorization, !identifiers.isLocal(word),
            let document = try? await fetch(word, budget: &budget), document.types.contains("QuoteAuthorization"),
            document.iri("interactingObject") == post.iri, document.iri("interactionTarget") == quote.iri
        else { return nil }
        return document.iri("attributedTo")
    }
}

/// Where the quote of a post of another node stands.
enum QuoteRules {
    static func quote(of remote: RemotePost, by author: Account, in tx: Transaction) throws(DatabaseError) -> Quote? {
        guard var quote = remote.post.quote else { return nil }
        let word = quote.authorization
        quote.authorization = nil
        guard let target = try Posts.byIRI(quote.iri, in: tx) else { return quote }
        quote.post = target.id
        guard try isAllowed(target, remote, by: author, in: tx) else { return quote }
        quote.state = .accepted
        quote.authorization = word
        return quote
    }

    private static func isAllowed(
        _ target: Post, _ remote: RemotePost, by author: Account, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        if target.author == author.id { return true }
        if target.isLocal { return try admits(target, quotedBy: author.id, in: tx) }
        guard let approver = remote.quoteApprovedBy else { return false }
        return try Accounts.byID(target.author, in: tx)?.iri == approver
    }

    /// Whether a post of this node may be quoted by somebody, by its author's rule.
    static func admits(
        _ target: Post, quotedBy account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let relation = try Posts.relation(of: account, to: target, in: tx)
        return target.quotePolicy.admits(relation, to: target.visibility)
    }
}
