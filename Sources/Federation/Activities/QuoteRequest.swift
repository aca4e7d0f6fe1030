// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
public import Vocabulary

/// Handles `QuoteRequest`: an actor asks to quote a local post.
///
/// The quote policy of the post's author decides at once. An approved request gets a `QuoteAuthorization`, which other
/// servers can fetch from this node. Spec: FEP-044f.
enum QuoteRequestHandler: ActivityHandler {
    static let types = ["QuoteRequest"]

    struct RequestedQuote: Sendable {
        let quoted: IRI
        let quoting: GatheredObject
    }

    static func gather(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> RequestedQuote {
        let activity = incoming.activity
        guard let quoted = activity.object?.id, let instrument = activity.instrument, let id = instrument.id else {
            throw .ignored(.malformed)
        }
        guard id.isSameOrigin(as: activity.actor), incoming.identifiers.isLocal(quoted) else {
            throw .ignored(.notAllowed)
        }
        let isKnown = try await fetcher.database.read { db throws(DatabaseError) in
            try Posts.byIRI(quoted, in: db) != nil
        }
        guard isKnown else { throw .ignored(.unknownObject) }
        if let embedded = instrument.document, embedded.iris("attributedTo").first == activity.actor {
            return RequestedQuote(quoted: quoted, quoting: try await fetcher.gather(embedded, signedBy: incoming.actor))
        }
        return RequestedQuote(quoted: quoted, quoting: try await fetcher.gather(try await fetcher.fetch(id)))
    }

    static func apply(
        _ asked: RequestedQuote, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard let quoted = try Posts.byIRI(asked.quoted, in: tx), quoted.isLocal,
            let author = try Accounts.byID(quoted.author, in: tx)
        else { return .ignored(.unknownObject) }
        guard case .post(let remote, let quoter) = asked.quoting, quoter.id == incoming.actor.id,
            remote.post.quote?.iri == quoted.iri
        else { return .ignored(.malformed) }
        let relation = try Posts.relation(of: quoter.id, to: quoted, in: tx)
        guard !relation.isBlocked else { return .ignored(.blocked) }
        guard quoted.quotePolicy.admits(relation, to: quoted.visibility) else {
            try incoming.outbox.answer(incoming.activity, with: nil, by: author, to: incoming.actor, in: tx)
            return .applied
        }
        _ = try ObjectIntake.store(
            GatheredThread(object: asked.quoting), of: incoming, isAnnounced: true, in: tx)
        guard let post = try Posts.byIRI(remote.post.iri, in: tx) else { return .ignored(.unknownObject) }
        guard post.quote?.state != .revoked else {
            try incoming.outbox.answer(incoming.activity, with: nil, by: author, to: incoming.actor, in: tx)
            return .applied
        }
        let authorization = incoming.identifiers.quoteAuthorization(of: quoted.id, in: post.id)
        try Quotes.set(.accepted, authorization: authorization, of: post.id, in: tx)
        try incoming.outbox.answer(incoming.activity, with: authorization, by: author, to: incoming.actor, in: tx)
        return .applied
    }
}

extension QuoteRequestHandler {
    /// Handles the response to our quote request from the author of the quoted post.
    static func answered(
        _ post: Post, isAccepted: Bool, by incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard let quote = post.quote, let quoted = quote.post,
            try Posts.byID(quoted, in: tx)?.author == incoming.actor.id
        else { return .ignored(.unknownObject) }
        guard quote.state != .deleted, incoming.activity.type != "TentativeAccept" else { return .ignored(.noEffect) }
        guard isAccepted else {
            guard quote.state != .rejected else { return .duplicate }
            try Quotes.set(quote.state == .accepted ? .revoked : .rejected, authorization: nil, of: post.id, in: tx)
            try incoming.outbox.update(post.id, in: tx)
            return .applied
        }
        guard let authorization = incoming.activity.result?.id, authorization.isSameOrigin(as: quote.iri) else {
            return .ignored(.malformed)
        }
        guard quote.state != .accepted else { return .duplicate }
        try Quotes.set(.accepted, authorization: authorization, of: post.id, in: tx)
        try incoming.outbox.update(post.id, in: tx)
        return .applied
    }
}

extension Outbox {
    /// Asks the author of a remote post for permission to quote it.
    public func askToQuote(
        _ quoted: Post, in post: Post, by account: Account, in tx: Transaction
    ) throws(DatabaseError) {
        guard let author = try Accounts.byID(quoted.author, in: tx) else { return }
        var request = activity(.quoteRequest, by: account, object: JSON(quoted.iri), about: post.iri, to: author)
        request.instrument = JSON(post.iri)
        request.needsFullContext = true
        try enqueue(request, in: tx)
    }

    /// Responds to a quote request.
    ///
    /// - Parameter authorization: the id of the `QuoteAuthorization`; nil rejects the request.
    func answer(
        _ request: ActivityDocument, with authorization: IRI?, by author: Account, to asker: Account, in tx: Transaction
    ) throws(DatabaseError) {
        let asked: JSON = .object(droppingNil: [
            ("id", request.id.map { JSON($0) }), ("type", "QuoteRequest"), ("actor", JSON(request.actor)),
            ("object", request.object?.id.map { JSON($0) }), ("instrument", request.instrument?.id.map { JSON($0) }),
        ])
        var answer = activity(
            authorization == nil ? .rejectQuoteRequest : .acceptQuoteRequest, by: author, object: asked,
            about: request.instrument?.id, to: asker)
        answer.result = authorization.map { JSON($0) }
        answer.needsFullContext = true
        try enqueue(answer, in: tx)
    }

    /// Revokes the permission to quote a local post. The `Delete` of the `QuoteAuthorization` goes to the author of the
    /// quoting `post` and to the followers of the quoted author.
    public func revoke(
        _ authorization: IRI, from post: Post, by author: Account, in tx: Transaction
    ) throws(DatabaseError) {
        guard let quoter = try Accounts.byID(post.author, in: tx) else { return }
        try enqueue(
            activity(
                .deleteQuoteAuthorization, by: author, object: JSON(authorization), about: authorization,
                to: [quoter.iri],
                for: [.account(quoter), .followers(of: author.id)]), in: tx)
    }
}

// A quote is shown when the author of the quoted post has approved it. There are three ways: a `QuoteAuthorization` at
// the origin of the quoted post that names both posts; the same author for both posts; or, for a local post, the quote
// policy of its author. Spec: FEP-044f.

/// Decides the state of a quote in a remote post.
enum QuoteRules {
    static func quote(of remote: RemotePost, by author: Account, in tx: Transaction) throws(DatabaseError) -> Quote? {
        guard var quote = remote.post.quote else { return nil }
        let authorization = quote.authorization
        quote.authorization = nil
        guard let target = try Posts.byIRI(quote.iri, in: tx) else { return quote }
        quote.post = target.id
        guard try isAllowed(target, remote, by: author, in: tx) else { return quote }
        quote.state = .accepted
        quote.authorization = authorization
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

    /// Whether the quote policy of a local post allows an account to quote it.
    static func admits(
        _ target: Post, quotedBy account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let relation = try Posts.relation(of: account, to: target, in: tx)
        return target.quotePolicy.admits(relation, to: target.visibility)
    }
}

/// The document with which an author allows that a post is quoted in another one. This node serves it to everybody.
public enum QuoteAuthorization {
    /// The document, with its context.
    public static func document(
        _ authorization: IRI, author: IRI, quoted: IRI, quoting: IRI
    ) -> JSON {
        let object: JSON.Object = [
            "id": JSON(authorization), "type": "QuoteAuthorization", "attributedTo": JSON(author),
            "interactingObject": JSON(quoting), "interactionTarget": JSON(quoted),
        ]
        return object.standing(in: Contexts.note)
    }
}
